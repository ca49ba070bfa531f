//! What is filed has a state and a reason from the first moment on, whoever hangs.
//! They must not wait for the end of anything.

use crate::stage::{OURS, Stage};
use serde_json::json;
use stationmaster_api::{OperationDecision, ProtectionGroup};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::sleep;

/// So soon a person looks: nothing of the provider is waited for.
const A_LOOK: Duration = Duration::from_secs(3);

#[tokio::test(start_paused = true)]
async fn without_an_operator_what_is_filed_is_pending_and_says_so() {
    let stage = Stage::furnished();
    stage.file("o", ("db", "u"), json!({}));
    let (state, reason, message) = stage.told("o");
    assert_eq!((state.as_str(), reason.as_str()), ("Pending", "NotObserved"));
    assert!(message.contains("No operator has looked at this yet"), "{message}");
    stage.make(
        "OperationDecision",
        OURS,
        "d",
        json!({ "spec": { "operationRef": { "name": "o", "uid": "u" }, "action": "Abandon", "reason": "r" } }),
    );
    assert_eq!(
        stage.server.get_json::<OperationDecision>("shop", "d").unwrap()["status"]["state"],
        "Pending"
    );
}

/// A provider that hangs while it is connected to, and one that hangs later, when the group is read.
#[tokio::test(start_paused = true)]
async fn while_the_provider_hangs_an_order_says_what_it_waits_for() {
    for connected in [false, true] {
        let mut stage = Stage::furnished();
        stage.hangs.store(!connected, Ordering::SeqCst);
        stage.start();
        if connected {
            stage
                .until("the group is served", |stage| stage.token("db").is_some())
                .await;
            stage.hangs.store(true, Ordering::SeqCst);
        }
        stage.file("o", ("db", &stage.uid("db")), json!({}));
        sleep(A_LOOK).await;
        let (state, _, message) = stage.told("o");
        assert_eq!(state, "Pending");
        assert!(message.contains("ProtectionProvider otc"), "{connected}: {message}");
        let group: ProtectionGroup = stage.get("db");
        let status = group.status.unwrap();
        assert!(
            status.observed_generation.unwrap() > 0,
            "{connected}: the group says it too"
        );
        assert!(!status.conditions.is_empty(), "{connected}");
        // And it goes on as soon as the provider answers.
        stage.hangs.store(false, Ordering::SeqCst);
        stage
            .until("it is judged", |stage| stage.told("o").0 != "Pending")
            .await;
    }
}

/// A decision is told that it was seen as an operation is.
#[tokio::test(start_paused = true)]
async fn while_the_provider_hangs_a_decision_says_what_it_waits_for() {
    let mut stage = Stage::furnished();
    stage.start();
    stage
        .until("the group is served", |stage| stage.token("db").is_some())
        .await;
    stage.hangs.store(true, Ordering::SeqCst);
    stage.file("o", ("db", &stage.uid("db")), json!({}));
    stage.make(
        "OperationDecision",
        OURS,
        "d",
        json!({ "spec": { "operationRef": { "name": "o", "uid": "u" }, "action": "Abandon", "reason": "r" } }),
    );
    stage
        .until("it says what it waits for", |stage| {
            let status = stage.server.get_json::<OperationDecision>("shop", "d").unwrap()["status"].clone();
            status["state"] == "Pending" && status["message"].as_str().is_some_and(|text| text.contains("otc"))
        })
        .await;
}

/// What begins without a decision is told by an event all the same.
#[tokio::test(start_paused = true)]
async fn what_waits_or_is_switched_off_makes_an_event() {
    let mut stage = Stage::furnished();
    stage.start();
    stage
        .until("the group is served", |stage| stage.token("db").is_some())
        .await;
    let off = json!({ "spec": { "suspend": true } });
    stage.server.merge::<ProtectionGroup>("shop", "db", &off).unwrap();
    stage
        .until("the row says that it is switched off", |stage| {
            let group: ProtectionGroup = stage.get("db");
            let ready = group
                .status
                .unwrap()
                .conditions
                .into_iter()
                .find(|c| c.type_ == "Ready")
                .unwrap();
            (ready.status.as_str(), ready.reason.as_str()) == ("True", "Suspended")
        })
        .await;
    let told = |stage: &Stage, about: &str, reason: &str| stage.events(about).iter().any(|told| told == reason);
    stage
        .until("an event says so", |stage| told(stage, "db", "Suspended"))
        .await;
    let spec = json!({ "type": "DisableProtection", "dataLoss": null, "targetStation": "source" });
    stage.file("o", ("db", &stage.uid("db")), spec);
    stage
        .until("an order that waits for the switch is told", |stage| {
            told(stage, "o", "Suspended")
        })
        .await;
    assert_eq!(stage.told("o").0, "Pending");
    assert_eq!(
        stage.events("db").iter().filter(|told| *told == "Suspended").count(),
        1,
        "once"
    );
}
