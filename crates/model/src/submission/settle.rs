//! What must come of every state once faults stop: the operation ends, and a person who tells the truth is enough to end a doubt.
//! It must not be more patient than a person: so many looks, so many hours, and no more.

use super::groups;
use super::happen::arrives;
use super::people::{self, Word};
use super::protocol::Protocol;
use super::shell;
use super::state::{Budget, Pc, State};
use jiff::SignedDuration;
use stationmaster_engine::DecisionAction;

/// How many looks in all. After the first half each takes an hour's quarter.
const LOOKS: usize = 60;

/// Whether everything that runs comes to an end, whether what is on its way arrives or not. Judged between two passes: every other state
/// leads to one of those by steps that nothing can hold up.
pub fn ends(state: &State) -> bool {
    !state.idle() || (ends_if(state, true) && ends_if(state, false))
}

fn ends_if(state: &State, late: bool) -> bool {
    let mut state = state.clone();
    if !state.holds() {
        groups::turn(&mut state, Protocol::AsItIs);
    }
    state.left = Budget {
        decisions: u8::MAX,
        ..Budget::default()
    };
    if late {
        while !state.network.is_empty() {
            arrives(&mut state, 0, false);
        }
    }
    state.network.clear();
    for look in 0..LOOKS {
        state.world.advance_to(state.now);
        if !pass(&mut state) {
            return false;
        }
        if rests(&state) {
            return true;
        }
        let said = [
            DecisionAction::Confirm,
            DecisionAction::Executed,
            DecisionAction::NotExecuted,
        ];
        if let Some(what) = said
            .into_iter()
            .find(|w| people::fits(&state, *w) && people::is_so(&state, *w))
        {
            people::answer(&mut state, what, Word::True);
            continue;
        }
        state.now += SignedDuration::from_secs(if look < LOOKS / 2 { 20 } else { 900 });
    }
    false
}

/// One whole pass without faults; its call arrives at once. False if it does not come to an end.
fn pass(state: &mut State) -> bool {
    for _ in 0..3 {
        shell::run(state, 0, Protocol::AsItIs, None);
        if state.replicas[0] == Pc::Idle {
            return true;
        }
        if !state.network.is_empty() {
            arrives(state, 0, false);
        }
    }
    false
}

/// Nothing runs, nothing waits to be begun, nothing is in doubt.
fn rests(state: &State) -> bool {
    let ledger = state.ledger();
    let judged = state
        .requests
        .iter()
        .all(|r| ledger.completed_operation(&r.uid).is_some());
    ledger.operation.is_none() && ledger.intent.is_none() && judged
}
