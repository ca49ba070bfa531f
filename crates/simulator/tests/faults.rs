//! Every kind of fault, in process: what the client gets, what the journal says and what became of the state.
//! It must not open sockets; `sockets.rs` does.

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use stationmaster_simulator::JournalEntry;
use stationmaster_simulator::scenario::PAYMENTS_DB_ID as GROUP;
use support::{Cloud, wait_until};

async fn add(cloud: &Cloud, rule: Value) {
    let answer = cloud.control("POST", "/faults", &rule.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// A cloud with one rule on failover calls.
async fn with(act: Value) -> Cloud {
    let cloud = Cloud::three_groups().await;
    add(
        &cloud,
        json!({"match": {"action": "failover-server-group"}, "act": act}),
    )
    .await;
    cloud
}

fn only(cloud: &Cloud) -> JournalEntry {
    let mut journal = cloud.simulator.journal();
    assert_eq!(journal.len(), 1, "{journal:?}");
    journal.remove(0)
}

async fn status(cloud: &Cloud) -> String {
    cloud.place(GROUP).await.0
}

#[tokio::test]
async fn refuse() {
    let cloud = with(json!({"kind": "refuse", "code": "SDRS.1823"})).await;
    cloud.act(GROUP, "failover").await.refused(400, "SDRS.1823");
    let entry = only(&cloud);
    assert!(!entry.accepted && entry.answered);
    assert_eq!((entry.status, entry.code.as_deref()), (Some(400), Some("SDRS.1823")));
    assert_eq!(status(&cloud).await, "protected");

    let cloud = with(json!({"kind": "refuse", "code": "APIG.0302", "status": 403, "message": "no"})).await;
    let answer = cloud.act(GROUP, "failover").await;
    answer.refused(403, "APIG.0302");
    assert_eq!(answer.json()["error_msg"], "no");
}

#[tokio::test]
async fn drop_the_answer() {
    let cloud = with(json!({"kind": "dropAnswer"})).await;
    assert!(cloud.act(GROUP, "failover").await.dropped);
    let entry = only(&cloud);
    assert!(entry.accepted && !entry.answered && entry.job_id.is_some());
    assert_eq!(entry.faults, ["fault-1"]);
    assert_eq!(status(&cloud).await, "failing-over");
}

#[tokio::test]
async fn drop_the_request() {
    let cloud = with(json!({"kind": "dropRequest"})).await;
    assert!(cloud.act(GROUP, "failover").await.dropped);
    let entry = only(&cloud);
    assert!(!entry.accepted && !entry.answered && entry.status.is_none());
    assert_eq!(status(&cloud).await, "protected");
}

#[tokio::test]
async fn hold_and_deliver_late_even_after_a_completed_reprotect() {
    let cloud = with(json!({"kind": "hold", "seconds": 1200})).await;
    assert!(cloud.act(GROUP, "failover").await.dropped);
    let entry = only(&cloud);
    assert!(entry.held && !entry.accepted && !entry.answered);
    assert_eq!(status(&cloud).await, "protected");
    // Somebody does it properly meanwhile; then the pending call arrives and moves production back.
    let answer = cloud.act(GROUP, "failover").await;
    cloud.run(answer, 45.0).await;
    let answer = cloud.act(GROUP, "start").await;
    cloud.run(answer, 40.0).await;
    assert_eq!(cloud.place(GROUP).await, ("protected".into(), "target".into()));
    cloud.simulator.advance(1200.0);
    assert_eq!(cloud.place(GROUP).await, ("failed-over".into(), "source".into()));
    let journal = cloud.simulator.journal();
    let late = &journal[0];
    assert!(late.accepted && !late.held && !late.answered);
    assert_eq!(late.accepted_order, Some(3), "accepted after the two that came later");
    assert!(
        late.accepted_time
            .expect("accepted")
            .duration_since(late.time)
            .as_secs()
            >= 1200
    );
}

#[tokio::test]
async fn a_held_call_is_judged_by_the_state_of_its_delivery() {
    let cloud = with(json!({"kind": "hold", "seconds": 60})).await;
    assert!(cloud.act(GROUP, "failover").await.dropped);
    cloud.set_status(GROUP, "available");
    cloud.simulator.advance(61.0);
    let entry = only(&cloud);
    assert!(!entry.accepted && !entry.held);
    assert_eq!((entry.status, entry.code.as_deref()), (Some(400), Some("SDRS.1002")));
}

#[tokio::test]
async fn hold_until_released_and_by_real_time() {
    let cloud = with(json!({"kind": "hold"})).await;
    assert!(cloud.act(GROUP, "failover").await.dropped);
    cloud.simulator.advance(1e6);
    assert_eq!(status(&cloud).await, "protected");
    assert_eq!(
        cloud.control("POST", "/faults/release", "").await.json(),
        json!({"delivered": 1})
    );
    assert_eq!(status(&cloud).await, "failing-over");

    let cloud = with(json!({"kind": "hold", "seconds": 0.05, "clock": "real"})).await;
    assert!(cloud.act(GROUP, "failover").await.dropped);
    assert_eq!(status(&cloud).await, "protected");
    wait_until("the delivery", async || only(&cloud).accepted).await;
}

#[tokio::test]
async fn a_token_that_expired_meanwhile_refuses_the_late_call() {
    let cloud = with(json!({"kind": "hold", "seconds": 60})).await;
    assert!(cloud.act(GROUP, "failover").await.dropped);
    cloud.simulator.expire_tokens();
    cloud.simulator.advance(61.0);
    assert_eq!((only(&cloud).status, only(&cloud).accepted), (Some(401), false));
}

#[tokio::test]
async fn delays_before_and_after() {
    let delayed = |place: &str| json!({"kind": "delay", "seconds": 30, "clock": "virtual", "place": place});
    for (place, meanwhile) in [("before", "protected"), ("after", "failing-over")] {
        let cloud = with(delayed(place)).await;
        let client = tokio::spawn({
            let cloud = cloud.clone();
            async move { cloud.act(GROUP, "failover").await }
        });
        let arrived = async || !cloud.simulator.journal().is_empty() && meanwhile == status(&cloud).await;
        wait_until("the arrival of the call", arrived).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(!client.is_finished(), "{place}");
        assert!(!only(&cloud).answered);
        cloud.simulator.advance(30.0);
        assert_eq!(client.await.expect("client").status, 200);
        assert!(only(&cloud).answered && only(&cloud).accepted);
    }
}

#[tokio::test]
async fn a_client_that_goes_away_does_not_stop_its_call() {
    let cloud = with(json!({"kind": "delay", "seconds": 0.1})).await;
    let client = cloud.act(GROUP, "failover");
    assert!(tokio::time::timeout(Duration::from_millis(20), client).await.is_err());
    wait_until("the application", async || only(&cloud).accepted).await;
    assert!(!only(&cloud).answered);
}

#[tokio::test]
async fn hang_applies_or_not_and_never_answers() {
    for apply in [true, false] {
        let cloud = with(json!({"kind": "hang", "apply": apply})).await;
        let client = cloud.act(GROUP, "failover");
        assert!(tokio::time::timeout(Duration::from_millis(100), client).await.is_err());
        assert_eq!((only(&cloud).accepted, only(&cloud).answered), (apply, false));
    }
}

#[tokio::test]
async fn a_duplicate_meets_the_state_that_the_first_made() {
    let cloud = with(json!({"kind": "duplicate"})).await;
    cloud.act(GROUP, "failover").await.job();
    assert_eq!(
        (only(&cloud).accepted, only(&cloud).duplicates),
        (true, 0),
        "the second was refused"
    );
    add(
        &cloud,
        json!({"match": {"operation": "CreateProtectionGroup"}, "act": {"kind": "duplicate"}}),
    )
    .await;
    let body = json!({"server_group": {
        "name": "twice", "source_availability_zone": "eu-de-01", "target_availability_zone": "eu-de-02",
        "domain_id": stationmaster_simulator::scenario::DOMAIN_ID, "source_vpc_id": "vpc",
    }});
    cloud.post("server-groups", body).await.job();
    assert_eq!(cloud.simulator.journal()[1].duplicates, 1);
    assert_eq!(cloud.get("server-groups?name=twice").await.json()["count"], 2);
}

#[tokio::test]
async fn job_faults() {
    let cloud = with(json!({"kind": "jobWithoutEffect"})).await;
    let answer = cloud.act(GROUP, "failover").await;
    assert_eq!(cloud.run(answer, 45.0).await["status"], "SUCCESS");
    assert_eq!(cloud.place(GROUP).await, ("protected".into(), "source".into()));

    let cloud = with(json!({"kind": "jobNeverEnds"})).await;
    let answer = cloud.act(GROUP, "failover").await;
    assert_eq!(cloud.run(answer, 1e6).await["status"], "RUNNING");
    assert_eq!(status(&cloud).await, "failing-over");

    let cloud = with(json!({"kind": "jobSeconds", "seconds": 90000})).await;
    let answer = cloud.act(GROUP, "failover").await;
    let id = answer.job();
    assert_eq!(cloud.run(answer, 89999.0).await["status"], "RUNNING");
    cloud.simulator.advance(1.0);
    assert_eq!(cloud.job(&id).await["status"], "SUCCESS");

    let fail = json!({"kind": "failJob", "subJob": 0, "errorCode": "EVS.2024", "failReason": "r", "roles": "all"});
    let cloud = with(fail).await;
    let answer = cloud.act(GROUP, "failover").await;
    assert_eq!(cloud.run(answer, 45.0).await["error_code"], "EVS.2024");
    assert_eq!(cloud.place(GROUP).await, ("error-failing-over".into(), "target".into()));
}

#[tokio::test]
async fn any_answer_applied_or_not() {
    let lost = json!({"kind": "respond", "status": 502, "apply": true});
    let cloud = with(lost).await;
    cloud.act(GROUP, "failover").await.refused(502, "APIG.0201");
    assert!(only(&cloud).accepted && only(&cloud).answered);
    assert_eq!(
        only(&cloud).status,
        Some(200),
        "the journal keeps the service's own answer"
    );

    let down = json!({"kind": "respond", "status": 503, "headers": {"Retry-After": "5"}, "body": "busy"});
    let cloud = with(down).await;
    let answer = cloud.act(GROUP, "failover").await;
    assert_eq!((answer.status, answer.text.as_str()), (503, "busy"));
    assert_eq!(answer.headers["retry-after"], "5");
    assert!(!only(&cloud).accepted);

    let moved = json!({"kind": "respond", "status": 307, "headers": {"location": "http://127.0.0.2/"}, "body": {}});
    assert_eq!(
        with(moved).await.act(GROUP, "failover").await.headers["location"],
        "http://127.0.0.2/"
    );
}

#[tokio::test]
async fn throttle() {
    let cloud = with(json!({"kind": "throttle", "retryAfterSeconds": 3})).await;
    let answer = cloud.act(GROUP, "failover").await;
    answer.refused(429, "APIG.0308");
    assert_eq!(answer.headers["retry-after"], "3");
    assert!(!only(&cloud).accepted);
}

#[tokio::test]
async fn tokens_expire_in_the_middle() {
    let mut cloud = with(json!({"kind": "expireTokens"})).await;
    cloud.act(GROUP, "failover").await.refused(401, "APIG.0307");
    assert!(!only(&cloud).accepted);
    cloud.token = cloud.fresh_token().await;
    assert_eq!(cloud.act(GROUP, "failover").await.status, 200);
}

#[tokio::test]
async fn the_console_acts_right_before_the_call() {
    let cloud = with(json!({"kind": "console", "group": "payments-db", "action": "failover"})).await;
    cloud.act(GROUP, "failover").await.refused(400, "SDRS.1002");
    assert_eq!(cloud.place(GROUP).await, ("failed-over".into(), "target".into()));
    let history = cloud.simulator.history();
    assert_eq!(history.len(), 1);
    assert!(history[0].role_changed() && history[0].cause == "console");
}

#[tokio::test]
async fn spoilt_bodies() {
    let body = async |form: Value| {
        let cloud = Cloud::three_groups().await;
        add(
            &cloud,
            json!({"match": {"operation": "ShowProtectionGroup"}, "act": form}),
        )
        .await;
        let answer = cloud.get(&format!("server-groups/{GROUP}")).await;
        assert_eq!(answer.status, 200);
        answer
    };
    let form = |form: &str| json!({"kind": "body", "form": form, "bytes": 5_000_000});
    assert!(serde_json::from_str::<Value>(&body(form("malformed")).await.text).is_err());
    assert!(serde_json::from_str::<Value>(&body(form("truncated")).await.text).is_err());
    assert_eq!(body(form("empty")).await.text, "");
    assert_eq!(body(form("html")).await.headers["content-type"], "text/html");
    let large = body(form("oversized")).await;
    assert_eq!(large.text.len(), 5_000_000);
    assert_eq!(large.json()["server_group"]["id"], GROUP);
    let started = std::time::Instant::now();
    let slow = body(json!({"kind": "body", "form": "slow", "bytesPerSecond": 5000})).await;
    assert_eq!(slow.json()["server_group"]["id"], GROUP);
    assert!(
        started.elapsed() > Duration::from_millis(100),
        "{:?}",
        started.elapsed()
    );
}
