//! Orders that a person took back, that a program put back, that come too late, or that do not say enough.
//! It must not change anything at the provider.

use crate::gets_through::furnish::CONNECTION;
use crate::gets_through::how::{How, Reading};
use crate::gets_through::play::{ORDER, Play};
use crate::gets_through::row::{Row, row};
use crate::stage::OBJECT;
use jiff::SignedDuration;
use serde_json::json;
use stationmaster_api::OperationState::{Expired, Pending, Refused};
use stationmaster_engine::{ActiveStation, Risk};

/// The file as a program would put it back.
const AGAIN: &str = ORDER;

pub(super) fn rows() -> Vec<Row> {
    vec![
        row(
            "taken back/while it waits",
            "its object is deleted, and the provider then answers again",
            taken_back,
        ),
        row("taken back/while no operator runs", "the same", taken_back_unseen),
        row(
            "put back/by a program",
            "under its name and another uid: OperationReplayed",
            put_back,
        ),
        row(
            "put back/between two looks",
            "deleted and made again in one moment: OperationReplayed",
            put_back_at_once,
        ),
        row(
            "put back/after it ran",
            "and the token of then: OperationReplayed",
            put_back_after_it_ran,
        ),
        row("late/notAfter passes while it waits", "Expired", not_after),
        row(
            "late/notAfter passes while no operator runs",
            "Expired",
            not_after_unseen,
        ),
        row("suspend/not accepted", "it waits: Suspended", async |p: &mut Play| {
            suspended(p, &[]).await
        })
        .on(|s| s.guarded = true),
        row(
            "suspend/accepted where orders are not guarded",
            "it waits: Suspended",
            async |p: &mut Play| {
                suspended(p, &["Suspended"]).await;
            },
        ),
        row(
            "direction/unknown, not accepted",
            "it waits: ActiveStationUnknown",
            undirected,
        ),
        row("link/down, not accepted", "it waits: ReplicationLinkDown", link_down),
        row(
            "link/down, another risk accepted",
            "it waits: ReplicationLinkDown",
            another_risk,
        ),
        row(
            "loss/grows beyond what was accepted",
            "while the order waits: DataLossTooLarge",
            loss_grows,
        ),
        row(
            "loss/not told, and only seconds are accepted",
            "DataLossUnknown",
            loss_unknown,
        ),
        row("loss/nothing is accepted", "DataLossNotAccepted", loss_not_accepted),
        row("token/none", "TokenMissing", no_token),
        row("token/of nobody", "TokenStale", wrong_token),
    ]
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

async fn taken_back(play: &mut Play) {
    waits(play);
    play.seconds(5).await;
    play.take_back(ORDER);
    play.seconds(5).await;
    goes_on(play);
    play.seconds(120).await;
}

async fn taken_back_unseen(play: &mut Play) {
    waits(play);
    play.seconds(5).await;
    play.ground.trouble.dies("pod-a.1");
    play.take_back(ORDER);
    play.seconds(30).await;
    goes_on(play);
    play.starts_again("pod-a", 0).await;
    play.seconds(120).await;
}

async fn put_back(play: &mut Play) {
    waits(play);
    play.seconds(5).await;
    play.take_back(ORDER);
    play.seconds(20).await;
    play.file_as(AGAIN, &json!({}));
    play.seconds(5).await;
    goes_on(play);
    play.is_not_made(120, Refused, "OperationReplayed").await;
}

async fn put_back_at_once(play: &mut Play) {
    waits(play);
    play.seconds(5).await;
    play.take_back(ORDER);
    play.file_as(AGAIN, &json!({}));
    goes_on(play);
    play.is_not_made(120, Refused, "OperationReplayed").await;
}

/// It runs once, somebody brings production back, and a program puts the file back.
async fn put_back_after_it_ran(play: &mut Play) {
    let token = play.token();
    play.file();
    play.gets_through().await;
    play.take_back(ORDER);
    play.ground.wire.world(|world| {
        world.console_reprotect(OBJECT);
        world.console_flip(OBJECT);
    });
    play.seconds(35).await;
    play.file_as(AGAIN, &json!({"priorityToken": token}));
    play.is_not_made(120, Refused, "OperationReplayed").await;
}

async fn not_after(play: &mut Play) {
    let until = play.ground.server.now() + SignedDuration::from_secs(30);
    play.ground
        .trouble
        .reads(CONNECTION, Reading::Observe, How::Unreachable);
    play.file_with(&json!({"notAfter": until.to_string()}));
    play.seconds(35).await;
    goes_on(play);
    play.is_not_made(120, Expired, "Expired").await;
}

async fn not_after_unseen(play: &mut Play) {
    let until = play.ground.server.now() + SignedDuration::from_secs(30);
    play.ground.trouble.dies("pod-a.1");
    play.witness.nobody_writes_for(45);
    play.file_with(&json!({"notAfter": until.to_string()}));
    play.seconds(40).await;
    play.starts_again("pod-a", 0).await;
    play.is_not_made(120, Expired, "Expired").await;
}

async fn suspended(play: &mut Play, accepted: &[&str]) {
    play.ground.edit_group(&json!({"suspend": true}));
    play.seconds(5).await;
    play.file_with(&json!({"acceptedRisks": accepted}));
    play.is_not_made(300, Pending, "Suspended").await;
}

async fn undirected(play: &mut Play) {
    play.ground.trouble.tell_nothing(true);
    let shown = Some(ActiveStation::Mixed);
    play.ground.wire.world(|world| world.console_disguise(OBJECT, shown));
    play.seconds(35).await;
    play.file_with(&json!({"acceptedRisks": ["ReplicationLinkDown", "MembersInvalid"]}));
    play.is_not_made(300, Pending, "ActiveStationUnknown").await;
}

fn link_is_down(play: &Play) {
    play.ground.trouble.risk(Risk::ReplicationLinkDown);
}

async fn link_down(play: &mut Play) {
    link_is_down(play);
    play.file();
    play.is_not_made(300, Pending, "ReplicationLinkDown").await;
}

async fn another_risk(play: &mut Play) {
    link_is_down(play);
    play.file_with(&json!({"acceptedRisks": ["MembersInvalid", "DirectionUnknown"]}));
    play.is_not_made(300, Pending, "ReplicationLinkDown").await;
}

fn lag(play: &Play, seconds: u64) {
    play.ground.wire.world(|world| {
        if let Some(object) = world.object_mut(OBJECT) {
            object.lag_seconds = Some(seconds);
        }
    });
}

async fn loss_grows(play: &mut Play) {
    lag(play, 30);
    play.ground
        .trouble
        .reads(CONNECTION, Reading::Observe, How::Unreachable);
    play.file_with(&json!({"dataLoss": {"acceptSeconds": 60}}));
    play.seconds(40).await;
    lag(play, 90);
    goes_on(play);
    play.is_not_made(120, Refused, "DataLossTooLarge").await;
}

async fn loss_unknown(play: &mut Play) {
    play.file_with(&json!({"dataLoss": {"acceptSeconds": 60}}));
    play.is_not_made(120, Refused, "DataLossUnknown").await;
}

async fn loss_not_accepted(play: &mut Play) {
    play.file_with(&json!({"dataLoss": null}));
    play.is_not_made(120, Refused, "DataLossNotAccepted").await;
}

async fn no_token(play: &mut Play) {
    play.file_with(&json!({"priorityToken": null}));
    play.is_not_made(120, Refused, "TokenMissing").await;
}

async fn wrong_token(play: &mut Play) {
    play.file_with(&json!({"priorityToken": "zzzz-9999"}));
    play.is_not_made(120, Refused, "TokenStale").await;
}
