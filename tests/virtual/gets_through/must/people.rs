//! People who do something else meanwhile, at the provider's console and in the cluster.
//! It must not move production, nor take the order back.

use crate::gets_through::furnish::CONNECTION;
use crate::gets_through::how::{How, Reading};
use crate::gets_through::play::{ORDER, Play};
use crate::gets_through::row::{Row, row};
use crate::stage::{GROUP, NAMESPACE, OBJECT};
use serde_json::json;
use stationmaster_api::{ProtectionGroup, RecoveryOperation};
use stationmaster_provider_proof::Servers;

pub(super) fn rows() -> Vec<Row> {
    vec![
        row(
            "renamed/each second",
            "somebody renames the object at the provider, all the time",
            renamed,
        ),
        row(
            "renamed/each second while it waits",
            "the same, and it cannot be read singly for 40 s",
            renamed_unread,
        ),
        row(
            "edits/two at once",
            "startingDeadlineSeconds is edited twice while the order waits",
            edits,
        ),
        row(
            "edits/each second",
            "the same each second, for 40 s, while the order waits",
            edits_each_second,
        ),
        row(
            "edits/labels",
            "the group is labelled each second for 40 s, while the order waits",
            labels,
        ),
        row(
            "edits/the order's labels",
            "the order is labelled each second for 40 s, while it waits",
            labels_of_the_order,
        ),
        row(
            "intent/armed before",
            "it waits for servers to be stopped, and gives way",
            armed_before,
        ),
        row(
            "intent/armed meanwhile",
            "with the token that the waiting order quotes",
            armed_meanwhile,
        ),
        row(
            "intent/withdrawn meanwhile",
            "a token is issued, and the order stands",
            withdrawn,
        ),
        row("intent/lapsed meanwhile", "the same", lapsed),
        row(
            "intent/armed and withdrawn in one second",
            "while the order waits",
            flickers,
        ),
    ]
}

fn rename(play: &Play) {
    play.ground.trouble.renames();
    play.ground.wire.world(|world| world.console_rename(OBJECT));
}

async fn renamed(play: &mut Play) {
    for _ in 0..35 {
        rename(play);
        play.second().await;
    }
    play.file();
    for _ in 0..60 {
        rename(play);
        play.second().await;
        if !play.calls_of(ORDER).is_empty() {
            break;
        }
    }
    play.gets_through().await;
}

async fn renamed_unread(play: &mut Play) {
    waits(play);
    for _ in 0..40 {
        rename(play);
        play.second().await;
    }
    goes_on(play);
    for _ in 0..60 {
        rename(play);
        play.second().await;
        if !play.calls_of(ORDER).is_empty() {
            break;
        }
    }
    play.gets_through().await;
}

/// The order is filed, and waits for a reading.
fn waits(play: &mut Play) {
    play.ground
        .trouble
        .reads(CONNECTION, Reading::Observe, How::Unreachable);
    play.file();
}

fn goes_on(play: &mut Play) {
    play.ground.trouble.reads_well(CONNECTION, Reading::Observe);
    play.is_free();
}

async fn edits(play: &mut Play) {
    waits(play);
    play.seconds(5).await;
    play.ground.edit_group(&json!({"startingDeadlineSeconds": 3000}));
    play.ground.edit_group(&json!({"startingDeadlineSeconds": 3001}));
    play.seconds(20).await;
    goes_on(play);
    play.gets_through().await;
}

async fn edits_each_second(play: &mut Play) {
    waits(play);
    for second in 0..40 {
        play.ground
            .edit_group(&json!({"startingDeadlineSeconds": 3000 + second}));
        play.second().await;
    }
    goes_on(play);
    play.gets_through().await;
}

async fn labels(play: &mut Play) {
    waits(play);
    for second in 0..40 {
        let labelled = json!({"metadata": {"labels": {"second": second.to_string()}}});
        play.ground
            .server
            .merge::<ProtectionGroup>(NAMESPACE, GROUP, &labelled)
            .unwrap();
        play.second().await;
    }
    goes_on(play);
    play.gets_through().await;
}

async fn labels_of_the_order(play: &mut Play) {
    waits(play);
    for second in 0..40 {
        let labelled = json!({"metadata": {"labels": {"second": second.to_string()}}});
        play.ground
            .server
            .merge::<RecoveryOperation>(NAMESPACE, ORDER, &labelled)
            .unwrap();
        play.second().await;
    }
    goes_on(play);
    play.gets_through().await;
}

fn servers_run(play: &Play) {
    play.ground.wire.world(|world| {
        if let Some(object) = world.object_mut(OBJECT) {
            object.servers = Servers::Running;
        }
    });
}

/// An intent waits for its servers.
async fn arms(play: &mut Play) {
    servers_run(play);
    let token = play.token();
    play.ground
        .edit_group(&json!({"priorityStation": "target", "priorityToken": token}));
    play.seconds(5).await;
}

async fn armed_before(play: &mut Play) {
    arms(play).await;
    play.file();
    play.gets_through().await;
}

async fn armed_meanwhile(play: &mut Play) {
    waits(play);
    play.seconds(5).await;
    let token = play.token();
    play.ground
        .edit_group(&json!({"priorityStation": "target", "priorityToken": token}));
    play.seconds(5).await;
    goes_on(play);
    play.gets_through().await;
}

async fn withdrawn(play: &mut Play) {
    arms(play).await;
    waits(play);
    play.seconds(5).await;
    let token = play.token();
    play.ground
        .edit_group(&json!({"priorityStation": null, "priorityToken": null}));
    play.comes("another token", |play| play.token() != token).await;
    goes_on(play);
    play.gets_through().await;
}

async fn lapsed(play: &mut Play) {
    play.ground.edit_group(&json!({"startingDeadlineSeconds": 60}));
    play.seconds(5).await;
    arms(play).await;
    waits(play);
    let token = play.token();
    play.comes("another token", |play| play.token() != token).await;
    goes_on(play);
    play.gets_through().await;
}

async fn flickers(play: &mut Play) {
    waits(play);
    play.seconds(5).await;
    let token = play.token();
    play.ground
        .edit_group(&json!({"priorityStation": "target", "priorityToken": token}));
    play.ground
        .edit_group(&json!({"priorityStation": null, "priorityToken": null}));
    play.seconds(10).await;
    goes_on(play);
    play.gets_through().await;
}
