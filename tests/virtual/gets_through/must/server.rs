//! The API server: frozen, refusing, overtaken.
//! It must not lose what it has acknowledged.

use crate::gets_through::how::{At, Sending};
use crate::gets_through::play::Play;
use crate::gets_through::row::{Row, row};
use stationmaster_testkit_api_server::{Call, Verb};
use std::time::Duration;
use tokio::time::Instant;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for seconds in [16, 155] {
        let scene = async move |play: &mut Play| frozen(play, seconds).await;
        let says = "answers nothing, from the order on, and goes on afterwards";
        rows.push(row(format!("API server/frozen for {seconds} s"), says, scene).on(|s| s.elects = true));
    }
    rows.push(
        row(
            "API server/frozen while the call is under way",
            "for 16 s; the provider answers after 12 s",
            frozen_in_the_call,
        )
        .on(|s| s.elects = true),
    );
    for code in [429, 500, 503] {
        let scene = async move |play: &mut Play| {
            play.ground
                .trouble
                .serves(|call: &Call| call.verb != Verb::Watch, At::OneIn(5, code));
            play.file();
            play.gets_through().await;
        };
        rows.push(row(
            format!("API server/{code}"),
            "answers one request in five so, all the time",
            scene,
        ));
    }
    rows.extend([
        row(
            "ledger/conflicts",
            "somebody writes it right before each write, for 20 s",
            conflicts,
        ),
        row("ledger/500", "it cannot be read for 30 s", async |play: &mut Play| {
            away(play, |call| call.resource == "groupledgers", 500).await;
        }),
        row(
            "ledger/403",
            "it cannot be read or written for 30 s",
            async |play: &mut Play| {
                away(play, |call| call.resource == "groupledgers", 403).await;
            },
        ),
        row(
            "operations/500",
            "they cannot be listed for 30 s",
            async |play: &mut Play| {
                away(
                    play,
                    |call| call.resource == "recoveryoperations" && call.verb == Verb::List,
                    500,
                )
                .await;
            },
        ),
        row("group/500", "it cannot be read for 30 s", async |play: &mut Play| {
            away(
                play,
                |call| call.resource == "protectiongroups" && call.verb == Verb::Get,
                500,
            )
            .await;
        }),
        row(
            "decisions/500",
            "they cannot be listed for 30 s",
            async |play: &mut Play| {
                away(play, |call| call.resource == "operationdecisions", 500).await;
            },
        ),
        row(
            "status/order's refused",
            "each write of it is answered 422, for 90 s",
            orders_status,
        ),
        row(
            "status/group's refused",
            "each write of it is answered 422, all the time",
            groups_status,
        ),
        row(
            "status/conflicts",
            "each write of the order's is answered 409, for 20 s",
            status_conflicts,
        ),
        row("events/403", "none can be made, all the time", events),
        row("watches/broken each second", "all of them, for 20 s", broken),
        row("watches/silent for 30 s", "they send nothing, and stay open", silent),
    ]);
    rows
}

fn freezes(play: &mut Play, seconds: u64) {
    let end = Instant::now() + Duration::from_secs(seconds);
    play.ground.trouble.serves(|_: &Call| true, At::FrozenUntil(end));
    play.ground.server.freeze_watches(|_| true);
    // A replica that has lost the lease meanwhile has to win it again.
    play.witness.nobody_writes_for(seconds + 25);
}

fn thaws(play: &mut Play) {
    play.ground.trouble.serves_well();
    play.ground.server.thaw_watches(|_| true);
    play.is_free();
}

async fn frozen(play: &mut Play, seconds: u64) {
    freezes(play, seconds);
    play.file();
    play.seconds(seconds).await;
    thaws(play);
    play.gets_through().await;
}

async fn frozen_in_the_call(play: &mut Play) {
    play.ground
        .trouble
        .sends(Sending::AnsweredLate(Duration::from_secs(12)), 1);
    play.file();
    play.comes("the call is made", |play| !play.ground.trouble.spoils())
        .await;
    freezes(play, 16);
    play.seconds(16).await;
    thaws(play);
    play.gets_through().await;
}

/// What the pass needs cannot be had for a while.
async fn away(play: &mut Play, which: fn(&Call) -> bool, code: u16) {
    play.ground.trouble.serves(which, At::Answers(code, None));
    play.file();
    play.seconds(30).await;
    play.ground.trouble.serves_well();
    play.is_free();
    play.gets_through().await;
}

async fn conflicts(play: &mut Play) {
    let written = |call: &Call| call.resource == "groupledgers" && call.verb == Verb::Update;
    play.ground.trouble.serves(written, At::Conflicts);
    play.file();
    play.seconds(20).await;
    play.ground.trouble.serves_well();
    play.is_free();
    play.gets_through().await;
}

async fn orders_status(play: &mut Play) {
    let of_it = |call: &Call| call.resource == "recoveryoperations" && call.status;
    play.ground.trouble.serves(of_it, At::Answers(422, None));
    play.witness.nobody_writes_for(100);
    play.file();
    play.is_called().await;
    play.seconds(90).await;
    play.ground.trouble.serves_well();
    play.succeeds().await;
}

async fn groups_status(play: &mut Play) {
    let of_it = |call: &Call| call.resource == "protectiongroups" && call.status;
    play.ground.trouble.serves(of_it, At::Answers(422, None));
    play.file();
    play.gets_through().await;
}

async fn status_conflicts(play: &mut Play) {
    let of_it = |call: &Call| call.resource == "recoveryoperations" && call.status;
    play.ground.trouble.serves(of_it, At::Answers(409, None));
    play.witness.nobody_writes_for(25);
    play.file();
    play.is_called().await;
    play.seconds(20).await;
    play.ground.trouble.serves_well();
    play.succeeds().await;
}

async fn events(play: &mut Play) {
    play.ground
        .trouble
        .serves(|call: &Call| call.resource == "events", At::Answers(403, None));
    play.file();
    play.gets_through().await;
}

async fn broken(play: &mut Play) {
    // What was not seen in time is seen when the watch is opened again, after a pause.
    play.witness.nobody_writes_for(25);
    play.file();
    for _ in 0..20 {
        play.ground.server.break_watches(|_| true);
        play.second().await;
    }
    play.is_free();
    play.gets_through().await;
}

async fn silent(play: &mut Play) {
    play.ground.server.freeze_watches(|_| true);
    play.witness.nobody_writes_for(30);
    play.file();
    play.seconds(30).await;
    play.ground.server.thaw_watches(|_| true);
    play.is_free();
    play.gets_through().await;
}
