//! Nobody was watching, an older state was put back, the connection leads elsewhere, the group is another one.
//! It must not leave the operator a way to know better.

use crate::gets_through::furnish::CONNECTION;
use crate::gets_through::ground::Setting;
use crate::gets_through::how::{How, Reading};
use crate::gets_through::play::Play;
use crate::gets_through::row::{Row, row};
use crate::stage::{GROUP, NAMESPACE, OBJECT};
use serde_json::json;
use stationmaster_api::OperationState::Refused;
use stationmaster_api::ProtectionGroup;

pub(super) fn rows() -> Vec<Row> {
    let unversioned = |setting: &mut Setting| {
        setting.elects = true;
        setting.variant.revision = false;
    };
    vec![
        row(
            "absence/the object changed",
            "no operator for 10 min, production there and back meanwhile: TokenStale",
            async |p: &mut Play| {
                absent(p, true).await;
            },
        )
        .on(|s| s.elects = true),
        row(
            "absence/a revision alone moved",
            "no operator for 10 min, the object renamed: TokenStale",
            renamed_in_absence,
        )
        .on(|s| s.elects = true),
        row(
            "absence/nothing tells of a change",
            "no operator for 10 min, and the provider has no revision: TokenStale",
            async |p: &mut Play| {
                absent(p, false).await;
            },
        )
        .on(unversioned),
        row(
            "restored/after the order ran",
            "and somebody brought production back: TokenStale",
            restored,
        )
        .on(|s| s.elects = true),
        row("endpoint/changed while it waits", "TokenStale", endpoint),
        row("group/made again while it waits", "GroupUIDMismatch", group_again),
    ]
}

fn flip(play: &Play) {
    play.ground.wire.world(|world| world.console_flip(OBJECT));
}

fn waits(play: &mut Play) {
    play.ground
        .trouble
        .reads(CONNECTION, Reading::Observe, How::Unreachable);
    play.file();
}

fn goes_on(play: &Play) {
    play.ground.trouble.reads_well(CONNECTION, Reading::Observe);
}

/// Whoever leads next finds that nobody was watching.
async fn all_die(play: &mut Play) {
    play.seconds(5).await;
    for replica in play.ground.trouble.alive() {
        play.ground.trouble.dies(&replica);
    }
}

async fn absent(play: &mut Play, changed: bool) {
    waits(play);
    all_die(play).await;
    if changed {
        flip(play);
        flip(play);
    }
    goes_on(play);
    play.seconds(600).await;
    play.starts_again("pod-a", 0).await;
    play.is_not_made(120, Refused, "TokenStale").await;
}

async fn renamed_in_absence(play: &mut Play) {
    waits(play);
    all_die(play).await;
    play.ground.trouble.renames();
    play.ground.wire.world(|world| world.console_rename(OBJECT));
    goes_on(play);
    play.seconds(600).await;
    play.starts_again("pod-a", 0).await;
    play.is_not_made(120, Refused, "TokenStale").await;
}

/// The order runs; production is brought back; an etcd is put back to when the order waited.
async fn restored(play: &mut Play) {
    waits(play);
    play.seconds(10).await;
    let snapshot = play.ground.server.snapshot();
    goes_on(play);
    play.gets_through().await;
    play.seconds(10).await;
    play.ground.wire.world(|world| {
        world.console_reprotect(OBJECT);
        world.console_flip(OBJECT);
    });
    play.seconds(40).await;
    play.ground.server.restore(&snapshot);
    play.witness.nobody_writes_for(60);
    play.restored();
    play.is_not_made(300, Refused, "TokenStale").await;
}

async fn endpoint(play: &mut Play) {
    waits(play);
    play.seconds(5).await;
    play.ground
        .edit_connection(&json!({"sdrs": {"endpoint": "https://elsewhere.invalid"}}));
    play.seconds(5).await;
    goes_on(play);
    play.is_not_made(120, Refused, "TokenStale").await;
}

async fn group_again(play: &mut Play) {
    waits(play);
    play.seconds(5).await;
    play.ground.server.delete::<ProtectionGroup>(NAMESPACE, GROUP).unwrap();
    play.ground.make_group(NAMESPACE, CONNECTION, GROUP, OBJECT);
    play.seconds(5).await;
    goes_on(play);
    play.is_not_made(120, Refused, "GroupUIDMismatch").await;
}
