//! What OCP refuses: a forced failover while the primary lives.
//! It must not be sent a second time where a database shows that OCP is right.

use super::tenants::{self, GROUP, calls, in_the_west};
use libtest_mimic::Trial;
use stationmaster_api::{ActiveStation, OperationState, OperationType, Station};

/// All of them.
pub fn stories() -> Vec<Trial> {
    stories![a_failover_beside_a_living_primary_is_refused_and_says_what_to_do]
}

async fn a_failover_beside_a_living_primary_is_refused_and_says_what_to_do() {
    let stage = tenants::stage("alive").await;
    let group = stage.group(GROUP);
    let token = group.protect().await;
    let environment = &stage.environment;
    environment
        .file("by-force", GROUP, OperationType::Failover, Some(Station::Target))
        .await
        .unwrap();
    let status = stage.ended("by-force").await;
    assert_ne!(status.state, Some(OperationState::Succeeded), "{status:#?}");
    let message = status.message.as_deref().unwrap();
    for part in ["OBE26019", "PRIMARY", "stop it", "decouple"] {
        assert!(message.contains(part), "{part} is not in: {status:#?}");
    }
    assert_eq!(calls(&stage).await, [("failover".to_owned(), false)]);
    assert_eq!(in_the_west(&stage).await, ["STANDBY"; 3]);
    let after = group.until("has ended", |status| status.last_operation.is_some()).await;
    assert_eq!(after.active_station, Some(ActiveStation::Source), "{after:#?}");
    assert_ne!(
        after.priority_token.as_ref(),
        Some(&token),
        "the end issues, whatever it is"
    );

    // A move without loss is still there for the asking.
    group.moves_to(Station::Target).await;
    assert_eq!(calls(&stage).await.len(), 2);
    stage.curtain().await;
}
