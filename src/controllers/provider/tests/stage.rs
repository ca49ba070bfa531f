//! An API server with Secrets and statuses, the caches by hand, and connections to a provider that does as it is told.
//! It must not judge.

use super::fake::{Fake, Fakes};
use super::*;
use crate::client;
use crate::controllers::Stores;
use crate::controllers::tests::context;
use crate::metrics::Metrics;
use crate::observe::Connection;
use axum::body::Bytes;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing::any};
use kube::runtime::reflector::{self, store::Writer};
use serde_json::{Value, json};
use stationmaster_api::{ProtectionGroup, ProtectionProviderSpec, RecoveryOperation};
use std::collections::HashMap;
use std::sync::{Mutex, Weak};

/// What a provider does with each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    Well,
    Hangs,
    Fails,
}

pub fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[derive(Default)]
pub struct State {
    secret: u16,
    password: String,
    pub manners: HashMap<String, Manner>,
    pub asked: usize,
    pub hanging: usize,
    pub made: usize,
    pub client: Option<Weak<Fake>>,
    objects: HashMap<(String, String), Value>,
    asked_secrets: Vec<String>,
    writes: usize,
    events: usize,
}

pub type Shared = Arc<Mutex<State>>;

pub struct Stage {
    state: Shared,
    context: Arc<Context>,
    providers: Mutex<Writer<ProtectionProvider>>,
    groups: Mutex<Writer<ProtectionGroup>>,
    operations: Mutex<Writer<RecoveryOperation>>,
}

impl Stage {
    /// With one connection, `shop/otc`, whose provider is well.
    pub fn new() -> Stage {
        let state = Shared::default();
        state.lock().unwrap().secret = 200;
        let (providers_store, providers) = reflector::store();
        let (groups_store, groups) = reflector::store();
        let (operations_store, operations) = reflector::store();
        let stores = Stores {
            groups: groups_store,
            providers: providers_store,
            operations: operations_store,
            decisions: reflector::store().0,
            ledgers: reflector::store().0,
            edits: Default::default(),
            filled: Arc::default(),
        };
        let served = Arc::clone(&state);
        let app = Router::new().fallback(any(async move |method: Method, uri: Uri, body: Bytes| {
            serve(&mut served.lock().unwrap(), &method, uri.path(), &body)
        }));
        let metrics = Metrics::new();
        let client = client::over(app, "shop", seconds(30), &metrics);
        let (context, _) = context(client, stores, metrics, Arc::new(Fakes(Arc::clone(&state))), 64);
        let stage = Stage {
            state,
            context: Arc::new(context),
            providers: Mutex::new(providers),
            groups: Mutex::new(groups),
            operations: Mutex::new(operations),
        };
        stage.provider("shop", "otc", |_| {});
        stage
    }

    pub fn context(&self) -> &Context {
        &self.context
    }

    pub fn provider(&self, namespace: &str, name: &str, change: impl FnOnce(&mut ProtectionProviderSpec)) {
        let mut object: ProtectionProvider = serde_json::from_value(json!({
            "apiVersion": "stationmaster.dev/v1alpha1", "kind": "ProtectionProvider",
            "metadata": {"name": name, "namespace": namespace, "uid": format!("{namespace}/{name}"), "generation": 1},
            "spec": {"credentialsSecretRef": {"name": "otc-credentials"}},
        }))
        .unwrap();
        change(&mut object.spec);
        let value = serde_json::to_value(&object).unwrap();
        self.state
            .lock()
            .unwrap()
            .objects
            .insert((namespace.to_owned(), name.to_owned()), value);
        let mut writer = self.providers.lock().unwrap();
        writer.apply_watcher_event(&watcher::Event::Apply(object));
    }

    pub fn delete(&self, namespace: &str, name: &str) {
        let object = self.object(namespace, name);
        self.state
            .lock()
            .unwrap()
            .objects
            .remove(&(namespace.to_owned(), name.to_owned()));
        let mut writer = self.providers.lock().unwrap();
        writer.apply_watcher_event(&watcher::Event::Delete(object));
    }

    /// A forced order on a group of a connection.
    pub fn order(&self, namespace: &str, group: &str, provider: &str) {
        let object: ProtectionGroup = serde_json::from_value(json!({
            "apiVersion": "stationmaster.dev/v1alpha1", "kind": "ProtectionGroup",
            "metadata": {"name": group, "namespace": namespace, "uid": group},
            "spec": {"providerRef": {"name": provider}},
        }))
        .unwrap();
        self.groups
            .lock()
            .unwrap()
            .apply_watcher_event(&watcher::Event::Apply(object));
        let order: RecoveryOperation = serde_json::from_value(json!({
            "apiVersion": "stationmaster.dev/v1alpha1", "kind": "RecoveryOperation",
            "metadata": {"name": "now", "namespace": namespace, "uid": "now"},
            "spec": {"groupRef": {"name": group, "uid": group}, "type": "Failover", "targetStation": "target"},
        }))
        .unwrap();
        self.operations
            .lock()
            .unwrap()
            .apply_watcher_event(&watcher::Event::Apply(order.clone()));
        self.context.forced.note(&self.context.stores, &order);
    }

    fn object(&self, namespace: &str, name: &str) -> ProtectionProvider {
        let key = (namespace.to_owned(), name.to_owned());
        serde_json::from_value(self.state.lock().unwrap().objects[&key].clone()).unwrap()
    }

    /// One pass; how long until the next one.
    pub async fn pass(&self, namespace: &str, name: &str) -> Duration {
        let pause = pass(&self.object(namespace, name), &self.context).await.unwrap();
        // Until the events are told.
        sleep(Duration::from_millis(20)).await;
        pause
    }

    pub fn spawn(&self, namespace: &str, name: &str) -> tokio::task::JoinHandle<()> {
        let (object, context) = (self.object(namespace, name), Arc::clone(&self.context));
        tokio::spawn(async move {
            pass(&object, &context).await.unwrap();
        })
    }

    pub fn connection(&self, namespace: &str, name: &str) -> Result<Arc<Connection>, NotReady> {
        self.context.connections.get(namespace, name).unwrap()
    }

    /// Status and message of a condition; empty where there is none.
    pub fn condition(&self, namespace: &str, name: &str, kind: &str) -> (String, String) {
        let conditions = self.object(namespace, name).status.unwrap_or_default().conditions;
        let found = conditions.into_iter().find(|condition| condition.type_ == kind);
        found.map(|c| (c.status, c.message)).unwrap_or_default()
    }

    /// What the API server answers when it is asked for a Secret.
    pub fn secret(&self, code: u16) {
        self.state.lock().unwrap().secret = code;
    }

    pub fn password(&self, password: &str) {
        self.state.lock().unwrap().password = password.to_owned();
    }

    pub fn manner(&self, manner: Manner) {
        self.manner_in("shop", manner);
    }

    pub fn manner_in(&self, namespace: &str, manner: Manner) {
        self.state.lock().unwrap().manners.insert(namespace.to_owned(), manner);
    }

    pub fn made(&self) -> usize {
        self.state.lock().unwrap().made
    }

    pub fn asked(&self) -> usize {
        self.state.lock().unwrap().asked
    }

    pub fn hanging(&self) -> usize {
        self.state.lock().unwrap().hanging
    }

    pub fn asked_secrets(&self) -> Vec<String> {
        self.state.lock().unwrap().asked_secrets.clone()
    }

    pub fn writes(&self) -> usize {
        self.state.lock().unwrap().writes
    }

    pub fn events(&self) -> usize {
        self.state.lock().unwrap().events
    }

    pub fn client(&self) -> Weak<Fake> {
        self.state.lock().unwrap().client.clone().unwrap()
    }

    pub fn shown(&self, text: &str) -> bool {
        self.context.metrics.encode().contains(text)
    }
}

fn serve(state: &mut State, method: &Method, path: &str, body: &Bytes) -> Response {
    let parts: Vec<&str> = path.split('/').collect();
    let status = |code: u16| {
        let answer = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": "Told", "message": "told"});
        (StatusCode::from_u16(code).unwrap(), Json(answer)).into_response()
    };
    match parts.as_slice() {
        ["", "api", "v1", "namespaces", _, "secrets", name @ ..] => {
            state.asked_secrets.push(name.join("/"));
            if state.secret != 200 {
                return status(state.secret);
            }
            let password = state.password.clone();
            let data = json!({"password": k8s_openapi::ByteString(password.into_bytes())});
            Json(json!({"apiVersion": "v1", "kind": "Secret", "metadata": {}, "data": data})).into_response()
        }
        [
            "",
            "apis",
            "stationmaster.dev",
            _,
            "namespaces",
            namespace,
            "protectionproviders",
            name,
            ..,
        ] => {
            let key = ((*namespace).to_owned(), (*name).to_owned());
            if method == Method::PUT {
                state.writes += 1;
                state.objects.insert(key.clone(), serde_json::from_slice(body).unwrap());
            }
            match state.objects.get(&key) {
                Some(object) => Json(object.clone()).into_response(),
                None => status(404),
            }
        }
        _ => {
            state.events += 1;
            (
                StatusCode::CREATED,
                Json(serde_json::from_slice::<Value>(body).unwrap()),
            )
                .into_response()
        }
    }
}
