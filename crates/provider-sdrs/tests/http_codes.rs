//! What each HTTP code means for each call, held against the table of `docs/vendors/sdrs.md#http-codes`.
//! It must not know a meaning that does not stand in the table.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod documented;

use axum::Router;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use documented::Documented;
use futures::StreamExt;
use secrecy::SecretString;
use stationmaster_engine::{JobStatus, OperationType, Reason, Station};
use stationmaster_provider::{CallOutcome, CallRequest, Fault, FaultClass, LostCall, Provider};
use stationmaster_provider_sdrs::{Sdrs, SdrsAuth};
use std::sync::Arc;

const PAGE: &str = include_str!("../../../docs/vendors/sdrs.md");

/// The codes that the API reference and the gateway's page list, and those that proxies are known for.
const CODES: [u16; 22] = [
    200, 202, 302, 400, 401, 403, 404, 405, 406, 407, 408, 409, 413, 414, 425, 429, 494, 500, 501, 502, 503, 504,
];

/// One line of the table.
struct Row {
    codes: Vec<u16>,
    body: String,
    read: String,
    group: String,
    job: String,
    iam: String,
    action: String,
}

fn table() -> Vec<Row> {
    let section = PAGE.split("<a id=\"http-codes\">").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section
        .lines()
        .filter(|line| line.starts_with("| ") && line.as_bytes()[2].is_ascii_digit());
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [codes, body, read, group, job, iam, action] = cells[..] else {
            panic!("{line}")
        };
        Row {
            codes: codes.split(',').map(|code| code.trim().parse().unwrap()).collect(),
            body: body.trim_matches('`').to_owned(),
            read: read.to_owned(),
            group: group.to_owned(),
            job: job.to_owned(),
            iam: iam.to_owned(),
            action: action.to_owned(),
        }
    };
    rows.map(row).collect()
}

/// The bodies that a word of the table stands for; of IAM for IAM.
fn bodies(word: &str, status: u16, iam: bool) -> Vec<String> {
    match (word, iam) {
        ("none", _) => vec![
            "<html><h1>no</h1></html>".to_owned(),
            String::new(),
            r#"{"message":"no"}"#.to_owned(),
        ],
        ("own", true) => vec![
            format!(r#"{{"error":{{"code":{status},"message":"no","title":"No"}}}}"#),
            r#"{"error_code":"IAM.0001","error_msg":"no"}"#.to_owned(),
        ],
        ("own", false) => vec![
            r#"{"error":{"code":"SDRS.1002","message":"no"}}"#.to_owned(),
            r#"{"badrequest":{"code":"SDRS.1002","message":"no"}}"#.to_owned(),
        ],
        ("any", iam) => [bodies("none", status, iam), bodies("own", status, iam)].concat(),
        (code, _) if code.starts_with("APIG.") => {
            vec![format!(
                r#"{{"error_code":"{code}","error_msg":"no","request_id":"r"}}"#
            )]
        }
        (code, _) => vec![format!(r#"{{"error":{{"code":"{code}","message":"no"}}}}"#)],
    }
}

async fn answering(status: u16, body: String) -> Documented {
    let answer = move || {
        let body = body.clone();
        async move { (StatusCode::from_u16(status).unwrap(), body).into_response() }
    };
    Documented::serve(Router::new().fallback(answer)).await
}

fn word(fault: &Fault) -> String {
    let word = match &fault.class {
        FaultClass::Transient => "transient",
        FaultClass::Throttled { .. } => "throttled",
        FaultClass::Denied => "denied",
        FaultClass::Rejected { .. } if fault.reason == Reason::ProtectionObjectNotFound => "not found",
        FaultClass::Rejected { .. } => "rejected",
        FaultClass::NotSent => "not sent",
        FaultClass::Ambiguous => "ambiguous",
    };
    let camel = |pair: &[u8]| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
    let named = fault.message.contains("HTTP ") || fault.message.contains("not as documented");
    assert!(named && !fault.message.contains('<'), "{}", fault.message);
    assert!(!fault.message.as_bytes().windows(2).any(camel), "{}", fault.message);
    word.to_owned()
}

fn call(operation: OperationType, action: &str) -> CallRequest {
    CallRequest {
        object: "g".to_owned(),
        action: action.to_owned(),
        endpoint: "sdrs".to_owned(),
        operation,
        target: Station::Target,
        recorded_at: jiff::Timestamp::now(),
        operation_name: "op".to_owned(),
        step: "Call".to_owned(),
        attempt: 1,
        dedupe_key: String::new(),
        expected_revision: None,
        part: None,
    }
}

const ACTIONS: [(OperationType, &str); 5] = [
    (OperationType::PlannedFailover, "reverse-server-group"),
    (OperationType::Failover, "failover-server-group"),
    (OperationType::Reprotect, "start-server-group"),
    (OperationType::EnableProtection, "start-server-group"),
    (OperationType::DisableProtection, "stop-server-group"),
];

async fn sent(provider: &dyn Provider, operation: OperationType, action: &str) -> String {
    let prepared = provider.prepare(&call(operation, action)).await.unwrap();
    let word = match prepared.send().await {
        CallOutcome::Accepted { .. } => "accepted",
        CallOutcome::TurnedAway { .. } => "turned away",
        CallOutcome::Refused { .. } => "refused",
        CallOutcome::NotSent { .. } => "not sent",
        CallOutcome::Ambiguous { .. } => "ambiguous",
    };
    word.to_owned()
}

async fn of_service(row: &Row, status: u16, body: String) {
    let at = format!("HTTP {status} {body:?}");
    let service = answering(status, body).await;
    let lost = LostCall {
        request: call(OperationType::PlannedFailover, "reverse-server-group"),
        held_jobs: Vec::new(),
    };
    let told = |fault: Fault| word(&fault);
    // Each on a connection of its own: one that was refused must not answer for the next.
    assert_eq!(
        service.provider().list().await.map_or_else(told, |_| "read".to_owned()),
        row.read,
        "list: {at}"
    );
    let found = service.provider().find(&lost).await;
    assert_eq!(found.map_or_else(told, |_| "read".to_owned()), row.read, "find: {at}");
    let seen = service.provider().observe("g").await;
    assert_eq!(
        seen.map_or_else(told, |_| "read".to_owned()),
        row.group,
        "observe: {at}"
    );
    let seen = service.provider().observe_for_failover("g").await;
    assert_eq!(
        seen.map_or_else(told, |_| "read".to_owned()),
        row.group,
        "for failover: {at}"
    );
    let job = service
        .provider()
        .poll("reverse-server-group", OperationType::PlannedFailover, "j")
        .await;
    let job = job.map_or_else(told, |job| match job.status {
        JobStatus::Gone => "gone".to_owned(),
        _ => "read".to_owned(),
    });
    assert_eq!(job, row.job, "job: {at}");
    for (operation, action) in ACTIONS {
        assert_eq!(
            sent(&*service.provider(), operation, action).await,
            row.action,
            "{action}: {at}"
        );
    }
}

async fn of_iam(row: &Row, status: u16, body: String) {
    let at = format!("HTTP {status} {body:?}");
    let service = answering(status, body).await;
    let mut config = service.config();
    config.iam_endpoint = Some(service.address.clone());
    (config.project_id, config.project_name) = (None, Some("demo".to_owned()));
    let by_name: Arc<dyn Provider> = Arc::new(Sdrs::new(config.clone()).unwrap());
    config.auth = SdrsAuth::Password {
        username: "u".to_owned(),
        password: SecretString::from("the-password"),
        domain_name: "d".to_owned(),
    };
    let by_login: Arc<dyn Provider> = Arc::new(Sdrs::new(config).unwrap());
    for (what, provider) in [("project", by_name), ("login", by_login)] {
        let told = provider
            .identity()
            .await
            .map_or_else(|fault| word(&fault), |_| "read".to_owned());
        // A project that is not there is not said with 400 or 404 where a list was asked for.
        let listed = what == "project" && row.iam == "denied" && matches!(status, 400 | 404);
        assert_eq!(told, if listed { "rejected" } else { &row.iam }, "{what}: {at}");
    }
}

/// Some at a time: a busy machine answers them all the same.
async fn at_once(checks: Vec<impl Future<Output = ()>>) {
    futures::stream::iter(checks)
        .buffer_unordered(8)
        .for_each(async |()| {})
        .await;
}

#[tokio::test]
async fn each_code_means_for_each_call_what_the_table_says() {
    let rows = table();
    let mut told = Vec::new();
    let mut checks = Vec::new();
    for row in &rows {
        for &status in &row.codes {
            told.push((status, row.body.clone()));
            checks.extend(
                bodies(&row.body, status, false)
                    .into_iter()
                    .map(|body| of_service(row, status, body)),
            );
        }
    }
    for code in CODES {
        let has = |body: &str| told.contains(&(code, body.to_owned())) || told.contains(&(code, "any".to_owned()));
        assert!(
            has("none") && (code < 400 || has("own")),
            "the table does not tell of {code}"
        );
    }
    at_once(checks).await;
    let iam = rows.iter().filter(|row| row.iam != "–");
    let checks = iam.flat_map(|row| {
        let codes = row.codes.iter();
        codes.flat_map(move |&status| {
            let bodies = bodies(&row.body, status, true).into_iter();
            bodies.map(move |body| of_iam(row, status, body))
        })
    });
    at_once(checks.collect()).await;
}

/// Whatever the body and the headers: RFC 6585 says that a 429 was not done.
#[tokio::test]
async fn a_429_was_not_done_in_whatever_form_it_comes() {
    for body in [
        "",
        "<html>slow</html>",
        "{",
        "null",
        r#"{"job_id":"j"}"#,
        r#"{"error":{"code":"SDRS.0013","message":"x"}}"#,
    ] {
        let service = answering(429, body.to_owned()).await;
        for (operation, action) in ACTIONS {
            assert_eq!(
                sent(&*service.provider(), operation, action).await,
                "turned away",
                "{body}"
            );
        }
        assert_eq!(word(&service.provider().list().await.unwrap_err()), "throttled");
    }
    let service = answering(400, r#"{"error_code":"APIG.0308","error_msg":"x"}"#.to_owned()).await;
    assert_eq!(
        sent(&*service.provider(), ACTIONS[1].0, ACTIONS[1].1).await,
        "turned away"
    );
}
