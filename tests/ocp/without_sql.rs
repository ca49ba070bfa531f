//! Where no database is named nothing shows a role: only a forced failover is offered, and a person looks at its end.
//! It must not be told as a success before that.

use super::stage::{Stage, awaits_a_person};
use super::tenants::{GROUP, cloud, forced, in_the_west, lost, the_one_call};
use libtest_mimic::Trial;
use stationmaster_api::{DecisionAction, OperationType};
use stationmaster_simulator::scenario::OCP_EAST;
use stationmaster_testkit::installation::{self, Connection};

/// All of them.
pub fn stories() -> Vec<Trial> {
    stories![only_a_failover_is_offered_and_a_person_looks_at_its_end]
}

async fn only_a_failover_is_offered_and_a_person_looks_at_its_end() {
    let connection = Connection {
        access_key: false,
        sql: false,
        ..Connection::default()
    };
    let shared = installation::shared().await.unwrap();
    let stage = Stage::at(shared, "blind", cloud(), &connection).await;
    let group = stage.group(GROUP);
    group.protect().await;
    let status = group
        .until("offers something", |status| {
            status.available_actions.iter().any(|action| action.allowed)
        })
        .await;
    let allowed = status.available_actions.iter().filter(|action| action.allowed);
    let allowed: Vec<OperationType> = allowed.map(|action| action.operation_type).collect();
    assert_eq!(allowed, [OperationType::Failover], "{status:#?}");

    lost(&stage, OCP_EAST, true).await;
    forced(&group, "by-force").await;
    let asked = stage.operation("by-force", "asks a person", awaits_a_person).await;
    assert!(asked.message.as_ref().unwrap().contains("ConfirmRole"), "{asked:#?}");
    assert_eq!(in_the_west(&stage).await, ["PRIMARY"; 3]);
    stage
        .environment
        .decide("by-force", Some("ConfirmRole"), DecisionAction::Confirm)
        .await
        .unwrap();
    stage.succeeded("by-force").await;
    let call = the_one_call(&stage).await;
    assert!(call.accepted, "{call:#?}");
    stage.nothing_happens(&[&group]).await;
    the_one_call(&stage).await;
    stage.curtain().await;
}
