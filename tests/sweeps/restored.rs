//! etcd is restored from a snapshot that is older than what has been done since, and the old requests are filed again.
//! It must not let anything move: what they ask for was done, and undone, after the snapshot.

use crate::moment::Asked;
use crate::stage::{GROUP, Scene, until};
use crate::tally::{judged, stories};
use crate::world::{BOUND, World};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::coordination::v1::Lease;
use kube::ResourceExt;
use serde_json::json;
use stationmaster_api::{OperationState, OperationType, ProtectionGroup, RecoveryOperation, Station};
use stationmaster_simulator::ConsoleAct;
use stationmaster_testkit::control_plane::Snapshot;
use std::time::Duration;

stories![from_long_before_without_a_change_time, from_before_a_failover,];

/// Stories that need a process which outlives the API server's absence: on a busy machine both replicas may end meanwhile, and a young snapshot
/// then tells nothing (`docs/how-an-intent-is-read.md`). They are told with `--all`.
pub fn stories_of_survivors() -> Vec<libtest_mimic::Trial> {
    vec![crate::tally::story(
        "restored::under_a_running_leader_without_a_change_time",
        under_a_running_leader_without_a_change_time,
    )]
}

/// How old the lease of an old snapshot is.
const OLD: SignedDuration = SignedDuration::from_mins(10);

/// How long is looked on after the requests were filed again: passes of a running leader, and of one that takes over.
const QUIET: Duration = Duration::from_secs(25);

/// The annotation of the Lease that tells until when nobody was watching.
const ABSENT_UNTIL: &str = "stationmaster.dev/absent-until";

/// What a person asked for after the snapshot, as it lies in Git.
struct Filed {
    scene: Scene,
    asked: Asked,
    token: String,
    operation: Option<RecoveryOperation>,
    done: usize,
}

/// The provider shows that its objects have changed meanwhile.
pub async fn from_before_a_failover() {
    restored("restored", true, async |world, snapshot| {
        world.put_back(snapshot).await;
    })
    .await;
}

/// Nothing at the provider tells of what was done since. The leader goes on over it, and finds that its own lease went back; or it has lost
/// its lease meanwhile, and the one that takes over finds that.
pub async fn under_a_running_leader_without_a_change_time() {
    restored("restored-unseen", false, async |world, snapshot| {
        let restored = Timestamp::now();
        world.put_back(snapshot).await;
        // A person needs longer than that to put etcd back and to file anything; what is filed at once is not what is told here.
        let own = world.installation.own_namespace().await.unwrap();
        let told = |lease: &Lease| lease.annotations().get(ABSENT_UNTIL)?.parse::<Timestamp>().ok();
        until("the lease tells of an absence since then", async || {
            let lease: Option<Lease> = own.find("stationmaster").await.ok().flatten();
            lease.as_ref().and_then(told) > Some(restored)
        })
        .await;
    })
    .await;
}

/// The same with replicas that remember nothing, and a snapshot that is older than any hand-over takes: the lease tells.
pub async fn from_long_before_without_a_change_time() {
    restored("restored-old", false, async |world, snapshot| {
        for replica in &world.replicas {
            replica.kill().unwrap();
        }
        world.put_back(snapshot).await;
        let own = world.installation.own_namespace().await.unwrap();
        let renewed = format!("{:.6}", Timestamp::now() - OLD);
        let _: Lease = own
            .patch("stationmaster", &json!({"spec": {"renewTime": renewed}}))
            .await
            .unwrap();
        for replica in &world.replicas {
            replica.start().unwrap();
        }
    })
    .await;
}

async fn restored(story: &str, change_times: bool, restore: impl AsyncFnOnce(&World, &Snapshot)) {
    let world = World::of_two().await;
    let installation = &world.installation;
    let scenes = join_all(Asked::ALL.map(|asked| async move {
        let scene = Scene::set(installation, asked.name(), asked.setup().speed(60.0)).await;
        let shown = change_times.to_string();
        scene.cloud().set_switch("updated-at-changes", &shown).await.unwrap();
        if !change_times && asked != Asked::Reprotect {
            seen_to_stay(&scene).await;
        }
        (scene, asked)
    }))
    .await;
    let snapshot = installation.control_plane().save_snapshot("before").await.unwrap();
    let filed = join_all(scenes.into_iter().map(|(scene, asked)| there_and_back(scene, asked))).await;
    let after = async {
        restore(&world, &snapshot).await;
        join_all(filed.iter().map(|filed| nothing_moves_again(story, filed))).await;
    };
    world.while_replicas_are_kept(after).await;
}

/// Production is moved at the console, and back: the operator learns that the change time stays where it should have moved.
async fn seen_to_stay(scene: &Scene) {
    for _ in 0..2 {
        let token = scene.environment.token(GROUP).await.unwrap();
        let act = ConsoleAct {
            group: GROUP.to_owned(),
            action: Some("reverse".into()),
            ..ConsoleAct::default()
        };
        scene.cloud().console(act).await.unwrap();
        let other = |group: &ProtectionGroup| {
            let shown = group.status.as_ref().and_then(|status| status.priority_token.as_ref());
            shown.is_some_and(|shown| *shown != token)
        };
        scene
            .cluster()
            .wait_for(GROUP, "has seen the move", other)
            .await
            .unwrap();
    }
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
    let name = scene.intent(Station::Source).await;
    scene.ends(&name, OperationState::Succeeded, "Succeeded").await;
}

/// Files the old request again, as a tool that follows Git would: until it is taken, or it is clear that it is not.
async fn nothing_moves_again(story: &str, filed: &Filed) {
    let Filed { scene, token, .. } = filed;
    let again = async || match &filed.operation {
        None => scene.environment.intent(GROUP, Station::Target, token).await.map(drop),
        Some(operation) => {
            let mut copy = RecoveryOperation::new(&operation.name_any(), operation.spec.clone());
            copy.metadata.namespace = None;
            scene.cluster().create(&copy).await.map(drop)
        }
    };
    let (mut taken, began) = (false, std::time::Instant::now());
    // What was not there to be filed again after that time, on a machine that is busy with other things, is waited for.
    while began.elapsed() < QUIET || (!taken && filed.asked == Asked::Reprotect && began.elapsed() < BOUND) {
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
    judged(&format!("{story}/{}", filed.asked.name()), &wrong);
}
