//! Intents that wait: for servers to be stopped, for the group to be free to move. They can be taken back, they lapse, they rest.
//! It must not let one start that a person has taken back.

use super::stage::{Stage, condition, intent};
use libtest_mimic::Trial;
use serde_json::json;
use stationmaster_api::{
    ActiveStation, OperationState, OperationType, ProtectionGroupStatus, RecoveryOperationStatus, Station,
};
use stationmaster_simulator::Station as Site;

/// All of them.
pub fn stories() -> Vec<Trial> {
    stories![
        an_intent_waits_until_the_way_is_free,
        a_waiting_intent_that_is_taken_back_is_disarmed,
        an_intent_that_could_not_start_in_time_lapses,
        suspend_stops_calls_and_not_observation,
    ]
}

async fn an_intent_waits_until_the_way_is_free() {
    let stage = Stage::new("waits").await;
    let group = stage.group("payments-db");
    let token = group.protect().await;
    group.intent(Station::Target, &token).await.unwrap();
    let text = group.waits("ServersRunning").await;
    for server in stage
        .environment
        .simulator
        .servers(group.name, Site::Source)
        .await
        .unwrap()
    {
        assert!(text.contains(&server.id), "the message names what to stop: {text}");
    }
    assert!(group.calls().await.is_empty());
    assert_eq!(group.token().await, token, "nothing has been recorded yet");
    stage.nothing_happens(&[&group]).await;
    group.stop_servers(Site::Source).await;
    let seen = stage.what_happens(&[&group]).await;
    assert!(
        seen.is_some_and(|what| what.contains("payments-db")),
        "who looks for nothing sees what happens"
    );
    stage.succeeded(&group.own(&token)).await;
    assert_eq!(group.calls().await.len(), 1);
    stage.curtain().await;
}

async fn a_waiting_intent_that_is_taken_back_is_disarmed() {
    let stage = Stage::new("revert").await;
    let (reverted, withdrawn) = (stage.group("payments-db"), stage.group("archive"));
    let mut tokens = Vec::new();
    for group in [reverted, withdrawn] {
        // Git said nothing but where production is; then somebody commits a move, and it waits.
        let manifest = group.with_intent(Station::Source, None).await;
        group.apply(&manifest).await.unwrap();
        let token = group.token().await;
        group
            .apply(&group.with_intent(Station::Target, Some(&token)).await)
            .await
            .unwrap();
        group.waits("ServersRunning").await;
        tokens.push(token);
    }
    // The revert quotes no token at all: disarming always works. So does saying nothing.
    let revert = reverted.with_intent(Station::Source, None).await;
    reverted.apply(&revert).await.unwrap();
    withdrawn.apply(&withdrawn.manifest().await).await.unwrap();

    let status = reverted.until("agrees", |status| intent(status).0 == "True").await;
    assert_eq!(intent(&status), ("True", "AtPriorityStation"));
    let status = withdrawn
        .until("has no intent", |status| intent(status).0 == "True")
        .await;
    assert_eq!(intent(&status), ("True", "NoIntent"));
    for (group, token) in [reverted, withdrawn].into_iter().zip(&tokens) {
        group.event("IntentWithdrawn").await;
        assert_ne!(group.token().await, *token, "what was withdrawn issues");
        group.stop_servers(Site::Source).await;
    }
    stage.nothing_happens(&[&reverted, &withdrawn]).await;
    assert!(reverted.calls().await.is_empty() && withdrawn.calls().await.is_empty());

    // The same intent once more is text of before.
    let stale = reverted.intent(Station::Target, &tokens[0]).await.unwrap_err();
    assert_eq!(stale.status().unwrap().code, 422, "{stale}");
    stage.curtain().await;
}

async fn an_intent_that_could_not_start_in_time_lapses() {
    let stage = Stage::new("lapse").await;
    let group = stage.group("payments-db");
    let token = group.protect().await;
    group
        .patch(json!({"priorityStation": "target", "priorityToken": token, "startingDeadlineSeconds": 2}))
        .await
        .unwrap();
    let text = group.held("IntentLapsed").await;
    assert_ne!(group.token().await, token);
    assert!(text.contains(&group.token().await), "{text}");
    assert_eq!(group.event("IntentLapsed").await.type_.as_deref(), Some("Warning"));
    group.stop_servers(Site::Source).await;
    stage.nothing_happens(&[&group]).await;
    assert!(group.calls().await.is_empty());
    stage.curtain().await;
}

async fn suspend_stops_calls_and_not_observation() {
    let stage = Stage::new("suspend").await;
    let (with_intent, watching) = (stage.group("payments-db"), stage.group("archive"));
    let token = with_intent.protect().await;
    let seen = watching.protect().await;
    for group in [with_intent, watching] {
        group.stop_servers(Site::Source).await;
        group.patch(json!({"suspend": true})).await.unwrap();
        // Two changes in a row that nobody saw between would be held for that.
        let closed = |status: &ProtectionGroupStatus| status.available_actions.iter().all(|action| !action.allowed);
        group.until("permits nothing", closed).await;
    }
    with_intent.intent(Station::Target, &token).await.unwrap();
    let text = with_intent.waits("Suspended").await;
    assert!(text.contains("spec.suspend is true"), "{text}");
    let forced = OperationType::Failover;
    let operation = watching.operation("by-force", forced, Some(Station::Target)).await;
    stage.environment.cluster.create(&operation).await.unwrap();
    let waits = |status: &RecoveryOperationStatus| status.reason.as_deref() == Some("Suspended");
    let status = stage.operation("by-force", "waits", waits).await;
    assert_eq!(status.state, Some(OperationState::Pending), "only a fact ends it");

    watching.flip_at_the_console().await;
    let status = watching
        .until("has seen it", |status| {
            status.active_station == Some(ActiveStation::Target)
        })
        .await;
    assert_ne!(status.priority_token.as_deref(), Some(&*seen), "what is seen is judged");
    stage.refused("by-force", "TokenStale").await;
    let ready = condition(&status, "Ready").unwrap();
    assert!(
        ready.status == "True" && ready.message.contains("Suspended"),
        "{ready:?}"
    );
    assert!(
        status
            .available_actions
            .iter()
            .all(|action| !action.allowed && action.reason.as_deref() == Some("Suspended")),
        "{status:#?}"
    );
    stage.nothing_happens(&[&with_intent, &watching]).await;
    assert!(with_intent.calls().await.is_empty() && watching.calls().await.is_empty());

    for group in [with_intent, watching] {
        group.patch(json!({"suspend": false})).await.unwrap();
    }
    stage.succeeded(&with_intent.own(&token)).await;
    assert_eq!(with_intent.calls().await.len(), 1);
    assert!(watching.calls().await.is_empty(), "nothing was asked of it");
    stage.curtain().await;
}
