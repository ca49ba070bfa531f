//! What a person answers to a running operation: confirm a step, tell what became of a call, end it.
//! It must not take an answer twice, nor one that was meant for another attempt.

use super::{Draft, finish};
use crate::ledger::{ANSWERED, Answered, Ending, Operation, StepState, SubmissionState, cut_at};
use crate::{Answer, AnswerAction, Reason, StepKind};

/// Consumes every decision that has no answer yet.
pub(super) fn consume(draft: &mut Draft<'_>) {
    let answers = draft.input.answers;
    for answer in answers {
        if answer.ended || draft.ledger.answered.iter().any(|a| a.uid == answer.uid) {
            continue;
        }
        let (reason, message) = match apply(draft, answer) {
            Ok(message) => (Reason::DecisionAccepted, message),
            Err((reason, message)) => (reason, message),
        };
        let accepted = reason == Reason::DecisionAccepted;
        let text = format!(
            "Decision {} ({:?}) by {}: {message}",
            answer.name,
            answer.action,
            by(answer)
        );
        draft.notice(!accepted, reason, text, Some(&answer.operation_name));
        let message = cut_at(256, message);
        draft.ledger.answered.push(Answered {
            uid: answer.uid.clone(),
            accepted,
            reason,
            message,
        });
        if draft.ledger.answered.len() > ANSWERED {
            draft.ledger.answered.remove(0);
        }
    }
}

fn by(answer: &Answer) -> &str {
    if answer.requested_by.is_empty() {
        "an unnamed person"
    } else {
        &answer.requested_by
    }
}

type Refusal = (Reason, String);

fn apply(draft: &mut Draft<'_>, answer: &Answer) -> Result<String, Refusal> {
    let Some(operation) = &draft.ledger.operation else {
        return Err((
            Reason::OperationNotFound,
            "no operation of the group is running".to_owned(),
        ));
    };
    if operation.name != answer.operation_name || operation.uid.as_deref() != Some(&answer.operation_uid) {
        let message = format!(
            "the running operation is {} with uid {:?}",
            operation.name, operation.uid
        );
        return Err((Reason::DecisionStale, message));
    }
    match answer.action {
        AnswerAction::Abandon => abandon(draft, answer),
        AnswerAction::Confirm => confirm(draft, answer),
        AnswerAction::Executed | AnswerAction::NotExecuted => declare(draft, answer),
        AnswerAction::Retry | AnswerAction::Skip | AnswerAction::Rollback => Err((
            Reason::DecisionNotApplicable,
            "no step of this operation can be retried, skipped or taken back; a failed operation has ended and is asked for anew".to_owned(),
        )),
    }
}

/// The index of the step that the answer names, if it is the one that the operation waits for and the attempt is the present one.
fn addressed(operation: &Operation, answer: &Answer) -> Result<usize, Refusal> {
    let current = operation.current().map(|s| s.spec.name.as_str());
    if current != Some(&answer.step) {
        let message = format!("the operation waits at step {}", current.unwrap_or("none"));
        return Err((Reason::DecisionNotApplicable, message));
    }
    let index = operation
        .steps
        .iter()
        .position(|s| s.spec.name == answer.step)
        .unwrap_or_default();
    let attempts = operation.steps[index].attempts;
    if attempts != answer.attempt {
        let message = format!(
            "step {} is at attempt {attempts}, the decision names {}",
            answer.step, answer.attempt
        );
        return Err((Reason::DecisionStale, message));
    }
    Ok(index)
}

fn confirm(draft: &mut Draft<'_>, answer: &Answer) -> Result<String, Refusal> {
    let Some(operation) = &mut draft.ledger.operation else {
        return Ok(String::new());
    };
    let index = addressed(operation, answer)?;
    let step = &mut operation.steps[index];
    let asks = step.state == StepState::Waiting && step.reason == Some(Reason::AwaitingConfirmation);
    if !asks {
        return Err((
            Reason::DecisionNotApplicable,
            format!("step {} does not wait for a confirmation", answer.step),
        ));
    }
    step.confirmed = true;
    let late_calls = step.spec.name == "LateCallExcluded" && matches!(step.spec.kind, StepKind::Confirm { .. });
    if late_calls {
        draft.ledger.unsettled.retain(|call| call.dead_at.is_some());
    }
    Ok(format!("step {} is confirmed", answer.step))
}

fn declare(draft: &mut Draft<'_>, answer: &Answer) -> Result<String, Refusal> {
    let now = draft.now();
    let Some(operation) = &mut draft.ledger.operation else {
        return Ok(String::new());
    };
    let index = addressed(operation, answer)?;
    let step = &mut operation.steps[index];
    let doubt = step
        .doubt()
        .filter(|s| matches!(s.state, SubmissionState::Ambiguous { .. }));
    let Some(last) = doubt.map(|s| s.attempt) else {
        return Err((
            Reason::DecisionNotApplicable,
            format!("the outcome of step {} is not in doubt", answer.step),
        ));
    };
    if answer.action == AnswerAction::Executed {
        step.settle(last, SubmissionState::DeclaredExecuted);
        step.end(StepState::Succeeded, now);
        return Ok(format!(
            "step {} was executed; the outcome is verified next",
            answer.step
        ));
    }
    step.settle(last, SubmissionState::DeclaredNotExecuted);
    let message = format!(
        "{} said that the call of step {} was not executed",
        by(answer),
        answer.step
    );
    finish::finish(draft, Ending::Failed, Reason::DeclaredNotExecuted, &message);
    Ok(format!(
        "step {} was not executed; the operation has ended",
        answer.step
    ))
}

fn abandon(draft: &mut Draft<'_>, answer: &Answer) -> Result<String, Refusal> {
    let submitted = draft.ledger.operation.as_ref().is_some_and(Operation::submitted);
    let message = format!("{} ended the operation as it stood", by(answer));
    if submitted {
        finish::finish(draft, Ending::Unknown, Reason::Abandoned, &message);
        Ok("the operation is no longer followed; its outcome is not known".to_owned())
    } else {
        finish::cancel(draft, Reason::Abandoned, &message);
        Ok("the operation is cancelled; no call had been made".to_owned())
    }
}
