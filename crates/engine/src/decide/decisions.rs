//! What a person answers to a running operation: confirm a step, tell what became of a call, end it.
//! It must not take an answer twice, nor one that was meant for another attempt.

use super::draft::Draft;
use super::finish;
use super::running::End;
use crate::ledger::{CONSUMED, ConsumedDecision, Ending, Operation, PendingCall, StepState, SubmissionState};
use crate::{DecisionAction, DecisionRequest, Reason, StepKind, Why, text};
use jiff::Timestamp;

/// Consumes every decision that has no answer yet.
pub(super) fn consume(draft: &mut Draft<'_>) {
    let answers = draft.input.decisions;
    for answer in answers {
        if answer.ended || draft.ledger.consumed.iter().any(|a| a.uid == answer.uid) {
            continue;
        }
        let (reason, message) = match apply(draft, answer) {
            Ok(message) => (Reason::DecisionAccepted, message),
            Err(Why { reason, message }) => (reason, message),
        };
        let accepted = reason == Reason::DecisionAccepted;
        let told = format!(
            "Decision {} ({}) by {}: {message}",
            answer.name,
            answer.action.as_str(),
            by(answer)
        );
        draft.notice(!accepted, reason, told, Some(&answer.operation_name));
        let message = text::cut(256, message);
        draft.ledger.consumed.push(ConsumedDecision {
            uid: answer.uid.clone(),
            accepted,
            reason,
            message,
        });
        if draft.ledger.consumed.len() > CONSUMED {
            draft.ledger.consumed.remove(0);
        }
    }
}

fn by(answer: &DecisionRequest) -> &str {
    if answer.requested_by.is_empty() {
        "an unnamed person"
    } else {
        &answer.requested_by
    }
}

fn refused<T>(reason: Reason, message: impl Into<String>) -> Result<T, Why> {
    Err(Why::new(reason, message))
}

fn apply(draft: &mut Draft<'_>, answer: &DecisionRequest) -> Result<String, Why> {
    let Some(mut operation) = draft.ledger.operation.take() else {
        return refused(Reason::OperationNotFound, "no operation of the group is running");
    };
    let now = draft.now();
    match answered(&mut operation, &mut draft.ledger.pending_calls, answer, now) {
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

/// What the answer does to the operation, in words, and whether it ends it.
type Outcome = Result<(String, Option<End>), Why>;

fn answered(
    operation: &mut Operation,
    pending_calls: &mut Vec<PendingCall>,
    answer: &DecisionRequest,
    now: Timestamp,
) -> Outcome {
    if operation.name != answer.operation_name || operation.uid.as_deref() != Some(&answer.operation_uid) {
        let name = &operation.name;
        return refused(
            Reason::DecisionStale,
            match &operation.uid {
                Some(uid) => format!("the running operation is {name} with uid {uid}"),
                None => format!("the running operation is {name}, and its object is not known yet"),
            },
        );
    }
    match answer.action {
        DecisionAction::Abandon => Ok(abandon(operation, answer)),
        DecisionAction::Confirm => confirm(operation, pending_calls, answer),
        DecisionAction::Executed | DecisionAction::NotExecuted => declare(operation, answer, now),
        DecisionAction::Retry | DecisionAction::Skip | DecisionAction::Rollback => refused(
            Reason::DecisionNotApplicable,
            "no step of this operation can be retried, skipped or taken back; a failed operation has ended and is asked for anew",
        ),
    }
}

/// The index of the step that the answer names, if it is the one that the operation waits for and the attempt is the present one.
fn addressed(operation: &Operation, answer: &DecisionRequest) -> Result<usize, Why> {
    let waits = operation.steps.iter().position(|s| s.state != StepState::Succeeded);
    let current = waits.map(|index| (index, &operation.steps[index]));
    let Some((index, step)) = current.filter(|(_, s)| s.spec.name == answer.step) else {
        let name = current.map_or("none", |(_, s)| &s.spec.name);
        let message = format!("the operation waits at step {name}");
        return refused(Reason::DecisionNotApplicable, message);
    };
    if step.attempts != answer.attempt {
        let (attempts, named) = (step.attempts, answer.attempt);
        let message = format!(
            "step {} is at attempt {attempts}, the decision names {named}",
            answer.step
        );
        return refused(Reason::DecisionStale, message);
    }
    Ok(index)
}

fn confirm(operation: &mut Operation, pending_calls: &mut Vec<PendingCall>, answer: &DecisionRequest) -> Outcome {
    let index = addressed(operation, answer)?;
    let step = &mut operation.steps[index];
    let asks = step.state == StepState::Waiting && step.reason == Some(Reason::AwaitingConfirmation);
    if !asks {
        let message = format!("step {} does not wait for a confirmation", answer.step);
        return refused(Reason::DecisionNotApplicable, message);
    }
    step.confirmed = true;
    let excludes = step.spec.name == "PendingCallExcluded" && matches!(step.spec.kind, StepKind::Confirm { .. });
    if excludes {
        pending_calls.retain(|call| call.dead_at.is_some());
    }
    Ok((format!("step {} is confirmed", answer.step), None))
}

fn declare(operation: &mut Operation, answer: &DecisionRequest, now: Timestamp) -> Outcome {
    let index = addressed(operation, answer)?;
    let step = &mut operation.steps[index];
    let doubt = step
        .doubt()
        .filter(|s| matches!(s.state, SubmissionState::Ambiguous { .. }));
    let Some(last) = doubt.map(|s| s.attempt) else {
        let message = format!("the outcome of step {} is not in doubt", answer.step);
        return refused(Reason::DecisionNotApplicable, message);
    };
    if answer.action == DecisionAction::Executed {
        step.settle(last, SubmissionState::DeclaredExecuted);
        step.end(StepState::Succeeded, now);
        let message = format!("step {} was executed; the outcome is verified next", answer.step);
        return Ok((message, None));
    }
    step.settle(last, SubmissionState::DeclaredNotExecuted);
    let (who, step) = (by(answer), &answer.step);
    let said = format!("{who} said that the call of step {step} was not executed");
    let end = End::new(Ending::Failed, Reason::DeclaredNotExecuted, said);
    Ok((
        format!("step {step} was not executed; the operation has ended"),
        Some(end),
    ))
}

fn abandon(operation: &Operation, answer: &DecisionRequest) -> (String, Option<End>) {
    let (ending, told) = match operation.submitted() {
        true => (
            Ending::Unknown,
            "the operation is no longer followed; its outcome is not known",
        ),
        false => (Ending::Cancelled, "the operation is cancelled; no call had been made"),
    };
    let message = format!("{} ended the operation as it stood", by(answer));
    (told.to_owned(), Some(End::new(ending, Reason::Abandoned, message)))
}
