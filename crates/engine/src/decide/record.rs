//! Writes an attempt down, and lets it be sent.
//! It must not judge whether it may be: that was done right before.

use super::decided::Act;
use super::running::{Running, Turn};
use crate::ledger::{StepState, Submission, SubmissionState};
use crate::{CallRequest, CallSpec, Observation, Reason};

/// Records the next attempt of the step's call.
pub(super) fn record(run: &mut Running<'_, '_>, spec: &CallSpec, seen: &Observation) -> Turn {
    let now = run.draft.now();
    let recorded_by = run.draft.input.instance.to_owned();
    run.operation.started_at.get_or_insert(now);
    run.wait(
        StepState::Running,
        Reason::Submitting,
        format!("{} is sent", spec.action),
    );
    let step = run.step_mut();
    step.forget_what_never_left();
    step.attempts += 1;
    let submission = Submission {
        attempt: step.attempts,
        recorded_at: now,
        recorded_by,
        before: seen.fingerprint.clone(),
        state: SubmissionState::Recorded,
    };
    step.submissions.push(submission.clone());
    let step = step.spec.name.clone();
    let object = &run.draft.input.group.object;
    let operation = &run.operation;
    run.draft.act = Act::Submit(CallRequest::recorded(object, operation, &step, spec, &submission));
    if operation.kind.moves_production() {
        // From here on nobody else can ask for a move: the record of the first call consumes the token.
        let ledger = &mut run.draft.ledger;
        if let Some(token) = ledger.token.take() {
            ledger.issued.previous = Some(token.clone());
            run.operation.consumed = Some(token);
        }
    }
    Turn::Waits
}
