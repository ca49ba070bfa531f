//! Did a call without an answer happen? What the provider shows, weighed.
//! It must not take absence for proof before the dead time is over, nor ever justify a repeat of a call that only a person can resolve.

use crate::ledger::{Operation, Submission};
use crate::plan::Effect;
use crate::{CallSpec, Fingerprint, JobReport, Observation, Phase, Resolution};
use jiff::Timestamp;

/// What is known of a call without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// This job is its doing.
    Job(String),
    /// Its effect is seen, or being brought about.
    Effect,
    /// It did not happen and cannot happen any more.
    Absent,
    /// Nothing is known.
    Nothing,
}

/// Weighs the evidence. `now` must have been read before `seen` was.
pub fn judge(
    operation: &Operation,
    call: &CallSpec,
    submission: &Submission,
    seen: Option<&Observation>,
    found: Option<&JobReport>,
    now: Timestamp,
) -> Evidence {
    if let Some(job) = found.filter(|j| j.expected_type) {
        return Evidence::Job(job.id.clone());
    }
    let Some(seen) = seen else { return Evidence::Nothing };
    if seen.fingerprint != submission.before {
        return if shows(operation, call, &submission.before, seen) {
            Evidence::Effect
        } else {
            Evidence::Nothing
        };
    }
    let dead = submission.dead_at(call).is_some_and(|at| at <= now);
    if dead && absence_provable(call, submission) && seen.settled() {
        Evidence::Absent
    } else {
        Evidence::Nothing
    }
}

/// Whether sameness after the dead time proves that a call did not happen. Without a revision a state can be left and come back to unseen, and
/// what shows nothing is the same in any case.
pub fn absence_provable(call: &CallSpec, submission: &Submission) -> bool {
    call.resolution == Resolution::Evidence
        && call.effect != Effect::Nothing
        && submission.before.revision.is_some()
        && call.dead_time_seconds.is_some()
}

/// Whether the provider shows the call's own effect, or that it works on it, or that it failed at it. A revision that moved alone is never an
/// effect: whoever renames an object moves it. Nor is another operation's work: an enabling call that finds a failed-over group re-protects
/// it, and that is never taken for the enabling.
fn shows(operation: &Operation, call: &CallSpec, before: &Fingerprint, seen: &Observation) -> bool {
    if seen.fingerprint.status == before.status && seen.fingerprint.active == before.active {
        return false;
    }
    let ours = Some(operation.kind);
    match (seen.phase, call.effect) {
        (_, Effect::Nothing) | (Phase::Unknown, _) => false,
        (Phase::Changing(what) | Phase::Faulted(what), _) => what == ours,
        (Phase::Partway(what), Effect::Partway) => what == operation.kind,
        (_, Effect::Partway) => false,
        (_, Effect::Moved) => seen.active == operation.target.into(),
        (Phase::Partway(_) | Phase::Unprotected | Phase::Protected | Phase::FailedOver, Effect::Outcome) => {
            reached(operation, seen)
        }
    }
}

/// Whether what is seen is the outcome of the operation.
pub fn reached(operation: &Operation, seen: &Observation) -> bool {
    seen.active == operation.target.into() && operation.outcome().is(seen.phase)
}
