//! The connection's own objects: Secret, CA bundle, the ProtectionProvider.
//! It must not change where the connection leads: that is for the rows that must not run.

use crate::gets_through::furnish::{CONNECTION, SECRET};
use crate::gets_through::ground::Setting;
use crate::gets_through::how::{At, How, Reading};
use crate::gets_through::play::Play;
use crate::gets_through::row::{Row, row};
use crate::stage::NAMESPACE;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use serde_json::json;
use stationmaster_testkit_api_server::Call;

pub(super) fn rows() -> Vec<Row> {
    let bundled = |setting: &mut Setting| setting.ca_bundle = true;
    vec![
        row(
            "Secret/rotated",
            "deleted 10 s before the order, made again 20 s after it; the connection lives on meanwhile",
            rotated,
        ),
        row(
            "Secret/deleted",
            "deleted a minute before the order, and not made again",
            deleted,
        ),
        row(
            "Secret/403",
            "the operator may not read it for 60 s",
            async |p: &mut Play| unreadable(p, "secrets", 403).await,
        ),
        row(
            "Secret/500",
            "it cannot be read all the time; the connection lives on",
            async |p: &mut Play| {
                broken(p, "secrets", 500).await;
            },
        ),
        row(
            "CA bundle/deleted",
            "its ConfigMap is deleted a minute before the order",
            bundle_gone,
        )
        .on(bundled),
        row(
            "CA bundle/500",
            "it cannot be read all the time; the connection lives on",
            async |p: &mut Play| {
                broken(p, "configmaps", 500).await;
            },
        )
        .on(bundled),
        row(
            "ProtectionProvider/edited",
            "its limits are edited in the second of the order",
            edited,
        ),
        row(
            "ProtectionProvider/edited each second",
            "its limits are edited each second for 20 s",
            edited_often,
        ),
        row(
            "ProtectionProvider/edited, and no list",
            "its poll interval is edited, and no list can be read since",
            edited_and_dark,
        ),
        row(
            "ProtectionProvider/status refused",
            "each write of its status is answered 422",
            status_refused,
        ),
    ]
}

async fn rotated(play: &mut Play) {
    delete_secret(play);
    play.seconds(10).await;
    play.file();
    play.is_called().await;
    play.seconds(20).await;
    play.ground.make_secret();
    play.succeeds().await;
}

async fn deleted(play: &mut Play) {
    delete_secret(play);
    play.seconds(60).await;
    play.file();
    play.gets_through().await;
}

fn delete_secret(play: &Play) {
    let gone = play.ground.server.delete::<Secret>(NAMESPACE, SECRET);
    gone.unwrap_or_else(|refusal| panic!("{refusal:?}"));
}

/// A connection that may not be used any more is dropped: the order waits for the right to come back.
async fn unreadable(play: &mut Play, resource: &'static str, code: u16) {
    play.ground
        .trouble
        .serves(move |call: &Call| call.resource == resource, At::Answers(code, None));
    play.seconds(35).await;
    play.file();
    play.seconds(25).await;
    play.ground.trouble.serves_well();
    play.is_free();
    play.gets_through().await;
}

async fn broken(play: &mut Play, resource: &'static str, code: u16) {
    play.ground
        .trouble
        .serves(move |call: &Call| call.resource == resource, At::Answers(code, None));
    play.seconds(35).await;
    play.file();
    play.gets_through().await;
}

async fn bundle_gone(play: &mut Play) {
    let gone = play.ground.server.delete::<ConfigMap>(NAMESPACE, "ca");
    gone.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    play.seconds(60).await;
    play.file();
    play.gets_through().await;
}

async fn edited(play: &mut Play) {
    play.ground
        .edit_connection(&json!({"limits": {"requestsPerSecond": 20}}));
    play.file();
    play.gets_through().await;
}

async fn edited_often(play: &mut Play) {
    play.file();
    for second in 0..20 {
        play.ground
            .edit_connection(&json!({"limits": {"requestsPerSecond": 20 + second}}));
        play.second().await;
    }
    play.gets_through().await;
}

async fn edited_and_dark(play: &mut Play) {
    play.ground.trouble.reads(CONNECTION, Reading::List, How::Hangs);
    play.ground.edit_connection(&json!({"pollIntervalSeconds": 10}));
    play.seconds(20).await;
    play.file();
    play.gets_through().await;
}

async fn status_refused(play: &mut Play) {
    let of_it = |call: &Call| call.resource == "protectionproviders" && call.status;
    play.ground.trouble.serves(of_it, At::Answers(422, None));
    play.ground.edit_connection(&json!({"pollIntervalSeconds": 10}));
    play.file();
    play.gets_through().await;
}
