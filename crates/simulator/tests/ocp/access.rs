//! Basic, access keys, their window, blocked users, readers, the probes.
//! It must not test what a call does.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use serde_json::json;
use sha1::Sha1;
use stationmaster_simulator::scenario::{
    OCP_ACCESS_KEY, OCP_PASSWORD, OCP_READER, OCP_SECRET_KEY, OCP_USER, OCP_WEST_ID,
};

use crate::bench::{Ocp, basic, refused};
use crate::support::HttpReply;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A signed `GET` whose clock is that many seconds off.
async fn signed(ocp: &Ocp, query: &str, off: i64, secret: &str) -> HttpReply {
    let time = Timestamp::now() + jiff::SignedDuration::from_secs(off);
    let date = DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&time)
        .expect("a date");
    let target = format!("/api/v2/ob/tenants{query}");
    let message = [
        "GET",
        "",
        "application/json",
        &date,
        "simulator",
        "x-ocp-origin:test",
        &target,
    ]
    .join("\n");
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("key");
    mac.update(message.as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let authorization = format!("OCP-ACCESS-KEY-HMACSHA1 {OCP_ACCESS_KEY}:{signature}");
    let headers = [
        ("authorization", &*authorization),
        ("content-type", "application/json"),
        ("date", &date),
        ("x-ocp-origin", "test"),
    ];
    ocp.with("GET", &target, &headers, "").await
}

#[tokio::test]
async fn a_signature_opens_and_a_late_or_wrong_one_does_not() {
    let ocp = Ocp::two_sites();
    for off in [0, -890, 890] {
        assert_eq!(signed(&ocp, "?page=1&size=20", off, OCP_SECRET_KEY).await.status, 200);
    }
    for off in [-901, 901] {
        refused(&signed(&ocp, "", off, OCP_SECRET_KEY).await, 401, "IAM10000");
    }
    refused(&signed(&ocp, "", 0, "another").await, 401, "IAM10004");
    ocp.set("ocp-date-window-seconds", "10");
    refused(&signed(&ocp, "", 11, OCP_SECRET_KEY).await, 401, "IAM10000");
}

#[tokio::test]
async fn wrong_passwords_block_a_user_for_a_while() {
    let ocp = Ocp::two_sites();
    let with = async |password: &str| {
        let authorization = basic(OCP_USER, password);
        ocp.with("GET", "/api/v2/ob/clusters", &[("authorization", &authorization)], "")
            .await
    };
    for left in [4, 3, 2, 1, 0] {
        let answer = with("wrong").await;
        refused(&answer, 401, "IAM10004");
        let text = answer.json()["error"]["message"].as_str().expect("text").to_owned();
        assert!(text.contains(&format!("{left} attempts")), "{text}");
    }
    refused(&with(OCP_PASSWORD).await, 401, "IAM10006");
    let open = Ocp::two_sites();
    open.set("ocp-lock-after", "0");
    for _ in 0..6 {
        let authorization = basic(OCP_USER, "wrong");
        let headers = [("authorization", &*authorization)];
        refused(
            &open.with("GET", "/api/v2/ob/clusters", &headers, "").await,
            401,
            "IAM10004",
        );
    }
    assert_eq!(open.get("/ob/clusters").await.status, 200);
}

#[tokio::test]
async fn nobody_and_readers() {
    let ocp = Ocp::two_sites();
    refused(&ocp.with("GET", "/api/v2/ob/clusters", &[], "").await, 401, "IAM10000");
    let reader = basic(OCP_READER, OCP_PASSWORD);
    let headers = [("authorization", &*reader), ("content-type", "application/json")];
    assert_eq!(ocp.with("GET", "/api/v2/ob/clusters", &headers, "").await.status, 200);
    let path = format!("/api/v2/ob/clusters/{OCP_WEST_ID}/tenants/failover");
    let body = json!({"failoverTenantItemList": [{"tenantId": 2_000_025}]}).to_string();
    refused(&ocp.with("POST", &path, &headers, &body).await, 403, "COM10009");
    let precheck = format!("{path}PreCheck");
    assert_eq!(
        ocp.with("POST", &precheck, &headers, "").await.status,
        200,
        "a precheck changes nothing"
    );
    let journal = ocp.simulator.journal();
    assert_eq!(journal.len(), 1, "a precheck is no change");
    assert_eq!(
        (journal[0].accepted, journal[0].code.as_deref()),
        (false, Some("COM10009"))
    );
}

#[tokio::test]
async fn the_probes_have_no_envelope() {
    let ocp = Ocp::two_sites();
    let time = ocp.with("GET", "/api/v2/time", &[], "").await;
    assert_eq!((time.status, &*time.text), (200, "2024-07-23T17:42:34.056+08:00"));
    refused(&ocp.with("GET", "/api/v2/info", &[], "").await, 401, "IAM10000");
    assert_eq!(ocp.get("/info").await.json()["name"], "ocp-server");
    let authorization = basic(OCP_USER, OCP_PASSWORD);
    let status = ocp
        .with("GET", "/api/status", &[("authorization", &authorization)], "")
        .await;
    assert_eq!(status.text, "okay");
}
