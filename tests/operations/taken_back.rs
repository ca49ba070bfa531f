//! Operations that people take back, forget, or file too early: before the call nothing happens, after it nothing is stopped half-way.
//! It must not touch the operation's own object; `history` does.

use super::stage::{Group, SPEED, Stage, WATCHED, awaits_a_person, condition, intent, without_ecs};
use libtest_mimic::Trial;
use serde_json::json;
use stationmaster_api::{
    DecisionAction, DecisionState, OperationDecision, OperationState, OperationType, ProtectionGroup,
    RecoveryOperation, Station, Time,
};
use stationmaster_simulator::Station as Site;
use std::time::Duration;

use OperationType::{DisableProtection, EnableProtection, Failover, Reprotect};

/// All of them.
pub fn stories() -> Vec<Trial> {
    stories![
        what_waits_for_a_person_can_be_taken_back_and_lapses,
        a_request_whose_time_has_passed_does_not_start,
        what_has_begun_goes_on,
        what_is_filed_early_waits_for_its_turn,
    ]
}

/// Asks for a planned failover, and waits until its operation waits for a person. Answers the operation's name.
async fn asks(group: &Group<'_>, deadline_seconds: u32) -> String {
    let token = group.protect().await;
    group
        .patch(
            json!({"priorityStation": "target", "priorityToken": token, "startingDeadlineSeconds": deadline_seconds}),
        )
        .await
        .unwrap();
    let name = group.own(&token);
    group
        .stage
        .operation(&name, "waits for a person", awaits_a_person)
        .await;
    name
}

/// Waits until an operation has ended without a call.
async fn ended_unstarted(group: &Group<'_>, name: &str, state: OperationState, reason: &str) {
    let status = group.stage.ended(name).await;
    assert_eq!(status.state, Some(state), "{status:#?}");
    assert_eq!(status.reason.as_deref(), Some(reason), "{status:#?}");
    assert!(status.started_at.is_none() && status.job.is_none(), "{status:#?}");
    group.stage.event("RecoveryOperation", name, reason).await;
    let shown = group
        .until("remembers it", |status| {
            status.last_operation.as_ref().is_some_and(|last| last.name == name)
        })
        .await;
    let last = shown.last_operation.unwrap();
    assert_eq!((last.result, last.reason.as_deref()), (state, Some(reason)), "{last:?}");
}

async fn what_waits_for_a_person_can_be_taken_back_and_lapses() {
    let stage = Stage::with("unstarted", 30.0, &without_ecs()).await;
    let environment = &stage.environment;
    let (withdrawn, abandoned, lapsed) = (
        stage.group("payments-db"),
        stage.group("web-frontend"),
        stage.group("archive"),
    );
    let late = asks(&lapsed, 15).await;
    let taken_back = asks(&withdrawn, 3600).await;
    let given_up = asks(&abandoned, 3600).await;

    environment.withdraw(withdrawn.name).await.unwrap();
    environment
        .decide(&given_up, None, DecisionAction::Abandon)
        .await
        .unwrap();
    ended_unstarted(&withdrawn, &taken_back, OperationState::Cancelled, "IntentWithdrawn").await;
    ended_unstarted(&abandoned, &given_up, OperationState::Cancelled, "Abandoned").await;
    ended_unstarted(&lapsed, &late, OperationState::Expired, "IntentLapsed").await;
    assert_eq!(intent(&withdrawn.status().await), ("True", "NoIntent"));
    for group in [abandoned, lapsed] {
        let status = group.status().await;
        assert_eq!(intent(&status).0, "False", "{status:#?}");
        let text = &condition(&status, "IntentCurrent").unwrap().message;
        assert!(
            text.contains(&group.token().await),
            "the intent is not made again: {text}"
        );
    }

    // The answer comes too late.
    let decision = environment
        .decide(&late, Some("ServersStopped"), DecisionAction::Confirm)
        .await
        .unwrap();
    let name = decision.metadata.name.unwrap();
    let judged = environment
        .cluster
        .wait_for(&name, "is judged", |decision: &OperationDecision| {
            decision.status.as_ref().is_some_and(|status| status.is_judged())
        });
    let status = judged.await.unwrap().status.unwrap();
    assert_eq!(status.state, Some(DecisionState::Refused), "{status:?}");
    assert_eq!(status.reason.as_deref(), Some("OperationNotFound"), "{status:?}");

    stage.nothing_happens(&[&withdrawn, &abandoned, &lapsed]).await;
    assert!(environment.simulator.journal().await.unwrap().is_empty());
    stage.curtain().await;
}

async fn a_request_whose_time_has_passed_does_not_start() {
    let stage = Stage::with("too-late", 60.0, &without_ecs()).await;
    let group = stage.group("payments-db");
    group.protect().await;
    group.runs("lost", Failover, Some(Station::Target)).await;
    let token = group.token().await;
    let mut reprotect = group.operation("found", Reprotect, Some(Station::Target)).await;
    reprotect.spec.not_after = Some(Time(jiff::Timestamp::now() + Duration::from_secs(15)));
    stage.environment.cluster.create(&reprotect).await.unwrap();
    stage.operation("found", "waits for a person", awaits_a_person).await;
    ended_unstarted(&group, "found", OperationState::Expired, "Expired").await;
    assert_eq!(group.token().await, token, "a reprotect leaves the token");
    stage.nothing_happens(&[&group]).await;
    assert_eq!(group.calls().await.len(), 1);
    stage.curtain().await;
}

async fn what_has_begun_goes_on() {
    let stage = Stage::with("begun", WATCHED, &Default::default()).await;
    let (withdrawn, deleted) = (stage.group("payments-db"), stage.group("archive"));
    let mut names = Vec::new();
    for group in [withdrawn, deleted] {
        group.stop_servers(Site::Source).await;
        let token = group.protect().await;
        group.intent(Station::Target, &token).await.unwrap();
        names.push(group.own(&token));
    }
    for name in &names {
        stage.operation(name, "has a job", |status| status.job.is_some()).await;
    }
    let cluster = &stage.environment.cluster;
    stage.environment.withdraw(withdrawn.name).await.unwrap();
    cluster.delete::<ProtectionGroup>(deleted.name).await.unwrap();
    cluster.wait_gone::<ProtectionGroup>(deleted.name).await.unwrap();
    deleted.apply(&deleted.manifest().await).await.unwrap();
    let running = cluster
        .get::<RecoveryOperation>(&names[1])
        .await
        .unwrap()
        .status
        .unwrap();
    assert!(!running.has_ended(), "it was deleted while it ran: {running:#?}");
    stage.speed(SPEED).await;

    for (group, name) in [withdrawn, deleted].into_iter().zip(&names) {
        stage.succeeded(name).await;
        let status = group
            .until("shows the end", |status| {
                status.last_operation.as_ref().is_some_and(|last| last.name == *name)
            })
            .await;
        assert_eq!(status.active_station, super::stage::group::active(Station::Target));
        assert_eq!(intent(&status), ("True", "NoIntent"));
    }
    stage.nothing_happens(&[&withdrawn, &deleted]).await;
    let body = json!({"reverse-server-group": {"priority_station": "target"}});
    for group in [withdrawn, deleted] {
        assert_eq!(group.bodies().await, std::slice::from_ref(&body));
    }
    stage.curtain().await;
}

async fn what_is_filed_early_waits_for_its_turn() {
    let stage = Stage::with("early", WATCHED, &Default::default()).await;
    let group = stage.group("payments-db");
    let simulator = &stage.environment.simulator;
    simulator.set_switch("disable-seconds", "50").await.unwrap();
    let token = group.protect().await;
    let cluster = &stage.environment.cluster;
    let (off, on) = (
        group.operation("off", DisableProtection, None).await,
        group.operation("on", EnableProtection, None).await,
    );
    cluster.create(&off).await.unwrap();
    stage
        .operation("off", "runs", |status| status.state == Some(OperationState::Running))
        .await;
    cluster.create(&on).await.unwrap();
    let waiting = stage
        .operation("on", "is told why it waits", |status| {
            status.reason.as_deref() == Some("OperationRunning")
        })
        .await;
    assert_eq!(waiting.state, Some(OperationState::Pending), "{waiting:#?}");
    assert!(waiting.message.as_ref().unwrap().contains("off"), "{waiting:#?}");
    assert_eq!(group.calls().await.len(), 1);
    stage.speed(SPEED).await;
    for name in ["off", "on"] {
        stage.succeeded(name).await;
    }
    assert_eq!(
        group.bodies().await,
        [json!({"stop-server-group": {}}), json!({"start-server-group": {}})]
    );
    assert_eq!(group.token().await, token);
    stage.curtain().await;
}
