//! What must come of every state once faults have stopped: each group holds all of its objects or none, and somebody holds what was asked for.
//! It must not be kinder than the operator: a process looks again when anything has changed.

use super::action::{Action, happen};
use super::protocol::Protocol;
use super::shell;
use super::state::State;
use stationmaster_engine::ledger::Entry;

/// How often everybody looks until nothing may change any more.
const ROUNDS: usize = 40;

/// Whether it ends well: the processes go on, then each group is looked at in turn.
pub fn settles(state: &State, protocol: Protocol) -> bool {
    let mut state = state.clone();
    // What was in the hands of a process is carried to its end.
    for _ in 0..ROUNDS {
        for process in [0, 1] {
            go_on(&mut state, process, protocol);
        }
    }
    for _ in 0..ROUNDS {
        let before = state.store.clone();
        for group in [0, 1] {
            happen(&mut state, Action::Begins(0, group), protocol);
            for _ in 0..ROUNDS {
                go_on(&mut state, 0, protocol);
            }
            if !shell::left_over(&state).is_empty() {
                happen(&mut state, Action::Swept, protocol);
            }
        }
        if state.store == before {
            return ends_well(&state);
        }
    }
    false
}

fn go_on(state: &mut State, process: usize, protocol: Protocol) {
    if state.processes[process].is_none() {
        return;
    }
    let waits = |p: &super::state::Process| matches!(*p.at, stationmaster_engine::Pass::Sends(_));
    if !state.processes[process].as_ref().is_some_and(waits) {
        happen(state, Action::Steps(process), protocol);
    }
    if state.processes[process].as_ref().is_some_and(waits) {
        happen(state, Action::Hears(process, super::action::Answer::Refused), protocol);
    }
}

fn ends_well(state: &State) -> bool {
    let living: Vec<_> = state.groups.iter().filter(|g| g.lives).collect();
    let holds = |g: &&super::state::Member, object: &String| state.holds(&g.group.reference(), object);
    let all = |g: &&super::state::Member| g.group.members.iter().all(|object| holds(g, object));
    let established = |g: &&super::state::Member| {
        let own = |entry: &Entry| entry.journal().is_some_and(|l| l.group.same_name(&g.group.reference()));
        state.store.values().any(own)
    };
    // A group that has a journal keeps what it was made of; one that has none holds nothing.
    let none = |g: &&super::state::Member| {
        !state.store.values().any(|entry| {
            entry
                .holder()
                .is_some_and(|holder| holder.same_name(&g.group.reference()))
        })
    };
    let whole = living.iter().all(|g| all(g) || none(g) || established(g));
    // What a dead group's call may still arrive at is free for nobody.
    let fenced = state
        .journals()
        .any(|(_, ledger)| ledger.fences(jiff::Timestamp::UNIX_EPOCH));
    whole && (living.is_empty() || fenced || living.iter().any(|g| all(g) || established(g)))
}
