//! Lists and single readings of one connection, and which of them counts.
//! They must not read a provider: this one says nothing.

use super::*;
use jiff::SignedDuration;
use stationmaster_engine::{JobReport, Observation, OperationType, Plan, Reason, Station};
use stationmaster_provider::{CallRequest, ConnectionFacts, FaultClass, LostCall, PreparedCall};
use std::collections::BTreeMap;
use std::time::Duration;

fn told(what: &str) -> Sight {
    Sight::Unseen {
        reason: Reason::ProviderError,
        message: what.to_owned(),
    }
}

fn listed(begun: Instant) -> Snapshot {
    Snapshot {
        number: 1,
        begun,
        objects: Err(Fault::new(FaultClass::Transient, Reason::ProviderError, "list")),
        partial: None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_names_the_objects_that_were_read_singly_before_it() {
    let connection = Connection::new(Arc::new(Silent), Scope::new("scope"));
    let before = Instant::now();
    tokio::time::advance(Duration::from_secs(1)).await;
    connection.observe("a", Need::Everything).await;
    assert!(
        connection.publish(Arc::new(listed(before))).is_empty(),
        "the list is older"
    );
    assert_eq!(connection.sight("a"), told("single"));
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(connection.publish(Arc::new(listed(Instant::now()))), ["a"]);
    assert_eq!(connection.sight("a"), told("list"));
    assert!(connection.publish(Arc::new(listed(Instant::now()))).is_empty(), "once");
}

#[tokio::test(start_paused = true)]
async fn how_far_the_other_side_was_behind_is_remembered_while_nothing_can_be_read() {
    let connection = Connection::new(Arc::new(Silent), Scope::new("scope"));
    let mut seen = crate::observe::snapshot::tests::seen("ok");
    seen.replication.lag_seconds = Some(10);
    let good = |seen: Observation| Snapshot {
        objects: Ok(BTreeMap::from([("a".to_owned(), seen)])),
        ..listed(Instant::now())
    };
    let told = |ago: i64| {
        let now: Timestamp = "2026-01-05T08:00:00Z".parse().unwrap();
        let watched = connection.watched("a", now);
        let newest = watched.iter().filter_map(|w| w.complete_at).max();
        assert_eq!(newest, Some(now - SignedDuration::from_secs(ago)));
    };
    connection.publish(Arc::new(good(seen)));
    told(10);
    for age in [40, 70] {
        tokio::time::advance(Duration::from_secs(30)).await;
        connection.publish(Arc::new(listed(Instant::now())));
        told(age);
    }
}

/// Cannot be read.
struct Silent;

#[async_trait::async_trait]
impl Provider for Silent {
    fn kind(&self) -> &'static str {
        "silent"
    }
    fn plan(&self, _: OperationType, _: Station, _: &Observation) -> Option<Plan> {
        None
    }
    fn capabilities(&self) -> Vec<String> {
        Vec::new()
    }
    fn endpoint(&self) -> String {
        "nowhere".to_owned()
    }
    fn obstacles(&self) -> &'static [stationmaster_engine::Obstacle] {
        &[]
    }
    async fn identity(&self) -> Result<Scope, Fault> {
        Err(silence("identity"))
    }
    async fn connect(&self) -> Result<ConnectionFacts, Fault> {
        Err(silence("connect"))
    }
    async fn list(&self) -> Result<BTreeMap<String, Observation>, Fault> {
        Err(silence("list"))
    }
    async fn observe(&self, _: &str) -> Result<Observation, Fault> {
        Err(silence("single"))
    }
    async fn prepare(&self, _: &CallRequest) -> Result<Box<dyn PreparedCall>, Fault> {
        Err(silence("prepare"))
    }
    async fn poll(&self, _: &str, _: OperationType, _: &str) -> Result<JobReport, Fault> {
        Err(silence("poll"))
    }
    async fn find(&self, _: &LostCall) -> Result<Option<JobReport>, Fault> {
        Err(silence("find"))
    }
}

fn silence(what: &str) -> Fault {
    Fault::new(FaultClass::Transient, Reason::ProviderError, what)
}

#[test]
fn a_list_that_was_begun_before_a_single_reading_had_ended_does_not_turn_time_back() {
    let now = Instant::now();
    let single = Single {
        begun: now,
        ended: now,
        sight: told("single"),
    };
    let earlier = listed(now.checked_sub(Duration::from_secs(1)).unwrap());
    let later = listed(now + Duration::from_secs(1));
    let later_begun = later.begun;
    let mut readings = Readings::default();
    assert!(matches!(
        readings.youngest("a").0,
        Sight::Unseen {
            reason: Reason::ProviderNotReady,
            ..
        }
    ));
    readings.latest = Some(Arc::new(earlier));
    assert_eq!(readings.youngest("a").0, told("list"));
    readings.singles.insert("a".to_owned(), single);
    assert_eq!(readings.youngest("a"), (told("single"), Some(now)));
    readings.latest = Some(Arc::new(later));
    assert_eq!(readings.youngest("a"), (told("list"), Some(later_begun)));
}

/// With a lock for each kind of reading one who published and one who asked what was watched waited for each other for ever, and with them the
/// process.
#[test]
fn who_publishes_and_who_asks_do_not_wait_for_each_other() {
    let connection = Arc::new(Connection::new(Arc::new(Silent), Scope::new("scope")));
    let (done, ended) = std::sync::mpsc::channel();
    let seen = crate::observe::snapshot::tests::seen("ok");
    let good = Snapshot {
        objects: Ok(BTreeMap::from([("a".to_owned(), seen)])),
        ..listed(Instant::now())
    };
    let good = Arc::new(good);
    for asks in [false, true] {
        let (connection, done, good) = (connection.clone(), done.clone(), good.clone());
        std::thread::spawn(move || {
            for round in 0..20_000 {
                if asks {
                    connection.watched("a", Timestamp::UNIX_EPOCH);
                } else if round % 2 == 0 {
                    connection.publish(good.clone());
                } else {
                    connection.publish(Arc::new(listed(Instant::now())));
                }
            }
            let _ = done.send(());
        });
    }
    let long = std::time::Duration::from_secs(120);
    for _ in 0..2 {
        ended.recv_timeout(long).unwrap();
    }
}
