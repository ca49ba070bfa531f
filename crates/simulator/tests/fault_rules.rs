//! Which calls a fault rule fires on, and how rules combine.
//! It must not test what a fault does; `faults.rs` does.

mod support;

use serde_json::{Value, json};
use stationmaster_simulator::scenario::{ARCHIVE_ID, PAYMENTS_DB_ID as GROUP};
use stationmaster_simulator::{Act, FaultMatch, FaultRule, JournalEntry, Station};
use support::Cloud;

async fn add(cloud: &Cloud, rule: Value) {
    let answer = cloud.control("POST", "/faults", &rule.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

fn only(cloud: &Cloud) -> JournalEntry {
    let mut journal = cloud.simulator.journal();
    assert_eq!(journal.len(), 1, "{journal:?}");
    journal.remove(0)
}

#[tokio::test]
async fn nth_and_count_pick_the_calls() {
    let cloud = Cloud::three_groups().await;
    let busy = || Act::Throttle {
        retry_after_seconds: None,
    };
    let matching = FaultMatch {
        method: Some("GET".into()),
        path: Some("*/server-groups".into()),
        ..Default::default()
    };
    cloud
        .simulator
        .add_fault(FaultRule::new(matching, busy()).nth(2).count(2));
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(cloud.get("server-groups").await.status);
    }
    assert_eq!(seen, [200, 429, 429, 200, 200]);
    let rules = cloud.control("GET", "/faults", "").await.json();
    assert_eq!((&rules[0]["seen"], &rules[0]["fired"]), (&json!(5), &json!(2)));
}

#[tokio::test]
async fn rules_match_by_name_service_and_kind_of_call() {
    let cloud = Cloud::three_groups().await;
    let busy = json!({"kind": "throttle"});
    for rule in [
        json!({"match": {"resource": "archive"}, "count": 0, "act": busy}),
        json!({"match": {"service": "ecs"}, "count": 0, "act": busy}),
        json!({"match": {"mutating": true, "method": "put"}, "count": 0, "act": busy}),
    ] {
        add(&cloud, rule).await;
    }
    assert_eq!(cloud.get(&format!("server-groups/{ARCHIVE_ID}")).await.status, 429);
    assert_eq!(cloud.get(&format!("server-groups/{GROUP}")).await.status, 200);
    assert_eq!(cloud.get("cloudservers/detail").await.status, 429);
    let rename = json!({"server_group": {"name": "x"}});
    assert_eq!(
        cloud
            .send("PUT", &format!("server-groups/{GROUP}"), rename.clone())
            .await
            .status,
        429
    );
    assert_eq!(cloud.control("DELETE", "/faults", "").await.status, 204);
    assert_eq!(
        cloud
            .send("PUT", &format!("server-groups/{GROUP}"), rename)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_job_fault_goes_with_a_lost_answer() {
    let cloud = Cloud::three_groups().await;
    cloud.stop_servers(GROUP, Station::Source);
    let matching = || FaultMatch::action("reverse-server-group");
    cloud
        .simulator
        .add_fault(FaultRule::new(matching(), Act::JobSeconds { seconds: 5.0 }));
    cloud
        .simulator
        .add_fault(FaultRule::new(matching(), Act::DropAnswer {}));
    cloud
        .simulator
        .add_fault(FaultRule::new(matching(), Act::DropRequest {}));
    assert!(cloud.reverse(GROUP, "target").await.dropped);
    assert_eq!(
        only(&cloud).faults,
        ["fault-1", "fault-2"],
        "the first fate wins, the second waits"
    );
    cloud.simulator.advance(5.0);
    assert_eq!(cloud.place(GROUP).await, ("protected".into(), "target".into()));
}
