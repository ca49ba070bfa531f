//! Other operations of the same group, and other orders.
//! It must not let two of them move production.

use crate::gets_through::furnish::CONNECTION;
use crate::gets_through::how::{How, Reading, Sending};
use crate::gets_through::play::Play;
use crate::gets_through::row::{Row, row};
use crate::stage::{GROUP, OBJECT};
use kube::ResourceExt;
use serde_json::{Value, json};
use stationmaster_engine::Risk;
use stationmaster_provider_proof::{At, Fate};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row(
            "planned failover/fails",
            "the order quotes the token that it has used up, and waits for its end",
            planned_fails,
        ),
        row(
            "planned failover/fails, the order filed after it",
            "with the token that is shown then",
            planned_failed,
        ),
        row(
            "planned failover/has made no call",
            "its call is turned away again and again: it gives way",
            planned_waits,
        ),
        row(
            "reprotect/runs",
            "the order waits for its end, and moves production back",
            reprotect,
        ),
        row(
            "reprotect/has made no call",
            "its call is turned away again and again: it gives way",
            reprotect_waits,
        ),
        row("enable/runs", "the order waits for its end", enable),
        row(
            "another order/waits",
            "for a risk that it does not accept; this one accepts it",
            another_waits,
        ),
        row(
            "another order/is taken back",
            "it has begun and cannot make its call",
            another_taken_back,
        ),
        row(
            "20 orders/at once",
            "in one second, while the object cannot be read; the first one runs",
            twenty,
        ),
        row(
            "20 orders/taken back before it",
            "each a second after it was filed, while the object cannot be read",
            twenty_taken_back,
        ),
    ]
}

fn arm(play: &Play) -> String {
    let token = play.token();
    play.ground
        .edit_group(&json!({"priorityStation": "target", "priorityToken": token}));
    token
}

async fn planned_fails(play: &mut Play) {
    play.ground.wire.world(|world| {
        world.job_seconds = 20;
        if let Some(object) = world.object_mut(OBJECT) {
            object.fates.push_back(Fate::Fails);
        }
    });
    let token = arm(play);
    play.comes("the planned call", |play| !play.ground.journal().is_empty())
        .await;
    play.file_with(&json!({"priorityToken": token}));
    play.seconds(20).await;
    play.is_free();
    play.gets_through().await;
}

async fn planned_failed(play: &mut Play) {
    play.ground.wire.world(|world| {
        if let Some(object) = world.object_mut(OBJECT) {
            object.fates.push_back(Fate::Fails);
        }
    });
    let token = arm(play);
    play.comes("the end of the planned one", |play| {
        !play.token().is_empty() && play.token() != token
    })
    .await;
    play.file();
    play.gets_through().await;
}

async fn planned_waits(play: &mut Play) {
    play.ground.trouble.sends(Sending::TurnedAway(None), 6);
    arm(play);
    play.seconds(10).await;
    play.file();
    play.gets_through().await;
}

fn other(play: &Play, kind: &str, target: &str) -> Value {
    json!({
        "apiVersion": "stationmaster.dev/v1alpha1", "kind": "RecoveryOperation",
        "metadata": {"name": "another", "namespace": crate::stage::NAMESPACE},
        "spec": {
            "groupRef": {"name": GROUP, "uid": play.ground.group(GROUP).uid()}, "type": kind, "targetStation": target,
            "priorityToken": play.token(), "notAfter": "2026-01-01T12:00:00Z", "reason": "played", "requestedBy": "a person",
        },
    })
}

async fn reprotect(play: &mut Play) {
    play.ground.wire.world(|world| {
        world.job_seconds = 20;
        world.console_fail_over(OBJECT);
    });
    play.seconds(35).await;
    play.ground.make(&other(play, "Reprotect", "target"));
    play.comes("the reprotection", |play| !play.ground.journal().is_empty())
        .await;
    play.file_with(&json!({"targetStation": "source"}));
    play.seconds(20).await;
    play.is_free();
    play.gets_through().await;
}

async fn reprotect_waits(play: &mut Play) {
    play.ground.wire.world(|world| world.console_fail_over(OBJECT));
    play.seconds(35).await;
    // Nothing moves from here: the provider allows a forced failover only of what is protected.
    play.ground.trouble.sends(Sending::TurnedAway(None), 4);
    play.ground.make(&other(play, "Reprotect", "target"));
    play.seconds(3).await;
    play.ground.wire.world(|world| world.console_reprotect(OBJECT));
    play.seconds(35).await;
    play.file_with(&json!({"targetStation": "source"}));
    play.gets_through().await;
}

async fn enable(play: &mut Play) {
    play.ground.wire.world(|world| {
        world.job_seconds = 20;
        world.console_set(OBJECT, At::Available);
    });
    play.seconds(35).await;
    play.ground.make(&other(play, "EnableProtection", "source"));
    play.comes("the call", |play| !play.ground.journal().is_empty()).await;
    play.file();
    play.seconds(20).await;
    play.is_free();
    play.gets_through().await;
}

fn link_is_down(play: &Play) {
    play.ground.trouble.risk(Risk::ReplicationLinkDown);
}

async fn another_waits(play: &mut Play) {
    link_is_down(play);
    play.file_as("another", &json!({}));
    play.seconds(10).await;
    play.file_with(&json!({"acceptedRisks": ["ReplicationLinkDown"]}));
    play.gets_through().await;
}

async fn another_taken_back(play: &mut Play) {
    play.ground.trouble.sends(Sending::NeverLeaves, 6);
    play.file_as("another", &json!({}));
    play.seconds(10).await;
    play.file();
    play.seconds(5).await;
    play.take_back("another");
    play.is_free();
    play.gets_through().await;
}

async fn twenty(play: &mut Play) {
    play.ground.trouble.reads(CONNECTION, Reading::Observe, How::Hangs);
    play.file();
    play.second().await;
    for number in 1..20 {
        play.file_as(&format!("another-{number}"), &json!({}));
    }
    play.seconds(30).await;
    play.ground.trouble.reads_well(CONNECTION, Reading::Observe);
    play.is_free();
    play.gets_through().await;
}

async fn twenty_taken_back(play: &mut Play) {
    play.ground
        .trouble
        .reads(CONNECTION, Reading::Observe, How::Unreachable);
    for number in 0..20 {
        let name = format!("another-{number}");
        play.file_as(&name, &json!({}));
        play.second().await;
        play.second().await;
        play.take_back(&name);
    }
    play.file();
    play.seconds(5).await;
    play.ground.trouble.reads_well(CONNECTION, Reading::Observe);
    play.is_free();
    play.gets_through().await;
}
