//! The status of a RecoveryOperation, projected from the ledger: while it runs, and once from its result.
//! It must not read the status that was written before.

use super::Condition;
use super::conditions;
use super::job::{self, JobView};
use super::state::State;
use crate::decide::part::offers;
use crate::decide::refuses;
use crate::ledger::{CompletedOperation, Ending, Ledger, Operation, Step, StepState};
use crate::{Decided, Input, JobReport, PartAction, PartOffer, Reason, Request, Station, StepKind, Why, explain, text};
use jiff::Timestamp;

/// The status of one operation.
#[derive(Clone, Debug, PartialEq)]
pub struct OperationReport {
    /// Name of the object.
    pub name: String,
    /// Its uid; none while the operator has not made its own.
    pub uid: Option<String>,
    /// How it stands.
    pub state: State,
    /// Why.
    pub reason: Reason,
    /// In words.
    pub message: String,
    /// Its steps; none for an operation that was never begun.
    pub steps: Vec<StepView>,
    /// The jobs that are followed, as far as they were read in this pass.
    pub job: Option<JobView>,
    /// What a person may ask of parts of the jobs now; none where the jobs could not be read.
    pub available: Option<Vec<PartChoice>>,
    /// When its first call was recorded.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// From the first call to the verified role, of an operation that moved production.
    pub role_change_seconds: Option<u64>,
    /// Where production ran when it had succeeded.
    pub resulting_station: Option<Station>,
    /// Its conditions.
    pub conditions: Vec<Condition>,
}

/// What a person may ask of a part of a job, by an OperationDecision that quotes all of this.
#[derive(Clone, Debug, PartialEq)]
pub struct PartChoice {
    /// The step.
    pub step: String,
    /// Its present attempt.
    pub attempt: u32,
    /// The part, as the decision names it.
    pub part: String,
    /// What is done with it.
    pub action: PartAction,
}

/// A step.
#[derive(Clone, Debug, PartialEq)]
pub struct StepView {
    /// Name.
    pub name: String,
    /// How it stands.
    pub state: StepState,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// How often it was tried.
    pub attempts: u32,
    /// The job that it started or follows.
    pub job_id: Option<String>,
    /// Why it waits or failed.
    pub reason: Option<Reason>,
    /// The same in words.
    pub message: String,
}

impl OperationReport {
    /// How an operation stands, of which nothing has been done yet.
    pub(super) fn new(name: &str, uid: Option<String>, state: State, reason: Reason, message: &str) -> OperationReport {
        OperationReport {
            name: name.to_owned(),
            uid,
            state,
            reason,
            message: text::plain(message),
            steps: Vec::new(),
            job: None,
            available: Some(Vec::new()),
            started_at: None,
            finished_at: None,
            role_change_seconds: None,
            resulting_station: None,
            conditions: conditions::operation(state, reason, message),
        }
    }
}

pub(super) fn reports(input: &Input<'_>, ledger: Option<&Ledger>, decided: &Decided) -> Vec<OperationReport> {
    let running_now = ledger.and_then(|l| l.operation.as_ref());
    let mut list = Vec::new();
    for request in input.requests {
        if let Some(operation) = running_now.filter(|o| o.uid.as_deref() == Some(&request.uid)) {
            list.push(running(input, operation));
        } else if let Some(completed) = ledger.and_then(|l| l.completed_operation(&request.uid)) {
            // Without its record an older result has been reported long ago; writing it again would take the steps away.
            if !request.ended || completed.record.is_some() {
                list.push(ended(input, completed));
            }
        } else if !request.ended {
            list.push(waiting(input, ledger, request, decided));
        }
    }
    list
}

/// What was asked for and is in no ledger: it waits, and is told why. Where its group is not served it is refused if that does not pass by
/// itself, and ends with its time in any case.
fn waiting(input: &Input<'_>, ledger: Option<&Ledger>, request: &Request, decided: &Decided) -> OperationReport {
    let next = || {
        Why::new(
            Reason::NotObserved,
            "the group is being read; what was asked for is judged after that",
        )
    };
    let why = decided.pending.get(&request.uid).cloned().unwrap_or_else(next);
    let uid = Some(request.uid.clone());
    // Where there is a ledger the gate judges the time, and remembers it.
    let until = request.not_after.filter(|_| ledger.is_none());
    let over = until.filter(|until| *until <= input.now);
    let (state, reason, message) = match over {
        _ if refuses(why.reason) => (State::Ended(Ending::Refused), why.reason, why.message),
        None => (State::Pending, why.reason, why.message),
        Some(until) => {
            let message = format!("notAfter {} has passed: {}", text::moment(until), why.message);
            (State::Ended(Ending::Expired), Reason::Expired, message)
        }
    };
    OperationReport {
        // Written once: what has ended is not pending any more.
        finished_at: matches!(state, State::Ended(_)).then_some(input.now),
        ..OperationReport::new(&request.name, uid, state, reason, &message)
    }
}

fn running(input: &Input<'_>, operation: &Operation) -> OperationReport {
    let step = operation.current();
    let state = match step {
        Some(step) if step.state == StepState::Unknown => State::InDoubt,
        Some(step) if step.state == StepState::Waiting && !operation.submitted() => State::Waiting,
        _ => State::Running,
    };
    let reason = step.and_then(|s| s.reason).unwrap_or(Reason::Submitting);
    let message = match step {
        Some(step) if !step.message.is_empty() => format!("{}: {}", step.spec.name, step.message),
        Some(step) => step.spec.name.clone(),
        None => "all steps are done; the outcome is verified".to_owned(),
    };
    let message = explain::with_command(&message, &input.group.namespace, operation);
    OperationReport {
        steps: steps(operation),
        job: job::of(input, operation),
        available: choices(input, operation),
        started_at: operation.started_at,
        ..OperationReport::new(&operation.name, operation.uid.clone(), state, reason, &message)
    }
}

fn ended(input: &Input<'_>, completed: &CompletedOperation) -> OperationReport {
    let state = State::Ended(completed.ending);
    let moved = completed.ending == Ending::Succeeded && completed.kind.moves_production();
    let record = completed.record.as_deref();
    OperationReport {
        steps: record.map(steps).unwrap_or_default(),
        job: record.and_then(|o| job::of(input, o)),
        started_at: completed.started_at,
        finished_at: Some(completed.finished_at),
        role_change_seconds: completed
            .started_at
            .filter(|_| moved)
            .map(|start| seconds(start, completed.finished_at)),
        resulting_station: record
            .filter(|_| completed.ending == Ending::Succeeded)
            .map(|o| o.target),
        ..OperationReport::new(
            &completed.name,
            completed.uid.clone(),
            state,
            completed.reason,
            &completed.message,
        )
    }
}

fn choices(input: &Input<'_>, operation: &Operation) -> Option<Vec<PartChoice>> {
    let step = operation.current()?;
    let StepKind::Follow { call } = &step.spec.kind else {
        return Some(Vec::new());
    };
    if step.reason != Some(Reason::PartFailed) {
        return Some(Vec::new());
    }
    let read = operation
        .jobs_of(call)
        .iter()
        .all(|id| input.jobs.iter().any(|job| job.id == *id));
    let choice = |(part, _, offer): (String, &JobReport, &PartOffer)| PartChoice {
        step: step.spec.name.clone(),
        attempt: step.attempts,
        part,
        action: offer.action,
    };
    read.then(|| offers(operation, call, input.jobs).into_iter().map(choice).collect())
}

fn steps(operation: &Operation) -> Vec<StepView> {
    let view = |step: &Step| StepView {
        name: step.spec.name.clone(),
        state: step.state,
        started_at: step.started_at,
        finished_at: step.finished_at,
        attempts: step.attempts,
        job_id: match &step.spec.kind {
            StepKind::Call(_) => operation.jobs_of(&step.spec.name).first().cloned(),
            StepKind::Follow { call } => operation.jobs_of(call).first().cloned(),
            _ => None,
        },
        reason: step.reason,
        message: text::plain(step.message.as_str()),
    };
    operation.steps.iter().map(view).collect()
}

/// The id of the newest job of an operation.
pub(super) fn job_id(operation: &Operation) -> Option<String> {
    let last = |s: &Step| operation.jobs_of(&s.spec.name).pop();
    operation.steps.iter().rev().find_map(last)
}

/// Whole seconds between two moments, rounded, never negative.
pub(super) fn seconds(from: Timestamp, to: Timestamp) -> u64 {
    let seconds = to.duration_since(from).as_secs_f64().round().max(0.0);
    // A duration between two timestamps fits by far; the cast saturates.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = seconds as u64;
    whole
}
