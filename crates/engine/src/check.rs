//! The last look before a call is sent: is what was recorded still true?
//! It must not decide anything new: it only withholds.

use crate::ledger::{Ledger, SubmissionState};
use crate::{Depth, Observation, Permit, Reason, evidence};

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
    if seen.fingerprint != recorded.before {
        let message = format!(
            "the provider's object has changed: status {}, active {}",
            seen.provider_status, seen.active
        );
        return Err((Reason::StateChanged, message));
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
    if first && let Permit::Closed { reason, message } = seen.permit(operation.operation) {
        return Err((reason, message));
    }
    match evidence::failed_check(operation, seen) {
        Some((_, reason, message)) => Err((reason, message)),
        None => Ok(()),
    }
}
