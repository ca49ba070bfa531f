//! May a call that perhaps happened be made once more? Only where the provider itself drops or refuses the second, and it is still wanted.
//! It must not be asked before evidence was looked for, nor ever allow it for a call that only evidence or a person can resolve.

use super::Draft;
use crate::ledger::{ATTEMPTS, Step, SubmissionState};
use crate::{CallSpec, Observation, Resolution, check};
use jiff::{SignedDuration, Timestamp};

/// A repeat that may be made.
pub(super) struct Again<'a> {
    /// What the group looks like: as it did before the first attempt.
    pub seen: &'a Observation,
    /// Not before this moment.
    pub not_before: Timestamp,
}

/// Whether the call at `index` may be made again, or why not; no word where the provider offers no safe way at all.
///
/// # Errors
/// What stands in the way.
pub(super) fn allowed<'a>(draft: &Draft<'a>, index: usize, spec: &CallSpec) -> Result<Again<'a>, Option<String>> {
    let operation = draft.ledger.operation.as_ref().ok_or(None)?;
    let step = operation.steps.get(index).ok_or(None)?;
    let first = step.first_left().ok_or(None)?;
    let because = |why: &str| Err(Some(why.to_owned()));
    let until = match spec.resolution {
        Resolution::Token => Some(last_moment(step, spec).ok_or(None)?),
        Resolution::Revision if first.before.revision.is_some() => None,
        Resolution::Revision | Resolution::Evidence | Resolution::Person => return Err(None),
    };
    if let Some(said) = step.refusal() {
        return Err(Some(format!("the provider refused the repeat ({said})")));
    }
    if operation.withdrawn {
        return because("it was taken back");
    }
    if draft.input.group.suspend {
        return because("spec.suspend is true");
    }
    let object = |r: &crate::Request| Some(&r.uid) == operation.uid.as_ref();
    if !draft.input.requests.iter().any(object) {
        return because("its object was deleted");
    }
    if draft.now() >= operation.start_by {
        return because("the time for it is over");
    }
    if step.attempts >= ATTEMPTS {
        return Err(Some(format!("it was tried {} times", step.attempts)));
    }
    if until.is_some_and(|until| draft.now() >= until) {
        return because("the provider does not surely drop a repeat any more");
    }
    let Some(seen) = draft.seen_fully() else {
        return because("the group could not be read");
    };
    check::unchanged(operation, &step.spec.name, &first.before, seen).map_err(|(_, why)| Some(why))?;
    let not_before = match step.submissions.last().map(|s| &s.state) {
        Some(SubmissionState::NotSent { retry_at, .. }) => *retry_at,
        _ => draft.now(),
    };
    Ok(Again { seen, not_before })
}

/// Until when a repeat may be recorded, so that it arrives while the provider still drops it: the time in which it may be sent comes off, and
/// where it is known how late a sent request can take effect, all of that.
fn last_moment(step: &Step, spec: &CallSpec) -> Option<Timestamp> {
    let dead = SignedDuration::from_secs(i64::from(spec.dead_time_seconds.unwrap_or(0)));
    step.dropped_until(spec)?.checked_sub(check::SEND_BUDGET.max(dead)).ok()
}

/// What makes the repeat safe, in words.
pub(super) fn how(spec: &CallSpec) -> &'static str {
    match spec.resolution {
        Resolution::Token => "it is sent again with the same key, which the provider takes once",
        _ => "it is sent again for the same revision, which the provider takes once",
    }
}
