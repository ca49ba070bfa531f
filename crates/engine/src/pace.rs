//! How soon to look again while an operation runs: fast near the usual end, slower in between.
//! It must not be a reason to act: it only paces reading.

use crate::ledger::{Ledger, StepState};
use crate::{Reason, StepKind};
use jiff::Timestamp;
use std::time::Duration;

/// The shortest and the longest pause between two looks at a running job.
const FASTEST: Duration = Duration::from_secs(1);
const SLOWEST: Duration = Duration::from_secs(5);

/// The pause until the next look at the running operation; none when nothing runs.
///
/// While a job runs: a tenth of its age at first (1–5 s); from 80 % to 130 % of the duration that the last successful operation of the type
/// took, every second. While a person is waited for, every 5 s.
pub fn pause(ledger: &Ledger, now: Timestamp) -> Option<Duration> {
    let operation = ledger.operation.as_ref()?;
    let step = operation.steps.iter().find(|s| s.state != StepState::Succeeded)?;
    let following = matches!(
        step.spec.kind,
        StepKind::Follow { .. } | StepKind::Verify | StepKind::Call(_)
    );
    if !following || step.reason == Some(Reason::SubmissionUnknown) {
        return Some(SLOWEST);
    }
    let age = seconds(operation.started_at.unwrap_or(operation.recorded_at), now);
    let usual = ledger.verdicts.iter().rev().find_map(|v| {
        let same = v.operation == operation.operation && v.ending == crate::ledger::Ending::Succeeded;
        same.then(|| v.started_at.map(|start| seconds(start, v.finished_at)))
            .flatten()
    });
    if usual.is_some_and(|u| (0.8 * u..=1.3 * u).contains(&age)) {
        return Some(FASTEST);
    }
    Some(Duration::from_secs_f64(age / 10.0).clamp(FASTEST, SLOWEST))
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64().max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OperationType::{Failover, PlannedFailover};
    use crate::ledger::{Ending, Ledger, Verdict};

    const RUNNING: &str = r#"{
        "version": 1, "group": {"namespace": "n", "name": "g", "uid": "u"}, "judgedGeneration": 1, "active": "source",
        "endpoint": "here", "minted": {"why": "FirstSight", "at": "2026-01-05T08:00:00Z"},
        "fingerprint": {"status": "reversing", "active": "Unknown"},
        "operation": {
            "name": "o", "type": "PlannedFailover", "from": "source", "target": "target", "token": "t", "origin": "Wish",
            "recordedAt": "2026-01-05T08:00:00Z", "startBy": "2026-01-05T09:00:00Z", "startedAt": "2026-01-05T08:00:00Z",
            "steps": [{"spec": {"name": "Job", "kind": {"Follow": {"call": "Call"}}}, "state": "Running"}]
        }
    }"#;

    fn at(seconds: i64) -> Timestamp {
        let begin: Timestamp = "2026-01-05T08:00:00Z".parse().unwrap();
        begin + jiff::SignedDuration::from_secs(seconds)
    }

    #[test]
    fn a_job_is_looked_at_often_when_young_and_near_its_usual_end() {
        let mut ledger: Ledger = serde_json::from_str(RUNNING).unwrap();
        let pauses =
            |ledger: &Ledger| [0, 30, 45, 79, 81, 129, 131, 900].map(|s| pause(ledger, at(s)).unwrap().as_secs());
        assert_eq!(pauses(&ledger), [1, 3, 4, 5, 5, 5, 5, 5]);
        assert_eq!(pause(&ledger, at(-60)), Some(FASTEST), "a clock that was put back");
        let ended = |operation, ending, from, to| Verdict {
            name: "before".into(),
            uid: None,
            operation,
            token: None,
            ending,
            reason: Reason::Succeeded,
            message: String::new(),
            requested_by: String::new(),
            started_at: Some(at(from)),
            finished_at: at(to),
            begun: true,
            record: None,
        };
        ledger.remember(ended(PlannedFailover, Ending::Succeeded, -500, -400));
        // How long a failed one or one of another type took says nothing.
        ledger.remember(ended(PlannedFailover, Ending::Failed, -300, -290));
        ledger.remember(ended(Failover, Ending::Succeeded, -200, -190));
        assert_eq!(pauses(&ledger), [1, 3, 4, 5, 1, 1, 5, 5]);
    }

    #[test]
    fn a_person_is_not_hurried_and_at_rest_nothing_is_paced() {
        let mut ledger: Ledger = serde_json::from_str(RUNNING).unwrap();
        let question = "stopped?".to_owned();
        ledger.operation.as_mut().unwrap().steps[0].spec.kind = StepKind::Confirm { question };
        assert_eq!(pause(&ledger, at(0)), Some(SLOWEST));
        ledger.operation = None;
        assert_eq!(pause(&ledger, at(0)), None);
    }
}
