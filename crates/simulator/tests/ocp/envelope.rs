//! The forms in which the documents contradict each other, and both languages.
//! It must not test what a call does.

use serde_json::{Value, json};
use stationmaster_simulator::scenario::{OCP_PASSWORD, OCP_USER, OCP_WEST_ID};

use crate::bench::{Ocp, basic, done, tasks};

#[tokio::test]
async fn error_codes_are_texts_or_numbers() {
    let ocp = Ocp::two_sites();
    let path = "/tasks/instances/1";
    assert_eq!(ocp.get(path).await.json()["error"]["code"], "TSK10001");
    ocp.set("ocp-error-code", "int");
    assert_eq!(ocp.get(path).await.json()["error"]["code"], 10001);
}

#[tokio::test]
async fn fractions_have_any_length() {
    let ocp = Ocp::two_sites();
    let stamp = async || {
        ocp.get("/ob/clusters").await.json()["timestamp"]
            .as_str()
            .expect("text")
            .to_owned()
    };
    assert!(stamp().await.ends_with("34.056+08:00"));
    ocp.simulator.advance(0.944);
    assert!(stamp().await.ends_with("17:42:35+08:00"));
    ocp.set("ocp-fraction", "millis");
    assert!(stamp().await.ends_with("35.000+08:00"));
    ocp.set("ocp-offset-hours", "0");
    assert!(stamp().await.ends_with("09:42:35.000+00:00"));
}

#[tokio::test]
async fn what_has_no_value_is_left_out_or_null() {
    let ocp = Ocp::two_sites();
    let tenant = format!("/ob/clusters/{OCP_WEST_ID}/tenants/2000025");
    assert!(ocp.data(&tenant).await.get("description").is_none());
    ocp.set("ocp-nulls", "true");
    assert_eq!(ocp.data(&tenant).await.get("description"), Some(&Value::Null));
}

#[tokio::test]
async fn keys_are_those_of_the_samples_or_of_the_tables() {
    let ocp = Ocp::two_sites();
    ocp.east_is_down(true);
    let id = tasks(&ocp.fail_over(&[2_000_025]).await)[0];
    let subtask = ocp.task(id).await["subtasks"][0].clone();
    assert!(subtask.get("parallelIdx").is_some() && subtask.get("downstreams").is_some());
    assert_eq!(ocp.task(id).await["creator"], json!({"id": 100, "name": "admin"}));
    ocp.set("ocp-table-keys", "true");
    ocp.set("ocp-creator-object", "false");
    let subtask = ocp.task(id).await["subtasks"][0].clone();
    assert!(subtask.get("paralleIdx").is_some() && subtask.get("downstream").is_some());
    assert!(subtask.get("parallelIdx").is_none() && subtask.get("downstreams").is_none());
    assert_eq!(ocp.task(id).await["creator"], "admin");
    assert_eq!(ocp.data("/ob/tenants").await["page"]["totalPages"], 1);
    ocp.set("ocp-total-pages-key", "totalPage");
    assert_eq!(ocp.data("/ob/tenants").await["page"]["totalPage"], 1);
}

#[tokio::test]
async fn a_batch_answers_contents_an_object_or_a_list() {
    for (form, pointer) in [("contents", "/contents/0/id"), ("object", "/id"), ("list", "/0/id")] {
        let ocp = Ocp::two_sites();
        ocp.east_is_down(true);
        ocp.set("ocp-submit-data", form);
        ocp.set("ocp-precheck-data", form);
        let data = done(&ocp.fail_over(&[2_000_025]).await);
        assert!(data.pointer(pointer).is_some(), "{form}: {data}");
        let path = format!("/ob/clusters/{OCP_WEST_ID}/tenants/failoverPreCheck");
        let data = done(&ocp.post(&path, Value::Null).await);
        assert!(
            data.pointer(&pointer.replace("id", "tenantId")).is_some(),
            "{form}: {data}"
        );
    }
}

#[tokio::test]
async fn names_and_messages_follow_the_language() {
    let ocp = Ocp::two_sites();
    ocp.east_is_down(true);
    let id = tasks(&ocp.fail_over(&[2_000_025]).await)[0];
    let authorization = basic(OCP_USER, OCP_PASSWORD);
    let read = async |language: &str, path: &str| {
        let headers = [("authorization", &*authorization), ("accept-language", language)];
        ocp.with("GET", path, &headers, "").await.json()
    };
    let path = format!("/api/v2/tasks/instances/{id}");
    assert_eq!(read("en-US", &path).await["data"]["name"], "Failover tenant");
    assert_eq!(read("zh-CN", &path).await["data"]["name"], "租户故障切换");
    let unknown = "/api/v2/tasks/instances/1";
    let messages = [read("en-US", unknown).await, read("zh-CN", unknown).await];
    assert_ne!(messages[0]["error"]["message"], messages[1]["error"]["message"]);
    ocp.set("ocp-default-language", "zh-CN");
    assert_eq!(ocp.task(id).await["name"], "租户故障切换");
}

#[tokio::test]
async fn a_wrong_body_type_and_an_unknown_path() {
    let ocp = Ocp::two_sites();
    let authorization = basic(OCP_USER, OCP_PASSWORD);
    let path = format!("/api/v2/ob/clusters/{OCP_WEST_ID}/tenants/failover");
    let answer = ocp
        .with("POST", &path, &[("authorization", &authorization)], "{}")
        .await;
    assert_eq!(answer.status, 415);
    assert_eq!(ocp.get("/nothing").await.status, 400);
    ocp.set("ocp-unknown-route-status", "404");
    assert_eq!(ocp.get("/nothing").await.status, 404);
}
