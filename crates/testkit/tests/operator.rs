//! The handles to the operator, and an intent from token to end with nothing but the fixture.
//! They must not test what the operator decides.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

use std::time::Duration;

use stationmaster_api::{OperationState, RecoveryOperation, Station};
use stationmaster_simulator::Station as Site;
use stationmaster_testkit::installation::{self, Connection, Installation, OperatorOptions, Options, SimulatorOptions};

#[tokio::test]
async fn an_intent_that_quotes_the_token_is_carried_out_with_one_call() {
    let installation = installation::shared().await.unwrap();
    for access_key in [false, true] {
        let options = SimulatorOptions {
            tls: access_key,
            ..SimulatorOptions::default()
        };
        let environment = installation.environment("intent", options).await.unwrap();
        let connection = Connection {
            access_key,
            ..Connection::default()
        };
        environment.connect(&connection).await.unwrap();
        environment.protect("payments-db").await.unwrap();
        let simulator = &environment.simulator;
        simulator
            .set_servers("payments-db", Site::Source, "SHUTOFF")
            .await
            .unwrap();
        let token = environment.token("payments-db").await.unwrap();
        environment
            .intent("payments-db", Station::Target, &token)
            .await
            .unwrap();
        let operation = environment.ended(&format!("payments-db-{token}")).await.unwrap();
        let status = operation.status.unwrap();
        assert_eq!(status.state, Some(OperationState::Succeeded), "{status:?}");
        let calls = simulator.calls_on("payments-db").await.unwrap();
        assert_eq!(calls.len(), 1, "{calls:?}");
        assert_eq!(
            simulator.group("payments-db").await.unwrap().priority_station,
            Site::Target
        );
        assert_ne!(environment.token("payments-db").await.unwrap(), token);
    }
}

#[tokio::test]
async fn a_replica_is_killed_frozen_ended_and_started_again() {
    let installation = Installation::start(Options::default()).await.unwrap();
    let operator = installation.operator(OperatorOptions::default()).await.unwrap();
    assert!(operator.metrics().await.unwrap().contains("stationmaster_"));
    assert_eq!(operator.health("/livez").await.unwrap().0, 200);
    let first = operator.process().unwrap();
    operator.pause().unwrap();
    operator.resume().unwrap();
    operator.restart().await.unwrap();
    assert!(!first.is_running());
    let second = installation.operator(OperatorOptions::replica("second")).await.unwrap();
    assert!(second.process().is_some());
    let status = operator.terminate().await.unwrap();
    assert!(status.success(), "{status}\n{}", operator.log().unwrap());
    assert!(operator.process().is_none());
    operator.check().unwrap();

    let environment = installation
        .environment("taken-over", SimulatorOptions::default())
        .await
        .unwrap();
    environment.connect(&Connection::default()).await.unwrap();
    environment.protect("archive").await.unwrap();
    second.kill().unwrap();
    let nobody = environment
        .cluster
        .within(Duration::from_secs(1))
        .wait_for("none", "is made", |_: &RecoveryOperation| true)
        .await
        .unwrap_err();
    assert!(nobody.to_string().contains("second.log"), "{nobody}");
}
