//! The operator itself: killed, away, without its lease.
//! It must not kill it between the record of the call and its sending: then nobody but a person can tell what happened.

use crate::gets_through::furnish::CONNECTION;
use crate::gets_through::how::{At, How, Reading, Sending};
use crate::gets_through::play::{ORDER, Play};
use crate::gets_through::row::{Row, row};
use k8s_openapi::api::coordination::v1::Lease;
use serde_json::json;
use stationmaster_api::names::INSTALL_NAMESPACE;
use stationmaster_testkit_api_server::Call;
use std::time::Duration;

/// Where the operator is killed: in the words of the page, and by the text of a write.
const POINTS: [(&str, &str, &str, bool); 5] = [
    ("before the order is noted", "groupledgers", ORDER, false),
    (
        "before the call is recorded",
        "groupledgers",
        r#""is":"recorded""#,
        false,
    ),
    (
        "before the answer is written down",
        "groupledgers",
        r#""is":"accepted""#,
        false,
    ),
    (
        "after the answer is written down",
        "groupledgers",
        r#""is":"accepted""#,
        true,
    ),
    (
        "before the success is shown",
        "recoveryoperations",
        r#""state":"Succeeded""#,
        false,
    ),
];

pub(super) fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = POINTS
        .into_iter()
        .map(|(word, resource, text, after)| {
            let scene = async move |play: &mut Play| killed(play, resource, text, after).await;
            row(
                format!("operator killed/{word}"),
                "and started again a second later",
                scene,
            )
        })
        .collect();
    let taken_over = POINTS.into_iter().map(|(word, resource, text, after)| {
        let scene = async move |play: &mut Play| taken_over(play, resource, text, after).await;
        row(
            format!("leader killed/{word}"),
            "and another replica takes over when the lease is over",
            scene,
        )
        .on(|setting| setting.elects = true)
    });
    rows.extend(taken_over);
    rows.extend([
        row(
            "operator killed/after the order is noted",
            "while it waits for a reading, and started again a second later",
            noted,
        ),
        row(
            "operator killed/before the answer is heard",
            "and started again a second later",
            unheard,
        ),
        row(
            "operator killed/in the second of the order",
            "and started again a second later",
            restarted,
        ),
        row(
            "operator killed/each 3 s",
            "for half a minute, from the order on, while the object cannot be read",
            often,
        ),
        row(
            "operator away/10 min, the order filed meanwhile",
            "the object is unchanged",
            away_before,
        )
        .on(|s| s.elects = true),
        row(
            "operator away/10 min, the order filed before",
            "the order waited; the object is unchanged",
            away_after,
        )
        .on(|s| s.elects = true),
    ]);
    let lease = [
        row(
            "lease/renewals refused",
            "the leader's are, from the order on: another replica wins it",
            renewals_refused,
        ),
        row("lease/slow", "each write takes 5.5 s, all the time", slow),
        row("lease/away for 8 s", "no write of it is answered", away_for_a_moment),
        row("lease/deleted", "by somebody, in the second of the order", deleted),
        row(
            "lease/edited",
            "by somebody, to another holder, in the second of the order",
            edited,
        ),
    ];
    rows.extend(lease.map(|row| row.on(|setting| setting.elects = true)));
    rows
}

fn dies_at(play: &Play, resource: &'static str, text: &'static str, after: bool) {
    let at = if after { At::DiesAfter } else { At::DiesBefore };
    let there = move |call: &Call| call.resource == resource && call.is_write() && call.body.to_string().contains(text);
    play.ground.trouble.serves(there, at);
}

async fn killed(play: &mut Play, resource: &'static str, text: &'static str, after: bool) {
    dies_at(play, resource, text, after);
    play.file();
    dies(play).await;
    play.starts_again("pod-a", 1).await;
    play.gets_through().await;
}

/// What it had not said yet nobody says in the second of its death.
async fn dies(play: &mut Play) {
    play.witness.nobody_writes_for(2);
    play.comes("the operator dies", |play| play.ground.trouble.alive().is_empty())
        .await;
}

async fn taken_over(play: &mut Play, resource: &'static str, text: &'static str, after: bool) {
    dies_at(play, resource, text, after);
    play.file();
    // A lease is respected for 15 s, and a candidate looks each 2 s.
    play.witness.nobody_writes_for(20);
    play.comes("the leader dies", |play| play.ground.trouble.alive().len() == 1)
        .await;
    play.gets_through().await;
}

async fn unheard(play: &mut Play) {
    play.ground.trouble.sends(Sending::Dies, 1);
    play.file();
    dies(play).await;
    play.starts_again("pod-a", 1).await;
    play.gets_through().await;
}

/// The record of the call follows in another write.
async fn noted(play: &mut Play) {
    dies_at(play, "groupledgers", ORDER, true);
    play.ground
        .trouble
        .reads(CONNECTION, Reading::Observe, How::Unreachable);
    play.file();
    dies(play).await;
    play.starts_again("pod-a", 1).await;
    play.seconds(5).await;
    play.ground.trouble.reads_well(CONNECTION, Reading::Observe);
    play.is_free();
    play.gets_through().await;
}

async fn restarted(play: &mut Play) {
    play.file();
    play.restarts("pod-a", 1).await;
    play.gets_through().await;
}

async fn often(play: &mut Play) {
    play.ground.trouble.reads(CONNECTION, Reading::Observe, How::Hangs);
    play.file();
    for _ in 0..10 {
        play.seconds(2).await;
        play.restarts("pod-a", 1).await;
    }
    play.ground.trouble.reads_well(CONNECTION, Reading::Observe);
    play.is_free();
    play.gets_through().await;
}

fn all_die(play: &Play) {
    for replica in play.ground.trouble.alive() {
        play.ground.trouble.dies(&replica);
    }
}

async fn away_before(play: &mut Play) {
    all_die(play);
    play.witness.nobody_writes_for(600);
    play.seconds(590).await;
    play.file();
    play.seconds(10).await;
    play.starts_again("pod-a", 0).await;
    play.witness.nobody_writes_for(20);
    play.is_free();
    play.gets_through().await;
}

async fn away_after(play: &mut Play) {
    play.ground
        .trouble
        .reads(CONNECTION, Reading::Observe, How::Unreachable);
    play.file();
    play.seconds(10).await;
    all_die(play);
    play.ground.trouble.reads_well(CONNECTION, Reading::Observe);
    play.seconds(600).await;
    play.starts_again("pod-a", 0).await;
    play.is_free();
    play.gets_through().await;
}

fn holder(play: &Play) -> String {
    let lease = play.ground.server.get::<Lease>(INSTALL_NAMESPACE, "stationmaster");
    lease.and_then(|lease| lease.spec?.holder_identity).unwrap_or_default()
}

async fn renewals_refused(play: &mut Play) {
    let leader = holder(play);
    let its = move |call: &Call| call.resource == "leases" && call.user == leader;
    play.ground.trouble.serves(its, At::Answers(500, None));
    // The proof of the leader ends before its lease does.
    play.seconds(9).await;
    play.file();
    play.gets_through().await;
}

fn of_the_lease(call: &Call) -> bool {
    call.resource == "leases" && call.is_write()
}

async fn slow(play: &mut Play) {
    play.ground
        .trouble
        .serves(of_the_lease, At::Slow(Duration::from_millis(5500)));
    play.seconds(30).await;
    play.file();
    play.gets_through().await;
}

async fn away_for_a_moment(play: &mut Play) {
    let end = tokio::time::Instant::now() + Duration::from_secs(8);
    play.ground.trouble.serves(of_the_lease, At::FrozenUntil(end));
    play.seconds(5).await;
    play.file();
    play.gets_through().await;
}

async fn deleted(play: &mut Play) {
    let gone = play.ground.server.delete::<Lease>(INSTALL_NAMESPACE, "stationmaster");
    gone.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    play.file();
    play.gets_through().await;
}

async fn edited(play: &mut Play) {
    let stolen = json!({"spec": {"holderIdentity": "somebody"}});
    let edited = play
        .ground
        .server
        .merge::<Lease>(INSTALL_NAMESPACE, "stationmaster", &stolen);
    edited.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    play.file();
    // Nobody leads until that lease is over.
    play.witness.nobody_writes_for(25);
    play.gets_through().await;
}
