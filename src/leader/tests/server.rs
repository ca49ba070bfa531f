//! A server of one Lease with the API server's rules, and wires to it that misbehave as told.
//! It must not know who leads.

use axum::body::Bytes;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing::any};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::sleep;

#[derive(Clone, Default)]
pub struct Server(Arc<Mutex<State>>);

#[derive(Clone, Default)]
pub struct State {
    lease: Option<Value>,
    version: u64,
}

impl State {
    fn store(&mut self, mut lease: Value) -> Value {
        self.version += 1;
        lease["metadata"]["resourceVersion"] = self.version.to_string().into();
        lease["metadata"]["name"] = "stationmaster".into();
        self.lease = Some(lease.clone());
        lease
    }

    fn answer(&mut self, method: &Method, body: &[u8]) -> (u16, Value) {
        let sent = || serde_json::from_slice::<Value>(body).unwrap();
        match (method.as_str(), &self.lease) {
            ("GET", Some(lease)) => (200, lease.clone()),
            ("GET" | "PUT", None) => status(404, "NotFound"),
            ("POST", Some(_)) => status(409, "AlreadyExists"),
            ("POST", None) => (201, self.store(sent())),
            ("PUT", Some(lease)) => {
                let sent = sent();
                let version = &sent["metadata"]["resourceVersion"];
                // Without a version: as a merge patch would be taken.
                if !version.is_null() && *version != lease["metadata"]["resourceVersion"] {
                    return status(409, "Conflict");
                }
                (200, self.store(sent))
            }
            other => panic!("{other:?}"),
        }
    }
}

fn status(code: u16, reason: &str) -> (u16, Value) {
    (
        code,
        json!({ "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason, "message": reason }),
    )
}

impl Server {
    pub fn field(&self, name: &str) -> Value {
        self.0.lock().unwrap().lease.as_ref().unwrap()["spec"][name].clone()
    }

    /// Somebody else writes.
    pub fn edit(&self, change: impl FnOnce(&mut Value)) {
        let mut state = self.0.lock().unwrap();
        let mut lease = state.lease.clone().unwrap();
        change(&mut lease);
        state.store(lease);
    }

    pub fn annotation(&self, name: &str) -> Value {
        self.0.lock().unwrap().lease.as_ref().unwrap()["metadata"]["annotations"][name].clone()
    }

    /// What is stored, for [`Self::restore`].
    pub fn snapshot(&self) -> State {
        self.0.lock().unwrap().clone()
    }

    /// The server is put back to an older state, its versions too.
    pub fn restore(&self, snapshot: State) {
        *self.0.lock().unwrap() = snapshot;
    }

    pub fn delete(&self) {
        self.0.lock().unwrap().lease = None;
    }

    pub fn create(&self, holder: &str) {
        let spec =
            json!({ "holderIdentity": holder, "leaseDurationSeconds": 15, "renewTime": "2026-01-01T00:00:00.000000Z" });
        let lease = json!({ "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {}, "spec": spec });
        self.0.lock().unwrap().store(lease);
    }

    /// The server as one candidate sees it.
    pub fn through(&self, wire: &Wire) -> Router {
        let (server, wire) = (self.clone(), wire.clone());
        Router::new().fallback(any(async move |method: Method, body: Bytes| {
            wire.carry(&server, method, body).await
        }))
    }
}

/// What is lost of one exchange.
#[derive(Clone, Copy, PartialEq)]
pub enum Lost {
    Request,
    Answer,
}

/// What lies between a candidate and the server.
#[derive(Clone, Default)]
pub struct Wire(Arc<Mutex<Ways>>);

#[derive(Clone, Default)]
struct Ways {
    there: Duration,
    back: Duration,
    cut: bool,
    refuse: Option<u16>,
    lose_next: Option<Lost>,
    lose_answer_of: Option<&'static str>,
    strip_versions: bool,
}

impl Wire {
    fn set(&self, change: impl FnOnce(&mut Ways)) {
        change(&mut self.0.lock().unwrap());
    }

    pub fn delay(&self, there: Duration, back: Duration) {
        self.set(|w| (w.there, w.back) = (there, back));
    }

    /// Nothing gets through any more in either direction, what is on its way included.
    pub fn cut(&self, cut: bool) {
        self.set(|w| w.cut = cut);
    }

    pub fn refuse(&self, status: Option<u16>) {
        self.set(|w| w.refuse = status);
    }

    /// One exchange never ends.
    pub fn lose_next(&self, lost: Lost) {
        self.set(|w| w.lose_next = Some(lost));
    }

    pub fn lose_answer_of(&self, method: &'static str) {
        self.set(|w| w.lose_answer_of = Some(method));
    }

    /// Writes lose their guard.
    pub fn strip_versions(&self) {
        self.set(|w| w.strip_versions = true);
    }

    async fn carry(&self, server: &Server, method: Method, body: Bytes) -> Response {
        let mut ways = {
            let mut now = self.0.lock().unwrap();
            let ways = now.clone();
            now.lose_next = None;
            ways
        };
        if ways.lose_answer_of == Some(method.as_str()) {
            ways.lose_next = Some(Lost::Answer);
            self.set(|w| w.lose_answer_of = None);
        }
        sleep(ways.there).await;
        if ways.lose_next == Some(Lost::Request) || self.0.lock().unwrap().cut {
            std::future::pending::<()>().await;
        }
        let body = if ways.strip_versions { strip(&body) } else { body };
        let (code, answer) = match ways.refuse {
            Some(code) => status(code, "Refused"),
            None => server.0.lock().unwrap().answer(&method, &body),
        };
        sleep(ways.back).await;
        if ways.lose_next == Some(Lost::Answer) || self.0.lock().unwrap().cut {
            std::future::pending::<()>().await;
        }
        (StatusCode::from_u16(code).unwrap(), Json(answer)).into_response()
    }
}

fn strip(body: &Bytes) -> Bytes {
    let Ok(mut sent) = serde_json::from_slice::<Value>(body) else {
        return body.clone();
    };
    sent["metadata"].as_object_mut().unwrap().remove("resourceVersion");
    serde_json::to_vec(&sent).unwrap().into()
}
