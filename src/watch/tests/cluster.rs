//! An API server in the same process that lists and watches, and misbehaves as told.
//! It must not do more than lists and watches need: no writes, no names.

use crate::client;
use crate::metrics::Metrics;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use futures::StreamExt;
use futures::stream;
use kube::Client;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch as signal;
use tokio::time::{Instant, sleep_until};

/// The plural of the kind that objects are made of.
pub const GROUPS: &str = "protectiongroups";

/// What it does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// What an API server does: a bookmark 2 s before a watch ends.
    Well,
    /// The same without bookmarks, which nobody promises.
    Taciturn,
    /// Accepts every watch and then says nothing.
    Frozen,
    /// Takes every request and answers none.
    Hung,
    /// Answers every request with this code.
    Refusing(u16),
    /// Answers the start of every watch with this code; lists are well.
    RefusingWatches(u16),
    /// Accepts every watch and answers with an ERROR event of this code.
    Erring(u16),
    /// Ends every watch in good order as soon as it began.
    Hasty,
}

/// The server. Clones share it.
#[derive(Clone)]
pub struct Cluster(Arc<Shared>);

struct Shared {
    mood: Mutex<Mood>,
    /// Streams that began before this are frozen for ever.
    frozen: Mutex<Option<Instant>>,
    /// The objects, and with each the version at which it was written; the sender wakes the watches.
    objects: signal::Sender<Vec<(u64, Value)>>,
    requests: Mutex<Vec<(Instant, String, bool)>>,
}

impl Cluster {
    pub fn new(mood: Mood) -> Cluster {
        Cluster(Arc::new(Shared {
            mood: Mutex::new(mood),
            frozen: Mutex::new(None),
            objects: signal::Sender::new(Vec::new()),
            requests: Mutex::default(),
        }))
    }

    pub fn set(&self, mood: Mood) {
        *self.0.mood.lock().unwrap() = mood;
    }

    fn mood(&self) -> Mood {
        *self.0.mood.lock().unwrap()
    }

    /// Freezes the watches that are open now: no byte, no end. New ones are as ever.
    pub fn freeze_what_is_open(&self) {
        *self.0.frozen.lock().unwrap() = Some(Instant::now());
    }

    /// Makes a group of this name; anything else than `spec` is filled in.
    pub fn make(&self, name: &str, spec: Value) {
        self.0.objects.send_modify(|objects| {
            let version = objects.len() as u64 + 2;
            objects.push((
                version,
                json!({
                    "apiVersion": "stationmaster.dev/v1alpha1", "kind": "ProtectionGroup",
                    "metadata": { "name": name, "namespace": "shop", "uid": format!("uid-{name}"), "resourceVersion": version.to_string() },
                    "spec": spec,
                }),
            ));
        });
    }

    /// How many lists (`false`) or watch starts (`true`) of a kind have come.
    pub fn requests(&self, kind: &str, watches: bool) -> usize {
        let all = self.0.requests.lock().unwrap();
        all.iter().filter(|(_, k, w)| k == kind && *w == watches).count()
    }

    pub fn router(&self) -> Router {
        Router::new().fallback(get(answer)).with_state(self.clone())
    }

    pub fn client(&self, metrics: &Arc<Metrics>) -> Client {
        client::over(self.router(), "shop", Duration::from_secs(30), metrics)
    }

    fn list(&self, kind: &str) -> Value {
        let objects = self.0.objects.borrow();
        let items: Vec<&Value> = objects
            .iter()
            .map(|(_, object)| object)
            .filter(|_| kind == GROUPS)
            .collect();
        let version = (objects.len() + 1).to_string();
        json!({ "apiVersion": "stationmaster.dev/v1alpha1", "kind": "List", "metadata": { "resourceVersion": version }, "items": items })
    }

    fn watch(&self, kind: &str, from: u64, seconds: u64, bookmarks: bool) -> Body {
        let began = Instant::now();
        let end = began + Duration::from_secs(seconds);
        let bookmark = end - Duration::from_secs(2);
        let mut objects = self.0.objects.subscribe();
        objects.mark_changed();
        let (cluster, groups) = (self.clone(), kind == GROUPS);
        let state = (objects, from, bookmarks);
        let lines = stream::unfold(state, move |(mut objects, mut told, mut bookmarks)| {
            let cluster = cluster.clone();
            async move {
                loop {
                    let next = objects
                        .borrow_and_update()
                        .iter()
                        .find(|(version, _)| *version > told)
                        .cloned();
                    if let Some((version, object)) = next
                        && groups
                    {
                        told = version;
                        cluster.stays_frozen(began).await;
                        return Some((line("ADDED", &object), (objects, told, bookmarks)));
                    }
                    tokio::select! {
                        _ = objects.changed() => {}
                        () = sleep_until(bookmark), if bookmarks => {
                            bookmarks = false;
                            cluster.stays_frozen(began).await;
                            let object = json!({ "apiVersion": "stationmaster.dev/v1alpha1", "kind": "ProtectionGroup",
                                                 "metadata": { "resourceVersion": told.max(1).to_string() }, "spec": group("x") });
                            return Some((line("BOOKMARK", &object), (objects, told, bookmarks)));
                        }
                        () = sleep_until(end) => {
                            cluster.stays_frozen(began).await;
                            return None;
                        }
                    }
                }
            }
        });
        Body::from_stream(lines)
    }

    async fn stays_frozen(&self, began: Instant) {
        let frozen = *self.0.frozen.lock().unwrap();
        if frozen.is_some_and(|at| began <= at) {
            std::future::pending::<()>().await;
        }
    }
}

fn line(kind: &str, object: &Value) -> Result<Bytes, Infallible> {
    Ok(Bytes::from(format!("{}\n", json!({ "type": kind, "object": object }))))
}

/// The spec of a group.
pub fn group(provider: &str) -> Value {
    json!({ "providerRef": { "name": provider }, "sdrs": { "serverGroupID": "40df180b-9fe2-471a-8c64-1b758dc84189" } })
}

fn refused(code: u16) -> Response {
    let code = StatusCode::from_u16(code).unwrap();
    let status = json!({ "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Expired", "message": "no", "code": code.as_u16() });
    (code, Json(status)).into_response()
}

async fn answer(State(cluster): State<Cluster>, uri: Uri, RawQuery(query): RawQuery) -> Response {
    let kind = uri.path().rsplit('/').next().unwrap_or_default().to_owned();
    let query = query.unwrap_or_default();
    let watch = query.contains("watch=true");
    cluster
        .0
        .requests
        .lock()
        .unwrap()
        .push((Instant::now(), kind.clone(), watch));
    // No answer comes in no time; without this a client that asks again at once would stop the clock.
    tokio::time::sleep(Duration::from_millis(1)).await;
    let number = |key: &str| -> u64 {
        let value = query
            .split('&')
            .find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='));
        value.and_then(|v| v.parse().ok()).unwrap_or_default()
    };
    match (cluster.mood(), watch) {
        (Mood::Hung, _) => std::future::pending().await,
        (Mood::Refusing(code), _) | (Mood::RefusingWatches(code), true) => refused(code),
        (_, false) => Json(cluster.list(&kind)).into_response(),
        (Mood::Frozen, true) => Body::from_stream(stream::pending::<Result<Bytes, Infallible>>()).into_response(),
        (Mood::Hasty, true) => Body::empty().into_response(),
        (Mood::Erring(code), true) => {
            let status = json!({ "kind": "Status", "apiVersion": "v1", "status": "Failure", "message": "no", "reason": "Expired", "code": code });
            Body::from_stream(stream::iter([line("ERROR", &status)]).chain(stream::empty())).into_response()
        }
        (mood, true) => cluster
            .watch(
                &kind,
                number("resourceVersion"),
                number("timeoutSeconds"),
                mood == Mood::Well,
            )
            .into_response(),
    }
}
