//! The documented answers, literally.
//! It must not compare what a server makes up: times, durations, trace ids, addresses.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use stationmaster_simulator::scenario::OCP_WEST_ID;

use crate::bench::{Ocp, done, line, tasks};

#[tokio::test]
async fn the_answer_of_a_batch_failover_is_the_documented_one() {
    let ocp = Ocp::two_sites();
    ocp.east_is_down(true);
    let path = format!("/ob/clusters/{OCP_WEST_ID}/tenants/failover");
    let items = json!([{"tenantId": 2_000_025, "serviceName": "serviceA"}]);
    let mut answer = ocp.post(&path, json!({"failoverTenantItemList": items})).await.json();
    let mut sample: Value = serde_json::from_str(include_str!("samples/failover.json")).expect("JSON");
    for made_up in ["timestamp", "duration", "traceId"] {
        let same_kind = answer[made_up].is_string() == sample[made_up].is_string();
        assert!(same_kind, "{made_up}: {}", answer[made_up]);
        (answer[made_up], sample[made_up]) = (Value::Null, Value::Null);
    }
    for body in [&mut answer, &mut sample] {
        assert!(body["data"]["contents"][0]["executor"].is_string());
        body["data"]["contents"][0]["executor"] = Value::Null;
    }
    assert_eq!(answer, sample);
}

#[tokio::test]
async fn too_many_requests_are_refused_in_the_documented_form() {
    let ocp = Ocp::two_sites();
    for (name, value) in [
        ("ocp-rate-limit", "2"),
        ("ocp-rate-window-seconds", "60"),
        ("throttle-clock", "virtual"),
    ] {
        ocp.set(name, value);
    }
    for left in ["1", "0"] {
        let answer = ocp.get("/ob/clusters").await;
        assert_eq!(answer.status, 200);
        let header = |name: &str| answer.headers[name].to_str().expect("text").to_owned();
        assert_eq!(header("ratelimit-limit"), "2");
        assert_eq!(header("ratelimit-remaining"), left);
        assert_eq!(header("ratelimit-reset"), "60");
    }
    let answer = ocp.get("/ob/clusters").await;
    let body = answer.json();
    assert_eq!(
        (answer.status, &body["error"]["code"], &body["traceId"]),
        (429, &json!(0), &json!(""))
    );
    assert!(
        ocp.with("GET", "/api/v2/time", &[], "").await.status == 200,
        "the time is for everybody"
    );
    ocp.simulator.advance(60.0);
    assert_eq!(ocp.get("/ob/clusters").await.status, 200);
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().expect("object").keys().map(String::as_str).collect()
}

#[tokio::test]
async fn the_three_shapes_of_a_task_have_the_documented_fields() {
    let ocp = Ocp::two_sites();
    ocp.east_is_down(true);
    let answer = ocp.fail_over(&[2_000_025]).await;
    let submitted = answer.json()["data"]["contents"][0].clone();
    let id = tasks(&answer)[0];
    assert!(submitted.get("createTime").is_none() && submitted["creator"].is_string());
    let running = ocp.task(id).await;
    assert!(running.get("finishTime").is_none());
    let read = ocp.ended(id).await;
    let both = [
        "id",
        "name",
        "status",
        "type",
        "operation",
        "creator",
        "executor",
        "taskDefinitionId",
        "prohibitRollback",
    ];
    let more = ["startTime", "subtasks", "cluster", "tenant", "createTime", "finishTime"];
    assert_eq!(keys(&read), both.into_iter().chain(more).collect());
    assert_eq!(keys(&read["cluster"]), ["id", "name", "obClusterId", "type"].into());
    assert_eq!(keys(&read["tenant"]), ["id", "name", "obTenantId", "mode"].into());
    let subtask: BTreeSet<&str> = [
        "id",
        "seriesId",
        "name",
        "description",
        "timeout",
        "status",
        "operation",
        "executor",
        "runTime",
        "nodeType",
        "parallelIdx",
        "upstreams",
        "downstreams",
        "prohibitRollback",
        "createTime",
        "startTime",
        "finishTime",
    ]
    .into();
    for shown in read["subtasks"].as_array().expect("list") {
        assert_eq!(keys(shown), subtask);
    }
    let listed = ocp.data("/tasks/instances").await["contents"][0].clone();
    let brief = [
        "id",
        "name",
        "status",
        "creator",
        "cluster",
        "tenant",
        "startTime",
        "finishTime",
        "subtasks",
    ];
    assert_eq!(keys(&listed), brief.into());
    assert_eq!(
        keys(&listed["subtasks"][0]),
        ["id", "name", "description", "status", "operation"].into()
    );
}

/// Names, timeouts and places in the series of the sample of a tenant's creation, in the order of its edges.
const CREATION: [(&str, u64); 10] = [
    ("Prepare create tenant", 30),
    ("Create ob tenant", 1200),
    ("Sync tenant information", 300),
    ("Set super user password", 300),
    ("Set whitelist", 300),
    ("Set system variables", 300),
    ("Set ob tenant parameters", 300),
    ("Update tenant status", 300),
    ("Import tenant srs info", 600),
    ("Import tenant time zone info", 600),
];

#[tokio::test]
async fn the_graph_of_a_creation_is_the_documented_one() {
    let ocp = Ocp::two_sites();
    let path = format!("/ob/clusters/{OCP_WEST_ID}/tenants/createTenant");
    let task = done(
        &ocp.post(&path, json!({"name": "new", "zones": [{"name": "zone1"}]}))
            .await,
    );
    let shown = task["subtasks"].as_array().expect("list");
    let found: Vec<(String, u64)> = line(&task)
        .into_iter()
        .map(|(name, ..)| {
            let subtask = shown.iter().find(|s| s["name"] == *name).expect("one");
            assert_eq!(
                (&subtask["prohibitRollback"], &subtask["parallelIdx"]),
                (&json!(false), &json!(-1))
            );
            (name, subtask["timeout"].as_u64().expect("number"))
        })
        .collect();
    assert_eq!(found, CREATION.map(|(name, timeout)| (name.to_owned(), timeout)));
    assert_eq!(
        (&task["name"], &task["type"], &task["taskDefinitionId"]),
        (&json!("Create tenant"), &json!("MANUAL"), &json!(-1))
    );
}

#[tokio::test]
async fn a_listed_and_a_single_tenant_have_the_documented_fields() {
    let ocp = Ocp::two_sites();
    let sample = [
        "clusterId",
        "clusterName",
        "clusterType",
        "createTime",
        "id",
        "locality",
        "locked",
        "mode",
        "name",
        "obClusterId",
        "obVersion",
        "primaryZone",
        "readonly",
        "status",
        "zoneList",
        "clusterStatus",
        "obTenantId",
    ];
    let listed = ocp.data("/ob/tenants").await["contents"][0].clone();
    assert_eq!(keys(&listed), sample.into());
    let single = ocp.data(&format!("/ob/clusters/{OCP_WEST_ID}/tenants/2000025")).await;
    let more = ["charset", "collation", "whitelist", "zones"];
    assert_eq!(keys(&single), sample.into_iter().chain(more).collect());
}
