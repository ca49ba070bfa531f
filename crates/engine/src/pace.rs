//! How soon to look again while something is asked, and how long to bear with what is not seen; after a pass, `pass::next`.
//! It must not be a reason to act: it only paces reading.

use crate::ledger::{Ledger, Step};
use crate::{OperationType, Reason, StepKind};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// News of the group, its operations or its provider: they wake by themselves, and the usual interval is soon enough.
    News,
    /// The next pass: everything is known, and one pass does only so much.
    Turn,
    /// What the provider shows of its own doing, or of the whole group: a provider that works shows it within seconds.
    Reading,
    /// A condition outside that somebody has to change: nobody can within less.
    Condition,
    /// Evidence of a call without an answer, while a person is asked: what comes so late comes rarely.
    Person,
}

impl Waits {
    /// After how many seconds it is looked at again at the latest; none where the usual interval will do.
    pub fn seconds(self) -> Option<i64> {
        match self {
            Waits::News => None,
            Waits::Turn => Some(1),
            Waits::Reading => Some(2),
            Waits::Condition => Some(5),
            Waits::Person => Some(10),
        }
    }
}

/// How long an independent read may show another outcome after a job has ended well or a call was taken, before that is called a failure:
/// lists and caches of providers lag behind by seconds, not by minutes.
pub const OUTCOME_GRACE_SECONDS: i64 = 60;
/// How long evidence is looked for before a call without an answer is made again or its outcome is called unknown: a job that was started is
/// listed by then, and a person is not kept waiting.
pub const EVIDENCE_GRACE_SECONDS: i64 = 30;
/// How long to wait at most before what provably was not done is tried again.
pub const AGAIN_SECONDS: i64 = 15;
/// How long a person's operation without `notAfter` may take to its first call; the API asks for `notAfter`, this is the last line.
pub const START_SECONDS: i64 = 24 * 3600;

/// Whether a step has waited long enough for an outcome that is not seen.
pub fn outcome_overdue(step: &Step, now: Timestamp) -> bool {
    later(step.started_at.unwrap_or(now), OUTCOME_GRACE_SECONDS) <= now
}

/// How long a further call that provably does not leave is made again.
pub const FURTHER_CALL_SECONDS: i64 = 3600;

/// Whether a further call has been tried for long enough.
pub fn gives_up(step: &Step, now: Timestamp) -> bool {
    later(step.started_at.unwrap_or(now), FURTHER_CALL_SECONDS) <= now
}

/// After how many seconds a call that provably did not leave is made again: 1, 2, 4, 8, 15, or what the provider asked for, at most 10 minutes.
/// A forced failover is made again after 15 s at the latest: a request that is turned away costs nothing. What the operator itself
/// withheld is made again after 4 s at the latest: a lease is renewed by then.
pub fn again_after(kind: OperationType, attempt: u32, asked: Option<u64>, withheld: bool) -> i64 {
    let usual = 1i64 << attempt.saturating_sub(1).min(4);
    if withheld {
        return usual.min(4);
    }
    let asked = asked.map(|seconds| i64::try_from(seconds.min(600)).unwrap_or(600));
    let most = if kind == OperationType::Failover {
        AGAIN_SECONDS
    } else {
        600
    };
    asked.unwrap_or(usual.min(AGAIN_SECONDS)).min(most)
}

/// `now` and so many seconds; the end of time where it does not fit.
pub fn later(now: Timestamp, seconds: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}

/// The shortest and the longest pause between two looks at a running job.
const FASTEST: Duration = Duration::from_secs(1);
const SLOWEST: Duration = Duration::from_secs(5);

/// The pause until the next look at the running operation; none when nothing runs.
///
/// While a job runs: a tenth of its age at first (1–5 s); from 80 % to 130 % of the duration that the last successful operation of the type
/// took, every second. While a person is waited for, every 5 s.
pub fn pause(ledger: &Ledger, now: Timestamp) -> Option<Duration> {
    let operation = ledger.operation.as_ref()?;
    let step = operation.steps.iter().find(|s| !s.is_done())?;
    let following = matches!(
        step.spec.kind,
        StepKind::Follow { .. } | StepKind::Verify | StepKind::Call(_)
    );
    if !following || step.reason == Some(Reason::SubmissionUnknown) {
        return Some(SLOWEST);
    }
    let age = seconds(operation.started_at.unwrap_or(operation.recorded_at), now);
    let usual = ledger.completed.iter().rev().find_map(|v| {
        let same = v.kind == operation.kind && v.ending == crate::ledger::Ending::Succeeded;
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
    use crate::ledger::{CompletedOperation, Ending, Ledger};

    const RUNNING: &str = r#"{
        "version": 1, "group": {"namespace": "n", "name": "g", "uid": "u"}, "judgedGeneration": 1, "active": "source",
        "endpoint": "here", "issued": {"why": "FirstSight", "at": "2026-01-05T08:00:00Z"},
        "fingerprint": {"status": "reversing", "active": "Unknown"},
        "operation": {
            "name": "o", "type": "PlannedFailover", "from": "source", "target": "target", "token": "t", "origin": "Intent",
            "recordedAt": "2026-01-05T08:00:00Z", "expiry": "2026-01-05T09:00:00Z", "startedAt": "2026-01-05T08:00:00Z",
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
        let ended = |operation, ending, from, to| CompletedOperation {
            name: "before".into(),
            uid: None,
            kind: operation,
            token: None,
            ending,
            reason: Reason::Succeeded,
            message: String::new(),
            requested_by: String::new(),
            started_at: Some(at(from)),
            finished_at: at(to),
            begun: true,
            jobs: Vec::new(),
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

    #[test]
    fn a_moment_beyond_the_end_of_time_is_the_end_of_time() {
        assert_eq!(later(Timestamp::MAX, 1), Timestamp::MAX);
        assert_eq!(later(Timestamp::UNIX_EPOCH, i64::MAX), Timestamp::MAX);
        assert_eq!(later(Timestamp::UNIX_EPOCH, 60).as_second(), 60);
    }
}
