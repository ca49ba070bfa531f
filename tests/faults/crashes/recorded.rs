//! Killed between the record of a call and the call.
//! It must not let a call leave: the cloud is frozen in the last look before it.

use crate::secrets;
use crate::stage::{Before, Part, Scene, Setup, free_lease, own_installation_of_one};
use futures::future::join_all;
use stationmaster_api::{DecisionAction, OperationState, OperationType, Station};
use stationmaster_simulator::ConsoleAct;

/// Each reading of the group takes so long. The one that counts is cut off by freezing the cloud.
const LOOK_SECONDS: f64 = 4.0;
/// A signature outlives that, and the cloud's being frozen: wrong ones would lock the key.
const SIGNED_SECONDS: u32 = 300;
/// So long is the operator down, in the scenes in which absence can be proven: longer than any call could still arrive.
const DOWN_SECONDS: i64 = 3600;

/// What is asked for.
#[derive(Clone, Copy)]
enum Asked {
    Planned,
    Forced,
    Reprotect,
}

/// What becomes of it after the restart.
#[derive(Clone, Copy, PartialEq)]
enum Then {
    /// The operator was down for so long that the call, signed as it was, cannot arrive any more: it is made, once.
    Proven,
    /// Nobody knows; a person says that it was not executed.
    NotExecuted,
    /// Nobody knows; a person gives it up.
    Abandon,
    /// Nobody knows; a person says that it was executed, and later the cloud shows so.
    Executed,
}

pub async fn between_the_record_and_the_call() {
    let (installation, operator) = own_installation_of_one().await;
    let plain = Setup::default;
    let signed = || plain().signed(SIGNED_SECONDS);
    let failed_over = Setup::before(Before::FailedOver).signed(SIGNED_SECONDS);
    let scenes = [
        ("planned-signed", signed(), Asked::Planned, Then::Proven),
        ("reprotect-signed", failed_over, Asked::Reprotect, Then::Proven),
        ("planned-token", plain(), Asked::Planned, Then::NotExecuted),
        ("forced-not-executed", plain(), Asked::Forced, Then::NotExecuted),
        ("forced-abandoned", plain(), Asked::Forced, Then::Abandon),
        ("forced-executed", signed(), Asked::Forced, Then::Executed),
    ];
    let at_the_point = scenes.map(|(name, setup, asked, then)| {
        let installation = &installation;
        async move {
            let scene = Scene::set(installation, name, setup.patient(60)).await;
            let operation = stop_at_the_last_look(&scene, asked).await;
            (scene, operation, then)
        }
    });
    let scenes = join_all(at_the_point).await;
    operator.kill().unwrap();
    free_lease(&installation).await;
    for (scene, _, then) in &scenes {
        scene.cloud().resume().unwrap();
        scene.mend().await;
        assert!(scene.calls().await.is_empty(), "{}: the call has left", scene.name);
        if *then == Then::Proven {
            scene.age_last_call(DOWN_SECONDS).await;
        }
    }
    operator.start().unwrap();
    operator.wait_ready().await.unwrap();
    join_all(scenes.iter().map(|(scene, operation, then)| -> Part<'_> {
        match then {
            Then::Proven => Box::pin(is_made_once(scene, operation)),
            _ => Box::pin(is_in_doubt(scene, operation, *then)),
        }
    }))
    .await;
    secrets::nothing_leaked(&installation, &[&operator]).await;
}

async fn stop_at_the_last_look(scene: &Scene, asked: Asked) -> String {
    scene.slow_looks(LOOK_SECONDS).await;
    let operation = match asked {
        Asked::Planned => scene.intent(Station::Target).await,
        Asked::Forced => scene.force().await,
        Asked::Reprotect => scene.file(OperationType::Reprotect, Station::Target).await,
    };
    scene.call_is("recorded").await;
    scene.cloud().pause().unwrap();
    operation
}

async fn is_made_once(scene: &Scene, operation: &str) {
    let ended = scene.ends(operation, OperationState::Succeeded, "Succeeded").await;
    let calls = scene.calls().await;
    assert_eq!(calls.len(), 1, "{}: {calls:?}", scene.name);
    assert!(calls[0].accepted, "{}: {calls:?}", scene.name);
    let steps = ended.status.unwrap().steps;
    let call = steps.iter().find(|step| step.name.ends_with("ServerGroup")).unwrap();
    assert_eq!(call.attempts, 2, "{}: the first was proven absent", scene.name);
    assert_eq!(call.job_id, calls[0].job_id, "{}", scene.name);
}

async fn is_in_doubt(scene: &Scene, operation: &str, then: Then) {
    let unknown = scene.in_doubt(operation).await;
    let step = unknown.status.as_ref().unwrap().steps.iter();
    let step = step.filter(|step| step.reason.as_deref() == Some("SubmissionUnknown"));
    let step = step.map(|step| step.name.clone()).next().unwrap();
    let (action, state, reason) = match then {
        Then::NotExecuted => (
            DecisionAction::NotExecuted,
            OperationState::Failed,
            "DeclaredNotExecuted",
        ),
        Then::Abandon => (DecisionAction::Abandon, OperationState::Unknown, "Abandoned"),
        Then::Executed | Then::Proven => (DecisionAction::Executed, OperationState::Succeeded, "Succeeded"),
    };
    let named = (action != DecisionAction::Abandon).then_some(step.as_str());
    if then == Then::Executed {
        // The cloud says something that no one knows, so that nothing but the person's word ends the doubt.
        console(scene, Some("maintenance"), None).await;
        scene.decide(operation, named, action).await;
        console(
            scene,
            Some("failed-over"),
            Some(stationmaster_simulator::Station::Target),
        )
        .await;
    } else {
        scene.decide(operation, named, action).await;
    }
    let ended = scene.ends(operation, state, reason).await;
    scene.new_token(&ended).await;
    assert!(
        scene.calls().await.is_empty(),
        "{}: a call that may have been made is not made again",
        scene.name
    );
}

async fn console(scene: &Scene, status: Option<&str>, station: Option<stationmaster_simulator::Station>) {
    let act = ConsoleAct {
        group: crate::stage::GROUP.into(),
        set_status: status.map(str::to_owned),
        set_priority_station: station,
        ..ConsoleAct::default()
    };
    scene.cloud().console(act).await.unwrap();
}
