//! Production, or the object, was changed at the provider: the state that the author saw is gone.
//! It must not change it while the operator makes its call: what lies between the last look and the call nobody can see.

use crate::gets_through::furnish::CONNECTION;
use crate::gets_through::how::{How, Reading};
use crate::gets_through::play::{ORDER, Play};
use crate::gets_through::row::{Row, row};
use crate::stage::OBJECT;
use serde_json::json;
use stationmaster_api::OperationState::{Cancelled, Refused};
use stationmaster_engine::Risk;

pub(super) fn rows() -> Vec<Row> {
    let there_and_back = "production is moved there and back at the console, and the object's name stays: TokenStale";
    vec![
        row(
            "there and back/within 10 s, unread",
            there_and_back,
            async |p: &mut Play| unread(p, 10).await,
        ),
        row(
            "there and back/within 300 s, unread",
            there_and_back,
            async |p: &mut Play| unread(p, 300).await,
        ),
        row(
            "there and back/within 10 s, watched",
            there_and_back,
            async |p: &mut Play| watched(p, 10).await,
        ),
        row(
            "there and back/within 100 s, watched",
            there_and_back,
            async |p: &mut Play| watched(p, 100).await,
        ),
        row(
            "there and back/in one moment, watched",
            there_and_back,
            async |p: &mut Play| watched(p, 0).await,
        ),
        row(
            "there and back/renamed, unread for longer than it takes",
            "the object is renamed too, but for more than a minute nobody looked: TokenStale",
            renamed_unread,
        ),
        row(
            "there and back/right before the last look",
            "after the call was signed: StateChanged",
            before_the_last_look,
        ),
        row(
            "role/moved to the target",
            "by somebody else, while the order waits: it is where it should be",
            moved,
        ),
        row(
            "role/token of before it changed",
            "and changed back: TokenStale",
            old_token,
        ),
        row(
            "role/the provider declares nothing",
            "the object is renamed: TokenStale",
            undeclared,
        )
        .on(|s| s.there_and_back = None),
        row(
            "planned failover/succeeded",
            "behind which the order waited: AlreadyActive",
            planned_succeeded,
        ),
        row(
            "token/used",
            "by the planned failover that has ended: TokenConsumed",
            used,
        ),
    ]
}

fn flip(play: &Play) {
    play.ground.wire.world(|world| world.console_flip(OBJECT));
}

fn rename(play: &Play) {
    play.ground.trouble.renames();
    play.ground.wire.world(|world| world.console_rename(OBJECT));
}

async fn unread(play: &mut Play, seconds: u64) {
    dark(play);
    play.file();
    play.seconds(5).await;
    flip(play);
    play.seconds(seconds).await;
    flip(play);
    play.seconds(5).await;
    light(play);
    play.is_not_made(120, Refused, "TokenStale").await;
}

fn dark(play: &Play) {
    for reading in [Reading::Observe, Reading::List] {
        play.ground.trouble.reads(CONNECTION, reading, How::Unreachable);
    }
}

fn light(play: &Play) {
    for reading in [Reading::Observe, Reading::List] {
        play.ground.trouble.reads_well(CONNECTION, reading);
    }
}

/// The order waits for a link, and the object is read all the time.
async fn watched(play: &mut Play, seconds: u64) {
    play.ground.trouble.risk(Risk::ReplicationLinkDown);
    play.file();
    play.seconds(12).await;
    flip(play);
    play.seconds(seconds).await;
    flip(play);
    play.seconds(5).await;
    play.ground.trouble.no_risk();
    play.is_not_made(120, Refused, "TokenStale").await;
}

async fn renamed_unread(play: &mut Play) {
    dark(play);
    play.file();
    play.seconds(5).await;
    flip(play);
    play.seconds(35).await;
    flip(play);
    rename(play);
    play.seconds(65).await;
    light(play);
    play.is_not_made(120, Refused, "TokenStale").await;
}

async fn before_the_last_look(play: &mut Play) {
    play.ground.trouble.reads(CONNECTION, Reading::Look, How::Slow);
    play.file();
    // The last look has left, and takes 20 s: what it shows is of its end.
    play.seconds(10).await;
    flip(play);
    flip(play);
    play.ground.trouble.reads_well(CONNECTION, Reading::Look);
    play.is_not_made(120, Cancelled, "StateChanged").await;
}

async fn moved(play: &mut Play) {
    dark(play);
    play.file();
    play.seconds(5).await;
    flip(play);
    light(play);
    play.is_not_made(120, Refused, "TokenStale").await;
}

async fn old_token(play: &mut Play) {
    let token = play.token();
    flip(play);
    play.seconds(35).await;
    flip(play);
    play.seconds(35).await;
    play.file_with(&json!({"priorityToken": token}));
    play.is_not_made(120, Refused, "TokenStale").await;
}

async fn undeclared(play: &mut Play) {
    play.ground
        .trouble
        .reads(CONNECTION, Reading::Observe, How::Unreachable);
    play.file();
    play.seconds(5).await;
    rename(play);
    light(play);
    play.is_not_made(120, Refused, "TokenStale").await;
}

fn arm(play: &Play) -> String {
    let token = play.token();
    play.ground
        .edit_group(&json!({"priorityStation": "target", "priorityToken": token}));
    token
}

async fn planned_succeeded(play: &mut Play) {
    play.ground.wire.world(|world| world.job_seconds = 20);
    let token = arm(play);
    play.comes("the planned call", |play| !play.ground.journal().is_empty())
        .await;
    play.file_with(&json!({"priorityToken": token}));
    play.seconds(5).await;
    if !play.waits_for(ORDER, "OperationRunning") {
        play.says("the order does not wait behind the planned failover");
    }
    play.is_not_made(120, Refused, "AlreadyActive").await;
}

async fn used(play: &mut Play) {
    let token = arm(play);
    play.comes("the end of the planned one", |play| {
        !play.token().is_empty() && play.token() != token
    })
    .await;
    play.file_with(&json!({"priorityToken": token}));
    play.is_not_made(120, Refused, "TokenConsumed").await;
}
