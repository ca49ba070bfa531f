//! A server that tells what it was sent, lists and watches.
//! It must not know that there is a proxy.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::history::Source;
use crate::proxy::Upstream;
use crate::proxy::body::ResponseBody;

/// The path of the objects that it lists and watches.
pub const OBJECTS: &str = "/api/v1/configmaps";

#[derive(Clone)]
struct State {
    /// What every request but lists and watches held.
    bodies: Arc<Mutex<Vec<String>>>,
    /// The present resourceVersion: there are as many objects, and an event led to each.
    version: watch::Sender<u64>,
}

pub struct Server {
    state: State,
    address: SocketAddr,
    task: AbortHandle,
}

impl Server {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = State {
            bodies: Arc::default(),
            version: watch::channel(1).0,
        };
        let serving = state.clone();
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let state = serving.clone();
                tokio::spawn(async move {
                    let service = service_fn(move |request| answer(state.clone(), request));
                    let _ = http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Self {
            state,
            address,
            task: task.abort_handle(),
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn close(&self) {
        self.task.abort();
    }

    pub fn as_provider(&self) -> Upstream {
        Upstream::provider(&format!("http://{}", self.address), None).unwrap()
    }

    /// Without TLS, which only the API server's own kubeconfig can ask for.
    pub fn as_kubernetes(&self, replica: &str) -> Upstream {
        Upstream {
            source: Source::Kubernetes,
            ..self.as_provider().of(replica)
        }
    }

    /// What it was sent, lists and watches aside.
    pub fn bodies(&self) -> Vec<String> {
        self.state.bodies.lock().unwrap().clone()
    }

    /// Makes another object.
    pub fn change(&self) {
        self.state.version.send_modify(|version| *version += 1);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.close();
    }
}

async fn answer(state: State, request: Request<Incoming>) -> Result<Response<ResponseBody>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let query = head.uri.query().unwrap_or_default().to_owned();
    let version = *state.version.borrow();
    if head.uri.path() == OBJECTS && query.contains("watch=true") {
        let (_, from) = query.split_once("resourceVersion=").unwrap();
        let (answer, filling, _) = ResponseBody::new();
        let mut sent: u64 = from.parse().unwrap();
        let mut versions = state.version.subscribe();
        tokio::spawn(async move {
            loop {
                while sent < *versions.borrow_and_update() {
                    sent += 1;
                    let event = json!({"type": "ADDED", "object": {"metadata": {"resourceVersion": sent.to_string()}}});
                    if !filling.push(format!("{event}\n").into()).await {
                        return;
                    }
                }
                tokio::select! {
                    changed = versions.changed() => if changed.is_err() { return },
                    () = filling.gone() => return,
                    () = tokio::time::sleep(Duration::from_secs(60)) => return,
                }
            }
        });
        return Ok(Response::new(answer));
    }
    let told = if head.uri.path() == OBJECTS {
        json!({"kind": "List", "metadata": {"resourceVersion": version.to_string()}})
    } else {
        state
            .bodies
            .lock()
            .unwrap()
            .push(String::from_utf8_lossy(&body).into_owned());
        let headers = head.headers.iter();
        let headers: Value = headers
            .map(|(name, value)| (name.to_string(), Value::from(value.to_str().unwrap_or_default())))
            .collect::<serde_json::Map<_, _>>()
            .into();
        json!({
            "number": state.bodies.lock().unwrap().len(),
            "target": head.uri.to_string(),
            "headers": headers,
            "body": serde_json::from_slice::<Value>(&body).unwrap_or_default(),
        })
    };
    let (answer, _) = ResponseBody::whole(Bytes::from(told.to_string()));
    let mut response = Response::new(answer);
    response.headers_mut().insert("x-answer", 1.into());
    Ok(response)
}
