//! What can become of an exchange, in virtual time: what the caller hears, and what the world did.
//! It must not judge the answers' classes once more; that is the contract's.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod bench;

use bench::GROUP;
use jiff::{SignedDuration, Timestamp};
use stationmaster_engine::{OperationType, Station};
use stationmaster_provider::{CallOutcome, CallRequest, Provider};
use stationmaster_provider_proof::wire::{Exchange, Hook, Moment};
use stationmaster_provider_proof::{At, Disturb, ProofProvider, Variant, Wire, World};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

fn begin() -> Timestamp {
    "2026-01-05T08:00:00Z".parse().unwrap()
}

/// A wire whose time is that of the runtime, which stands still unless somebody sleeps.
fn wire(hook: Option<Hook>) -> Arc<Wire> {
    let started = Instant::now();
    let clock = move || begin() + SignedDuration::try_from(started.elapsed()).unwrap();
    let world = Arc::new(Mutex::new(World::new(Variant::sdrs(), &[GROUP], begin())));
    let wire = Wire::new(world, Arc::new(clock));
    Arc::new(match hook {
        Some(hook) => wire.with_hook(hook),
        None => wire,
    })
}

fn failover(wire: &Wire) -> CallRequest {
    CallRequest {
        object: GROUP.to_owned(),
        action: "failover-server-group".to_owned(),
        endpoint: "control".to_owned(),
        operation: OperationType::Failover,
        target: Station::Target,
        recorded_at: wire.now(),
        operation_name: "fail".to_owned(),
        step: "FailoverServerGroup".to_owned(),
        attempt: 1,
        dedupe_key: "fail/uid/FailoverServerGroup".to_owned(),
        expected_revision: None,
        part: None,
    }
}

async fn send(wire: &Arc<Wire>) -> CallOutcome {
    let provider = ProofProvider::new(wire.clone(), "operator-0");
    provider.prepare(&failover(wire)).await.unwrap().send().await
}

fn executed(wire: &Wire) -> usize {
    wire.world(|world| world.journal().len())
}

async fn seconds(count: u64) {
    tokio::time::sleep(Duration::from_secs(count)).await;
}

#[tokio::test(start_paused = true)]
async fn a_late_call_arrives_when_nobody_waits_any_more() {
    let wire = wire(None);
    wire.disturb_call(Disturb::Later { seconds: 30 });
    let answer = send(&wire).await;
    assert!(matches!(answer, CallOutcome::Ambiguous { .. }), "{answer:?}");
    assert_eq!(wire.now(), begin() + SignedDuration::from_secs(2), "its deadline");
    seconds(27).await;
    assert_eq!(executed(&wire), 0);
    seconds(1).await;
    assert_eq!(executed(&wire), 1);
    assert!(wire.arrivals().is_empty(), "nobody waited");
}

#[tokio::test(start_paused = true)]
async fn a_delay_within_the_deadline_is_heard_and_a_longer_one_is_not() {
    for (delay, heard) in [(1, true), (2, false)] {
        let wire = wire(None);
        wire.disturb_call(Disturb::Delay { seconds: delay });
        let answer = send(&wire).await;
        assert_eq!(matches!(answer, CallOutcome::Accepted { .. }), heard, "{answer:?}");
        wire.disturb_read(Disturb::Delay { seconds: delay });
        let provider = ProofProvider::new(wire.clone(), "operator-0");
        assert_eq!(provider.observe(GROUP).await.is_ok(), heard);
        assert_eq!(executed(&wire), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_comes_again_is_carried_out_again_once_the_group_is_ready_for_it() {
    let wire = wire(None);
    wire.disturb_call(Disturb::AndAgain { seconds: 60 });
    assert!(matches!(send(&wire).await, CallOutcome::Accepted { .. }));
    seconds(30).await;
    wire.world(|world| world.console_reprotect(GROUP));
    seconds(60).await;
    assert_eq!(executed(&wire), 2);
    wire.world(|world| assert_eq!(world.object(GROUP).unwrap().station, Station::Source));
}

#[tokio::test(start_paused = true)]
async fn a_doubled_call_is_answered_by_the_second_of_it() {
    let wire = wire(None);
    wire.disturb_call(Disturb::Doubled);
    let answer = send(&wire).await;
    assert!(matches!(answer, CallOutcome::Refused { .. }), "{answer:?}");
    assert_eq!(executed(&wire), 1);
    let done: Vec<bool> = wire.arrivals().iter().map(|a| a.executed).collect();
    assert_eq!(done, [true, false]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_made_ready_a_minute_ago_is_not_written() {
    let wire = wire(None);
    let provider = ProofProvider::new(wire.clone(), "operator-0");
    let prepared = provider.prepare(&failover(&wire)).await.unwrap();
    seconds(61).await;
    let answer = prepared.send().await;
    assert!(matches!(answer, CallOutcome::NotSent { .. }), "{answer:?}");
    assert_eq!((executed(&wire), wire.exchanges()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn the_hook_is_asked_before_and_after_each_exchange_of_each_connection() {
    let asked: Arc<Mutex<Vec<Exchange>>> = Arc::default();
    let notes = asked.clone();
    let hook: Hook = Arc::new(move |exchange| {
        notes.lock().unwrap().push(exchange.clone());
        match (exchange.number, exchange.moment) {
            (2, Moment::Leaving) => Disturb::NeverLeaves,
            (3, Moment::Answered) => Disturb::LoseAnswer,
            _ => Disturb::Go,
        }
    });
    let wire = wire(Some(hook));
    let other = ProofProvider::new(wire.clone(), "operator-1");
    other.list().await.unwrap();
    assert!(matches!(send(&wire).await, CallOutcome::NotSent { .. }));
    assert!(matches!(send(&wire).await, CallOutcome::Ambiguous { .. }));
    assert!(other.observe(GROUP).await.is_ok());
    use Moment::{Answered, Leaving};
    let asked: Vec<_> = asked
        .lock()
        .unwrap()
        .iter()
        .map(|e| (e.number, e.connection.clone(), e.moment, e.what.word().to_owned()))
        .collect();
    let told: Vec<(u64, &str, Moment, &str)> = asked.iter().map(|(n, c, m, w)| (*n, &**c, *m, &**w)).collect();
    let wanted = [
        (1, "operator-1", Leaving, "list"),
        (1, "operator-1", Answered, "list"),
        (2, "operator-0", Leaving, "failover-server-group"),
        (3, "operator-0", Leaving, "failover-server-group"),
        (3, "operator-0", Answered, "failover-server-group"),
        (4, "operator-1", Leaving, "observe"),
        (4, "operator-1", Answered, "observe"),
    ];
    assert_eq!(told, wanted);
    assert_eq!(wire.exchanges(), 4);
    wire.world(|world| assert_eq!(world.object(GROUP).unwrap().at, At::Working(OperationType::Failover)));
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "is too late for exchange 1")]
async fn a_hook_that_disturbs_a_request_after_its_answer_is_an_error() {
    let hook: Hook = Arc::new(|exchange| match exchange.moment {
        Moment::Leaving => Disturb::Go,
        Moment::Answered => Disturb::LoseRequest,
    });
    let wire = wire(Some(hook));
    send(&wire).await;
}
