//! etcd is restored from a snapshot that is older than what has been done since, and the old requests are filed again.
//! It must not let anything move: what they ask for was done, and undone, after the snapshot.

use crate::moment::Asked;
use crate::stage::{GROUP, Scene};
use crate::tally::{judged, stories};
use crate::world::World;
use futures::future::join_all;
use kube::ResourceExt;
use stationmaster_api::{OperationState, OperationType, ProtectionGroup, RecoveryOperation, Station};
use std::time::Duration;

stories![from_before_a_failover];

/// How long is looked on after the requests were filed again: passes of a running leader, and of one that takes over.
const QUIET: Duration = Duration::from_secs(25);

/// What a person asked for after the snapshot, as it lies in Git.
struct Filed {
    scene: Scene,
    asked: Asked,
    token: String,
    operation: Option<RecoveryOperation>,
    done: usize,
}

pub async fn from_before_a_failover() {
    let world = World::of_two().await;
    let installation = &world.installation;
    let scenes = join_all(Asked::ALL.map(|asked| async move {
        let scene = Scene::set(installation, asked.name(), asked.setup().speed(60.0)).await;
        (scene, asked)
    }))
    .await;
    let snapshot = installation.control_plane().save_snapshot("before").await.unwrap();
    let filed = join_all(scenes.into_iter().map(|(scene, asked)| there_and_back(scene, asked))).await;
    let after = async {
        installation.control_plane().restore_snapshot(&snapshot).await.unwrap();
        join_all(filed.iter().map(nothing_moves_again)).await;
    };
    world.while_replicas_are_kept(after).await;
}

/// Does what is asked for, and then moves production back, so that all looks as it did when the snapshot was taken.
async fn there_and_back(scene: Scene, asked: Asked) -> Filed {
    let token = scene.environment.token(GROUP).await.unwrap();
    let name = asked.ask(&scene).await;
    let ended = scene.ends(&name, OperationState::Succeeded, "Succeeded").await;
    match asked {
        Asked::Planned => back(&scene).await,
        Asked::Forced => {
            let reprotect = scene.file(OperationType::Reprotect, Station::Target).await;
            scene.ends(&reprotect, OperationState::Succeeded, "Succeeded").await;
            back(&scene).await;
        }
        // Production was at the target before, and stays there.
        Asked::Reprotect => {}
    }
    let done = scene.calls().await.len();
    Filed {
        scene,
        asked,
        token,
        operation: (asked != Asked::Planned).then_some(ended),
        done,
    }
}

async fn back(scene: &Scene) {
    let name = scene.wish(Station::Source).await;
    scene.ends(&name, OperationState::Succeeded, "Succeeded").await;
}

/// Files the old request again, as a tool that follows Git would: until it is taken, or it is clear that it is not.
async fn nothing_moves_again(filed: &Filed) {
    let Filed { scene, token, .. } = filed;
    let again = async || match &filed.operation {
        None => scene.environment.wish(GROUP, Station::Target, token).await.map(drop),
        Some(operation) => {
            let mut copy = RecoveryOperation::new(&operation.name_any(), operation.spec.clone());
            copy.metadata.namespace = None;
            scene.cluster().create(&copy).await.map(drop)
        }
    };
    let (mut taken, began) = (false, std::time::Instant::now());
    while began.elapsed() < QUIET {
        taken = taken || again().await.is_ok();
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let mut wrong = Vec::new();
    let calls = scene.calls().await;
    if calls.len() != filed.done {
        wrong.push(format!("something moved again: {:?}", &calls[filed.done..]));
    }
    // The group is served again, and shows another token than the one that was used up.
    let shows = |group: &ProtectionGroup| {
        let status = group.status.as_ref();
        status
            .and_then(|status| status.priority_token.as_ref())
            .is_some_and(|shown| shown != token)
    };
    if filed.asked != Asked::Reprotect
        && scene
            .cluster()
            .wait_for(GROUP, "shows another token", shows)
            .await
            .is_err()
    {
        wrong.push(format!("the token {token}, which was used up, is shown again"));
    }
    if !taken && filed.asked == Asked::Reprotect {
        wrong.push("the request could not be filed again: nothing was shown".into());
    }
    judged(&format!("restored/{}", filed.asked.name()), &wrong);
}
