//! Events as a server receives them: names, reasons, series, and servers that refuse or hang.
//! They must not wait for an event longer than the operator does.

use super::budget::QUEUE;
use super::*;
use axum::http::{Method, StatusCode};
use axum::{Json, Router, routing::any};
use serde_json::Value;
use std::sync::Mutex;

/// Receives events; answers as told.
#[derive(Clone, Default)]
struct Server {
    got: Arc<Mutex<Vec<(Method, String, Value)>>>,
    refuse: Arc<Mutex<Option<StatusCode>>>,
    hang: Arc<Mutex<bool>>,
}

impl Server {
    fn events(&self, metrics: &Arc<Metrics>) -> Events {
        let server = self.clone();
        let app = Router::new().fallback(any(
            async move |method: Method, uri: http::Uri, body: axum::body::Bytes| {
                if *server.hang.lock().unwrap() {
                    std::future::pending::<()>().await;
                }
                let event: Value = serde_json::from_slice(&body).unwrap();
                server
                    .got
                    .lock()
                    .unwrap()
                    .push((method, uri.path().to_owned(), event.clone()));
                let refused = server.refuse.lock().unwrap().take();
                (refused.unwrap_or(StatusCode::CREATED), Json(event))
            },
        ));
        let client = crate::client::over(app, "shop", Duration::from_secs(30), metrics);
        let (events, publishing) = Events::new(client, "pod-a", metrics.clone());
        tokio::spawn(publishing);
        events
    }

    fn told(&self) -> Vec<(Method, String)> {
        self.got
            .lock()
            .unwrap()
            .iter()
            .map(|(method, _, event)| (method.clone(), event["note"].as_str().unwrap().to_owned()))
            .collect()
    }
}

fn group(name: &str) -> ObjectReference {
    ObjectReference {
        kind: Some("ProtectionGroup".to_owned()),
        namespace: Some("shop".to_owned()),
        name: Some(name.to_owned()),
        uid: Some(format!("uid-of-{name}")),
        ..ObjectReference::default()
    }
}

fn count(metrics: &Metrics, outcome: &str) -> u64 {
    let line = format!("stationmaster_events_total{{outcome=\"{outcome}\"}} ");
    let text = metrics.encode();
    let value = text.lines().find_map(|l| l.strip_prefix(&line)).unwrap();
    value.parse::<f64>().unwrap() as u64
}

/// Until the task has done what it can.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}

#[tokio::test(start_paused = true)]
async fn an_event_names_object_reporter_and_reason() {
    let (server, metrics) = (Server::default(), Metrics::new());
    let events = server.events(&metrics);
    events.publish(group("db"), true, "JobFailed", "Judge", "it failed".to_owned());
    settle().await;
    let got = server.got.lock().unwrap().clone();
    let (method, path, event) = &got[0];
    assert_eq!(
        (method, path.as_str()),
        (&Method::POST, "/apis/events.k8s.io/v1/namespaces/shop/events")
    );
    assert_eq!(event["type"], "Warning");
    assert_eq!(event["reason"], "JobFailed");
    assert_eq!(event["action"], "Judge");
    assert_eq!(event["regarding"]["uid"], "uid-of-db");
    assert_eq!(event["reportingInstance"], "pod-a");
    assert_eq!(count(&metrics, "published"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_repetition_is_a_series_and_another_note_is_another_event() {
    let (server, metrics) = (Server::default(), Metrics::new());
    let events = server.events(&metrics);
    for note in ["step one", "step one", "step two"] {
        events.publish(group("db"), false, "JobRunning", "Judge", note.to_owned());
    }
    events.publish(group("web"), false, "JobRunning", "Judge", "step one".to_owned());
    settle().await;
    let expected = [
        (Method::POST, "step one"),
        (Method::PATCH, "step one"),
        (Method::POST, "step two"),
        (Method::POST, "step one"),
    ];
    assert_eq!(server.told(), expected.map(|(method, note)| (method, note.to_owned())));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_refuses_or_hangs_harms_nobody() {
    let (server, metrics) = (Server::default(), Metrics::new());
    let events = server.events(&metrics);
    *server.refuse.lock().unwrap() = Some(StatusCode::FORBIDDEN);
    events.publish(group("db"), false, "JobRunning", "Judge", "one".to_owned());
    settle().await;
    assert_eq!(count(&metrics, "failed"), 1);
    events.publish(group("db"), false, "JobRunning", "Judge", "one".to_owned());
    settle().await;
    assert_eq!(
        server.told().last().unwrap().0,
        Method::POST,
        "no series upon an event that was refused"
    );

    *server.hang.lock().unwrap() = true;
    let began = Instant::now();
    for n in 0..QUEUE + 10 {
        events.publish(group("db"), false, "JobRunning", "Judge", n.to_string());
    }
    assert_eq!(began.elapsed(), Duration::ZERO, "telling waits for nothing");
    assert_eq!(count(&metrics, "dropped"), 10);
    tokio::time::sleep(PATIENCE).await;
    settle().await;
    assert_eq!(count(&metrics, "failed"), 2, "it is given up and the next is tried");
}
