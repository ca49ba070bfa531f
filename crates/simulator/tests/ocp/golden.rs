//! The documented answers, literally.
//! It must not compare what a server makes up: times, durations, trace ids, addresses.

use serde_json::{Value, json};
use stationmaster_simulator::scenario::OCP_WEST_ID;

use crate::bench::Ocp;

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
