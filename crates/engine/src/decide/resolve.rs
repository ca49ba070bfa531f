//! A call without an answer: evidence is looked for, then it is made again where that is safe, then a person is asked.
//! It must not guess, and says what a person has to look at.

use super::call::{Turn, record, wait};
use super::repeat::{self, Again};
use super::{Draft, later};
use crate::evidence::{self, Evidence};
use crate::ledger::{StepState, SubmissionState};
use crate::{CallSpec, Reason};

/// How long evidence is looked for before the call is made again or its outcome is called unknown.
const EVIDENCE_GRACE_SECONDS: i64 = 30;

/// Writes down of the newest attempt in doubt how it stands.
pub(super) fn set(draft: &mut Draft<'_>, index: usize, state: SubmissionState) {
    if let Some(operation) = &mut draft.ledger.operation
        && let Some(last) = operation.steps[index].submissions.iter_mut().rfind(|s| s.state.open())
    {
        last.state = state;
    }
}

/// Writes down what evidence says of the call in doubt.
fn settle(draft: &mut Draft<'_>, index: usize, state: SubmissionState) {
    if let Some(operation) = &mut draft.ledger.operation {
        let step = &mut operation.steps[index];
        if let Some(attempt) = step.doubt().map(|s| s.attempt) {
            step.settle(attempt, state);
        }
    }
}

/// Looks for what became of a call without an answer.
pub(super) fn resolve(draft: &mut Draft<'_>, index: usize, spec: &CallSpec) -> Turn {
    let Some(operation) = &draft.ledger.operation else {
        return Turn::Ended;
    };
    let Some(submission) = operation.steps[index].doubt() else {
        return Turn::Waits;
    };
    let SubmissionState::Ambiguous { since, message } = &submission.state else {
        return Turn::Waits;
    };
    let (since, message, name) = (*since, message.clone(), operation.name.clone());
    let dead_at = submission.dead_at(spec);
    let provable = evidence::absence_provable(spec, submission);
    match evidence::judge(
        operation,
        spec,
        submission,
        draft.seen_fully(),
        draft.input.found,
        draft.now(),
    ) {
        Evidence::Job(job) => {
            let text = format!(
                "The answer to {} was lost; job {job} was found and is followed",
                spec.action
            );
            draft.notice(false, Reason::LookingForEvidence, text, Some(&name));
            settle(draft, index, SubmissionState::AdoptedJob { job });
            Turn::Done
        }
        Evidence::Effect => {
            let text = format!(
                "The answer to {} was lost; its effect is seen and is taken for its success",
                spec.action
            );
            draft.notice(true, Reason::AdoptedByEffect, text, Some(&name));
            settle(draft, index, SubmissionState::AdoptedEffect);
            if let Some(operation) = &mut draft.ledger.operation {
                operation.adopted = true;
            }
            Turn::Done
        }
        Evidence::Absent => {
            settle(draft, index, SubmissionState::ProvenAbsent);
            let text = format!(
                "{} did not take effect and cannot any more: it is made again if it is still wanted",
                spec.action
            );
            draft.notice(false, Reason::CallNotSent, text.as_str(), Some(&name));
            // Not in this pass: while it was in doubt its wish or its object may have been taken back, and its time may have passed.
            draft.wake_in(1);
            wait(draft, index, StepState::Waiting, Reason::CallNotSent, text)
        }
        Evidence::Nothing => {
            if later(since, EVIDENCE_GRACE_SECONDS) > draft.now() {
                draft.wake_in(2);
                return wait(draft, index, StepState::Running, Reason::LookingForEvidence, message);
            }
            let why = match repeat::allowed(draft, index, spec) {
                Ok(Again { seen, not_before }) if not_before <= draft.now() => {
                    let text = format!(
                        "Nobody knows whether {} took effect; {}",
                        spec.action,
                        repeat::how(spec)
                    );
                    draft.notice(false, Reason::Submitting, text, Some(&name));
                    return record(draft, index, spec, seen);
                }
                Ok(Again { not_before, .. }) => {
                    draft.wake_at(not_before);
                    return wait(draft, index, StepState::Running, Reason::LookingForEvidence, message);
                }
                Err(why) => why,
            };
            draft.wake_in(10);
            if let Some(dead) = dead_at.filter(|d| *d > draft.now()) {
                draft.wake_at(dead);
            }
            unknown(
                draft,
                index,
                spec,
                &message,
                why.as_deref(),
                dead_at.filter(|_| provable),
            )
        }
    }
}

fn unknown(
    draft: &mut Draft<'_>,
    index: usize,
    spec: &CallSpec,
    message: &str,
    not_repeated: Option<&str>,
    proof_at: Option<jiff::Timestamp>,
) -> Turn {
    let (name, news, attempt) = match &draft.ledger.operation {
        Some(operation) => {
            let step = &operation.steps[index];
            (operation.name.clone(), step.state != StepState::Unknown, step.attempts)
        }
        None => return Turn::Ended,
    };
    let until = match proof_at {
        Some(dead) => {
            format!("if nothing changes until {dead} it did not happen, and is made again if it is still wanted; ")
        }
        // For this class of calls no time and no sameness is a proof.
        None => "waiting cannot show that it did not happen; ".to_owned(),
    };
    let not_repeated = not_repeated
        .map(|why| format!("; it is not sent again: {why}"))
        .unwrap_or_default();
    // What to do comes before what the provider said: a long message is cut at its end.
    let text = format!(
        "Nobody knows whether {} took effect. Look at the group and its jobs in the provider's console; {until}\
         end it with an OperationDecision for attempt {attempt}: Executed, NotExecuted or Abandon ({message}{not_repeated})",
        spec.action
    );
    if news {
        draft.notice(true, Reason::SubmissionUnknown, text.clone(), Some(&name));
    }
    wait(draft, index, StepState::Unknown, Reason::SubmissionUnknown, text)
}
