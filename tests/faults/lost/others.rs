//! The other calls: each leaves a status of its own, so that its effect tells.
//! It must not be asked of a person what the cloud shows.

use crate::stage::{Before, Scene, Setup, after_applying, answers, on, shared};
use stationmaster_api::{OperationState, OperationType, Station};
use stationmaster_simulator::{Act, BodyForm};

async fn scene(name: &str, setup: Setup) -> Scene {
    Scene::set(&shared().await.0, name, setup).await
}

/// A planned failover whose call meets this fault is adopted by its effect, with one call.
async fn reverse_adopted(name: &str, act: Act, setup: Setup) {
    let scene = scene(name, setup).await;
    scene.spoil(on("reverse-server-group", act)).await;
    let operation = scene.intent(Station::Target).await;
    let ended = scene
        .ends(&operation, OperationState::Succeeded, "AdoptedByEffect")
        .await;
    scene.new_token(&ended).await;
    assert_eq!(scene.done().await, ["reverse-server-group"]);
    assert_eq!(scene.calls().await.len(), 1);
}

pub async fn a_reverse_is_adopted_by_its_effect() {
    reverse_adopted("lost-reverse", Act::DropAnswer {}, Setup::default().signed(900)).await;
}

pub async fn a_reverse_whose_answer_a_gateway_lost_is_adopted() {
    reverse_adopted("reverse-504", answers(504, true), Setup::default()).await;
}

/// 200, but without a job id that could be read.
pub async fn a_reverse_whose_answer_cannot_be_read_is_adopted() {
    let act = Act::Body {
        form: BodyForm::Truncated,
        bytes: 0,
        bytes_per_second: 1,
    };
    reverse_adopted("unreadable", act, Setup::default()).await;
}

/// The answer comes after the operator has given up waiting for it.
pub async fn a_reverse_that_takes_longer_than_the_request_may_is_adopted() {
    reverse_adopted("slow-answer", after_applying(20.0), Setup::default().patient(3)).await;
}

/// An operation that does not move production, and whose call's answer is dropped, is adopted by its effect.
async fn adopted(operation: OperationType, before: Before, action: &str) {
    let name = format!("lost-{}", operation.as_str().to_lowercase());
    let scene = scene(&name, Setup::before(before)).await;
    scene.spoil(on(action, Act::DropAnswer {})).await;
    let stays = match before {
        Before::FailedOver => Station::Target,
        _ => Station::Source,
    };
    let filed = scene.file(operation, stays).await;
    scene.ends(&filed, OperationState::Succeeded, "AdoptedByEffect").await;
    assert_eq!(scene.done().await, [action]);
    assert_eq!(scene.calls().await.len(), 1);
}

pub async fn an_enable_is_adopted_by_its_effect() {
    adopted(
        OperationType::EnableProtection,
        Before::Unprotected,
        "start-server-group",
    )
    .await;
}

pub async fn a_disable_is_adopted_by_its_effect() {
    adopted(OperationType::DisableProtection, Before::Protected, "stop-server-group").await;
}

pub async fn a_reprotect_is_adopted_by_its_effect() {
    adopted(OperationType::Reprotect, Before::FailedOver, "start-server-group").await;
}
