//! AK/SK through the whole gateway: window, lock, project, late delivery.
//! They must not share the signer with the provider crate.

use axum::body::Body;
use http::Request;
use http_body_util::BodyExt;
use jiff::Timestamp;
use serde_json::Value;
use tower::ServiceExt;

use super::canonical::{SignedParts, canonical_request, sha256_hex};
use super::signature::sign;
use crate::scenario::{ACCESS_KEY, PAYMENTS_DB_ID, PROJECT_ID, SECRET_KEY, three_groups};
use crate::{Act, FaultClock, FaultMatch, FaultRule, Service, Simulator};

struct Signed {
    access: &'static str,
    secret: &'static str,
    /// Seconds that the client's clock is ahead.
    ahead: i64,
    legacy: bool,
    project: &'static str,
}

const GOOD: Signed = Signed {
    access: ACCESS_KEY,
    secret: SECRET_KEY,
    ahead: 0,
    legacy: false,
    project: PROJECT_ID,
};

async fn send(simulator: &Simulator, how: &Signed, method: &str, path: &str, body: &str) -> (u16, Value) {
    let date = Timestamp::from_second(Timestamp::now().as_second() + how.ahead).expect("in range");
    let date = date.strftime("%Y%m%dT%H%M%SZ").to_string();
    let path = format!("/v1/{PROJECT_ID}/{path}");
    let mut request = Request::builder()
        .method(method)
        .uri(&path)
        .header("host", "simulator")
        .header("x-sdk-date", &date)
        .header("x-project-id", how.project)
        .body(Body::from(body.to_owned()))
        .expect("request");
    let names: Vec<String> = ["host", "x-project-id", "x-sdk-date"].map(String::from).into();
    let headers = request.headers().clone();
    let parts = SignedParts {
        method,
        path: &path,
        query: "",
        headers: &headers,
        body: body.as_bytes(),
    };
    let canonical = canonical_request(&parts, &names, &sha256_hex(body.as_bytes())).expect("all headers");
    let scope = how.legacy.then(|| format!("{}///sdk_request", &date[..8]));
    let signature = sign(how.secret, scope.as_deref(), &date, &sha256_hex(canonical.as_bytes()));
    let key = match &scope {
        Some(scope) => format!("Credential={}/{scope}", how.access),
        None => format!("Access={}", how.access),
    };
    let value = format!(
        "SDK-HMAC-SHA256 {key}, SignedHeaders={}, Signature={signature}",
        names.join(";")
    );
    request
        .headers_mut()
        .insert("authorization", value.parse().expect("header"));
    let response = simulator
        .vendor_router(&Service::ALL)
        .oneshot(request)
        .await
        .expect("infallible");
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.expect("body").to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

async fn list(simulator: &Simulator, how: &Signed) -> (u16, Value) {
    send(simulator, how, "GET", "server-groups", "").await
}

fn simulator() -> Simulator {
    let simulator = Simulator::new(three_groups()).expect("valid");
    simulator.set_speed(0.0);
    simulator
}

#[track_caller]
fn refused(answer: &(u16, Value), reason: &str) {
    assert_eq!(
        (answer.0, &answer.1["error_code"]),
        (401, &Value::from("APIG.0301")),
        "{answer:?}"
    );
    let message = answer.1["error_msg"].as_str().unwrap_or_default();
    assert!(message.contains(reason), "{message:?} does not say {reason:?}");
}

#[tokio::test]
async fn both_forms_are_accepted() {
    let simulator = simulator();
    assert_eq!(list(&simulator, &GOOD).await.0, 200);
    assert_eq!(list(&simulator, &Signed { legacy: true, ..GOOD }).await.0, 200);
}

#[tokio::test]
async fn wrong_keys_and_projects_are_refused() {
    let simulator = simulator();
    refused(
        &list(
            &simulator,
            &Signed {
                secret: "other",
                ..GOOD
            },
        )
        .await,
        "verify aksk signature fail",
    );
    refused(
        &list(
            &simulator,
            &Signed {
                access: "NOBODY",
                ..GOOD
            },
        )
        .await,
        "ak not exist",
    );
    let foreign = list(
        &simulator,
        &Signed {
            project: "other",
            ..GOOD
        },
    )
    .await;
    assert_eq!(
        (foreign.0, &foreign.1["error"]["code"]),
        (403, &Value::from("SDRS.0005"))
    );
}

#[tokio::test]
async fn the_window_is_a_switch() {
    let simulator = simulator();
    for ahead in [-890, 890] {
        assert_eq!(list(&simulator, &Signed { ahead, ..GOOD }).await.0, 200, "{ahead}");
    }
    for ahead in [-910, 910] {
        refused(&list(&simulator, &Signed { ahead, ..GOOD }).await, "signature expired");
    }
    simulator.set_switch("signature-window-seconds", "60").expect("switch");
    refused(
        &list(&simulator, &Signed { ahead: -90, ..GOOD }).await,
        "signature expired",
    );
}

#[tokio::test]
async fn five_wrong_signatures_in_a_row_lock_the_key() {
    let simulator = simulator();
    let wrong = Signed {
        secret: "other",
        ..GOOD
    };
    for _ in 0..4 {
        list(&simulator, &wrong).await;
    }
    assert_eq!(
        list(&simulator, &GOOD).await.0,
        200,
        "a good one starts the count again"
    );
    for _ in 0..5 {
        refused(&list(&simulator, &wrong).await, "verify aksk signature fail");
    }
    refused(&list(&simulator, &GOOD).await, "failed to reach the limit");
    simulator.load(three_groups()).expect("valid");
    simulator.set_switch("signature-lock-after", "0").expect("switch");
    for _ in 0..9 {
        list(&simulator, &wrong).await;
    }
    assert_eq!(list(&simulator, &GOOD).await.0, 200);
}

/// A held request is refused once its signature is too old, when the held time counts.
#[tokio::test]
async fn a_late_delivery_dies_with_its_signature() {
    for (held, clock, accepted) in [
        (890.0, "virtual", true),
        (910.0, "virtual", false),
        (910.0, "real", true),
    ] {
        let simulator = simulator();
        simulator.set_switch("auth-clock", clock).expect("switch");
        let hold = Act::Hold {
            seconds: Some(held),
            clock: FaultClock::Virtual,
        };
        simulator.add_fault(FaultRule::new(FaultMatch::action("failover-server-group"), hold));
        let path = format!("server-groups/{PAYMENTS_DB_ID}/action");
        send(&simulator, &GOOD, "POST", &path, r#"{"failover-server-group": {}}"#).await;
        simulator.advance(held + 1.0);
        let entry = simulator.journal().remove(0);
        assert_eq!(entry.accepted, accepted, "{held} {clock}: {entry:?}");
        if !accepted {
            assert_eq!(entry.code.as_deref(), Some("APIG.0301"));
        }
    }
}
