//! The facts about servers, end to end: with ECS, without it, after a move there and back, and when the service swaps its fields.
//! It must not let a fact hold for the wrong site.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod bench;

use bench::{Auth, GROUP, SimulatorBench, connection, servers};
use stationmaster_engine::{Fact, OperationType, Reason, Station};
use stationmaster_provider::contract::Bench;
use stationmaster_simulator::ConsoleAct;

const ACTIVE: &str = "ActiveSiteServersStopped";
const STANDBY: &str = "StandbySiteServersStopped";

async fn fact(bench: &SimulatorBench, name: &str) -> Option<Fact> {
    bench.provider().observe(GROUP).await.unwrap().facts.remove(name)
}

fn power(bench: &SimulatorBench, station: Station, status: &str) {
    bench.console(ConsoleAct {
        servers: servers(Some(station), status),
        ..ConsoleAct::default()
    });
}

fn running(fact: Option<Fact>) -> String {
    match fact {
        Some(Fact::Fails {
            reason: Reason::Other("ServersRunning"),
            message,
        }) => message,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn each_site_is_told_apart_wherever_production_is_and_whatever_the_fields_are_called() {
    for swap in ["false", "true"] {
        let bench = SimulatorBench::new(Auth::Password, false).await;
        bench.simulator.set_switch("servers-swap", swap).unwrap();
        for round in 0..2 {
            let active = [Station::Source, Station::Target][round];
            bench.ready_for(OperationType::PlannedFailover).await;
            if active == Station::Target {
                bench.console(ConsoleAct {
                    action: Some("reverse".to_owned()),
                    ..ConsoleAct::default()
                });
            }
            assert_eq!(
                fact(&bench, ACTIVE).await,
                Some(Fact::Holds),
                "swap {swap}, active {active}"
            );
            power(&bench, active, "ACTIVE");
            let message = running(fact(&bench, ACTIVE).await);
            assert!(
                message.starts_with(&format!("stop the servers at the active site ({active})")),
                "swap {swap}: {message}"
            );
            power(&bench, active.other(), "ACTIVE");
            assert!(running(fact(&bench, ACTIVE).await).contains("at the other site too"));
            power(&bench, active, "SHUTOFF");
            let message = running(fact(&bench, ACTIVE).await);
            assert!(
                message.contains(&format!("at the other site ({}) run", active.other())),
                "swap {swap}: {message}"
            );
        }
    }
}

#[tokio::test]
async fn production_runs_on_while_the_lost_site_is_re_protected() {
    for swap in ["false", "true"] {
        let bench = SimulatorBench::new(Auth::Password, false).await;
        bench.simulator.set_switch("servers-swap", swap).unwrap();
        bench.ready_for(OperationType::Reprotect).await;
        power(&bench, Station::Target, "ACTIVE");
        assert_eq!(fact(&bench, STANDBY).await, Some(Fact::Holds), "swap {swap}");
        power(&bench, Station::Source, "ACTIVE");
        let message = running(fact(&bench, STANDBY).await);
        assert!(
            message.contains("the site source is overwritten"),
            "swap {swap}: {message}"
        );
    }
}

#[tokio::test]
async fn without_ecs_the_question_names_the_servers_of_the_right_site() {
    let bench = SimulatorBench::new(Auth::AccessKey, false).await;
    let mut config = bench.config();
    config.ecs_endpoint = None;
    let provider = connection(config);
    assert!(!provider.capabilities().contains(&"ReadServerState".to_owned()));
    let state = bench.simulator.state();
    let ids = |site: &str| -> Vec<String> {
        let instances = state["instances"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|i| i["group"] == GROUP);
        instances.map(|i| i[site].as_str().unwrap().to_owned()).collect()
    };
    for (operation, name, site) in [
        (OperationType::PlannedFailover, ACTIVE, "sourceServer"),
        (OperationType::Reprotect, STANDBY, "sourceServer"),
    ] {
        bench.ready_for(operation).await;
        let Some(Fact::CannotTell { question }) = provider.observe(GROUP).await.unwrap().facts.remove(name) else {
            panic!("{operation}")
        };
        assert!(
            question.starts_with("Are all servers of the site source, eu-de-01 stopped?"),
            "{question}"
        );
        assert_eq!(ids(site).len(), 2);
        assert!(ids(site).iter().all(|id| question.contains(id)), "{question}");
        assert!(question.len() <= 1024);
    }
    assert!(
        bench
            .simulator
            .requests()
            .routes
            .iter()
            .all(|route| route.service != "ecs")
    );
}

#[tokio::test]
async fn ecs_is_not_asked_where_no_fact_is_needed() {
    let bench = SimulatorBench::new(Auth::Password, false).await;
    let provider = bench.provider();
    bench.ready_for(OperationType::EnableProtection).await;
    assert!(provider.observe(GROUP).await.unwrap().facts.is_empty());
    provider.list().await.unwrap();
    assert!(
        bench
            .simulator
            .requests()
            .routes
            .iter()
            .all(|route| route.service != "ecs")
    );
}
