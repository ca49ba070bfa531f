//! What stands in the way, and its author accepts; or what is gone again.
//! It must not accept for a person what the order does not name.

use crate::gets_through::play::Play;
use crate::gets_through::row::{Row, row};
use crate::stage::OBJECT;
use serde_json::json;
use stationmaster_engine::{ActiveStation, Risk};
use stationmaster_provider_proof::Object;

pub(super) fn rows() -> Vec<Row> {
    vec![
        row(
            "suspend/accepted",
            "spec.suspend is true, and orders are guarded",
            suspended,
        )
        .on(|s| s.guarded = true),
        row(
            "suspend/lifted",
            "spec.suspend is true until 20 s after the order",
            lifted,
        ),
        row(
            "link/down, accepted",
            "the link between the sites is down",
            async |p: &mut Play| {
                at_risk(p, &[Risk::ReplicationLinkDown]).await;
            },
        ),
        row(
            "members/broken, accepted",
            "a member of the group is invalid",
            async |p: &mut Play| {
                at_risk(p, &[Risk::MembersInvalid]).await;
            },
        ),
        row(
            "members/broken and link down, accepted",
            "both at once",
            async |p: &mut Play| {
                at_risk(p, &[Risk::MembersInvalid, Risk::ReplicationLinkDown]).await;
            },
        ),
        row(
            "link/down until 30 s after the order",
            "and the order does not accept that",
            comes_back,
        ),
        row(
            "status/a word that nobody knows, accepted",
            "the group's own word names the station",
            unknown_word,
        ),
        row(
            "direction/Mixed, and the group's own word",
            "it says that production runs at the other station",
            mixed,
        ),
        row(
            "direction/Mixed without a word of the group, accepted",
            "nothing tells the direction",
            async |p: &mut Play| {
                undirected(p, ActiveStation::Mixed).await;
            },
        ),
        row(
            "direction/Both, accepted",
            "nothing tells the direction",
            async |p: &mut Play| {
                undirected(p, ActiveStation::Both).await;
            },
        ),
        row("loss/within what is accepted", "30 s are told, 60 s are accepted", loss),
    ]
}

fn object(play: &Play, change: impl FnOnce(&mut Object)) {
    play.ground.wire.world(|world| world.object_mut(OBJECT).map(change));
}

async fn suspended(play: &mut Play) {
    play.ground.edit_group(&json!({"suspend": true}));
    play.seconds(5).await;
    play.file_with(&json!({"acceptedRisks": ["Suspended"]}));
    play.gets_through().await;
}

async fn lifted(play: &mut Play) {
    play.ground.edit_group(&json!({"suspend": true}));
    play.seconds(5).await;
    play.file();
    play.seconds(20).await;
    play.ground.edit_group(&json!({"suspend": false}));
    play.is_free();
    play.gets_through().await;
}

async fn at_risk(play: &mut Play, risks: &[Risk]) {
    for risk in risks {
        play.ground.trouble.risk(*risk);
    }
    play.seconds(35).await;
    let accepted: Vec<&str> = risks.iter().map(|risk| risk.as_str()).collect();
    play.file_with(&json!({"acceptedRisks": accepted}));
    play.gets_through().await;
}

async fn comes_back(play: &mut Play) {
    play.ground.trouble.risk(Risk::ReplicationLinkDown);
    play.file();
    play.seconds(30).await;
    play.ground.trouble.no_risk();
    play.is_free();
    play.gets_through().await;
}

async fn unknown_word(play: &mut Play) {
    object(play, |object| object.word = Some("pondering".to_owned()));
    play.seconds(35).await;
    play.file_with(&json!({"acceptedRisks": ["UnknownProviderState"]}));
    play.is_called().await;
    object(play, |object| object.word = None);
    play.succeeds().await;
}

async fn mixed(play: &mut Play) {
    let shown = Some(ActiveStation::Mixed);
    play.ground.wire.world(|world| world.console_disguise(OBJECT, shown));
    play.seconds(35).await;
    play.file();
    play.is_called().await;
    object(play, |object| object.disguise = None);
    play.succeeds().await;
}

async fn undirected(play: &mut Play, shown: ActiveStation) {
    play.ground.trouble.tell_nothing(true);
    play.ground
        .wire
        .world(|world| world.console_disguise(OBJECT, Some(shown)));
    play.seconds(35).await;
    play.file_with(&json!({"acceptedRisks": ["DirectionUnknown"]}));
    play.is_called().await;
    play.ground.trouble.tell_nothing(false);
    object(play, |object| object.disguise = None);
    play.succeeds().await;
}

async fn loss(play: &mut Play) {
    object(play, |object| object.lag_seconds = Some(30));
    play.seconds(35).await;
    play.file_with(&json!({"dataLoss": {"acceptSeconds": 60, "acceptUnknown": null}}));
    play.gets_through().await;
}
