//! What is told besides the contract.
//! They must not change anything.

use super::{Bench, SET, row};
use serde_json::{Value, json};
use stationmaster_engine::{OperationType, Station};
use stationmaster_provider::Provider;

fn task(id: i64, tenant: i64, failed: usize) -> Value {
    let status = |place: usize| match place.cmp(&failed) {
        std::cmp::Ordering::Less => "SUCCESSFUL",
        std::cmp::Ordering::Equal => "FAILED",
        std::cmp::Ordering::Greater => "PENDING",
    };
    let parts: Vec<Value> = (0..5usize)
        .map(|place| {
            let before: Vec<i64> = (place > 0).then(|| id * 10 + i64::try_from(place).unwrap() - 1).into_iter().collect();
            json!({ "id": id * 10 + i64::try_from(place).unwrap(), "name": format!("step {place}"), "status": status(place), "operation": "EXECUTE",
                "upstreams": before, "prohibitRollback": place == 1 || place == 4 })
        })
        .collect();
    let whole = if failed < 5 { "FAILED" } else { "SUCCESSFUL" };
    json!({ "id": id, "name": "Failover tenant", "status": whole, "operation": "EXECUTE", "prohibitRollback": false, "tenant": { "id": tenant },
        "subtasks": parts })
}

#[tokio::test]
async fn the_tasks_of_a_call_with_what_may_be_asked_of_each() {
    let bench = Bench::new().await;
    bench.target.put(&[
        row("1004", "orders", "STANDBY", "3", super::EARLIER),
        row("1006", "stock", "PRIMARY", "4", super::SCN),
    ]);
    bench
        .ocp
        .set(|world| world.tasks = vec![task(7, 2_000_125, 0), task(8, 2_000_126, 1), task(9, 1, 5)]);
    let ocp = bench.provider();
    ocp.observe(SET).await.unwrap();
    let mut told = Vec::new();
    for job in ["7", "8", "9"] {
        let report = ocp.poll("failover", OperationType::Failover, job).await.unwrap();
        let offers = report.offers().iter();
        let offers: Vec<String> = offers
            .map(|offer| format!("{} {}", offer.call.action, offer.part))
            .collect();
        told.push(offers.join(", "));
    }
    assert_eq!(
        told,
        [
            "retry-subtask 70, skip-subtask 70, rollback-task 70",
            // The database shows the role that the failed step was to bring about: it may be left out.
            "retry-subtask 81, skip-subtask 81",
            "",
        ]
    );
}

#[tokio::test]
async fn who_the_tenants_are() {
    let bench = Bench::new().await;
    bench.ocp.set(|world| {
        for (cluster, name) in [(3_000_010, "berlin"), (3_000_020, "munich")] {
            for tenant in world.tenants.get_mut(&cluster).unwrap() {
                tenant["obClusterId"] = json!(cluster - 3_000_000);
                tenant["clusterName"] = json!(name);
            }
        }
    });
    let all = bench.provider().identities(SET).await.unwrap();
    let first = &all[0];
    assert_eq!(
        (
            all.len(),
            first.tenant,
            first.station,
            first.ob_cluster,
            first.ob_tenant
        ),
        (4, 2_000_025, Station::Source, Some(10), Some(1004))
    );
    assert_eq!(
        (
            first.cluster.as_deref(),
            first.name.as_deref(),
            first.created.as_deref()
        ),
        (Some("berlin"), Some("orders"), Some("2024-01-01 00:00:00"))
    );
}

#[tokio::test]
async fn what_ocp_says_of_a_failover_before_it_is_asked_for() {
    let bench = Bench::new().await;
    let checks = json!([{ "valid": false, "tenantId": 2_000_125, "name": "orders", "checkResults": [{ "message": "the primary is alive" }] }]);
    for data in [json!({ "contents": checks }), checks[0].clone()] {
        let body = json!({ "data": data, "successful": true }).to_string();
        bench.ocp.set(|world| world.answer = Some((200, body)));
        let advice = bench.provider().failover_advice(SET, Station::Target).await.unwrap();
        assert_eq!(
            (advice[0].valid, advice[0].why.as_str()),
            (Some(false), "the primary is alive")
        );
        assert_eq!(
            (advice[1].tenant, advice[1].valid),
            (2_000_126, None),
            "OCP does not speak of it"
        );
    }
}
