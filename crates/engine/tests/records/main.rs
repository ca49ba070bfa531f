//! Ledgers of other releases: that of the last one and that of the next are acted on; what cannot be understood is held, and said so.
//! It must not make its records by the code that reads them: they are files.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod journal;

use jiff::{SignedDuration, Timestamp};
use journal::{read, write};
use serde_json::{Map, Value};
use stationmaster_engine::decide::held;
use stationmaster_engine::ledger::record::{Unreadable, VERSION};
use stationmaster_engine::ledger::{PendingCall, SubmissionState};
use stationmaster_engine::report::{ConditionType, State, report};
use stationmaster_engine::*;
use std::collections::BTreeMap;

/// Written by release 1, whose operators refused fields that they did not know.
const LAST: &str = include_str!("last.json");
/// The same as a later release of version 2 writes it: fields everywhere and reasons that nobody here knows.
const NEXT: &str = include_str!("next.json");

fn record(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).unwrap()
}

/// With another word at this place.
fn with(text: &str, place: &str, word: impl Into<Value>) -> Map<String, Value> {
    let mut value = Value::Object(record(text));
    *value.pointer_mut(place).unwrap_or_else(|| panic!("nothing at {place}")) = word.into();
    serde_json::from_value(value).unwrap()
}

/// The call was recorded at 03:01:03 and is dead at 03:35:23.
fn at(time: &str) -> Timestamp {
    format!("2026-11-02T{time}Z").parse().unwrap()
}

fn seen(phase: Phase, active: ActiveStation, revision: &str) -> Sight {
    let status = "protected".to_owned();
    Sight::Seen(Observation {
        active,
        provider_status: status.clone(),
        phase,
        replication: Replication {
            state: ReplicationState::Active,
            progress_percent: None,
            lag_seconds: None,
            last_sync: None,
        },
        fingerprint: Fingerprint {
            status,
            active,
            revision: Some(revision.to_owned()),
        },
        permits: BTreeMap::from([(OperationType::PlannedFailover, Permit::Open)]),
        own_station: active.known(),
        description: None,
        facts: BTreeMap::from([("ActiveSiteServersStopped".to_owned(), Fact::Holds)]),
        depth: Depth::Full,
    })
}

fn unchanged() -> Sight {
    seen(Phase::Protected, ActiveStation::Source, "2026-11-02T02:58:11.0")
}

fn group() -> Group {
    Group {
        namespace: "shop".to_owned(),
        name: "orders-db".to_owned(),
        uid: "40df180b-9fe2-471a-8c64-1b758dc84189".to_owned(),
        object: "g1".to_owned(),
        members: ["g1".to_owned()].into(),
        generation: 7,
        intent: Some(Intent {
            station: Station::Target,
            token: Some(Token::quoted("k7m2-9xqd")),
        }),
        edits: Vec::new(),
        starting_deadline_seconds: 3600,
        suspend: false,
    }
}

/// A forced failover that somebody files while the planned one is in doubt.
fn order(group_uid: &str) -> Request {
    Request {
        name: "worst-hour".to_owned(),
        uid: format!("order on {group_uid}"),
        created_at: at("03:10:00"),
        group_uid: group_uid.to_owned(),
        operation: OperationType::Failover,
        target: Some(Station::Target),
        token: Some(Token::quoted("k7m2-9xqd")),
        not_after: Some(at("05:00:00")),
        data_loss: Some(DataLoss::Unknown),
        accepted_risks: Vec::new(),
        requested_by: "anna@example.com".to_owned(),
        ended: false,
    }
}

fn with_input<T>(ledger: Option<&Ledger>, sight: &Sight, now: Timestamp, use_it: impl FnOnce(&Input<'_>) -> T) -> T {
    let group = group();
    let requests = [order(&group.uid)];
    let own = ledger.and_then(|l| l.operation.as_ref()).map(|o| Request {
        name: o.name.clone(),
        uid: o.uid.clone().unwrap(),
        operation: o.kind,
        ..order(&group.uid)
    });
    let requests: Vec<Request> = requests.into_iter().chain(own).collect();
    use_it(&Input {
        orders_guarded: false,
        unread: None,
        group: &group,
        ledger,
        held: &stationmaster_engine::Held::default(),
        holder_exists: false,
        right: &|_| ClaimRight::FirstCome,
        endpoint: Some("https://sdrs.example.com"),
        sight,
        watch: Watch::default(),
        requests: &requests,
        decisions: &[],
        jobs: &[],
        found: None,
        plan: &|_, _, _| None,
        fresh: &Token::quoted("fresh"),
        instance: "operator-0",
        absent_until: None,
        now,
    })
}

fn decided(ledger: &Ledger, sight: &Sight, now: Timestamp) -> Decided {
    with_input(Some(ledger), sight, now, decide)
}

/// What became of an attempt, whether the operation goes on or has ended by now.
fn state(ledger: &Ledger, attempt: usize) -> SubmissionState {
    let ended = || ledger.completed.last()?.record.as_deref();
    let operation = ledger.operation.as_ref().or_else(ended).unwrap();
    let step = operation.step("ReverseServerGroup").unwrap();
    step.submissions[attempt - 1].state.clone()
}

#[test]
fn the_operation_in_doubt_of_another_release_is_carried_on_by_what_is_seen() {
    for text in [LAST, NEXT] {
        let ledger = read(&record(text)).unwrap();
        let early = decided(&ledger, &unchanged(), at("03:30:00"));
        assert_eq!(early.act, Act::None, "nothing is known yet");

        let moved = seen(Phase::Protected, ActiveStation::Target, "2026-11-02T03:03:00.0");
        let adopted = decided(&ledger, &moved, at("03:30:00")).ledger.unwrap();
        assert_eq!(state(&adopted, 2), SubmissionState::AdoptedEffect);

        let absent = decided(&ledger, &unchanged(), at("03:36:00")).ledger.unwrap();
        assert_eq!(state(&absent, 2), SubmissionState::ProvenAbsent);
        let next = decided(&absent, &unchanged(), at("03:36:01"));
        assert!(matches!(&next.act, Act::Submit(call) if call.attempt == 3), "{next:?}");
    }
}

#[test]
fn a_record_is_written_again_in_our_version_without_loss() {
    for text in [LAST, NEXT] {
        let ledger = read(&record(text)).unwrap();
        let again = write(&ledger).unwrap();
        assert_eq!(again["version"], VERSION);
        assert_eq!(read(&again).unwrap(), ledger);
        assert_eq!(ledger.completed.len(), 6);
        let late = |call: &PendingCall| call.dead_at.is_none();
        assert_eq!(
            ledger.pending_calls.iter().filter(|c| late(c)).count(),
            1,
            "a person is asked"
        );
        assert!(ledger.consumed.iter().map(|a| &*a.uid).eq(["d-1", "d-2"]), "once only");
        assert_eq!(ledger.consumer(&Token::quoted("p3q9-4rst")), Some("site-lost"));
    }
}

#[test]
fn a_reason_of_the_next_release_is_told_as_it_is() {
    let ledger = read(&record(NEXT)).unwrap();
    let unseen = Sight::Unseen {
        reason: Reason::ProviderUnreachable,
        message: "no route".to_owned(),
    };
    let told = with_input(Some(&ledger), &unseen, at("03:30:00"), |input| {
        report(input, Some(&ledger), &decide(input))
    });
    let text = format!("{:?} {:?}", told.group, told.operations);
    assert!(text.contains("Other(\"JobTurnedSour\")"), "in the history: {text}");
    assert!(text.contains("Other(\"AskingTheStars\")"), "of the step: {text}");
    let text = serde_json::to_string(&write(&ledger).unwrap()).unwrap();
    for word in ["MoonTooBright", "TideTooHigh", "DisksAreBlue", "DecisionForgotten"] {
        assert!(text.contains(word), "{word} is lost");
    }
}

/// Every place of a word, as a pointer.
fn words(value: &Value, place: &str, list: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) => map
            .iter()
            .for_each(|(key, value)| words(value, &format!("{place}/{key}"), list)),
        Value::Array(all) => all
            .iter()
            .enumerate()
            .for_each(|(index, value)| words(value, &format!("{place}/{index}"), list)),
        Value::String(word) => list.push((place.to_owned(), word.clone())),
        _ => {}
    }
}

#[test]
fn no_reason_decides_whatever_word_it_is() {
    let mut all = Vec::new();
    words(&Value::Object(record(LAST)), "", &mut all);
    let reasons = all.iter().filter(|(place, word)| {
        (place.ends_with("/reason") || place.ends_with("/why"))
            && matches!(Reason::stored(word), r if Reason::ALL.contains(&r))
    });
    let mut tried = 0;
    let ledger = read(&record(LAST)).unwrap();
    for (place, word) in reasons {
        tried += 1;
        let strange = read(&with(LAST, place, "NoSuchWord")).unwrap();
        for now in [at("03:30:00"), at("03:36:00")] {
            let (was, is) = (
                decided(&ledger, &unchanged(), now),
                decided(&strange, &unchanged(), now),
            );
            assert_eq!(was.act, is.act, "{word} at {place} decides");
        }
    }
    assert!(tried >= 10, "{tried}");
}

#[test]
fn what_decides_and_is_not_known_holds_the_group_and_every_order_is_told() {
    let operation = "/operation/steps/1";
    let places = [
        "/active",
        "/operation/type",
        "/operation/target",
        "/operation/origin",
        &format!("{operation}/state"),
        &format!("{operation}/spec/kind/Call/resolution"),
        &format!("{operation}/submissions/1/state/is"),
        "/operation/steps/3/spec/kind",
        "/completed/5/type",
        "/completed/5/ending",
        "/completed/5/record/steps/2/submissions/0/state/is",
    ];
    let strange = places.map(|place| (with(LAST, place, "NoSuchWord"), "NoSuchWord"));
    let newer = (with(NEXT, "/version", VERSION + 1), "version 3");
    let unversioned = (with(LAST, "/version", Value::Null), "no version");
    for (record, says) in strange.into_iter().chain([newer, unversioned]) {
        let error = read(&record).unwrap_err();
        let mut sentence = error.to_string();
        if let Unreadable::Body(source) = &error {
            sentence = format!("{sentence}: {source}");
        }
        assert!(sentence.contains(says), "{sentence}");
        with_input(None, &unchanged(), at("03:36:00"), |input| {
            let decision = held(input, Why::new(Reason::LedgerUnreadable, sentence.clone()));
            assert_eq!((&decision.act, &decision.ledger), (&Act::None, &None));
            let told = report(input, None, &decision);
            let stalled = &told.group.conditions[0];
            assert_eq!(
                (stalled.kind, stalled.reason, &stalled.message),
                (ConditionType::Stalled, Reason::LedgerUnreadable, &sentence)
            );
            assert_eq!(told.group.token, None, "it is not certain what its token means");
            assert_eq!(told.operations.len(), input.requests.len(), "no order is left blank");
            for order in &told.operations {
                assert_eq!((order.state, order.reason), (State::Pending, Reason::LedgerUnreadable));
            }
        });
    }
}

/// The files are what they are meant to be: else the tests above would read something else than they say.
#[test]
fn the_golden_ledgers_hold_what_they_are_kept_for() {
    let ledger = read(&record(LAST)).unwrap();
    assert_eq!(record(LAST)["version"], VERSION - 1);
    let operation = ledger.operation.as_ref().unwrap();
    assert!(operation.ambiguous() && operation.step("ServersStopped").unwrap().confirmed);
    let dead = at("03:01:03") + SignedDuration::from_secs(2060);
    assert!(at("03:30:00") < dead && dead < at("03:36:00"));
    assert!(ledger.intent.is_some() && ledger.absence.is_some() && ledger.consumed.len() == 2);
    let strange = record(NEXT);
    assert!(strange["operation"]["steps"][1]["submissions"][1]["before"]["ofTheNextRelease"].is_object());
}
