//! What a list shows without anything being asked: members and links too, at a bounded cost, and nothing that was not looked at as well.
//! It must not read a group singly.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod bench;

use bench::{Auth, GROUP, SimulatorBench, respond};
use serde_json::json;
use stationmaster_engine::{ActiveStation, Observation, OperationType, Permit, Reason, ReplicationState};
use stationmaster_provider::Provider;
use stationmaster_provider::contract::Bench;
use stationmaster_simulator::{Act, ConsoleAct, FaultMatch, FaultRule, scenario};
use std::sync::Arc;

async fn look(provider: &Arc<dyn Provider>) -> Observation {
    provider.list().await.unwrap().remove(GROUP).unwrap()
}

async fn after_polls(provider: &Arc<dyn Provider>, polls: usize) -> Observation {
    let mut seen = look(provider).await;
    for _ in 1..polls {
        seen = look(provider).await;
    }
    seen
}

fn closed_by(seen: &Observation, operation: OperationType) -> Option<Reason> {
    match seen.permit(operation) {
        Permit::Open => None,
        Permit::AtRisk(risks) => risks.values().next().map(|why| why.reason),
        Permit::Closed { reason, .. } => Some(reason),
    }
}

#[tokio::test]
async fn a_fault_of_a_member_shows_within_three_polls_and_goes_as_soon() {
    use OperationType::{Failover, PlannedFailover};
    let word = |text: &str| Some(text.to_owned());
    let (down, invalid) = (Reason::Other("ReplicationLinkDown"), Reason::Other("MembersInvalid"));
    let syncing = Reason::Other("PairsSynchronizing");
    let act = ConsoleAct::default;
    let cases = [
        (
            ConsoleAct {
                set_fault_level: word("5"),
                ..act()
            },
            ReplicationState::Broken,
            down,
            Some(down),
        ),
        (
            ConsoleAct {
                set_fault_level: word("2"),
                ..act()
            },
            ReplicationState::Broken,
            invalid,
            None,
        ),
        (
            ConsoleAct {
                set_member_status: word("fault"),
                ..act()
            },
            ReplicationState::Broken,
            invalid,
            None,
        ),
        (
            ConsoleAct {
                set_member_status: word("invalid"),
                ..act()
            },
            ReplicationState::Broken,
            invalid,
            Some(invalid),
        ),
        (
            ConsoleAct {
                set_replication_status: word("inactive"),
                ..act()
            },
            ReplicationState::Broken,
            syncing,
            None,
        ),
        (
            ConsoleAct {
                set_replication_status: word("copying"),
                ..act()
            },
            ReplicationState::Synchronizing,
            syncing,
            None,
        ),
    ];
    for (act, state, planned, forced) in cases {
        let bench = SimulatorBench::new(Auth::AccessKey, false).await;
        let provider = bench.provider();
        let well = look(&provider).await;
        assert_eq!(well.replication.state, ReplicationState::Active);
        assert_eq!(closed_by(&well, PlannedFailover), None);
        bench.console(act.clone());
        let seen = after_polls(&provider, 3).await;
        assert_eq!(seen.replication.state, state, "{act:?}");
        assert_eq!(closed_by(&seen, PlannedFailover), Some(planned), "{act:?}");
        assert_eq!(closed_by(&seen, Failover), forced, "{act:?}");
        // What is offered at rest is what a reading for an order says.
        let asked = provider.observe_for_failover(GROUP).await.unwrap();
        assert_eq!(closed_by(&asked, Failover), forced, "{act:?}");
        let full = provider.observe(GROUP).await.unwrap();
        assert_eq!(
            (full.permits, full.replication),
            (seen.permits, seen.replication),
            "{act:?}"
        );
    }
}

#[tokio::test]
async fn what_it_costs_at_rest_does_not_depend_on_the_number_of_groups() {
    for groups in [3, 400] {
        let bench = SimulatorBench::new(Auth::AccessKey, false).await;
        bench.simulator.load(scenario::many_groups(groups)).unwrap();
        let provider = bench.provider();
        provider.list().await.unwrap();
        bench.simulator.clear_requests();
        for _ in 0..30 {
            provider.list().await.unwrap();
        }
        let total = bench.simulator.requests().total;
        assert!(total <= 3 * 30, "{groups} groups: {total} requests for 30 polls");
    }
}

#[tokio::test]
async fn members_that_cannot_be_read_are_unknown_and_cost_the_list_nothing() {
    for act in [
        respond(
            403,
            json!({"error": {"code": "SDRS.0003", "message": "no right to list"}}),
        ),
        respond(200, json!("<html>")),
        respond(503, json!("")),
        Act::Hang { apply: false },
    ] {
        for operation in ["ListProtectedInstances", "ListReplications"] {
            let bench = SimulatorBench::new(Auth::AccessKey, false).await;
            let provider = bench.provider();
            let rule = FaultRule::new(FaultMatch::operation(operation), act.clone()).count(0);
            bench.simulator.add_fault(rule);
            look(&provider).await;
            let seen = look(&provider).await;
            assert_eq!(seen.active, ActiveStation::Source, "{act:?}");
            assert_eq!(seen.replication.state, ReplicationState::Unknown, "{act:?}");
            assert_eq!(
                closed_by(&seen, OperationType::PlannedFailover),
                Some(Reason::NotObserved)
            );
            assert_eq!(closed_by(&seen, OperationType::Failover), None);
            bench.simulator.clear_faults();
            assert_eq!(
                look(&provider).await.replication.state,
                ReplicationState::Active,
                "as soon as it can be read"
            );
        }
    }
}

#[tokio::test]
async fn what_was_read_before_a_change_does_not_speak_for_the_group_after_it() {
    let bench = SimulatorBench::new(Auth::AccessKey, false).await;
    let provider = bench.provider();
    assert_eq!(look(&provider).await.active, ActiveStation::Source);
    bench.console(ConsoleAct {
        action: Some("reverse".to_owned()),
        ..ConsoleAct::default()
    });
    let seen = look(&provider).await;
    assert_eq!(seen.active, ActiveStation::Target, "the members were read anew");
    assert_eq!(seen.replication.state, ReplicationState::Active);
}
