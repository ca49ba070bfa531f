//! Calls that arrive when nobody waits for them any more.
//! It must not be taken for a doing of the operation that made them, nor answered by another call.

use crate::stage::{Before, GROUP, Scene, Setup, hold, on, shared, until};
use stationmaster_api::{ActiveStation, DecisionAction, OperationState, OperationType, ProtectionGroup, Station};
use stationmaster_simulator::ConsoleAct;
use std::time::Duration;

async fn scene(name: &str, setup: Setup) -> Scene {
    Scene::set(&shared().await.0, name, setup).await
}

/// The group shows production at the target, moved by nobody that this operator knows of.
async fn is_moved_by_somebody_else(scene: &Scene) {
    let moved = |group: &ProtectionGroup| {
        let status = group.status.as_ref();
        status.is_some_and(|s| s.active_station == Some(ActiveStation::Target) && s.priority_token.is_some())
    };
    let cluster = scene.cluster();
    cluster.wait_for(GROUP, "runs at the target", moved).await.unwrap();
    until("the ledger tells of a move by somebody else", async || {
        scene.record().await["issued"]["why"] == "ExternalRoleChange"
    })
    .await;
}

/// The failover was held on its way; it arrives after a person gave it up.
pub async fn a_failover_that_arrives_after_it_was_given_up_is_somebody_elses_move() {
    let scene = scene("late-failover", Setup::default()).await;
    scene.spoil(on("failover-server-group", hold())).await;
    let failover = scene.force().await;
    scene.in_doubt(&failover).await;
    scene.decide(&failover, None, DecisionAction::Abandon).await;
    let ended = scene.ends(&failover, OperationState::Unknown, "Abandoned").await;
    let before = scene.new_token(&ended).await;

    assert_eq!(scene.cloud().release().await.unwrap(), 1);
    is_moved_by_somebody_else(&scene).await;
    assert_ne!(scene.environment.token(GROUP).await.unwrap(), before);
    let still = |o: &stationmaster_api::RecoveryOperation| {
        o.status
            .as_ref()
            .is_some_and(|s| s.reason.as_deref() == Some("Abandoned"))
    };
    let quiet = Duration::from_secs(3);
    scene
        .cluster()
        .stays(&failover, "is given up", quiet, still)
        .await
        .unwrap();
    assert_eq!(scene.done().await, ["failover-server-group"]);
    assert_eq!(scene.calls().await.len(), 1);
}

/// The enabling call was held; meanwhile the group was failed over at the console, so that the same call re-protects it.
pub async fn an_enable_that_arrives_as_a_reprotect_is_not_taken_for_the_enable() {
    let scene = scene("late-enable", Setup::before(Before::Unprotected).speed(5.0)).await;
    scene.spoil(on("start-server-group", hold())).await;
    let enable = scene.file(OperationType::EnableProtection, Station::Source).await;
    scene.call_is("ambiguous").await;
    let failover = ConsoleAct {
        group: GROUP.into(),
        action: Some("failover".into()),
        ..ConsoleAct::default()
    };
    scene.cloud().console(failover).await.unwrap();
    assert_eq!(scene.cloud().release().await.unwrap(), 1);
    let calls = scene.calls().await;
    assert!(calls.len() == 1 && calls[0].accepted, "{calls:?}");
    // It re-protects for eight seconds, and is protected from then on: neither is the enabling.
    scene.in_doubt(&enable).await;
    let cloud = scene.cloud();
    until("the group is protected", async || {
        cloud.group(GROUP).await.unwrap().status == "protected"
    })
    .await;
    let doubted = |o: &stationmaster_api::RecoveryOperation| {
        o.status
            .as_ref()
            .is_some_and(|s| s.reason.as_deref() == Some("SubmissionUnknown"))
    };
    let period = Duration::from_secs(6);
    let cluster = scene.cluster();
    cluster.stays(&enable, "is in doubt", period, doubted).await.unwrap();
    scene.decide(&enable, None, DecisionAction::Abandon).await;
    scene.ends(&enable, OperationState::Unknown, "Abandoned").await;
    is_moved_by_somebody_else(&scene).await;
    assert_eq!(scene.calls().await.len(), 1);
}
