//! What becomes of the answer to a call: a fact is written into the ledger, whatever else has happened there meanwhile.
//! It must not overwrite a fact that is already known, nor decide what follows.

use crate::ledger::{Ledger, StepState, Submission, SubmissionState};
use crate::{CallOutcome, CallRequest, Reason, StepKind, pace, text};
use jiff::Timestamp;

/// Why an answer could not be written down.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Lost {
    /// The operation has ended, or its ledger belongs to another one.
    #[error("the ledger records no operation {0}")]
    NoOperation(String),
    /// Another process recorded its own attempt under the same number: what came of ours says nothing about that.
    #[error("the ledger records another call of {step} under attempt {attempt} than the one that was answered")]
    Foreign {
        /// The step.
        step: String,
        /// The attempt.
        attempt: u32,
    },
    /// The attempt is not there, or more is known of it.
    #[error("the outcome of {step} attempt {attempt} is known already")]
    Known {
        /// The step.
        step: String,
        /// The attempt.
        attempt: u32,
    },
}

/// Writes what came of a call that this process recorded into a fresh copy of the ledger.
///
/// # Errors
/// [`Lost`] when there is no place for it, or when the attempt is another process's; it then changes nothing.
pub fn of_this_process(
    ledger: &Ledger,
    call: &CallRequest,
    instance: &str,
    outcome: CallOutcome,
    now: Timestamp,
) -> Result<Ledger, Lost> {
    let operation = ledger.operation.as_ref();
    let step = operation.and_then(|o| o.step(&call.step));
    let recorded = step.and_then(|s| s.submissions.iter().find(|s| s.attempt == call.attempt));
    if recorded.is_some_and(|s| s.recorded_by != instance || s.recorded_at != call.recorded_at) {
        return Err(Lost::Foreign {
            step: call.step.clone(),
            attempt: call.attempt,
        });
    }
    answer(ledger, &call.operation_name, &call.step, call.attempt, outcome, now)
}

/// Writes that the object of the operator's own operation was certainly not made, and why, into a fresh copy of the ledger. It is made later.
///
/// # Errors
/// [`Lost::NoOperation`] when there is no such operation any more, or its object is known; it then changes nothing.
pub fn not_made(ledger: &Ledger, operation: &str, why: &str, now: Timestamp) -> Result<Ledger, Lost> {
    let mut ledger = ledger.clone();
    let running = ledger.operation.as_mut();
    let running = running.filter(|o| o.name == operation && o.uid.is_none());
    let running = running.ok_or_else(|| Lost::NoOperation(operation.to_owned()))?;
    running.to_make = Some(pace::later(now, pace::AGAIN_SECONDS));
    if let Some(step) = running.steps.first_mut() {
        step.wait(StepState::Waiting, Reason::OperationNotMade, text::sentence(why), now);
    }
    Ok(ledger)
}

/// Writes the answer to `attempt` of `step` into a fresh copy of the ledger.
///
/// # Errors
/// [`Lost`] when there is no place for it; the answer then changes nothing.
pub fn answer(
    ledger: &Ledger,
    operation: &str,
    step: &str,
    attempt: u32,
    outcome: CallOutcome,
    now: Timestamp,
) -> Result<Ledger, Lost> {
    let mut ledger = ledger.clone();
    let running = ledger.operation.as_mut().filter(|o| o.name == operation);
    let running = running.ok_or_else(|| Lost::NoOperation(operation.to_owned()))?;
    let kind = running.kind;
    let known = || Lost::Known {
        step: step.to_owned(),
        attempt,
    };
    let step = running
        .steps
        .iter_mut()
        .find(|s| s.spec.name == step)
        .ok_or_else(known)?;
    if !matches!(step.spec.kind, StepKind::Call(_)) {
        return Err(known());
    }
    let open = |s: &&mut Submission| s.attempt == attempt && s.state.open();
    let submission = step.submissions.iter_mut().find(open).ok_or_else(known)?;
    let asked = match &outcome {
        CallOutcome::TurnedAway { after_seconds, .. } => *after_seconds,
        _ => None,
    };
    // What a provider says is kept in at most 512 bytes, its code in 128: the ledger must stay small. An id that is cut is no id.
    let cut = |message| text::cut(text::SENTENCE, message);
    match outcome {
        CallOutcome::Accepted { jobs } => {
            step.settle(attempt, SubmissionState::Accepted { jobs });
            step.end(StepState::Succeeded, now);
        }
        // What comes of a repeat says nothing of the attempts before it: while one of them is in doubt, so is the call.
        CallOutcome::Refused { code, message } => {
            let (code, message) = (text::cut(128, code), cut(message));
            submission.state = SubmissionState::Refused { code, message };
        }
        CallOutcome::TurnedAway { reason, message, .. } | CallOutcome::NotSent { reason, message } => {
            let withheld = reason == Reason::CallWithheld;
            let retry_at = pace::later(now, pace::again_after(kind, attempt, asked, withheld));
            let message = cut(message);
            submission.state = SubmissionState::NotSent {
                retry_at,
                reason,
                message: message.clone(),
            };
            if step.doubt().is_none() {
                step.wait(StepState::Waiting, reason, message, now);
            }
        }
        CallOutcome::Ambiguous { message } => {
            let message = cut(message);
            submission.state = SubmissionState::Ambiguous {
                since: now,
                message: message.clone(),
            };
            step.wait(StepState::Running, Reason::LookingForEvidence, message, now);
        }
    }
    ledger.give_back();
    Ok(ledger)
}
