//! A forced failover never waits: no intent and no planned operation that has not started stands in its way; another one that runs does.
//! It must not be forced through by the test: it is filed as a person files it.

use super::stage::{SPEED, Stage, WATCHED, awaits_a_person, intent, without_ecs};
use libtest_mimic::Trial;
use serde_json::json;
use stationmaster_api::{OperationState, OperationType, RecoveryOperationStatus, Station};

/// All of them.
pub fn stories() -> Vec<Trial> {
    stories![
        a_waiting_intent_does_not_block_it,
        a_planned_failover_that_waits_for_a_person_gives_way,
        beside_another_operation_it_waits_or_its_token_is_used,
    ]
}

async fn a_waiting_intent_does_not_block_it() {
    let stage = Stage::new("over-intent").await;
    let group = stage.group("payments-db");
    let token = group.protect().await;
    group.intent(Station::Target, &token).await.unwrap();
    group.waits("ServersRunning").await;
    group
        .runs("by-force", OperationType::Failover, Some(Station::Target))
        .await;
    assert_eq!(group.bodies().await, [json!({"failover-server-group": {}})]);
    let status = group.status().await;
    assert_eq!(intent(&status), ("True", "AtPriorityStation"), "{status:#?}");
    assert_eq!(status.history.len(), 1, "the intent never became an operation");
    stage.nothing_happens(&[&group]).await;
    stage.curtain().await;
}

async fn a_planned_failover_that_waits_for_a_person_gives_way() {
    let stage = Stage::with("over-plan", 30.0, &without_ecs()).await;
    let group = stage.group("payments-db");
    let token = group.protect().await;
    group.intent(Station::Target, &token).await.unwrap();
    let planned = group.own(&token);
    stage.operation(&planned, "waits for a person", awaits_a_person).await;
    let shown = group
        .until("shows what waits", |status| status.operation.is_some())
        .await;
    let forced = shown
        .available_actions
        .iter()
        .find(|a| a.operation_type == OperationType::Failover);
    assert!(forced.is_some_and(|action| action.allowed), "{shown:#?}");
    assert_eq!(
        shown.priority_token.as_ref(),
        Some(&token),
        "no call yet, so the token is shown"
    );

    group
        .runs("by-force", OperationType::Failover, Some(Station::Target))
        .await;
    let status = stage.ended(&planned).await;
    assert_eq!(status.state, Some(OperationState::Cancelled), "{status:#?}");
    assert_eq!(status.reason.as_deref(), Some("OperationSuperseded"), "{status:#?}");
    assert!(status.message.as_ref().unwrap().contains("by-force"), "{status:#?}");
    stage.event("RecoveryOperation", &planned, "OperationSuperseded").await;
    assert_eq!(group.bodies().await, [json!({"failover-server-group": {}})]);
    let history = group.status().await.history;
    let told: Vec<_> = history.iter().map(|past| (&*past.name, past.result)).collect();
    assert_eq!(
        told,
        [
            ("by-force", OperationState::Succeeded),
            (&*planned, OperationState::Cancelled)
        ]
    );
    stage.nothing_happens(&[&group]).await;
    stage.curtain().await;
}

async fn beside_another_operation_it_waits_or_its_token_is_used() {
    let stage = Stage::with("busy", WATCHED, &Default::default()).await;
    let group = stage.group("payments-db");
    group.protect().await;
    // Both quote the token of the same moment; only one can have it.
    let first = group
        .operation("first", OperationType::Failover, Some(Station::Target))
        .await;
    let second = group
        .operation("second", OperationType::Failover, Some(Station::Target))
        .await;
    let third = group.operation("third", OperationType::DisableProtection, None).await;
    let cluster = &stage.environment.cluster;
    cluster.create(&first).await.unwrap();
    stage
        .operation("first", "runs", |status| status.state == Some(OperationState::Running))
        .await;
    // An intent has no token to quote, and is told which operation runs.
    group
        .until("shows what runs", |status| status.operation.is_some())
        .await;
    let asked = group.intent(Station::Target, "aaaa-aaaa").await.unwrap_err();
    let told = asked.status().unwrap();
    assert_eq!(told.code, 422, "{asked}");
    assert!(
        told.message.contains("operation first (Failover) is running"),
        "{asked}"
    );
    cluster.create(&second).await.unwrap();
    cluster.create(&third).await.unwrap();
    let message = stage.refused("second", "TokenConsumed").await;
    assert!(message.contains("first"), "{message}");
    stage.refused("third", "TokenConsumed").await;
    stage.speed(SPEED).await;
    stage.succeeded("first").await;
    assert_eq!(group.bodies().await, [json!({"failover-server-group": {}})]);

    // A reprotect leaves the token, so that the one who asks knows the state: it waits for its end.
    let token = group.token().await;
    group.until("has ended", |status| status.operation.is_none()).await;
    let reprotect = group
        .operation("reprotect", OperationType::Reprotect, Some(Station::Target))
        .await;
    let flip = group
        .operation("flip", OperationType::Failover, Some(Station::Source))
        .await;
    stage.speed(WATCHED).await;
    cluster.create(&reprotect).await.unwrap();
    stage
        .operation("reprotect", "runs", |status| {
            status.state == Some(OperationState::Running)
        })
        .await;
    assert_eq!(group.token().await, token);
    cluster.create(&flip).await.unwrap();
    let waits = |status: &RecoveryOperationStatus| status.reason.as_deref() == Some("OperationRunning");
    let status = stage.operation("flip", "waits", waits).await;
    assert!(status.message.unwrap_or_default().contains("reprotect"));
    stage.speed(SPEED).await;
    stage.succeeded("reprotect").await;
    stage.succeeded("flip").await;
    assert_eq!(group.calls().await.len(), 3);
    stage.curtain().await;
}
