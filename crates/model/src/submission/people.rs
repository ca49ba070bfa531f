//! People: they ask for operations, answer them, take an intent back.
//! It must not let a careful person say what is not so; a careless one says anything.

use super::action::{Action, Point};
use super::state::{OBJECT, State};
use crate::decision;
use jiff::SignedDuration;
use stationmaster_engine::ledger::Step;
use stationmaster_engine::{DataLoss, DecisionAction, Intent, OperationType, Reason, Request, StepKind};
use stationmaster_provider_proof::At;

/// How far a person's word can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Word {
    /// A person says only what is so.
    True,
    /// A person is wrong about whether a call was executed.
    WrongOnCalls,
    /// A person is wrong about whether a call of before can still arrive.
    WrongOnPendingCalls,
}

/// What people can do now.
pub fn possible(state: &State, word: Word, actions: &mut Vec<Action>) {
    let left = &state.left;
    if left.asks > 0 && next(state).is_some() {
        actions.push(Action::Asks);
    }
    for what in [
        DecisionAction::Confirm,
        DecisionAction::Executed,
        DecisionAction::NotExecuted,
    ] {
        if left.decisions > 0 && fits(state, what) && may_say(state, what, word) {
            actions.push(Action::Answers(what));
        }
    }
    if left.abandons > 0 && fits(state, DecisionAction::Abandon) {
        actions.push(Action::Answers(DecisionAction::Abandon));
    }
    let intent = |o: &stationmaster_engine::ledger::Operation| o.kind == OperationType::PlannedFailover;
    if left.withdrawals > 0 && state.group.intent.is_some() && state.ledger().operation.as_ref().is_some_and(intent) {
        actions.push(Action::Withdraws);
    }
    let protected = state.world.object(OBJECT).is_some_and(|o| o.at == At::Protected);
    if left.console > 0 && protected && state.world.console_can_move(OBJECT) {
        actions.push(Action::Console);
    }
}

fn current(state: &State) -> Option<&Step> {
    state.ledger().operation.as_ref().and_then(|o| o.current())
}

/// Whether the operation asks for such an answer.
pub fn fits(state: &State, what: DecisionAction) -> bool {
    let asked = match what {
        DecisionAction::Confirm => Reason::AwaitingConfirmation,
        _ => Reason::SubmissionUnknown,
    };
    decision::is_asked(state.ledger(), &state.decisions, asked)
}

/// Whether a person is asked that no call of before can still arrive.
fn pending_call(step: &Step) -> bool {
    step.spec.name.starts_with("PendingCallExcluded")
}

fn may_say(state: &State, what: DecisionAction, word: Word) -> bool {
    let wrong = match what {
        DecisionAction::Executed | DecisionAction::NotExecuted => word == Word::WrongOnCalls,
        _ => word == Word::WrongOnPendingCalls,
    };
    wrong || is_so(state, what)
}

/// Whether the answer is the truth. That a request on its way will never arrive becomes so by a person's word for it; that a process is
/// held up before it sends is nothing that a careful person overlooks.
pub fn is_so(state: &State, what: DecisionAction) -> bool {
    let (Some(operation), Some(step)) = (&state.ledger().operation, current(state)) else {
        return false;
    };
    let done = match &step.spec.kind {
        StepKind::Call(call) => state.carried_out(&operation.name, &call.action),
        _ => false,
    };
    match what {
        DecisionAction::Executed => done,
        DecisionAction::NotExecuted => !done,
        DecisionAction::Confirm if pending_call(step) => !state.replicas.iter().any(|pc| Point::BeforeSending.is(pc)),
        _ => true,
    }
}

/// A person answers the present attempt of the present step.
pub fn answer(state: &mut State, what: DecisionAction, word: Word) {
    match what {
        DecisionAction::Abandon => state.left.abandons -= 1,
        _ => state.left.decisions = state.left.decisions.saturating_sub(1),
    }
    let number = state.decisions.len() + 1;
    let Some(answer) = decision::to_the_present_step(state.ledger(), what, number) else {
        return;
    };
    if word != Word::WrongOnPendingCalls && what == DecisionAction::Confirm && current(state).is_some_and(pending_call)
    {
        state.network.clear();
    }
    state.decisions.push(answer);
}

/// What a person would ask for next: to be protected again, or to move back.
fn next(state: &State) -> Option<OperationType> {
    let ledger = state.ledger();
    if ledger.operation.is_some() || ledger.intent.is_some() || ledger.token.is_none() {
        return None;
    }
    let last = ledger.completed.last()?;
    match state.world.object(OBJECT)?.at {
        At::FailedOver => Some(OperationType::Reprotect),
        At::Protected if last.kind == OperationType::Reprotect => None,
        At::Protected => Some(last.kind),
        _ => None,
    }
}

/// A person asks for the next operation, quoting the token that is shown.
pub fn ask(state: &mut State) {
    if let Some(operation) = next(state) {
        state.left.asks -= 1;
        file(state, operation);
    }
}

/// A person asks for an operation, quoting the token that is shown.
pub fn file(state: &mut State, operation: OperationType) {
    let Some(station) = state.world.object(OBJECT).map(|o| o.station) else {
        return;
    };
    let token = state.ledger().token.clone();
    if operation == OperationType::PlannedFailover {
        state.group.generation += 1;
        state.group.intent = Some(Intent {
            station: station.other(),
            token,
        });
        return;
    }
    let target = if operation.moves_production() {
        station.other()
    } else {
        station
    };
    // Two groups may have operations of one name; what the provider's journal shows must tell them apart.
    let number = format!("{}-{}", state.group.uid, state.requests.len() + 1);
    state.requests.push(Request {
        name: format!("{}-{number}", operation.as_str().to_lowercase()),
        uid: format!("uid-{number}"),
        created_at: state.now,
        group_uid: state.group.uid.clone(),
        operation,
        target: Some(target),
        token,
        not_after: state.now.checked_add(SignedDuration::from_hours(1)).ok(),
        data_loss: Some(DataLoss::Unknown),
        accepted_risks: Vec::new(),
        requested_by: "dana".to_owned(),
        ended: false,
    });
}

/// A person takes the intent back.
pub fn withdraw(state: &mut State) {
    state.left.withdrawals -= 1;
    state.group.generation += 1;
    state.group.intent = None;
}
