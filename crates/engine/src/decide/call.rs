//! The one mutating call of a step: recorded before it is sent, sent once, resolved before anything else happens.
//! It must not record an attempt while an earlier one may have left, but where the provider itself drops or refuses the second.

use super::record::record;
use super::running::{End, Running, Turn};
use super::{part, resolve};
use crate::gate::{self, Follows, Violation};
use crate::ledger::{ATTEMPTS, StepState, SubmissionState};
use crate::pace::{self, Waits};
use crate::{CallSpec, Reason};

/// Advances the call step.
pub(super) fn advance(run: &mut Running<'_, '_>, spec: &CallSpec) -> Turn {
    let now = run.draft.now();
    let step = run.step_mut();
    if step.made() {
        return Turn::Done;
    }
    if let Some(doubt) = step.submissions.iter_mut().rfind(|s| s.state.open()) {
        if doubt.state == SubmissionState::Recorded {
            // It was written down by a process that never said what came of it.
            let message = "the operator stopped between writing the call down and its answer".to_owned();
            doubt.state = SubmissionState::Ambiguous { since: now, message };
        }
        return resolve::resolve(run, spec);
    }
    if let Some(message) = step.refusal() {
        if step.part.is_some() {
            return part::over(run, Reason::CallRefused, &message);
        }
        return End::failed(Reason::CallRefused, message);
    }
    match step.submissions.last().map(|s| s.state.clone()) {
        None => submit(run, spec),
        Some(SubmissionState::NotSent {
            retry_at,
            reason,
            message,
        }) => again(run, spec, retry_at, reason, &message),
        Some(SubmissionState::ProvenAbsent) if step.part.is_some() => part::over(
            run,
            Reason::CallNotSent,
            "the call did not take effect and cannot any more",
        ),
        Some(SubmissionState::ProvenAbsent) if step.lost() >= ATTEMPTS as usize => End::failed(
            Reason::CallNotSent,
            format!("{ATTEMPTS} requests were lost on their way; none took effect"),
        ),
        Some(SubmissionState::ProvenAbsent) => again(run, spec, now, Reason::CallNotSent, "no call took effect"),
        // A person's word that the call was not executed has ended the operation.
        Some(_) => Turn::Waits,
    }
}

/// A call that provably never left, or did nothing, is made again: a first one until the operation's time is over, since nothing has left; a
/// further one for an hour, because the group stands between two calls.
fn again(run: &mut Running<'_, '_>, spec: &CallSpec, retry_at: jiff::Timestamp, reason: Reason, message: &str) -> Turn {
    let now = run.draft.now();
    if run.operation.submitted() && pace::gives_up(run.step(), now) {
        let attempts = run.step().attempts;
        if run.step().part.is_some() {
            return part::over(run, Reason::CallNotSent, message);
        }
        return End::failed(Reason::CallNotSent, format!("after {attempts} attempts: {message}"));
    }
    if now < retry_at {
        run.draft.wake_at(retry_at);
        return run.wait(StepState::Waiting, reason, message);
    }
    submit(run, spec)
}

/// Records an attempt, if everything still allows it.
fn submit(run: &mut Running<'_, '_>, spec: &CallSpec) -> Turn {
    // Nothing is bound to a state before it is recorded.
    let before = run.draft.ledger.fingerprint.clone();
    match gate::may_be_recorded(&run.call(&before)) {
        Some(violation) => hold(run, violation),
        None => match run.draft.seen() {
            Some(seen) => record(run, spec, seen),
            None => Turn::Waits,
        },
    }
}

fn hold(run: &mut Running<'_, '_>, violation: Violation) -> Turn {
    let Violation { why, follows } = violation;
    match follows {
        Follows::Wait(waits) => {
            run.draft.look_after(waits);
            run.wait(StepState::Waiting, why.reason, why.message)
        }
        Follows::End(ending) => {
            let end = End::new(ending, why.reason, why.message);
            Turn::Ended(End {
                adopts_world: true,
                ..end
            })
        }
        Follows::Reopen => {
            let now = run.draft.now();
            let before = run.draft.ledger.fingerprint.clone();
            let open = run
                .draft
                .seen()
                .and_then(|seen| gate::failed_check(&run.call(&before), seen));
            if let Some((at, why)) = open {
                run.draft.look_after(Waits::Condition);
                let step = &mut run.operation.steps[at];
                step.reopen();
                step.wait(StepState::Waiting, why.reason, why.message, now);
            }
            Turn::Waits
        }
        // The decision is used up: what it asked for is not to be had any more.
        Follows::Withhold if run.step().part.is_some() => part::over(run, why.reason, &why.message),
        Follows::Withhold => Turn::Waits,
    }
}
