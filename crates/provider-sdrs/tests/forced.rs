//! The reading for a forced failover: the group alone must be readable, whatever else hangs, refuses or lies.
//! It must not make the call.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod bench;

use bench::{Auth, GROUP, SimulatorBench, respond};
use serde_json::json;
use stationmaster_engine::{
    ActiveStation, Depth, Observation, OperationType, Permit, Phase, Reason, ReplicationState, Risk,
};
use stationmaster_provider::contract::Bench;
use stationmaster_simulator::{Act, BodyForm, ConsoleAct, FaultMatch, FaultRule, Service};
use std::time::{Duration, Instant};

const MEMBERS: [&str; 2] = ["ListProtectedInstances", "ListReplications"];

fn spoil(bench: &SimulatorBench, matching: FaultMatch, act: Act) {
    bench.simulator.add_fault(FaultRule::new(matching, act).count(0));
}

fn ecs() -> FaultMatch {
    FaultMatch {
        service: Some(Service::Ecs),
        ..FaultMatch::default()
    }
}

fn disturbances() -> Vec<Act> {
    vec![
        Act::Hang { apply: false },
        Act::DropRequest {},
        respond(401, json!({"error_code": "APIG.0301", "error_msg": "x"})),
        respond(403, json!({"error": {"code": "SDRS.0003", "message": "x"}})),
        respond(404, json!("<html>")),
        respond(429, json!("")),
        respond(503, json!("<html>")),
        respond(200, json!(null)),
        respond(
            200,
            json!({"protected_instances": [{"status": "protected"}], "replications": [{}], "count": 7}),
        ),
        Act::Body {
            form: BodyForm::Malformed,
            bytes: 0,
            bytes_per_second: 1,
        },
    ]
}

fn forced(seen: &Observation) -> Permit {
    seen.permit(OperationType::Failover)
}

fn lists_of_pairs(bench: &SimulatorBench) -> u64 {
    bench.requests(|r| r.route.ends_with("/replications"))
}

#[tokio::test]
async fn it_needs_neither_members_nor_servers() {
    for act in disturbances() {
        for listed_before in [false, true] {
            let bench = SimulatorBench::new(Auth::AccessKey, false).await;
            let provider = bench.provider();
            if listed_before {
                provider.list().await.unwrap();
            }
            for operation in MEMBERS {
                spoil(&bench, FaultMatch::operation(operation), act.clone());
            }
            spoil(&bench, ecs(), act.clone());
            let began = Instant::now();
            let seen = provider.observe_for_failover(GROUP).await.unwrap();
            assert!(began.elapsed() < Duration::from_secs(20), "{act:?}");
            assert_eq!(
                (seen.depth, seen.active, forced(&seen)),
                (Depth::Full, ActiveStation::Source, Permit::Open),
                "{act:?}"
            );
            let planned = seen.permit(OperationType::PlannedFailover) == Permit::Open;
            assert_eq!(planned, listed_before, "{act:?}: what is not known is no permission");
            let well = seen.replication.state == ReplicationState::Active;
            assert_eq!(well, listed_before, "{act:?}: what is not known is not well");
            assert!(seen.facts.is_empty());
        }
    }
}

#[tokio::test]
async fn it_is_one_request_where_the_members_are_known_and_asks_no_server() {
    let bench = SimulatorBench::new(Auth::AccessKey, false).await;
    let provider = bench.provider();
    provider.list().await.unwrap();
    bench.simulator.clear_requests();
    for looks in 1..=5 {
        provider.observe_for_failover(GROUP).await.unwrap();
        assert_eq!(bench.simulator.requests().total, looks);
    }
}

#[tokio::test]
async fn an_obstacle_is_told_only_if_it_is_still_there() {
    let bench = SimulatorBench::new(Auth::AccessKey, false).await;
    let provider = bench.provider();
    let level = |level: &str| {
        bench.console(ConsoleAct {
            set_fault_level: Some(level.to_owned()),
            ..ConsoleAct::default()
        });
    };
    level("5");
    provider.list().await.unwrap();
    let seen = provider.observe_for_failover(GROUP).await.unwrap();
    let Permit::AtRisk(risks) = forced(&seen) else {
        panic!("{:?}", forced(&seen));
    };
    let told = risks.iter().map(|(risk, why)| (*risk, why.reason)).collect::<Vec<_>>();
    assert_eq!(
        told,
        [(Risk::ReplicationLinkDown, Reason::Other("ReplicationLinkDown"))]
    );
    level("0");
    assert_eq!(
        forced(&provider.observe_for_failover(GROUP).await.unwrap()),
        Permit::Open
    );
    level("5");
    provider.list().await.unwrap();
    provider.list().await.unwrap();
    provider.list().await.unwrap();
    spoil(
        &bench,
        FaultMatch::operation("ListReplications"),
        respond(503, json!("")),
    );
    let seen = provider.observe_for_failover(GROUP).await.unwrap();
    assert_eq!(forced(&seen), Permit::Open, "what is only remembered closes nothing");
}

#[tokio::test]
async fn after_the_move_members_that_contradict_are_heard() {
    let bench = SimulatorBench::new(Auth::AccessKey, false).await;
    let provider = bench.provider();
    bench.ready_for(OperationType::Reprotect).await;
    let seen = provider.observe_for_failover(GROUP).await.unwrap();
    assert_eq!((seen.active, seen.phase), (ActiveStation::Target, Phase::FailedOver));
    assert_eq!(lists_of_pairs(&bench), 1);
    for operation in MEMBERS {
        spoil(&bench, FaultMatch::operation(operation), Act::Hang { apply: false });
    }
    bench.simulator.clear_requests();
    let seen = provider.observe_for_failover(GROUP).await.unwrap();
    assert_eq!((seen.active, seen.phase), (ActiveStation::Target, Phase::FailedOver));
}

#[tokio::test]
async fn a_group_that_hangs_once_is_read_again_at_once() {
    let bench = SimulatorBench::new(Auth::AccessKey, false).await;
    let mut config = bench.config();
    config.transport.request_timeout = Duration::from_secs(300);
    let provider = bench::connection(config);
    provider.list().await.unwrap();
    let hang = FaultRule::new(FaultMatch::operation("ShowProtectionGroup"), Act::Hang { apply: false });
    bench.simulator.add_fault(hang);
    let began = Instant::now();
    provider.observe_for_failover(GROUP).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    spoil(
        &bench,
        FaultMatch::operation("ShowProtectionGroup"),
        Act::Hang { apply: false },
    );
    let fault = provider.observe_for_failover(GROUP).await.unwrap_err();
    assert_eq!(fault.reason, Reason::ProviderUnreachable);
    assert!(began.elapsed() < Duration::from_secs(120), "{:?}", began.elapsed());
}
