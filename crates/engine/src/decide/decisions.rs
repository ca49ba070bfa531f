//! A person's decision on a running operation: confirm a step, tell what became of a call, end it.
//! It must not take a decision twice, nor one that was meant for another attempt.

use super::draft::Draft;
use super::running::End;
use super::{finish, part};
use crate::ledger::{
    CONSUMED, ConsumedDecision, Ending, Operation, PENDING_CALL_EXCLUDED, PendingCall, StepState, SubmissionState,
};
use crate::{DecisionAction, DecisionRequest, JobReport, PartAction, Reason, StepKind, Why, text};
use jiff::Timestamp;

/// Consumes every decision that was not consumed before.
pub(super) fn consume(draft: &mut Draft<'_>) {
    for decision in draft.input.decisions {
        if decision.ended || draft.ledger.consumed.iter().any(|past| past.uid == decision.uid) {
            continue;
        }
        let (reason, message) = match apply(draft, decision) {
            Ok(message) => (Reason::DecisionAccepted, message),
            Err(Why { reason, message }) => (reason, message),
        };
        let accepted = reason == Reason::DecisionAccepted;
        let told = format!(
            "Decision {} ({}) by {}: {message}",
            decision.name,
            decision.action.as_str(),
            by(decision)
        );
        draft.notice(!accepted, reason, told, Some(&decision.operation_name));
        let message = text::cut(256, message);
        draft.ledger.consumed.push(ConsumedDecision {
            uid: decision.uid.clone(),
            accepted,
            reason,
            message,
        });
        if draft.ledger.consumed.len() > CONSUMED {
            draft.ledger.consumed.remove(0);
        }
    }
}

fn by(decision: &DecisionRequest) -> &str {
    if decision.requested_by.is_empty() {
        "an unnamed person"
    } else {
        &decision.requested_by
    }
}

fn refused<T>(reason: Reason, message: impl Into<String>) -> Result<T, Why> {
    Err(Why::new(reason, message))
}

fn apply(draft: &mut Draft<'_>, decision: &DecisionRequest) -> Result<String, Why> {
    let Some(mut operation) = draft.ledger.operation.take() else {
        return refused(Reason::OperationNotFound, "no operation of the group is running");
    };
    let now = draft.now();
    let jobs = draft.input.jobs;
    match carry_out(&mut operation, &mut draft.ledger.pending_calls, decision, jobs, now) {
        Ok((message, Some(end))) => {
            finish::finish(draft, operation, end);
            Ok(message)
        }
        other => {
            draft.ledger.operation = Some(operation);
            other.map(|(message, _)| message)
        }
    }
}

/// What a decision does to the operation, in words, and whether it ends it.
type DecisionResult = Result<(String, Option<End>), Why>;

fn carry_out(
    operation: &mut Operation,
    pending_calls: &mut Vec<PendingCall>,
    decision: &DecisionRequest,
    jobs: &[JobReport],
    now: Timestamp,
) -> DecisionResult {
    if operation.name != decision.operation_name || operation.uid.as_deref() != Some(&decision.operation_uid) {
        let name = &operation.name;
        return refused(
            Reason::DecisionStale,
            match &operation.uid {
                Some(uid) => format!("the running operation is {name} with uid {uid}"),
                None => format!("the running operation is {name}, and its object is not known yet"),
            },
        );
    }
    match decision.action {
        DecisionAction::Abandon => Ok(abandon(operation, decision)),
        DecisionAction::Confirm => confirm(operation, pending_calls, decision),
        DecisionAction::Executed | DecisionAction::NotExecuted => declare(operation, decision, now),
        DecisionAction::Retry | DecisionAction::Skip | DecisionAction::Rollback => {
            match PartAction::of(decision.action) {
                Some(action) => {
                    let index = addressed(operation, decision)?;
                    let message = part::decide(operation, index, action, decision, jobs)?;
                    Ok((message, None))
                }
                None => refused(Reason::DecisionNotApplicable, "it asks nothing of a part"),
            }
        }
    }
}

/// The index of the step that the decision names, if it is the one that the operation waits for and the attempt is the present one.
fn addressed(operation: &Operation, decision: &DecisionRequest) -> Result<usize, Why> {
    let waits = operation.steps.iter().position(|s| !s.is_done());
    let current = waits.map(|index| (index, &operation.steps[index]));
    let Some((index, step)) = current.filter(|(_, s)| s.spec.name == decision.step) else {
        let name = current.map_or("none", |(_, s)| &s.spec.name);
        let message = format!("the operation waits at step {name}");
        return refused(Reason::DecisionNotApplicable, message);
    };
    if step.attempts != decision.attempt {
        let (attempts, named) = (step.attempts, decision.attempt);
        let message = format!(
            "step {} is at attempt {attempts}, the decision names {named}",
            decision.step
        );
        return refused(Reason::DecisionStale, message);
    }
    Ok(index)
}

fn confirm(
    operation: &mut Operation,
    pending_calls: &mut Vec<PendingCall>,
    decision: &DecisionRequest,
) -> DecisionResult {
    let index = addressed(operation, decision)?;
    let step = &mut operation.steps[index];
    let asks = step.state == StepState::Waiting && step.reason == Some(Reason::AwaitingConfirmation);
    if !asks {
        let message = format!("step {} does not wait for a confirmation", decision.step);
        return refused(Reason::DecisionNotApplicable, message);
    }
    step.confirmed = true;
    // What is confirmed is what was asked, and nothing else that came since.
    if let StepKind::Confirm { question } = &step.spec.kind
        && step.spec.name.starts_with(PENDING_CALL_EXCLUDED)
    {
        pending_calls.retain(|call| call.dead_at.is_some() || !question.contains(&call.described()));
    }
    Ok((format!("step {} is confirmed", decision.step), None))
}

fn declare(operation: &mut Operation, decision: &DecisionRequest, now: Timestamp) -> DecisionResult {
    let index = addressed(operation, decision)?;
    let step = &mut operation.steps[index];
    let doubt = step
        .doubt()
        .filter(|s| matches!(s.state, SubmissionState::Ambiguous { .. }));
    let Some(last) = doubt.map(|s| s.attempt) else {
        let message = format!("the outcome of step {} is not in doubt", decision.step);
        return refused(Reason::DecisionNotApplicable, message);
    };
    if decision.action == DecisionAction::Executed {
        step.settle(last, SubmissionState::DeclaredExecuted);
        step.end(StepState::Succeeded, now);
        let message = format!("step {} was executed; the outcome is verified next", decision.step);
        return Ok((message, None));
    }
    step.settle(last, SubmissionState::DeclaredNotExecuted);
    if step.part.is_some() {
        step.end(StepState::Failed, now);
        step.reason = Some(Reason::DeclaredNotExecuted);
        let message = format!("step {} was not executed; the job is followed on", decision.step);
        return Ok((message, None));
    }
    let (who, step) = (by(decision), &decision.step);
    let said = format!("{who} said that the call of step {step} was not executed");
    let end = End::new(Ending::Failed, Reason::DeclaredNotExecuted, said);
    Ok((
        format!("step {step} was not executed; the operation has ended"),
        Some(end),
    ))
}

fn abandon(operation: &Operation, decision: &DecisionRequest) -> (String, Option<End>) {
    let (ending, told) = match operation.submitted() {
        true => (
            Ending::Unknown,
            "the operation is no longer followed; its outcome is not known",
        ),
        false => (Ending::Cancelled, "the operation is cancelled; no call had been made"),
    };
    let message = format!("{} ended the operation as it stood", by(decision));
    (told.to_owned(), Some(End::new(ending, Reason::Abandoned, message)))
}
