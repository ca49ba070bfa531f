//! The requests of OCP's published clients, replayed: the MCP server's signed reads, the Terraform provider's calls with Basic.
//! It must not hold their code: only what they send, and what they need of the answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha1::Sha1;
use stationmaster_simulator::scenario::{
    OCP_ACCESS_KEY, OCP_EAST_ID, OCP_PASSWORD, OCP_SECRET_KEY, OCP_USER, OCP_WEST_ID,
};

use crate::bench::{Ocp, basic, done};
use crate::support::HttpReply;

/// A read of the MCP server: `Content-Type` without a body, the header `x-ocp-origin`, query keys sorted.
async fn mcp(ocp: &Ocp, path: &str, query: &str) -> HttpReply {
    let date = Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let target = if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    };
    let message = format!("GET\n\napplication/json\n{date}\nsimulator\nx-ocp-origin:mcp-server\n{target}");
    let mut mac = Hmac::<Sha1>::new_from_slice(OCP_SECRET_KEY.as_bytes()).expect("key");
    mac.update(message.as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let authorization = format!("OCP-ACCESS-KEY-HMACSHA1 {OCP_ACCESS_KEY}:{signature}");
    let headers = [
        ("content-type", "application/json"),
        ("x-ocp-origin", "mcp-server"),
        ("authorization", &*authorization),
        ("date", &date),
    ];
    ocp.with("GET", &target, &headers, "").await
}

#[tokio::test]
async fn the_reads_of_the_mcp_server() {
    let ocp = Ocp::two_sites();
    let clusters = done(&mcp(&ocp, "/api/v2/ob/clusters", "page=1&size=10").await);
    assert_eq!(clusters["contents"].as_array().expect("list").len(), 2);
    let all = done(
        &mcp(
            &ocp,
            "/api/v2/ob/tenants",
            "mode=MYSQL&page=1&size=10&sort=name%2Casc&status=NORMAL",
        )
        .await,
    );
    assert_eq!(all["page"]["totalElements"], 6);
    assert_eq!(all["contents"][0]["name"], "ledger");
    let path = format!("/api/v2/ob/clusters/{OCP_WEST_ID}/tenants");
    let own = done(&mcp(&ocp, &path, "name=pay&page=1&size=10").await);
    assert_eq!(own["contents"][0]["id"], 2_000_025);
    let one = done(&mcp(&ocp, &format!("{path}/2000025"), "").await);
    assert_eq!((&one["name"], &one["charset"]), (&json!("payments"), &json!("utf8mb4")));
}

/// A call of the Terraform provider: Basic, `Content-Type` with a body only, and no other header.
async fn terraform(ocp: &Ocp, method: &str, path: &str, body: Value) -> HttpReply {
    let authorization = basic(OCP_USER, OCP_PASSWORD);
    let mut headers = vec![("authorization", &*authorization)];
    let text = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    if !text.is_empty() {
        headers.push(("content-type", "application/json"));
    }
    ocp.with(method, path, &headers, &text).await
}

/// It polls the task until `SUCCESSFUL` or `FAILED`, on a path of its own.
async fn polled(ocp: &Ocp, id: &Value) -> Value {
    loop {
        let task = done(&terraform(ocp, "GET", &format!("/api/v2/tasks/{id}"), Value::Null).await);
        if task["status"] == "SUCCESSFUL" || task["status"] == "FAILED" {
            return task["status"].clone();
        }
        ocp.simulator.advance(10.0);
    }
}

#[tokio::test]
async fn the_calls_of_the_terraform_provider() {
    let ocp = Ocp::two_sites();
    let tenants = format!("/api/v2/ob/clusters/{OCP_EAST_ID}/tenants");
    let zone = json!({"name": "zone1", "replicaType": "FULL", "resourcePool": {"unitSpecName": "S1", "unitCount": 1}});
    let body = json!({
        "name": "t1", "mode": "MYSQL", "rootPassword": "x", "zones": [zone], "parameters": [],
        "serviceName": "svc_t1", "loadType": "HTAP", "clientToken": "token-1",
    });
    let made = done(&terraform(&ocp, "POST", &format!("{tenants}/createTenant"), body).await);
    assert!(made["id"].is_u64() && made["tenantId"].is_u64());
    assert_eq!(polled(&ocp, &made["id"]).await, "SUCCESSFUL");
    let path = format!("{tenants}/{}", made["tenantId"]);
    let tenant = done(&terraform(&ocp, "GET", &path, Value::Null).await);
    assert_eq!(
        (&tenant["name"], &tenant["status"], &tenant["mode"]),
        (&json!("t1"), &json!("NORMAL"), &json!("MYSQL"))
    );
    let dropped = done(&terraform(&ocp, "DELETE", &path, Value::Null).await);
    assert_eq!(polled(&ocp, &dropped["id"]).await, "SUCCESSFUL");
    assert_eq!(
        terraform(&ocp, "GET", &path, Value::Null).await.status,
        404,
        "it takes a plain 404 for gone"
    );
    let cluster = done(&terraform(&ocp, "GET", &format!("/api/v2/ob/clusters/{OCP_EAST_ID}"), Value::Null).await);
    for key in ["id", "name", "status", "type", "fullVersion"] {
        assert!(cluster.get(key).is_some(), "{key}");
    }
    let refused = terraform(&ocp, "POST", &format!("{tenants}/createTenant"), json!({"name": "x"})).await;
    assert!(
        refused.json()["error"]["code"].is_string(),
        "it reads the code as a text"
    );
}
