//! Tests of what the scripts in `tests/` cannot reach from outside.
//! They must not repeat a script.

use super::job::of as job;
use super::operation::seconds;
use super::{State, direction};
use crate::Held;
use crate::ledger::Ending;
use crate::{
    ActiveStation, ClaimRight, Group, Input, JobReport, JobStatus, Ledger, Reason, ReplicationState, Sight, Station,
    Token, Watch,
};
use jiff::Timestamp;

#[test]
fn how_an_operation_stands_is_told_in_the_words_of_the_api() {
    let told = [State::Pending, State::Waiting, State::Running, State::InDoubt].map(State::as_str);
    assert_eq!(told, ["Pending", "Waiting", "Running", "Unknown"]);
    assert_eq!(State::Ended(Ending::Expired).as_str(), "Expired");
}

#[test]
fn a_direction_is_told_only_where_something_is_replicated_from_a_certain_station() {
    use ReplicationState::{Active, Broken, Stopped, Synchronizing, Unknown};
    let there = Some((Station::Source, Station::Target));
    assert_eq!(direction(ActiveStation::Source, Active), there);
    assert_eq!(direction(ActiveStation::Source, Synchronizing), there);
    let back = Some((Station::Target, Station::Source));
    assert_eq!(direction(ActiveStation::Target, Active), back);
    for state in [Stopped, Broken, Unknown] {
        assert_eq!(direction(ActiveStation::Source, state), None);
    }
    for active in [
        ActiveStation::None,
        ActiveStation::Both,
        ActiveStation::Mixed,
        ActiveStation::Unknown,
    ] {
        assert_eq!(direction(active, Active), None);
    }
}

#[test]
fn seconds_are_rounded_and_never_negative() {
    let at = |millis| Timestamp::from_millisecond(millis).unwrap();
    assert_eq!(seconds(at(0), at(1_499)), 1);
    assert_eq!(seconds(at(0), at(1_500)), 2);
    assert_eq!(seconds(at(5_000), at(0)), 0, "a clock that was put back");
    assert!(seconds(Timestamp::MIN, Timestamp::MAX) > 600_000_000_000);
}

/// A call that started two jobs, and is followed.
const TWO_JOBS: &str = r#"{
    "version": 1, "group": {"namespace": "n", "name": "g", "uid": "u"}, "judgedGeneration": 1, "active": "source",
    "endpoint": "here",
    "issued": {"why": "FirstSight", "at": "2026-01-05T08:00:00Z"},
    "fingerprint": {"status": "reversing", "active": "Unknown"},
    "operation": {
        "name": "o", "type": "PlannedFailover", "from": "source", "target": "target", "token": "t", "origin": "Intent",
        "recordedAt": "2026-01-05T08:00:00Z", "expiry": "2026-01-05T09:00:00Z",
        "steps": [{
            "spec": {"name": "Call", "kind": {"Call": {"action": "a", "endpoint": "e", "resolution": "Person"}}},
            "state": "Succeeded",
            "submissions": [{
                "attempt": 1, "recordedAt": "2026-01-05T08:00:00Z", "recordedBy": "x",
                "before": {"status": "protected", "active": "source"}, "state": {"is": "accepted", "jobs": ["one", "two"]}
            }]
        }]
    }
}"#;

#[test]
fn of_several_jobs_the_one_that_a_person_must_look_at_is_shown() {
    let ledger: Ledger = serde_json::from_str(TWO_JOBS).unwrap();
    let operation = ledger.operation.as_ref().unwrap();
    let read = |id: &str, status| JobReport {
        status,
        ..JobReport::gone(id)
    };
    let group = Group {
        namespace: "n".into(),
        name: "g".into(),
        uid: "u".into(),
        object: "g1".to_owned(),
        members: ["g1".to_owned()].into(),
        generation: 1,
        intent: None,
        edits: Vec::new(),
        starting_deadline_seconds: 3600,
        suspend: false,
    };
    let sight = Sight::Unseen {
        reason: Reason::ProviderUnreachable,
        message: String::new(),
    };
    let shown = |jobs: &[JobReport]| {
        let input = Input {
            orders_guarded: false,
            unread: None,
            group: &group,
            ledger: Some(&ledger),
            held: &Held::default(),
            holder_exists: false,
            right: &|_| ClaimRight::FirstCome,
            endpoint: Some("here"),
            sight: &sight,
            watch: Watch::default(),
            requests: &[],
            decisions: &[],
            jobs,
            found: None,
            absent_until: None,
            plan: &|_, _, _| None,
            fresh: &Token::quoted("t"),
            instance: "x",
            now: Timestamp::UNIX_EPOCH,
        };
        job(&input, operation).map(|view| view.job.id)
    };
    let done = || read("one", JobStatus::Succeeded);
    assert_eq!(
        shown(&[done(), read("two", JobStatus::Running)]).as_deref(),
        Some("two")
    );
    assert_eq!(shown(&[read("two", JobStatus::Gone), done()]).as_deref(), Some("two"));
    assert_eq!(shown(&[done()]).as_deref(), Some("one"));
    assert_eq!(shown(&[read("somebody else's", JobStatus::Running)]), None);
}
