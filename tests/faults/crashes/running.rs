//! Killed while the cloud's job runs: its id is in the ledger, and the next process follows it.
//! It must not find that anything was adopted by its effect: nothing was lost.

use crate::secrets;
use crate::stage::{Before, GROUP, Scene, Setup, free_lease, on, own_installation_of_one};
use futures::future::join_all;
use stationmaster_api::{OperationState, OperationType, ProtectionGroup, Station};
use stationmaster_simulator::{Act, RoleFlip};

pub async fn while_the_job_runs() {
    let (installation, operator) = own_installation_of_one().await;
    let slow = || Setup::default().speed(0.5);
    let failed_over = Setup::before(Before::FailedOver).speed(0.5);
    let planned = OperationType::PlannedFailover;
    let scenes = [
        ("planned", slow(), planned, false),
        ("planned-signed", slow().signed(5), planned, false),
        ("planned-fails", slow(), planned, true),
        ("forced", slow(), OperationType::Failover, false),
        ("reprotect", failed_over.signed(5), OperationType::Reprotect, false),
    ];
    let at_the_point = scenes.map(|(name, setup, asked, fails)| {
        let installation = &installation;
        async move {
            let scene = Scene::set(installation, name, setup).await;
            let operation = begin(&scene, asked, fails).await;
            (scene, operation, fails)
        }
    });
    let scenes = join_all(at_the_point).await;
    operator.kill().unwrap();
    free_lease(&installation).await;
    operator.start().unwrap();
    operator.wait_ready().await.unwrap();
    join_all(scenes.iter().map(|(scene, operation, fails)| async move {
        scene.cloud().set_speed(30.0).await.unwrap();
        let (state, reason) = match fails {
            false => (OperationState::Succeeded, "Succeeded"),
            true => (OperationState::Failed, "JobFailed"),
        };
        let ended = scene.ends(operation, state, reason).await;
        let calls = scene.calls().await;
        assert_eq!(calls.len(), 1, "{}: {calls:?}", scene.name);
        let job = ended.status.as_ref().unwrap().job.as_ref();
        assert_eq!(job.map(|job| &job.id), calls[0].job_id.as_ref(), "{}", scene.name);
        let moves = ended.spec.operation_type != OperationType::Reprotect;
        if moves {
            scene.new_token(&ended).await;
        }
    }))
    .await;
    secrets::nothing_leaked(&installation, &[&operator]).await;
}

async fn begin(scene: &Scene, asked: OperationType, fails: bool) -> String {
    if fails {
        let fails = Act::FailJob {
            sub_job: None,
            error_code: None,
            fail_reason: None,
            roles: RoleFlip::Default,
        };
        scene.spoil(on("reverse-server-group", fails)).await;
    }
    let operation = match asked {
        OperationType::PlannedFailover => scene.intent(Station::Target).await,
        OperationType::Failover => scene.force().await,
        _ => scene.file(asked, Station::Target).await,
    };
    let follows = |group: &ProtectionGroup| {
        let running = group.status.as_ref().and_then(|status| status.operation.as_ref());
        running.is_some_and(|operation| operation.job_id.is_some())
    };
    scene.cluster().wait_for(GROUP, "shows its job", follows).await.unwrap();
    operation
}
