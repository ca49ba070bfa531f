//! One process of the operator: drives the engine's pass as its shell does, and stops wherever the model wants it to.
//! It must not decide anything: every judgement is the engine's, and every known-bad protocol only leaves out or bends one of them.
//!
//! Reading and deciding are one step, since a decision on a ledger that was written meanwhile is thrown away. So are the last looks at the
//! provider and at the API server: a ledger that is unchanged at the second was so at the first. So is writing an answer down, as often as
//! that takes: each write is guarded, and a refused one changes nothing.

use super::action::Point;
use super::groups;
use super::judge::verified;
use super::protocol::Protocol;
use super::state::{Broken, OBJECT, Pc, Sent, State, Stored};
use stationmaster_engine::pass::{
    Env, LedgerRead, Looks, Made, Moment, Observes, Records, Rereads, Rules, Seen, Standing, Version, Written,
};
use stationmaster_engine::{
    CallOutcome, CallRequest, ClaimRight, Depth, Input, Observation, OwnRequest, Pass, Reason, Sight, Token,
};
use std::sync::Arc;

const INSTANCES: [&str; 2] = ["replica-0", "replica-1"];

/// The process goes on until its pass is over, it waits for an answer, or it stands at this point.
pub fn run(state: &mut State, who: usize, protocol: Protocol, until: Option<Point>) {
    loop {
        step(state, who, protocol);
        let pc = &state.replicas[who];
        if matches!(pc, Pc::Idle | Pc::Waits(_)) || until.is_some_and(|point| point.is(pc)) {
            return;
        }
    }
}

/// The next step of the process, if it has one that depends on nobody else.
pub fn step(state: &mut State, who: usize, protocol: Protocol) {
    let pass = match std::mem::replace(&mut state.replicas[who], Pc::Idle) {
        Pc::Idle => {
            let stored = state.stored.clone();
            return begin(state, who, &stored, protocol);
        }
        waits @ Pc::Waits(_) => {
            state.replicas[who] = waits;
            return;
        }
        Pc::At(pass) => Arc::unwrap_or_clone(pass),
    };
    let now = state.now;
    let next = match pass {
        Pass::Records(at) => record(state, at, protocol),
        Pass::Creates(at) => {
            create(state, at.own());
            at.take(Made::There, now)
        }
        Pass::Signs(at) => at.take(Ok(()), now),
        Pass::Looks(at) => last_look(state, at, who, protocol),
        Pass::Sends(at) => {
            send(state, who, at.call(), protocol);
            state.replicas[who] = Pc::Waits(Arc::new(Pass::Sends(at)));
            return;
        }
        Pass::WritesDown(_) | Pass::Rereads(_) => write_down(state, who, pass, protocol),
        other => other,
    };
    state.replicas[who] = at_rest(next);
}

/// What lies between two steps of the model: telling is heard by nobody here, and a signature changes nothing.
fn at_rest(pass: Pass) -> Pc {
    match pass {
        Pass::Tells(at) => at_rest(at.take()),
        Pass::Reports(_) | Pass::Over(_) | Pass::Keeps(_) => Pc::Idle,
        other => Pc::At(Arc::new(other)),
    }
}

/// A process begins a pass on this version of the ledger.
pub fn begin(state: &mut State, who: usize, stored: &Stored, protocol: Protocol) {
    if let Some(pass) = decide(state, who, stored, protocol) {
        if let Pass::Records(at) = &pass
            && let Some(after) = at.ledger()
        {
            verified(state, &stored.ledger, after);
        }
        state.replicas[who] = Pc::At(Arc::new(pass));
    }
}

/// What a process would decide on this version of the ledger; none if there is nothing to do.
pub fn decide(state: &State, who: usize, stored: &Stored, protocol: Protocol) -> Option<Pass> {
    let ledger = LedgerRead::Stored(read(stored));
    let Pass::Asks(at) = Pass::begin(state.group.clone(), sight(state), ledger, state.requests.clone()) else {
        return None;
    };
    let moment = Moment {
        now: state.now,
        fresh: fresh(state),
        absent_until: None,
        watched: Vec::new(),
    };
    let Pass::Observes(at) = at.take(state.decisions.clone(), !state.holds(), moment) else {
        return None;
    };
    let seen = observe(state, &at);
    match at_rest(with_env(state, who, protocol, |env| at.take(seen, env))) {
        Pc::At(pass) => Some(Arc::unwrap_or_clone(pass)),
        Pc::Idle | Pc::Waits(_) => None,
    }
}

fn observe(state: &State, at: &Observes) -> Seen {
    state.world.shown(at.look(), sight(state), state.now)
}

fn sight(state: &State) -> Sight {
    match state.world.observe(OBJECT, Depth::Full) {
        Some(seen) => Sight::Seen(seen),
        None => Sight::Unseen {
            reason: Reason::ProtectionObjectNotFound,
            message: "gone".to_owned(),
        },
    }
}

fn version(stored: &Stored) -> Version {
    Version(stored.version.to_string())
}

fn read(stored: &Stored) -> stationmaster_engine::pass::Stored {
    stationmaster_engine::pass::Stored {
        version: version(stored),
        ledger: stored.ledger.clone(),
    }
}

/// A token that nobody has seen.
fn fresh(state: &State) -> Token {
    Token::quoted(format!("t{}", state.issued + 1))
}

fn with_env<T>(state: &State, who: usize, protocol: Protocol, use_it: impl FnOnce(&Env<'_>) -> T) -> T {
    let variant = state.world.variant;
    let quiet = state.network.is_empty();
    use_it(&Env {
        orders_guarded: false,
        plan: &|operation, target, seen: &Observation| variant.plan(operation, target, seen),
        right: &|_| ClaimRight::FirstCome,
        endpoint: Some(groups::endpoint(&state.group)),
        there_and_back: None,
        instance: INSTANCES[who],
        rules: Rules {
            decide: &|input: &Input<'_>| protocol.decide(input, quiet),
            may_be_sent: &|sending| protocol.may_be_sent(sending),
            answer: &|ledger, call, instance, outcome, now| protocol.answer(ledger, call, instance, outcome, now),
        },
    })
}

fn record(state: &mut State, at: Records, protocol: Protocol) -> Pass {
    let now = state.now;
    let Some(ledger) = at.ledger().cloned() else {
        return at.take(Written::Conflict, now);
    };
    if !protocol.records_before_sending(at.act()) {
        let unwritten = at.replaces().cloned().unwrap_or(Version(String::new()));
        return at.take(Written::Done(unwritten), now);
    }
    if at.replaces() != Some(&version(&state.stored)) && protocol.guards_writes() {
        return at.take(Written::Conflict, now);
    }
    state.issued += u32::from(ledger.token.as_ref() == Some(&fresh(state)));
    let stored = state.write(ledger);
    at.take(Written::Done(version(&stored)), now)
}

/// The API server does not say whether it wrote the record: the call is not made, and that is written down later.
pub fn record_unheard(state: &mut State, who: usize, written: bool) {
    let Pc::At(pass) = state.replicas[who].clone() else {
        return;
    };
    let Pass::Records(at) = Arc::unwrap_or_clone(pass) else {
        return;
    };
    if written
        && at.replaces() == Some(&version(&state.stored))
        && let Some(ledger) = at.ledger().cloned()
    {
        state.write(ledger);
    }
    state.replicas[who] = at_rest(at.take(Written::Unheard, state.now));
}

fn create(state: &mut State, own: &OwnRequest) {
    if state.requests.iter().any(|r| r.name == own.name) {
        return;
    }
    let uid = format!("uid-{}", own.name);
    let filed = own.filed(uid, state.group.uid.clone(), state.now);
    state.requests.push(filed);
}

fn last_look(state: &mut State, at: Looks, who: usize, protocol: Protocol) -> Pass {
    let standing = Standing {
        ledger: Ok(Some(version(&state.stored))),
        group: Ok(Some((state.group.uid.clone(), state.group.generation))),
        now: state.now,
        stopping: false,
        leads: true,
    };
    let sight = sight(state);
    let operation = at.stored().ledger.operation.as_ref();
    let step = operation.and_then(|o| o.step(&at.call().step));
    let before = step.and_then(|s| s.submissions.last()).map(|s| s.before.clone());
    let changed = before.is_some_and(|before| sight.seen().is_some_and(|seen| seen.fingerprint != before));
    let next = with_env(state, who, protocol, |env| at.take(&sight, &standing, env));
    if changed && matches!(next, Pass::Sends(_)) {
        state.breaks(Broken::LookedAway);
    }
    next
}

fn send(state: &mut State, who: usize, call: &CallRequest, protocol: Protocol) {
    let mut request = call.clone();
    let seen = state.world.observe(OBJECT, Depth::Full);
    let present = seen.and_then(|o| o.fingerprint.revision);
    protocol.bend(&mut request, present);
    state.network.push(Sent {
        request,
        from: who,
        copy: false,
    });
}

/// The process has the answer, or knows that there is none.
pub fn answered(state: &mut State, who: usize, outcome: CallOutcome) {
    let (Pc::At(pass) | Pc::Waits(pass)) = state.replicas[who].clone() else {
        return;
    };
    if let Pass::Sends(at) = Arc::unwrap_or_clone(pass) {
        let next = at.take(outcome, state.now);
        state.replicas[who] = at_rest(next);
    }
}

fn write_down(state: &mut State, who: usize, mut pass: Pass, protocol: Protocol) -> Pass {
    loop {
        pass = match pass {
            Pass::Rereads(at) => reread(state, at),
            Pass::WritesDown(at) => match with_env(state, who, protocol, |env| at.ledger(env)) {
                Ok(ledger) if *at.replaces() != version(&state.stored) && protocol.guards_writes() => {
                    at.take(ledger, Written::Conflict)
                }
                Ok(ledger) => {
                    let stored = state.write(ledger.clone());
                    at.take(ledger, Written::Done(version(&stored)))
                }
                Err(_) => at.lost(),
            },
            other => return other,
        };
    }
}

fn reread(state: &State, at: Rereads) -> Pass {
    at.take(Ok(LedgerRead::Stored(read(&state.stored))))
}
