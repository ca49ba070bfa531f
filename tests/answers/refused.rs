//! What no group can judge is answered nevertheless, and what waits ends with its time.
//! They must not test what a group judges.

use crate::stage::{OURS, Stage};
use serde_json::json;
use stationmaster_api::{OperationDecision, ProtectionGroup};
use stationmaster_testkit_api_server::Fate;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

async fn served() -> Stage {
    let mut stage = Stage::furnished();
    stage.start();
    stage
        .until("the group is served", |stage| stage.token("db").is_some())
        .await;
    stage
}

#[tokio::test(start_paused = true)]
async fn an_order_until_the_end_of_time_is_answered_from_what_can_be_read_of_it() {
    let stage = served().await;
    stage.file(
        "eternal",
        ("db", &stage.uid("db")),
        json!({ "notAfter": "9999-12-31T23:59:59Z" }),
    );
    stage
        .until("it is answered", |stage| stage.told("eternal").0 == "Refused")
        .await;
    let (_, reason, message) = stage.told("eternal");
    assert_eq!(reason, "ObjectUnreadable");
    assert!(
        message.contains("spec.notAfter is \"9999-12-31T23:59:59Z\"") && message.contains("2026-11-02T03:30:00Z"),
        "{message}"
    );
    // The group is served as before.
    stage.file("o", ("db", &stage.uid("db")), json!({}));
    stage
        .until("the other order runs", |stage| stage.told("o").0 == "Succeeded")
        .await;
}

#[tokio::test(start_paused = true)]
async fn an_order_for_a_group_that_is_not_there_is_refused_also_when_the_api_server_fails_at_first() {
    let stage = served().await;
    let failures = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&failures);
    stage.server.on_request(move |call| {
        let asks = call.resource == "protectiongroups" && call.name.as_deref() == Some("nowhere");
        match asks && counted.fetch_add(1, Ordering::SeqCst) < 3 {
            true => Fate::Answer(503, None),
            false => Fate::Pass,
        }
    });
    stage.file("o", ("nowhere", "u"), json!({}));
    stage
        .until("it is refused", |stage| stage.told("o").0 == "Refused")
        .await;
    assert_eq!(stage.told("o").1, "GroupNotFound");
    assert!(failures.load(Ordering::SeqCst) > 3);
}

#[tokio::test(start_paused = true)]
async fn an_order_whose_group_is_deleted_while_it_waits_is_told_so() {
    let stage = served().await;
    stage.hangs.store(true, Ordering::SeqCst);
    stage.file("o", ("db", &stage.uid("db")), json!({}));
    stage.until("it waits", |stage| stage.told("o").2.contains("otc")).await;
    stage.server.delete::<ProtectionGroup>("shop", "db").unwrap();
    stage.hangs.store(false, Ordering::SeqCst);
    stage
        .until("it is refused", |stage| stage.told("o").0 == "Refused")
        .await;
    assert_eq!(stage.told("o").1, "GroupNotFound");
}

/// Another group holds the object: the order is refused at once, and says who holds it.
#[tokio::test(start_paused = true)]
async fn an_order_for_a_claimed_object_is_refused_and_names_the_holder() {
    let stage = served().await;
    stage.group("copy");
    stage.file("o", ("copy", &stage.uid("copy")), json!({}));
    stage.file("p", ("copy", "another"), json!({}));
    stage
        .until("both are refused", |stage| {
            ["o", "p"].iter().all(|o| stage.told(o).0 == "Refused")
        })
        .await;
    let (_, reason, message) = stage.told("o");
    assert_eq!(reason, "ProtectionObjectClaimed");
    assert!(message.contains("shop/db"), "{message}");
    assert_eq!(stage.told("p").1, "GroupUIDMismatch");
    stage.make(
        "OperationDecision",
        OURS,
        "d",
        json!({ "spec": { "operationRef": { "name": "o", "uid": "u" }, "action": "Abandon", "reason": "r" } }),
    );
    stage
        .until("the decision too", |stage| {
            stage.server.get_json::<OperationDecision>("shop", "d").unwrap()["status"]["state"] == "Refused"
        })
        .await;
}

/// Nobody knows the group yet, since its connection never works: the order ends with its time all the same.
#[tokio::test(start_paused = true)]
async fn an_order_that_never_was_judged_ends_with_its_time() {
    let mut stage = Stage::furnished();
    stage
        .server
        .delete::<stationmaster_api::ProtectionProvider>("shop", "otc")
        .unwrap();
    stage.start();
    stage.file("o", ("db", &stage.uid("db")), json!({}));
    stage
        .until("it says why it waits", |stage| stage.told("o").1 == "ProviderNotFound")
        .await;
    assert_eq!(stage.told("o").0, "Pending");
    stage.until("it ends", |stage| stage.told("o").0 != "Pending").await;
    let (state, reason, message) = stage.told("o");
    assert_eq!((state.as_str(), reason.as_str()), ("Expired", "Expired"));
    assert!(
        message.contains("notAfter 2026-01-01T00:30:00Z has passed"),
        "{message}"
    );
    let over = "2026-01-01T00:31:00Z".parse().unwrap();
    assert!(
        stage.server.now() < over,
        "it was told when its time was over: {}",
        stage.server.now()
    );
}

/// One status that the API server does not take keeps no other from being written.
#[tokio::test(start_paused = true)]
async fn a_status_that_is_refused_keeps_no_other_from_being_written() {
    let stage = served().await;
    let last = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&last);
    stage.server.on_request(move |call| {
        let bad = call.status && call.name.as_deref() == Some("a-bad-one");
        counted.fetch_add(usize::from(bad), Ordering::SeqCst);
        if bad { Fate::Answer(422, None) } else { Fate::Pass }
    });
    stage.file("a-bad-one", ("db", "another"), json!({}));
    stage.file("o", ("db", &stage.uid("db")), json!({}));
    stage
        .until("the other order is told its end", |stage| {
            stage.told("o").0 == "Succeeded"
        })
        .await;
    stage
        .until("the group too", |stage| {
            let group: ProtectionGroup = stage.get("db");
            group
                .status
                .unwrap()
                .last_operation
                .is_some_and(|last| last.name == "o")
        })
        .await;
    assert!(last.load(Ordering::SeqCst) > 0, "it was tried");
}
