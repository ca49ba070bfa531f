//! One process of the operator: drives the engine's pass as its shell does, and stops before each write.
//! It must not decide anything: every known-bad protocol only bends what the engine has decided.

use super::action::Answer;
use super::protocol::Protocol;
use super::scene::{NOW, plan, requests, seen};
use super::state::{Broken, Process, State};
use stationmaster_engine::decide::ClaimWrite;
use stationmaster_engine::ledger::{Entry, Stored, Version};
use stationmaster_engine::pass::{Claims, Env, LedgerRead, Made, Moment, Records, Rules, Seen, Standing, Written};
use stationmaster_engine::{CallOutcome, ClaimRight, Group, Held, Input, Pass, Token};
use std::sync::Arc;

/// A process reads everything and decides.
pub fn begin(state: &mut State, process: usize, of: usize, group: Group, protocol: Protocol) {
    let member = &state.groups[of];
    if !member.lives {
        return;
    }
    let mut held = Held::default();
    for (object, entry) in &state.store {
        if entry.holder().is_some_and(|holder| holder.uid == member.group.uid) {
            held.put(object.clone(), entry.clone());
        }
    }
    let Pass::Asks(mut at) = Pass::over(group, seen(), held, requests(state, of)) else {
        return;
    };
    while let Some(object) = at.unread() {
        let entry = state.entry(&object);
        at.read(object, entry);
    }
    let exists = at.holder().is_some_and(|holder| {
        let mut groups = state.groups.iter();
        groups.any(|g| g.lives && g.group.uid == holder.uid)
    });
    let moment = Moment {
        now: NOW,
        fresh: Token::quoted(format!("t{}", state.versions.values().sum::<u32>())),
        absent_until: None,
        watched: Vec::new(),
    };
    let Pass::Observes(at) = at.take(Vec::new(), exists, moment) else {
        return;
    };
    let read = Seen {
        found: None,
        jobs: Vec::new(),
        unread: None,
        sight: seen(),
        begun_at: NOW,
        ended_at: NOW,
    };
    let pass = with_env(protocol, |env| at.take(read, env));
    stand(state, process, of, pass);
}

fn with_env<T>(protocol: Protocol, use_it: impl FnOnce(&Env<'_>) -> T) -> T {
    use_it(&Env {
        plan: &|operation, _, _| plan(operation),
        right: &|_| ClaimRight::FirstCome,
        endpoint: Some("here"),
        there_and_back: None,
        instance: "operator",
        orders_guarded: true,
        rules: Rules {
            decide: &|input: &Input<'_>| protocol.decide(input),
            ..Rules::shipped()
        },
    })
}

/// The process stands at its next write, or is done. Telling is heard by nobody here.
fn stand(state: &mut State, process: usize, of: usize, pass: Pass) {
    let at = match pass {
        Pass::Tells(at) => return stand(state, process, of, at.take()),
        Pass::Signs(at) => return stand(state, process, of, at.take(Ok(()), NOW)),
        Pass::Creates(at) => return stand(state, process, of, at.take(Made::There, NOW)),
        Pass::Reports(_) | Pass::Over(_) | Pass::Keeps(_) => None,
        other => Some(Process {
            of,
            at: Arc::new(other),
        }),
    };
    state.processes[process] = at;
}

/// The next write of the process, or its last look and the call.
pub fn step(state: &mut State, process: usize, protocol: Protocol) {
    let Some(Process { of, at }) = state.processes[process].take() else {
        return;
    };
    let next = match Arc::unwrap_or_clone(at) {
        Pass::Claims(at) => claim(state, at),
        Pass::Records(at) => record(state, at),
        Pass::Looks(at) => {
            let group = &state.groups[of].group;
            let standing = Standing {
                ledger: Ok(state.journals().find(|(_, l)| l.group.uid == group.uid).and_then(
                    |(object, _)| match state.entry(object) {
                        Entry::Journal(stored) => Some(stored.version),
                        _ => None,
                    },
                )),
                group: Ok(state.groups[of].lives.then(|| (group.uid.clone(), group.generation))),
                now: NOW,
                stopping: false,
                leads: true,
            };
            let next = with_env(protocol, |env| at.take(&seen(), &standing, env));
            if let Pass::Sends(_) = next {
                sent(state, of);
            }
            next
        }
        Pass::WritesDown(at) => match with_env(protocol, |env| at.ledger(env)) {
            Ok(ledger) => {
                let version = at.replaces().clone();
                let written = replace(state, &version, ledger.clone());
                at.take(ledger, written)
            }
            Err(_) => at.lost(),
        },
        Pass::Rereads(at) => {
            let uid = &state.groups[of].group.uid;
            let journal = state
                .journals()
                .find(|(_, l)| l.group.uid == *uid)
                .map(|(object, _)| state.entry(object));
            at.take(Ok(match journal {
                Some(Entry::Journal(stored)) => LedgerRead::Stored(stored),
                _ => LedgerRead::Missing,
            }))
        }
        other => other,
    };
    stand(state, process, of, next);
}

/// The call leaves.
fn sent(state: &mut State, of: usize) {
    state.acted = true;
    let group = &state.groups[of].group;
    let me = group.reference();
    let stake = state.at_stake.entry(group.name.clone()).or_default();
    stake.extend(group.members.iter().cloned());
    let group = &state.groups[of].group;
    if group.members.iter().any(|object| !state.holds(&me, object)) {
        state.breaks(Broken::ActsWithout);
    }
}

/// The process hears of its call.
pub fn hear(state: &mut State, process: usize, answer: Answer, protocol: Protocol) {
    let Some(Process { of, at }) = state.processes[process].take() else {
        return;
    };
    let outcome = match answer {
        Answer::Lost => CallOutcome::Ambiguous {
            message: "no answer".to_owned(),
        },
        Answer::Refused => CallOutcome::Refused {
            code: "no".to_owned(),
            message: "no".to_owned(),
        },
    };
    if let Pass::Sends(at) = Arc::unwrap_or_clone(at) {
        stand(state, process, of, at.take(outcome, NOW));
        // What came of a call is written at once, as often as that takes.
        while let Some(Process { at, .. }) = &state.processes[process]
            && matches!(**at, Pass::WritesDown(_) | Pass::Rereads(_))
        {
            step(state, process, protocol);
        }
    }
}

fn version_of(entry: &Entry) -> Option<&Version> {
    match entry {
        Entry::Claim { version, .. } | Entry::Journal(Stored { version, .. }) => Some(version),
        Entry::Nobody | Entry::Unreadable(_) => None,
    }
}

fn claim(state: &mut State, at: Claims) -> Pass {
    let Some(write) = at.write().cloned() else {
        return at.take(&Written::Conflict);
    };
    let object = write.object().to_owned();
    let there = state.store.get(&object).and_then(version_of).cloned();
    let next = state.next_version(&object);
    let stands = |version: &Version| there.as_ref() == Some(version);
    let written = match write {
        ClaimWrite::Make { record, .. } if there.is_none() => {
            let version = next.clone();
            state.store.insert(object, Entry::Claim { version, record });
            Written::Done(next)
        }
        ClaimWrite::Replace {
            version: before,
            record,
            ..
        } if stands(&before) => {
            let version = next.clone();
            state.store.insert(object, Entry::Claim { version, record });
            Written::Done(next)
        }
        ClaimWrite::Remove { version, .. } if stands(&version) => {
            state.store.remove(&object);
            Written::Done(next)
        }
        _ => Written::Conflict,
    };
    at.take(&written)
}

fn record(state: &mut State, at: Records) -> Pass {
    let object = at.object();
    let there = state.store.get(&object).and_then(version_of).cloned();
    let (Some(ledger), true) = (at.ledger().cloned(), at.replaces() == there.as_ref()) else {
        return at.take(Written::Conflict, NOW);
    };
    let version = state.next_version(&object);
    let stored = Stored {
        version: version.clone(),
        ledger: Arc::new(ledger),
    };
    state.store.insert(object, Entry::Journal(stored));
    at.take(Written::Done(version), NOW)
}

fn replace(state: &mut State, before: &Version, ledger: stationmaster_engine::Ledger) -> Written {
    let object = state.store.iter().find(|(_, entry)| version_of(entry) == Some(before));
    let Some(object) = object.map(|(object, _)| object.clone()) else {
        return Written::Conflict;
    };
    let version = state.next_version(&object);
    let stored = Stored {
        version: version.clone(),
        ledger: Arc::new(ledger),
    };
    state.store.insert(object, Entry::Journal(stored));
    Written::Done(version)
}

/// What the sweep removes: journals of groups that are gone and fence nothing, and claims that no journal lists.
pub fn left_over(state: &State) -> Vec<String> {
    let gone = |entry: &Entry| {
        let holder = entry.holder();
        holder.is_some_and(|holder| !state.groups.iter().any(|g| g.lives && g.group.name == holder.name))
    };
    let swept = |(object, entry): (&String, &Entry)| {
        let free = match entry {
            Entry::Journal(stored) => !stored.ledger.fences(NOW),
            Entry::Claim { record, .. } => {
                let journal = state.entry(&record.journal);
                let lists = journal
                    .journal()
                    .is_some_and(|l| l.group == record.group && l.claims.contains(object));
                !lists
            }
            Entry::Nobody | Entry::Unreadable(_) => false,
        };
        (free && gone(entry)).then(|| object.clone())
    };
    state.store.iter().filter_map(swept).collect()
}
