//! One process of the operator: drives the engine's pass as its shell does, and stops before each write.
//! It must not decide anything: every known-bad protocol only bends what the engine is told.

use super::Protocol;
use super::scene::{NOW, group, job, order, plan, working};
use super::state::{Process, State};
use crate::sets::scene::seen;
use stationmaster_engine::ledger::{Stored, SubmissionState, Version};
use stationmaster_engine::pass::{Env, LedgerRead, Moment, Rules, Seen, Standing, Written};
use stationmaster_engine::{
    CallOutcome, ClaimRight, Decided, DecisionRequest, Input, JobReport, Ledger, OperationType, Pass, Reason, Sight,
    Token, decide,
};
use std::sync::Arc;

fn with_env<T>(protocol: Protocol, use_it: impl FnOnce(&Env<'_>) -> T) -> T {
    use_it(&Env {
        plan: &|operation, _, _| (operation == OperationType::Failover).then(plan),
        right: &|_| ClaimRight::FirstCome,
        endpoint: Some("here"),
        there_and_back: None,
        instance: "operator",
        orders_guarded: true,
        rules: Rules {
            decide: &|input: &Input<'_>| bent(protocol, input),
            ..Rules::shipped()
        },
    })
}

fn bent(protocol: Protocol, input: &Input<'_>) -> Decided {
    let Some(known) = input.ledger else {
        return decide(input);
    };
    let mut ledger = known.clone();
    match protocol {
        Protocol::AsItIs => return decide(input),
        Protocol::CarriesOutTwice => {
            ledger.consumed.clear();
            let attempts = ledger
                .operation
                .as_ref()
                .and_then(|o| o.current())
                .map_or(0, |s| s.attempts);
            let attempt = |d: &DecisionRequest| DecisionRequest {
                attempt: attempts,
                ..d.clone()
            };
            let decisions: Vec<DecisionRequest> = input.decisions.iter().map(attempt).collect();
            return decide(&Input {
                ledger: Some(&ledger),
                decisions: &decisions,
                ..*input
            });
        }
        Protocol::RetriesInDoubt => {
            let steps = ledger.operation.iter_mut().flat_map(|o| &mut o.steps);
            for submission in steps.filter(|s| s.part.is_some()).flat_map(|s| &mut s.submissions) {
                if let SubmissionState::Ambiguous { since, message } = &submission.state {
                    submission.state = SubmissionState::NotSent {
                        retry_at: *since,
                        reason: Reason::CallNotSent,
                        message: message.clone(),
                    };
                }
            }
        }
    }
    decide(&Input {
        ledger: Some(&ledger),
        ..*input
    })
}

fn pass(
    ledger: LedgerRead,
    decisions: &[DecisionRequest],
    sight: Sight,
    jobs: Vec<JobReport>,
    protocol: Protocol,
) -> Pass {
    // A person has seen a token before anything is filed.
    let token = ledger
        .ledger()
        .and_then(|l| l.operation.as_ref().map(|o| o.token.clone()).or(l.token.clone()));
    let filed = token.map(|token| order(Some(token)));
    let Pass::Asks(at) = Pass::begin(group(), sight.clone(), ledger, filed.into_iter().collect()) else {
        unreachable!("it begins with questions");
    };
    let moment = Moment {
        now: NOW,
        fresh: Token::quoted("t"),
        absent_until: None,
        watched: Vec::new(),
    };
    let Pass::Observes(at) = at.take(decisions.to_vec(), false, moment) else {
        unreachable!("then it observes");
    };
    let read = Seen {
        found: None,
        jobs,
        unread: None,
        sight,
        begun_at: NOW,
        ended_at: NOW,
    };
    with_env(protocol, |env| at.take(read, env))
}

/// The ledger once the operation has started its job, and the job waits.
pub fn begun() -> Ledger {
    let stored = |ledger: &Ledger| {
        LedgerRead::Stored(Stored {
            version: Version("0".to_owned()),
            ledger: Arc::new(ledger.clone()),
        })
    };
    let decided =
        |read: LedgerRead, sight: Sight, jobs: Vec<JobReport>| match pass(read, &[], sight, jobs, Protocol::AsItIs) {
            Pass::Records(at) => at.ledger().cloned(),
            _ => None,
        };
    let first = decided(LedgerRead::Missing, seen(), Vec::new());
    let mut ledger = first
        .and_then(|l| decided(stored(&l), seen(), Vec::new()))
        .unwrap_or_else(|| unreachable!());
    for step in ledger.operation.iter_mut().flat_map(|o| &mut o.steps) {
        if let Some(submission) = step.submissions.last_mut() {
            let jobs = vec!["a".to_owned()];
            submission.state = SubmissionState::Accepted { jobs };
        }
    }
    decided(stored(&ledger), working(), vec![job(false, 0)]).unwrap_or(ledger)
}

/// A process reads everything and decides.
pub fn begin(state: &mut State, process: usize, protocol: Protocol) {
    let (version, ledger) = &state.ledger;
    let read = LedgerRead::Stored(Stored {
        version: Version(version.to_string()),
        ledger: ledger.clone(),
    });
    let jobs = vec![job(state.works, state.done)];
    let next = pass(read, &state.decisions, working(), jobs, protocol);
    stand(state, process, next);
}

fn stand(state: &mut State, process: usize, pass: Pass) {
    state.processes[process] = match pass {
        Pass::Tells(at) => return stand(state, process, at.take()),
        Pass::Signs(at) => return stand(state, process, at.take(Ok(()), NOW)),
        Pass::Reports(_) | Pass::Over(_) | Pass::Keeps(_) => Process::Idle,
        sends @ Pass::Sends(_) => {
            state.network.push(process);
            Process::Waits(Arc::new(sends))
        }
        other => Process::At(Arc::new(other)),
    };
}

fn write(state: &mut State, before: Option<&Version>, ledger: &Ledger) -> Written {
    if before != Some(&Version(state.ledger.0.to_string())) {
        return Written::Conflict;
    }
    state.ledger = (state.ledger.0 + 1, Arc::new(ledger.clone()));
    Written::Done(Version(state.ledger.0.to_string()))
}

/// The next write of the process, or its last look.
pub fn step(state: &mut State, process: usize, protocol: Protocol) {
    let Process::At(at) = std::mem::replace(&mut state.processes[process], Process::Idle) else {
        return;
    };
    let next = match Arc::unwrap_or_clone(at) {
        Pass::Records(at) => {
            let written = match at.ledger() {
                Some(ledger) => write(state, at.replaces(), ledger),
                None => Written::Conflict,
            };
            at.take(written, NOW)
        }
        Pass::Looks(at) => {
            let standing = Standing {
                ledger: Ok(Some(Version(state.ledger.0.to_string()))),
                group: Ok(Some(("u".to_owned(), 1))),
                now: NOW,
                stopping: false,
                leads: true,
            };
            with_env(protocol, |env| at.take(&working(), &standing, env))
        }
        Pass::WritesDown(at) => match with_env(protocol, |env| at.ledger(env)) {
            Ok(ledger) => {
                let written = write(state, Some(at.replaces()), &ledger);
                at.take(ledger, written)
            }
            Err(_) => at.lost(),
        },
        Pass::Rereads(at) => {
            let (version, ledger) = &state.ledger;
            at.take(Ok(LedgerRead::Stored(Stored {
                version: Version(version.to_string()),
                ledger: ledger.clone(),
            })))
        }
        other => other,
    };
    stand(state, process, next);
}

/// The process hears that its call was taken, or nothing.
pub fn hear(state: &mut State, process: usize, taken: bool, protocol: Protocol) {
    let Process::Waits(at) = std::mem::replace(&mut state.processes[process], Process::Idle) else {
        return;
    };
    let outcome = match taken {
        true => CallOutcome::Accepted { jobs: Vec::new() },
        false => CallOutcome::Ambiguous {
            message: "no answer".to_owned(),
        },
    };
    if let Pass::Sends(at) = Arc::unwrap_or_clone(at) {
        stand(state, process, at.take(outcome, NOW));
    }
    // What came of a call is written at once, as often as that takes.
    while let Process::At(at) = &state.processes[process]
        && matches!(**at, Pass::WritesDown(_) | Pass::Rereads(_))
    {
        step(state, process, protocol);
    }
}
