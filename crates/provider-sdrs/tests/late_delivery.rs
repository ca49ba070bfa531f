//! The dead time put to the test: a signed call that is held up on the way and delivered later, with clocks that lead and lag.
//! It must not rely on the two clocks being equal.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod bench;

use bench::{Auth, GROUP, SimulatorBench};
use jiff::SignedDuration;
use stationmaster_engine::{OperationType, Station, StepKind};
use stationmaster_provider::contract::Bench;
use stationmaster_provider::{CallOutcome, CallRequest, Provider};
use stationmaster_provider_sdrs::{Clock, Sdrs};
use stationmaster_simulator::{Act, FaultClock, FaultMatch, FaultRule};

/// A connection whose clock leads the provider's by so many seconds.
async fn leading(bench: &SimulatorBench, lead: i64) -> (Sdrs, Clock) {
    let simulator = bench.simulator.clone();
    let clock = Clock::new(move || simulator.now() + SignedDuration::from_secs(lead));
    let mut config = bench.config();
    config.clock = clock.clone();
    (Sdrs::new(config).unwrap(), clock)
}

async fn dead_time(provider: &Sdrs, operation: OperationType) -> Option<u32> {
    let seen = provider.observe(GROUP).await.unwrap();
    let plan = provider.plan(operation, Station::Target, &seen).unwrap();
    plan.steps.into_iter().find_map(|step| match step.kind {
        StepKind::Call(call) => call.dead_time_seconds,
        _ => None,
    })
}

/// Sends a reverse that is delivered after `held` seconds of the provider's time; whether it was done, and what of the clock of the
/// connection was then.
async fn delivered(lead: i64, held: f64) -> bool {
    let bench = SimulatorBench::new(Auth::AccessKey, false).await;
    bench.simulator.set_switch("auth-clock", "virtual").unwrap();
    bench.ready_for(OperationType::PlannedFailover).await;
    let (provider, clock) = leading(&bench, lead).await;
    let call = CallRequest {
        object: GROUP.to_owned(),
        action: "reverse-server-group".to_owned(),
        endpoint: "sdrs".to_owned(),
        operation: OperationType::PlannedFailover,
        target: Station::Target,
        recorded_at: clock.now(),
        operation_name: "op".to_owned(),
        step: "ReverseServerGroup".to_owned(),
        attempt: 1,
        dedupe_key: String::new(),
        expected_revision: None,
        part: None,
    };
    provider
        .observe(GROUP)
        .await
        .expect("the look before the call is taken, so the clocks are near enough");
    let hold = Act::Hold {
        seconds: Some(held),
        clock: FaultClock::Virtual,
    };
    bench
        .simulator
        .add_fault(FaultRule::new(FaultMatch::action("reverse-server-group"), hold));
    let answer = provider.prepare(&call).await.unwrap().send().await;
    assert!(matches!(answer, CallOutcome::Ambiguous { .. }), "{answer:?}");
    bench.simulator.advance(held + 1.0);
    let journal = bench.simulator.journal();
    assert_eq!(journal.len(), 1);
    assert!(!journal[0].held, "it was not delivered");
    journal[0].accepted
}

#[tokio::test]
async fn after_the_dead_time_no_clock_lets_the_call_in() {
    for lead in [-890, -300, 0, 300, 890] {
        let bench = SimulatorBench::new(Auth::AccessKey, false).await;
        let (provider, _) = leading(&bench, lead).await;
        let dead = f64::from(dead_time(&provider, OperationType::PlannedFailover).await.unwrap());
        assert!(!delivered(lead, dead).await, "lead {lead}: done after the dead time");
    }
}

#[tokio::test]
async fn one_window_alone_would_not_be_enough() {
    assert!(delivered(0, 600.0).await);
    assert!(!delivered(0, 1000.0).await);
    assert!(
        delivered(890, 1000.0).await,
        "a leading clock makes signatures live longer than the window"
    );
}

#[tokio::test]
async fn tokens_have_no_dead_time() {
    let bench = SimulatorBench::new(Auth::Password, false).await;
    let provider = Sdrs::new(bench.config()).unwrap();
    for operation in OperationType::ALL {
        assert_eq!(dead_time(&provider, operation).await, None);
    }
    let bench = SimulatorBench::new(Auth::AccessKey, false).await;
    let mut config = bench.config();
    config.signature_validity_seconds = 60;
    assert_eq!(
        dead_time(&Sdrs::new(config).unwrap(), OperationType::Failover).await,
        Some(60 + 60 + 60 + 200)
    );
}
