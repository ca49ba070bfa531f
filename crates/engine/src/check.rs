//! The last look before a call is sent: is what was recorded still true?
//! It must not decide anything new: it only withholds.

use crate::ledger::{Ledger, Operation, SubmissionState};
use crate::{Depth, Fingerprint, Observation, Permit, Reason, Resolution, StepKind, evidence};
use jiff::SignedDuration;

/// How long after its record a call may be sent at the latest: the looks before it take their time on a bad day. What a provider's dead time
/// counts on is narrower and its own affair: it refuses to sign, and to write, later than that.
pub const SEND_BUDGET: SignedDuration = SignedDuration::from_secs(120);

/// Whether the call that the ledger records for `step` and `attempt` may be sent, given a fresh full observation.
///
/// # Errors
/// The reason, and what has changed.
pub fn still_true(ledger: &Ledger, step: &str, attempt: u32, seen: &Observation) -> Result<(), (Reason, String)> {
    let gone = || {
        (
            Reason::CallWithheld,
            "the ledger no longer records this call".to_owned(),
        )
    };
    let operation = ledger.operation.as_ref().ok_or_else(gone)?;
    let recorded = operation
        .step(step)
        .and_then(|s| s.submissions.last())
        .ok_or_else(gone)?;
    if recorded.attempt != attempt || recorded.state != SubmissionState::Recorded {
        return Err(gone());
    }
    if operation.step(step).is_some_and(|s| s.made() || s.doubts().count() > 1) {
        repeatable(operation, step)?;
    }
    unchanged(operation, step, &recorded.before, seen)
}

/// Whether a call that may have happened may be made once more at all.
fn repeatable(operation: &Operation, step: &str) -> Result<(), (Reason, String)> {
    let withheld = |why: &str| Err((Reason::CallWithheld, why.to_owned()));
    let Some(step) = operation.step(step).filter(|s| !s.made()) else {
        return withheld("it is known that the call was made");
    };
    match &step.spec.kind {
        StepKind::Call(call) if matches!(call.resolution, Resolution::Token | Resolution::Revision) => {}
        _ => return withheld("an earlier attempt may have left"),
    }
    if operation.withdrawn {
        return withheld("it was taken back, and an earlier attempt may have left");
    }
    Ok(())
}

/// Why no call of the operation fits where production runs by now. Between two calls of one operation somebody else can have moved it: then the
/// next call would move it back, or overwrite the side where it runs now. While it moves, a provider need not tell where it runs.
fn moved_away(operation: &Operation, seen: &Observation) -> Option<(Reason, String)> {
    let active = seen.active.known()?;
    let there = active == operation.target;
    let since = match (operation.kind.moves_production(), there) {
        (true, true) => "already",
        (false, false) => "by now",
        _ => return None,
    };
    let message = format!("production runs at {active} {since}: no call is made");
    Some((Reason::ExternalRoleChange, message))
}

/// Why an operation that has made a call may not make the next one: production was moved, or its first call has left no trace.
pub(crate) fn out_of_place(operation: &Operation, seen: &Observation) -> Option<(Reason, String)> {
    moved_away(operation, seen).or_else(|| without_trace(operation, seen))
}

/// Where an operation could begin anew, its first call has left no trace: somebody has taken it back, or the provider does not show it yet. Nor is
/// one seen where it is not known where production runs, and that should stay.
fn without_trace(operation: &Operation, seen: &Observation) -> Option<(Reason, String)> {
    if !operation.kind.moves_production() && seen.active.known().is_none() {
        let message = format!("where production runs is not known (status {})", seen.provider_status);
        return Some((Reason::ActiveStationUnknown, message));
    }
    let open = seen.permit(operation.kind) == Permit::Open;
    open.then(|| {
        let message = format!(
            "nothing is seen of the first call (status {}): it was taken back, or is not shown yet",
            seen.provider_status
        );
        (Reason::StateChanged, message)
    })
}

/// Whether the group is as `before`, and lets the call of `step` be made.
pub(crate) fn unchanged(
    operation: &Operation,
    step: &str,
    before: &Fingerprint,
    seen: &Observation,
) -> Result<(), (Reason, String)> {
    if seen.fingerprint != *before {
        let message = format!(
            "the provider's object has changed: status {}, active {}",
            seen.provider_status, seen.active
        );
        return Err((Reason::StateChanged, message));
    }
    if let Some(why) = moved_away(operation, seen) {
        return Err(why);
    }
    let earlier = operation
        .steps
        .iter()
        .filter(|s| s.spec.name != step)
        .flat_map(|s| &s.submissions);
    if seen.depth != Depth::Full {
        return Err((Reason::NotObserved, "a listing is not enough to act on".to_owned()));
    }
    let first = !earlier.into_iter().any(|s| s.state.may_have_left());
    if first && let Permit::Closed { reason, message } = seen.permit(operation.kind) {
        return Err((reason, message));
    }
    if !first && let Some(why) = without_trace(operation, seen) {
        return Err(why);
    }
    match evidence::failed_check(operation, seen) {
        Some((_, reason, message)) => Err((reason, message)),
        None => Ok(()),
    }
}
