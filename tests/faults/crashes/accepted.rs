//! Killed after the cloud carried out the call and before its answer was written down.
//! It must not find a second call of anything that the cloud did: what is seen is adopted.

use crate::secrets;
use crate::stage::{Before, GROUP, Part, Scene, Setup, after_applying, free_lease, hold, on, own_installation_of_one};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use stationmaster_api::{OperationState, OperationType, ProtectionGroup, Station};
use stationmaster_simulator::{Act, RoleFlip};
use std::time::Duration;

/// The answer comes so late that the operator is dead by then.
const LATE_SECONDS: f64 = 100.0;
/// So long is a signature good.
const SIGNED_SECONDS: u32 = 3;
/// So long is the operator down, where it is to be proven that a call cannot arrive any more.
const DOWN_SECONDS: i64 = 600;

/// What the story of a scene is.
#[derive(Clone, Copy, PartialEq)]
enum Case {
    /// The job has ended when the next process looks.
    Ended,
    /// The job still runs when the next process looks.
    Running,
    /// The job has failed when the next process looks.
    Failed,
    /// The call had not been carried out: it was on its way, and arrives when its signature is too old.
    TooLate,
}

pub async fn after_the_call_was_accepted_and_before_the_answer_is_written() {
    let (installation, operator) = own_installation_of_one().await;
    let plain = Setup::default;
    let slow = || Setup::default().speed(1.0);
    let planned = OperationType::PlannedFailover;
    let scenes = [
        ("planned", plain(), planned, Case::Ended),
        ("planned-signed", slow().signed(SIGNED_SECONDS), planned, Case::Running),
        ("planned-fails", plain(), planned, Case::Failed),
        (
            "planned-on-its-way",
            plain().signed(SIGNED_SECONDS),
            planned,
            Case::TooLate,
        ),
        ("forced", plain(), OperationType::Failover, Case::Ended),
        ("forced-slow", slow(), OperationType::Failover, Case::Running),
        (
            "reprotect",
            Setup::before(Before::FailedOver),
            OperationType::Reprotect,
            Case::Ended,
        ),
        (
            "enable",
            Setup::before(Before::Unprotected),
            OperationType::EnableProtection,
            Case::Ended,
        ),
        ("disable", plain(), OperationType::DisableProtection, Case::Ended),
    ];
    let at_the_point = scenes.map(|(name, setup, asked, case)| {
        let installation = &installation;
        async move {
            let stays = match setup.before {
                Before::FailedOver => Station::Target,
                _ => Station::Source,
            };
            let scene = Scene::set(installation, name, setup.patient(120)).await;
            let operation = stop_before_the_answer(&scene, asked, stays, case).await;
            (scene, operation, case)
        }
    });
    let scenes = join_all(at_the_point).await;
    operator.kill().unwrap();
    free_lease(&installation).await;
    for (scene, _, case) in &scenes {
        if *case == Case::TooLate {
            arrives_too_late(scene).await;
        }
        // The kill has left each ledger as it was before the answer.
        let last = scene.last_call().await;
        let expected = if *case == Case::TooLate {
            "ambiguous"
        } else {
            "recorded"
        };
        assert_eq!(last.as_deref(), Some(expected), "{}", scene.name);
    }
    operator.start().unwrap();
    operator.wait_ready().await.unwrap();
    join_all(
        scenes
            .iter()
            .map(|(scene, operation, case)| -> Part<'_> { Box::pin(is_adopted(scene, operation, *case)) }),
    )
    .await;
    secrets::nothing_leaked(&installation, &[&operator]).await;
}

fn word(asked: OperationType) -> &'static str {
    match asked {
        OperationType::PlannedFailover => "reverse-server-group",
        OperationType::Failover => "failover-server-group",
        OperationType::DisableProtection => "stop-server-group",
        OperationType::Reprotect | OperationType::EnableProtection => "start-server-group",
    }
}

async fn stop_before_the_answer(scene: &Scene, asked: OperationType, stays: Station, case: Case) -> String {
    match case {
        Case::TooLate => scene.spoil(on(word(asked), hold())).await,
        _ => scene.spoil(on(word(asked), after_applying(LATE_SECONDS))).await,
    }
    if case == Case::Failed {
        let fails = Act::FailJob {
            sub_job: None,
            error_code: None,
            fail_reason: None,
            roles: RoleFlip::Default,
        };
        scene.spoil(on(word(asked), fails)).await;
    }
    let operation = match asked {
        OperationType::PlannedFailover => scene.intent(Station::Target).await,
        _ => scene.file(asked, stays).await,
    };
    match case {
        Case::TooLate => {
            scene.call_arrives("is on its way", |call| call.held).await;
            scene.call_is("ambiguous").await;
        }
        _ => {
            scene
                .call_arrives("is carried out", |call| call.accepted && !call.answered)
                .await;
        }
    }
    operation
}

/// The held call is delivered when its signature is no longer good, and the operator comes back much later.
async fn arrives_too_late(scene: &Scene) {
    let too_old = i64::from(SIGNED_SECONDS) + 2;
    crate::stage::until("the signature of the held call is too old", async || {
        let calls = scene.calls().await;
        let age = Timestamp::now().duration_since(calls[0].real_time);
        age > SignedDuration::from_secs(too_old)
    })
    .await;
    assert_eq!(scene.cloud().release().await.unwrap(), 1, "{}", scene.name);
    let calls = scene.calls().await;
    assert_eq!(calls[0].status, Some(401), "{}: {calls:?}", scene.name);
    scene.age_last_call(DOWN_SECONDS).await;
}

async fn is_adopted(scene: &Scene, operation: &str, case: Case) {
    if case == Case::Running {
        is_watched(scene).await;
        scene.cloud().set_speed(60.0).await.unwrap();
    }
    let (state, reason) = match case {
        Case::Ended | Case::Running => (OperationState::Succeeded, "AdoptedByEffect"),
        Case::Failed => (OperationState::Failed, "JobFailed"),
        Case::TooLate => (OperationState::Succeeded, "Succeeded"),
    };
    let ended = scene.ends(operation, state, reason).await;
    let calls = scene.calls().await;
    assert_eq!(scene.done().await.len(), 1, "{}: {calls:?}", scene.name);
    if case == Case::TooLate {
        assert_eq!(calls.len(), 2, "{}: {calls:?}", scene.name);
        return;
    }
    assert_eq!(calls.len(), 1, "{}: {calls:?}", scene.name);
    if case == Case::Failed {
        // The lost answer's job is in the list of failed tasks. The cloud's clock runs faster than ours here, and who was started again does
        // not know how far it was ahead when the call was recorded: then the status tells, and no other job is ever taken.
        let job = ended.status.as_ref().unwrap().job.as_ref().map(|job| &job.id);
        assert!(
            job.is_none() || job == calls[0].job_id.as_ref(),
            "{}: {job:?}",
            scene.name
        );
        scene.new_token(&ended).await;
    }
}

/// The group shows the operation as running, whatever became of the process that began it.
async fn is_watched(scene: &Scene) {
    let adopted = |group: &ProtectionGroup| {
        let running = group.status.as_ref().and_then(|status| status.operation.as_ref());
        running.is_some_and(|operation| operation.step.as_deref() == Some("FollowJob"))
    };
    let patient = scene.cluster().within(Duration::from_secs(90));
    patient.wait_for(GROUP, "follows the job", adopted).await.unwrap();
}
