//! The one mutating call of a step: recorded before it is sent, sent once, resolved before anything else happens.
//! It must not record an attempt while an earlier one may have left.

use super::{Act, Draft, Submit, finish, later};
use crate::evidence::{self, Evidence};
use crate::ledger::{ATTEMPTS, Ending, StepState, Submission, SubmissionState};
use crate::{CallSpec, Permit, Reason};

/// How long evidence is looked for before the outcome is called unknown.
const EVIDENCE_GRACE_SECONDS: i64 = 30;

/// What became of the call.
pub(super) enum Turn {
    /// The provider took it.
    Done,
    /// It waits for an answer, for evidence, for a person, or for its turn.
    Waits,
    /// The operation has ended.
    Ended,
}

/// Advances the call step at `index`.
pub(super) fn advance(draft: &mut Draft<'_>, index: usize, spec: &CallSpec) -> Turn {
    let Some(operation) = &draft.ledger.operation else {
        return Turn::Ended;
    };
    let step = &operation.steps[index];
    match step.submissions.last().map(|s| s.state.clone()) {
        None => submit(draft, index, spec),
        Some(SubmissionState::ProvenAbsent) => {
            let now = draft.now();
            again(draft, index, spec, now, Reason::CallNotSent, "no call took effect")
        }
        Some(SubmissionState::Recorded) => {
            // It was written down by a process that never said what came of it.
            let now = draft.now();
            let message = "the operator stopped between writing the call down and its answer".to_owned();
            set(draft, index, SubmissionState::Ambiguous { since: now, message });
            resolve(draft, index, spec)
        }
        Some(SubmissionState::Ambiguous { .. }) => resolve(draft, index, spec),
        Some(SubmissionState::NotSent {
            retry_at,
            reason,
            message,
        }) => again(draft, index, spec, retry_at, reason, &message),
        Some(SubmissionState::Refused { code, message }) => {
            finish::finish(
                draft,
                Ending::Failed,
                Reason::CallRefused,
                &format!("{code}: {message}"),
            );
            Turn::Ended
        }
        Some(SubmissionState::DeclaredNotExecuted) => Turn::Ended,
        Some(
            SubmissionState::Accepted { .. }
            | SubmissionState::AdoptedJob { .. }
            | SubmissionState::AdoptedEffect
            | SubmissionState::DeclaredExecuted,
        ) => Turn::Done,
    }
}

fn set(draft: &mut Draft<'_>, index: usize, state: SubmissionState) {
    if let Some(operation) = &mut draft.ledger.operation
        && let Some(last) = operation.steps[index].submissions.last_mut()
    {
        last.state = state;
    }
}

fn wait(draft: &mut Draft<'_>, index: usize, state: StepState, reason: Reason, message: impl Into<String>) -> Turn {
    let now = draft.now();
    let message = super::cut(message);
    if let Some(operation) = &mut draft.ledger.operation {
        operation.steps[index].wait(state, reason, message, now);
    }
    Turn::Waits
}

/// A call that provably never left, or did nothing, is made again, a few times; then the operation fails.
fn again(
    draft: &mut Draft<'_>,
    index: usize,
    spec: &CallSpec,
    retry_at: jiff::Timestamp,
    reason: Reason,
    message: &str,
) -> Turn {
    let attempts = draft.ledger.operation.as_ref().map_or(0, |o| o.steps[index].attempts);
    if attempts >= ATTEMPTS {
        finish::finish(
            draft,
            Ending::Failed,
            Reason::CallNotSent,
            &format!("after {attempts} attempts: {message}"),
        );
        return Turn::Ended;
    }
    if draft.now() < retry_at {
        draft.wake_at(retry_at);
        return wait(draft, index, StepState::Waiting, reason, message);
    }
    submit(draft, index, spec)
}

/// Records an attempt, if everything still allows it.
fn submit(draft: &mut Draft<'_>, index: usize, spec: &CallSpec) -> Turn {
    if draft.input.group.suspend {
        return wait(
            draft,
            index,
            StepState::Waiting,
            Reason::Suspended,
            "spec.suspend is true: no mutating call is made",
        );
    }
    let Some(seen) = draft.seen_fully() else {
        draft.wake_in(2);
        let (reason, why) = match draft.input.sight {
            crate::Sight::Unseen { reason, message } => (*reason, message.clone()),
            crate::Sight::Seen(_) => (Reason::NotObserved, "the group is read once more".to_owned()),
        };
        return wait(draft, index, StepState::Waiting, reason, why);
    };
    let now = draft.now();
    let instance = draft.input.instance.to_owned();
    let Some(operation) = &mut draft.ledger.operation else {
        return Turn::Ended;
    };
    let first = !operation.submitted();
    if first && let Permit::Closed { reason, message } = seen.permit(operation.operation) {
        draft.wake_in(5);
        return wait(draft, index, StepState::Waiting, reason, message);
    }
    if let Some(failed) = evidence::failed_check(operation, seen) {
        // A fact that held a moment ago does not any more: its step is open again.
        let (at, reason, message) = failed;
        let step = &mut operation.steps[at];
        step.reopen();
        step.wait(StepState::Waiting, reason, message, now);
        draft.wake_in(5);
        return Turn::Waits;
    }
    let moves = operation.operation.moves_production();
    operation.started_at.get_or_insert(now);
    let step = &mut operation.steps[index];
    step.attempts += 1;
    step.wait(
        StepState::Running,
        Reason::Submitting,
        format!("{} is sent", spec.action),
        now,
    );
    let attempt = step.attempts;
    step.submissions.push(Submission {
        attempt,
        recorded_at: now,
        recorded_by: instance,
        before: seen.fingerprint.clone(),
        state: SubmissionState::Recorded,
    });
    let step_name = step.spec.name.clone();
    draft.act = Act::Submit(Submit {
        operation_name: operation.name.clone(),
        operation: operation.operation,
        target: operation.target,
        step: step_name,
        attempt,
        recorded_at: now,
        call: spec.clone(),
    });
    if moves {
        // From here on nobody else can ask for a move: the record of the first call consumes the token.
        draft.ledger.minted.previous = draft.ledger.token.take().or(draft.ledger.minted.previous.take());
    }
    Turn::Waits
}

/// Looks for what became of a call without an answer.
fn resolve(draft: &mut Draft<'_>, index: usize, spec: &CallSpec) -> Turn {
    let Some(operation) = &draft.ledger.operation else {
        return Turn::Ended;
    };
    let Some(submission) = operation.steps[index].submissions.last() else {
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
            set(draft, index, SubmissionState::AdoptedJob { job });
            Turn::Done
        }
        Evidence::Effect => {
            let text = format!(
                "The answer to {} was lost; its effect is seen and is taken for its success",
                spec.action
            );
            draft.notice(true, Reason::AdoptedByEffect, text, Some(&name));
            set(draft, index, SubmissionState::AdoptedEffect);
            if let Some(operation) = &mut draft.ledger.operation {
                operation.adopted = true;
            }
            Turn::Done
        }
        Evidence::Absent => {
            set(draft, index, SubmissionState::ProvenAbsent);
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
            draft.wake_in(10);
            if let Some(dead) = dead_at.filter(|d| *d > draft.now()) {
                draft.wake_at(dead);
            }
            unknown(draft, index, spec, &message, dead_at.filter(|_| provable))
        }
    }
}

fn unknown(
    draft: &mut Draft<'_>,
    index: usize,
    spec: &CallSpec,
    message: &str,
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
        None => String::new(),
    };
    // What to do comes before what the provider said: a long message is cut at its end.
    let text = format!(
        "Nobody knows whether {} took effect. Look at the group and its jobs in the provider's console; {until}\
         end it with an OperationDecision for attempt {attempt}: Executed, NotExecuted or Abandon ({message})",
        spec.action
    );
    if news {
        draft.notice(true, Reason::SubmissionUnknown, text.clone(), Some(&name));
    }
    wait(draft, index, StepState::Unknown, Reason::SubmissionUnknown, text)
}
