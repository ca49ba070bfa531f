//! A provider that repeats every credential it was sent, and one that speaks in other envelopes: what is read of them.
//! It must not print a secret to show that it is not printed.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod documented;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{any, post};
use documented::Documented;
use jiff::Timestamp;
use secrecy::SecretString;
use stationmaster_engine::{OperationType, Reason, Station};
use stationmaster_provider::{CallRequest, FaultClass, LostCall, Provider};
use stationmaster_provider_sdrs::{Sdrs, SdrsAuth};

const TOKEN: &str = "MIIEtokentokentokentokentokentokentokentoken";
const PASSWORD: &str = "pass-w0rd-hunter2";

/// Repeats all headers and the body in an error of the given status.
fn echo(status: u16) -> Router {
    let token = || async {
        let body = r#"{"token":{"project":{"id":"p"},"issued_at":"2026-01-01T00:00:00Z","expires_at":"2026-01-02T00:00:00Z"}}"#;
        (StatusCode::CREATED, [("x-subject-token", TOKEN)], body)
    };
    let repeat = move |headers: HeaderMap, body: String| async move {
        let said: Vec<String> = headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or_default()))
            .collect();
        let message = format!("{} {body} {PASSWORD}", said.join(" "));
        let body = serde_json::json!({"error": {"code": "SDRS.0201", "message": message}});
        (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response()
    };
    Router::new()
        .route("/v3/auth/tokens", post(token))
        .fallback(any(repeat))
}

fn call() -> CallRequest {
    CallRequest {
        object: "g".to_owned(),
        action: "failover-server-group".to_owned(),
        endpoint: "sdrs".to_owned(),
        operation: OperationType::Failover,
        target: Station::Target,
        recorded_at: Timestamp::now(),
        operation_name: "op".to_owned(),
        step: "FailoverServerGroup".to_owned(),
        attempt: 1,
        dedupe_key: String::new(),
        expected_revision: None,
        part: None,
    }
}

fn lost() -> LostCall {
    LostCall {
        request: call(),
        held_jobs: Vec::new(),
    }
}

async fn texts(provider: &dyn Provider) -> Vec<String> {
    let mut texts = vec![
        format!("{:?}", provider.list().await),
        format!("{:?}", provider.observe("g").await),
        format!(
            "{:?}",
            provider
                .poll("failover-server-group", OperationType::Failover, "j")
                .await
        ),
        format!("{:?}", provider.find(&lost()).await),
        format!("{:?}", provider.connect().await),
    ];
    texts.push(format!("{:?}", provider.prepare(&call()).await.unwrap().send().await));
    texts
}

#[tokio::test]
async fn no_credential_comes_back_in_a_text() {
    for status in [400, 401, 403, 404, 429, 500] {
        let service = Documented::serve(echo(status)).await;
        let by_key = service.config();
        let mut by_password = service.config();
        by_password.iam_endpoint = Some(service.address.clone());
        by_password.auth = SdrsAuth::Password {
            username: "u".to_owned(),
            password: SecretString::from(PASSWORD),
            domain_name: "d".to_owned(),
        };
        for (config, secrets) in [
            (by_key, vec!["the-secret-key", "the-security-token"]),
            (by_password, vec![TOKEN, &TOKEN[..24], PASSWORD]),
        ] {
            let provider = Sdrs::new(config).unwrap();
            for text in texts(&provider).await.into_iter().chain([format!("{provider:?}")]) {
                assert!(
                    secrets.iter().all(|secret| !text.contains(secret)),
                    "HTTP {status}: a secret in {text}"
                );
            }
        }
    }
}

async fn read_of(status: u16, body: &'static str) -> (FaultClass, Reason) {
    let answer = move || async move { (StatusCode::from_u16(status).unwrap(), body) };
    let service = Documented::serve(Router::new().fallback(any(answer))).await;
    let fault = service.provider().list().await.unwrap_err();
    (fault.class, fault.reason)
}

#[tokio::test]
async fn each_envelope_and_status_has_its_class() {
    let rejected = |code: &str| FaultClass::Rejected { code: code.to_owned() };
    let cases = [
        (
            400,
            r#"{"error":{"code":"SDRS.0201","message":"x"}}"#,
            rejected("SDRS.0201"),
            Reason::ProviderError,
        ),
        (
            400,
            r#"{"badrequest":{"code":"SDRS.0222","message":"x"}}"#,
            rejected("SDRS.0222"),
            Reason::ProviderError,
        ),
        (
            400,
            r#"{"error":{"code":"SDRS.0001","message":"x"}}"#,
            FaultClass::Denied,
            Reason::ProjectNotFound,
        ),
        (
            400,
            r#"{"error":{"code":"SDRS.0005","message":"x"}}"#,
            FaultClass::Denied,
            Reason::PermissionDenied,
        ),
        (
            401,
            r#"{"error_code":"APIG.0301","error_msg":"x"}"#,
            FaultClass::Denied,
            Reason::AuthenticationFailed,
        ),
        (
            403,
            r#"{"error_code":"APIG.0302","error_msg":"x"}"#,
            FaultClass::Denied,
            Reason::PermissionDenied,
        ),
        (
            403,
            r#"{"error_code":"APIG.0310","error_msg":"x"}"#,
            FaultClass::Denied,
            Reason::ProjectNotFound,
        ),
        (
            404,
            r#"{"error_code":"APIG.0101","error_msg":"x"}"#,
            rejected("APIG.0101"),
            Reason::EndpointInvalid,
        ),
        (
            429,
            r#"{"error_code":"APIG.0308","error_msg":"x"}"#,
            FaultClass::Throttled { after: None },
            Reason::ProviderThrottled,
        ),
        (
            500,
            r#"{"error":{"code":"SDRS.0013","message":"x"}}"#,
            FaultClass::Transient,
            Reason::ProviderError,
        ),
        (503, "<html>Busy</html>", FaultClass::Transient, Reason::ProviderError),
        (302, "", rejected("HTTP 302"), Reason::ProviderError),
        (
            200,
            "<html>Welcome</html>",
            FaultClass::Transient,
            Reason::ProviderError,
        ),
        (200, "{}", FaultClass::Transient, Reason::ProviderError),
    ];
    for (status, body, class, reason) in cases {
        assert_eq!(read_of(status, body).await, (class, reason), "HTTP {status} {body}");
    }
}
