//! May a call that perhaps happened be made once more? Only where a second one does nothing at the provider, and it is still wanted.
//! It must not be asked before evidence was looked for, nor ever allow it where a second one could do something.

use super::running::Running;
use crate::ledger::SubmissionState;
use crate::{CallSpec, Observation, Resolution, gate};
use jiff::Timestamp;

/// A repeat that may be made.
pub(super) struct Again<'a> {
    /// What the group looks like: as it did before the first attempt.
    pub seen: &'a Observation,
    /// Not before this moment.
    pub not_before: Timestamp,
}

/// Whether the call may be made again, or why not; no word where the provider offers no safe way at all.
///
/// # Errors
/// What stands in the way.
pub(super) fn allowed<'a>(run: &Running<'_, 'a>, spec: &CallSpec) -> Result<Again<'a>, Option<String>> {
    let step = run.step();
    let first = step.first_left().ok_or(None)?;
    let safe = match spec.resolution {
        Resolution::Token => step.dropped_until(spec).is_some(),
        Resolution::Revision => first.before.revision.is_some(),
        // Without a revision nobody sees that the effect was undone meanwhile; then a second one would do it anew.
        Resolution::Evidence | Resolution::Person => {
            first.before.revision.is_some() && gate::harmless(&run.call(&first.before))
        }
    };
    if !safe {
        return Err(None);
    }
    if let Some(violation) = gate::may_be_repeated(&run.call(&first.before)) {
        return Err(Some(violation.why.message));
    }
    let not_before = match step.submissions.last().map(|s| &s.state) {
        Some(SubmissionState::NotSent { retry_at, .. }) => *retry_at,
        _ => run.draft.now(),
    };
    let seen = run.draft.seen_fully().ok_or(None)?;
    Ok(Again { seen, not_before })
}

/// What makes the repeat safe, in words.
pub(super) fn how(spec: &CallSpec) -> &'static str {
    match spec.resolution {
        Resolution::Token => "it is sent again with the same key, which the provider takes once",
        Resolution::Revision => "it is sent again for the same revision, which the provider takes once",
        Resolution::Evidence | Resolution::Person => "it is sent again, since a second one does nothing",
    }
}
