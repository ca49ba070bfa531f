//! One process of the operator, step by step as its shell does it: read, observe and decide, record, look again, send, write the answer.
//! It must not decide anything: every judgement is the engine's, and every known-bad protocol only leaves out or bends one of these steps.
//!
//! Reading and deciding are one step, since a decision on a ledger that was written meanwhile is thrown away. So are the last looks at the
//! provider and at the API server: a ledger that is unchanged at the second was so at the first.

use super::action::Point;
use super::groups;
use super::judge::verified;
use super::protocol::Protocol;
use super::state::{Broken, Call, Decided, OBJECT, Pc, Sent, State, Stored};
use stationmaster_engine::decide::Submit;
use stationmaster_engine::journal::{self, Outcome};
use stationmaster_engine::look::{JobLook, look};
use stationmaster_engine::{Act, ClaimRight, Depth, Input, OwnRequest, Reason, Sight, Token, check};
use stationmaster_provider_proof as proof;
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
    let pc = std::mem::replace(&mut state.replicas[who], Pc::Idle);
    state.replicas[who] = match pc {
        Pc::Idle => {
            let stored = state.stored.clone();
            return begin(state, who, &stored, protocol);
        }
        Pc::Decided(decided) => record(state, &decided, protocol),
        Pc::Creates(decided) => {
            if let Act::CreateOperation(own) = &decided.act {
                create(state, own);
            }
            Pc::Idle
        }
        Pc::Recorded(call) => last_look(state, call, protocol),
        Pc::Sends(call) => send(state, who, call, protocol),
        Pc::Answered(call, outcome) => {
            write_down(state, who, &call, outcome, protocol);
            Pc::Idle
        }
        waits @ Pc::Waits(_) => waits,
    };
}

/// A process begins a pass on this version of the ledger.
pub fn begin(state: &mut State, who: usize, stored: &Stored, protocol: Protocol) {
    if let Some(decided) = decide(state, who, stored, protocol) {
        if let Some(after) = &decided.ledger {
            verified(state, &stored.ledger, after);
        }
        state.replicas[who] = Pc::Decided(Arc::new(decided));
    }
}

/// What a process would decide on this version of the ledger; none if there is nothing to do.
pub fn decide(state: &State, who: usize, stored: &Stored, protocol: Protocol) -> Option<Decided> {
    let ledger = &stored.ledger;
    let look = look(&state.group, Some(ledger), &state.requests);
    let poll = |j: &JobLook| state.world.poll(&j.action, j.operation, &j.job);
    let jobs: Vec<_> = look.jobs.iter().filter_map(poll).collect();
    let lost = look.lost;
    let found = lost.and_then(|l| state.world.find(OBJECT, &l.action, l.operation, l.recorded_at));
    let sight = match state.world.observe(OBJECT, Depth::Full) {
        Some(seen) => Sight::Seen(seen),
        None => Sight::Unseen {
            reason: Reason::ProtectionObjectNotFound,
            message: "gone".to_owned(),
        },
    };
    let fresh = Token::quoted(format!("t{}", state.minted + 1));
    let variant = state.world.variant;
    let plan = move |operation, target| variant.plan(operation, target);
    let input = Input {
        group: &state.group,
        ledger: Some(ledger),
        holder_exists: !state.holds(),
        right: &|_| ClaimRight::FirstCome,
        endpoint: Some(groups::endpoint(&state.group)),
        sight: &sight,
        requests: &state.requests,
        answers: &state.answers,
        jobs: &jobs,
        found: found.as_ref(),
        plan: &plan,
        fresh: &fresh,
        instance: INSTANCES[who],
        now: state.now,
        absent_until: None,
    };
    let decision = protocol.decide(&input, state.network.is_empty());
    let idle = decision.ledger.is_none() && decision.act == Act::None;
    (!idle).then(|| Decided {
        stored: stored.clone(),
        generation: state.group.generation,
        ledger: decision.ledger,
        act: decision.act,
    })
}

fn record(state: &mut State, decided: &Arc<Decided>, protocol: Protocol) -> Pc {
    let mut stored = decided.stored.clone();
    if let Some(ledger) = &decided.ledger {
        if protocol.records_before_sending(&decided.act) {
            if decided.stored.version != state.stored.version && protocol.guards_writes() {
                return Pc::Idle;
            }
            let fresh = Token::quoted(format!("t{}", state.minted + 1));
            state.minted += u32::from(ledger.token.as_ref() == Some(&fresh));
            stored = state.write(ledger.clone());
        } else {
            stored.ledger = Arc::new(ledger.clone());
        }
    }
    match &decided.act {
        Act::None => Pc::Idle,
        Act::CreateOperation(_) => Pc::Creates(decided.clone()),
        Act::Submit(submit) => Pc::Recorded(call(decided, stored, submit)),
    }
}

fn call(decided: &Decided, stored: Stored, submit: &Submit) -> Arc<Call> {
    Arc::new(Call {
        submit: submit.clone(),
        stored,
        generation: decided.generation,
    })
}

/// The API server does not say whether it wrote the record: the call is not made, and that is written down later.
pub fn record_unheard(state: &mut State, who: usize, written: bool) {
    let Pc::Decided(decided) = state.replicas[who].clone() else {
        return;
    };
    let Act::Submit(submit) = &decided.act else { return };
    if written
        && decided.stored.version == state.stored.version
        && let Some(ledger) = &decided.ledger
    {
        state.write(ledger.clone());
    }
    let call = call(&decided, decided.stored.clone(), submit);
    let outcome = withheld("the API server did not say whether the call was recorded");
    state.replicas[who] = Pc::Answered(call, outcome);
}

fn withheld(message: &str) -> Outcome {
    not_sent((Reason::CallWithheld, message.to_owned()))
}

fn not_sent((reason, message): (Reason, String)) -> Outcome {
    Outcome::NotSent {
        reason,
        message,
        after_seconds: None,
    }
}

fn create(state: &mut State, own: &OwnRequest) {
    if state.requests.iter().any(|r| r.name == own.name) {
        return;
    }
    let uid = format!("uid-{}", own.name);
    let filed = own.filed(uid, state.group.uid.clone(), state.now);
    state.requests.push(filed);
}

fn last_look(state: &mut State, call: Arc<Call>, protocol: Protocol) -> Pc {
    let submit = &call.submit;
    let Some(seen) = state.world.observe(OBJECT, Depth::Full) else {
        return Pc::Answered(call, withheld("the object is gone"));
    };
    if protocol.looks() {
        let withheld = |why: &str| Err((Reason::CallWithheld, why.to_owned()));
        let checked = check::still_true(&call.stored.ledger, &submit.step, submit.attempt, &seen);
        let checked = checked.and_then(|()| {
            if call.stored.version != state.stored.version {
                return withheld("someone else wrote the ledger");
            }
            if call.generation != state.group.generation {
                return withheld("the group's spec was changed meanwhile");
            }
            if state.now.duration_since(submit.recorded_at) > check::SEND_BUDGET {
                return withheld("too much time has passed since the call was recorded");
            }
            Ok(())
        });
        if let Err(why) = checked {
            return Pc::Answered(call, not_sent(why));
        }
    }
    let operation = call.stored.ledger.operation.as_ref();
    let step = operation.and_then(|o| o.step(&submit.step));
    let recorded = step.and_then(|s| s.submissions.last());
    if recorded.is_some_and(|s| s.before != seen.fingerprint) {
        state.breaks(Broken::LookedAway);
    }
    Pc::Sends(call)
}

fn send(state: &mut State, who: usize, call: Arc<Call>, protocol: Protocol) -> Pc {
    let mut request = proof::Request::submitted(OBJECT, &call.submit);
    let seen = state.world.observe(OBJECT, Depth::Full);
    let present = seen.and_then(|o| o.fingerprint.revision);
    protocol.bend(&mut request, call.submit.attempt, present);
    state.network.push(Sent {
        request,
        from: who,
        copy: false,
    });
    Pc::Waits(call)
}

/// Writes an answer down, reading again as often as it takes: one step, since each write is guarded and a refused one changes nothing.
fn write_down(state: &mut State, who: usize, call: &Call, outcome: Outcome, protocol: Protocol) {
    let submit = &call.submit;
    let base = if protocol.guards_writes() {
        &state.stored
    } else {
        &call.stored
    };
    let step = base.ledger.operation.as_ref().and_then(|o| o.step(&submit.step));
    let recorded = step.and_then(|s| s.submissions.iter().find(|s| s.attempt == submit.attempt));
    let ours = recorded.is_some_and(|s| s.recorded_by == INSTANCES[who] && s.recorded_at == submit.recorded_at);
    if !ours && protocol.asks_whose() {
        return;
    }
    let outcome = protocol.hears(outcome);
    let (name, attempt) = (&submit.operation_name, submit.attempt);
    if let Ok(ledger) = journal::answer(&base.ledger, name, &submit.step, attempt, outcome, state.now) {
        state.write(ledger);
    }
}
