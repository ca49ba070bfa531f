//! The call itself is turned away, never leaves, or is withheld by the operator's own side.
//! It must not let a call through that a row wants turned away.

use crate::gets_through::how::{At, Sending};
use crate::gets_through::play::Play;
use crate::gets_through::row::{Row, row};
use serde_json::json;
use stationmaster_testkit_api_server::{Call, Verb};
use std::time::Duration;

pub(super) fn rows() -> Vec<Row> {
    let spoilt = |name: String, says: String, sending: Sending, times: usize| {
        row(name, says, async move |p: &mut Play| {
            p.ground.trouble.sends(sending, times);
            p.file();
            p.gets_through().await;
        })
    };
    let away = |times: usize, after: Option<u64>, says: &str| {
        spoilt(
            format!("call/{says} × {times}"),
            "it is turned away so often; made again at the latest 15 s after each".to_owned(),
            Sending::TurnedAway(after),
            times,
        )
    };
    let mut rows = vec![
        away(5, None, "429"),
        away(16, None, "429"),
        away(40, None, "429"),
        away(5, Some(600), "429 for 600 s"),
        away(40, Some(30), "429 for 30 s"),
        away(6, Some(0), "429 for 0 s"),
    ];
    for (word, sending, times) in [
        ("401", Sending::Denied, 5),
        ("401", Sending::Denied, 40),
        ("no connection", Sending::NeverLeaves, 5),
        ("no connection", Sending::NeverLeaves, 40),
    ] {
        let says = "it provably does nothing so often; made again at the latest 15 s after each".to_owned();
        rows.push(spoilt(format!("call/{word} × {times}"), says, sending, times));
    }
    rows.push(spoilt(
        "call/answer lost".to_owned(),
        "it is carried out, and nobody hears the answer: what the object shows is adopted".to_owned(),
        Sending::AnswerLost,
        1,
    ));
    rows.push(row(
        "call/withheld by edits",
        "somebody edits the group's spec each second for 20 s: each call that was decided before is withheld",
        edited,
    ));
    rows.push(row(
        "call/withheld by a slow API server",
        "the ledger's confirmation at the last look takes 5 s for 30 s",
        slowly_confirmed,
    ));
    rows
}

async fn edited(play: &mut Play) {
    play.file();
    for seconds in 0..20 {
        let edit = json!({"startingDeadlineSeconds": 3000 + seconds});
        play.ground.edit_group(&edit);
        play.second().await;
    }
    play.is_free();
    play.gets_through().await;
}

async fn slowly_confirmed(play: &mut Play) {
    let ledger = |call: &Call| call.resource == "groupledgers" && call.verb == Verb::Get;
    play.ground.trouble.serves(ledger, At::Slow(Duration::from_secs(5)));
    play.file();
    play.seconds(30).await;
    play.ground.trouble.serves_well();
    play.is_free();
    play.gets_through().await;
}
