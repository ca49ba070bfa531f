//! Writes an attempt down, and lets it be sent.
//! It must not judge whether it may be: that was done right before.

use super::decision::{Act, Submit};
use super::running::{Running, Turn};
use crate::ledger::{StepState, Submission, SubmissionState};
use crate::{CallSpec, Observation, Reason};

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
    step.attempts += 1;
    let attempt = step.attempts;
    step.submissions.push(Submission {
        attempt,
        recorded_at: now,
        recorded_by,
        before: seen.fingerprint.clone(),
        state: SubmissionState::Recorded,
    });
    let step = step.spec.name.clone();
    let operation = &run.operation;
    run.draft.act = Act::Submit(Submit {
        operation_name: operation.name.clone(),
        operation: operation.kind,
        target: operation.target,
        key: operation.key(&step),
        step,
        attempt,
        recorded_at: now,
        call: spec.clone(),
        expected_revision: seen.fingerprint.revision.clone(),
    });
    if operation.kind.moves_production() {
        // From here on nobody else can ask for a move: the record of the first call consumes the token.
        let ledger = &mut run.draft.ledger;
        ledger.minted.previous = ledger.token.take().or(ledger.minted.previous.take());
    }
    Turn::Waits
}
