//! Did a call without an answer happen? What the provider shows, weighed.
//! It must not take absence for proof before the dead time is over, nor ever justify a repeat of a call that only a person can resolve.

use crate::ledger::{Operation, Submission};
use crate::plan::Effect;
use crate::{CallSpec, Fingerprint, JobReport, JobStatus, Observation, PartCall, Phase, Resolution};
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

/// The same of a call on a part of a job: the part tells of it, or the whole job, which waits no more.
pub fn of_part(
    part: &PartCall,
    call: &CallSpec,
    submission: &Submission,
    jobs: &[JobReport],
    now: Timestamp,
) -> Evidence {
    let Some(job) = jobs.iter().find(|job| job.id == part.job) else {
        return Evidence::Nothing;
    };
    let waits = match job.status {
        JobStatus::Waiting { .. } => true,
        JobStatus::Running | JobStatus::Succeeded | JobStatus::Failed { .. } => false,
        JobStatus::Gone | JobStatus::Unknown => return Evidence::Nothing,
    };
    if part.before.is_some() && (!waits || job.revision(&part.part) != part.before.as_ref()) {
        return Evidence::Effect;
    }
    let dead = submission.dead_at(call).is_some_and(|at| at <= now);
    match dead && waits && part_absence_provable(part, call) {
        true => Evidence::Absent,
        false => Evidence::Nothing,
    }
}

/// Whether sameness of the part after the dead time proves that a call on it did not happen.
pub fn part_absence_provable(part: &PartCall, call: &CallSpec) -> bool {
    call.resolution == Resolution::Evidence && part.before.is_some() && call.dead_time_seconds.is_some()
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
    if seen.fingerprint.same_position(before) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OperationType::{DisableProtection, Failover, PlannedFailover};
    use crate::{ActiveStation, Depth, OperationType, Replication, ReplicationState, Resolution, Station};
    use Effect::{Moved, Outcome, Partway};
    use std::collections::BTreeMap;

    const NOW: &str = "2026-01-05T08:00:10Z";

    fn operation(kind: OperationType) -> Operation {
        serde_json::from_str(&format!(
            r#"{{"name": "o", "type": "{}", "from": "source", "target": "{}", "token": "t", "origin": "Person",
                "recordedAt": "2026-01-05T08:00:00Z", "expiry": "2026-01-05T09:00:00Z", "steps": []}}"#,
            kind.as_str(),
            if kind.moves_production() { "target" } else { "source" },
        ))
        .unwrap()
    }

    /// A call that left when the group was `ok` at source, and what is known of it once the group shows this.
    fn judged(kind: OperationType, effect: Effect, status: &str, active: Station, phase: Phase) -> Evidence {
        let call = CallSpec {
            action: "a".into(),
            endpoint: "e".into(),
            resolution: Resolution::Evidence,
            dead_time_seconds: None,
            dedupe_seconds: None,
            effect,
            follows_the_move: false,
            harmless_twice: false,
        };
        let before = Fingerprint {
            status: "ok".into(),
            active: ActiveStation::Source,
            revision: Some("7".into()),
        };
        let (since, message) = (NOW.parse().unwrap(), String::new());
        let submission = Submission {
            attempt: 1,
            recorded_at: since,
            recorded_by: "me".into(),
            before,
            state: crate::ledger::SubmissionState::Ambiguous { since, message },
        };
        let seen = Observation {
            active: active.into(),
            provider_status: status.into(),
            phase,
            replication: Replication {
                state: ReplicationState::Unknown,
                progress_percent: None,
                lag_seconds: None,
                last_sync: None,
            },
            fingerprint: Fingerprint {
                status: status.into(),
                active: active.into(),
                revision: Some("8".into()),
            },
            permits: BTreeMap::new(),
            own_station: None,
            description: None,
            facts: BTreeMap::new(),
            depth: Depth::Full,
        };
        judge(&operation(kind), &call, &submission, Some(&seen), None, since)
    }

    #[test]
    fn an_effect_is_seen_by_its_own_kind_and_by_no_other() {
        let (source, target) = (Station::Source, Station::Target);
        let (planned, forced, off) = (PlannedFailover, Failover, DisableProtection);
        let changing = |what| Phase::Changing(Some(what));
        let faulted = |what| Phase::Faulted(Some(what));
        for (kind, effect, status, active, phase, shown) in [
            // Either a status word or a station; a revision alone is nothing, whatever the word means.
            (planned, Outcome, "ok", target, Phase::Protected, true),
            (off, Outcome, "off", source, Phase::Unprotected, true),
            (off, Outcome, "ok", source, Phase::Unprotected, false),
            (planned, Outcome, "ok", source, changing(planned), false),
            // Its own work, and its own failure.
            (planned, Outcome, "busy", source, changing(planned), true),
            (planned, Outcome, "busy", source, changing(forced), false),
            (planned, Outcome, "busy", source, Phase::Changing(None), false),
            (planned, Partway, "bad", source, faulted(planned), true),
            (planned, Partway, "bad", source, faulted(forced), false),
            // Between two of its own calls.
            (planned, Partway, "half", source, Phase::Partway(planned), true),
            (planned, Partway, "half", source, Phase::Partway(forced), false),
            (planned, Partway, "ok", target, Phase::Protected, false),
            // The move, and nothing but the move.
            (planned, Moved, "moved", target, Phase::Partway(planned), true),
            (planned, Moved, "half", source, Phase::Partway(planned), false),
            // The outcome, and nothing short of it.
            (planned, Outcome, "half", target, Phase::Partway(planned), false),
            (planned, Outcome, "off", source, Phase::Unprotected, false),
            (planned, Outcome, "odd", target, Phase::Unknown, false),
            // What shows nothing is shown by nothing.
            (planned, Effect::Nothing, "busy", target, changing(planned), false),
        ] {
            let wanted = if shown { Evidence::Effect } else { Evidence::Nothing };
            let what = format!("{kind} {effect:?}: {status} at {active}, {phase:?}");
            assert_eq!(judged(kind, effect, status, active, phase), wanted, "{what}");
        }
    }
}
