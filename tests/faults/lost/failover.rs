//! The forced failover: a toggle without direction and id, so that only its effect or a person tells what became of it.
//! It must not be sent a second time by anything but a new request of a person.

use crate::stage::{CONFIRM_LATE, Scene, Setup, answers, on, shared};
use stationmaster_api::{DecisionAction, OperationState, OperationType, Station};
use stationmaster_simulator::Act;
use std::time::Duration;

const CALL: &str = "failover-server-group";
const STEP: &str = "FailoverServerGroup";

async fn scene(name: &str) -> Scene {
    Scene::set(&shared().await.0, name, Setup::default()).await
}

/// The answer is lost, the effect is seen, and what was lost is remembered until a person says that it cannot come again.
pub async fn a_failover_is_adopted_by_its_effect_and_a_reprotect_asks_first() {
    let scene = scene("lost-failover").await;
    scene.spoil(on(CALL, Act::DropAnswer {})).await;
    let failover = scene.force().await;
    let ended = scene
        .ends(&failover, OperationState::Succeeded, "AdoptedByEffect")
        .await;
    assert_eq!(scene.calls().await.len(), 1);
    scene.new_token(&ended).await;

    let reprotect = scene.file(OperationType::Reprotect, Station::Target).await;
    let asking = scene.confirm(&reprotect, CONFIRM_LATE).await;
    assert_eq!(asking.status.unwrap().state, Some(OperationState::Waiting));
    scene.ends(&reprotect, OperationState::Succeeded, "Succeeded").await;
    assert_eq!(scene.done().await, [CALL, "start-server-group"]);
    assert_eq!(scene.calls().await.len(), 2);
}

/// 502 and 504 of something between us and the service, which got the call.
pub async fn a_failover_whose_answer_a_gateway_lost_is_adopted() {
    for status in [502, 504] {
        let scene = scene(&format!("gateway-{status}")).await;
        scene.spoil(on(CALL, answers(status, true))).await;
        let failover = scene.force().await;
        scene
            .ends(&failover, OperationState::Succeeded, "AdoptedByEffect")
            .await;
        assert_eq!(scene.done().await, [CALL]);
        assert_eq!(scene.calls().await.len(), 1);
    }
}

async fn never_arrived(name: &str) -> (Scene, String) {
    let scene = scene(name).await;
    scene.spoil(on(CALL, Act::DropRequest {})).await;
    let failover = scene.force().await;
    scene.in_doubt(&failover).await;
    let closed = scene.group().await.status.unwrap().available_actions;
    assert!(closed.iter().all(|action| !action.allowed), "{closed:?}");
    (scene, failover)
}

/// Nobody knows; a person looks and says that it did not happen. Asked for anew it runs.
pub async fn a_failover_that_never_arrived_is_not_made_again_and_is_declared_not_executed() {
    let (scene, failover) = never_arrived("not-executed").await;
    scene.decide(&failover, Some(STEP), DecisionAction::NotExecuted).await;
    let ended = scene
        .ends(&failover, OperationState::Failed, "DeclaredNotExecuted")
        .await;
    scene.new_token(&ended).await;
    assert!(scene.done().await.is_empty());
    assert_eq!(scene.calls().await.len(), 1, "it was not made again");

    let again = scene.environment.file(
        "again",
        crate::stage::GROUP,
        OperationType::Failover,
        Some(Station::Target),
    );
    again.await.unwrap();
    scene.ends("again", OperationState::Succeeded, "Succeeded").await;
    assert_eq!(scene.done().await, [CALL]);
    assert_eq!(scene.calls().await.len(), 2);
}

/// Nobody knows, and a person gives it up: it ends as unknown, and the group is free again.
pub async fn a_failover_that_never_arrived_is_given_up() {
    let (scene, failover) = never_arrived("given-up").await;
    scene.decide(&failover, None, DecisionAction::Abandon).await;
    let ended = scene.ends(&failover, OperationState::Unknown, "Abandoned").await;
    scene.new_token(&ended).await;
    assert!(scene.done().await.is_empty());
    assert_eq!(scene.calls().await.len(), 1, "it was not made again");
}

/// A person's word is believed, and then looked at: production did not move, so the operation has failed.
pub async fn a_failover_that_never_arrived_and_is_declared_executed_fails_at_the_look() {
    let (scene, failover) = never_arrived("executed").await;
    scene.decide(&failover, Some(STEP), DecisionAction::Executed).await;
    let ended = scene.ends(&failover, OperationState::Failed, "OutcomeDiffers").await;
    scene.new_token(&ended).await;
    assert!(scene.done().await.is_empty());
    assert_eq!(scene.calls().await.len(), 1, "it was not made again");
    let took = ended.status.unwrap();
    let seconds = took.finished_at.unwrap().0.duration_since(took.started_at.unwrap().0);
    assert!(
        seconds.unsigned_abs() > Duration::from_secs(60),
        "the cloud gets time to show it"
    );
}
