//! A replica's way to the API server. It repeats a write when the fault of the run says so, and is wrong in a run that has to be found.
//! It must not touch anything else.

use crate::faults::Faults;
use crate::wrong::Wrong;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use kube::client::Body;
use serde_json::Value;
use stationmaster_testkit_api_server as api_server;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;
use tower::{BoxError, Service};

/// How long a record is under way where the operator does not wait for it.
const UNDER_WAY: Duration = Duration::from_secs(20);

/// See the module.
#[derive(Clone)]
pub struct Door {
    inner: api_server::Door,
    replica: Arc<str>,
    faults: Arc<Faults>,
    wrong: Wrong,
    /// Ledgers by path, as this connection believes them to be.
    believed: Arc<Mutex<BTreeMap<String, Value>>>,
}

impl Door {
    /// The way of one replica.
    pub fn new(inner: api_server::Door, replica: &str, faults: &Arc<Faults>, wrong: Wrong) -> Door {
        Door {
            inner,
            replica: replica.into(),
            faults: Arc::clone(faults),
            wrong,
            believed: Arc::default(),
        }
    }
}

type DoorResponse = Response<BoxBody<Bytes, BoxError>>;

impl Service<Request<Body>> for Door {
    type Response = DoorResponse;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<DoorResponse, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(self.clone().pass(request))
    }
}

impl Door {
    async fn pass(self, request: Request<Body>) -> Result<DoorResponse, BoxError> {
        let (head, body) = request.into_parts();
        let bytes = body.collect().await?.to_bytes();
        let request = Plain { head, bytes };
        match self.wrong {
            wrong if wrong.at_the_door() => self.pass_wrongly(request).await,
            _ => self.send(request).await,
        }
    }

    async fn pass_wrongly(self, request: Plain) -> Result<DoorResponse, BoxError> {
        let path = request.head.uri.path().to_owned();
        let of_a_ledger = path.contains("/groupledgers/");
        let put = request.head.method == Method::PUT;
        match self.wrong {
            Wrong::LosesTheLedger | Wrong::SendsFirst if put && of_a_ledger => {
                let believed = self.believe(&path, request.json()?);
                if self.wrong == Wrong::SendsFirst {
                    let late = self.clone();
                    tokio::spawn(async move {
                        tokio::time::sleep(UNDER_WAY).await;
                        late.put_over(request).await.map(drop)
                    });
                }
                Ok(json(&believed))
            }
            Wrong::LosesTheLedger | Wrong::SendsFirst if request.head.method == Method::GET => {
                let believed = self.believed.lock().unwrap().get(&path).cloned();
                match believed {
                    Some(ledger) => Ok(json(&ledger)),
                    None => self.send(request).await,
                }
            }
            Wrong::AppliesAgain if put && of_a_ledger => {
                let first = self.send(request.clone()).await?;
                match first.status() {
                    StatusCode::CONFLICT => self.put_over(request).await,
                    _ => Ok(first),
                }
            }
            Wrong::ForgetsTheReport if put && path.contains("/protectiongroups/") => {
                let object = request.json()?;
                let ended = object["status"]["lastOperation"].is_object();
                if ended {
                    Ok(json(&object))
                } else {
                    self.send(request).await
                }
            }
            _ => self.send(request).await,
        }
    }

    /// Takes a ledger as written, under a version of its own.
    fn believe(&self, path: &str, mut ledger: Value) -> Value {
        let mut believed = self.believed.lock().unwrap();
        let last = believed
            .get(path)
            .and_then(|b| b["metadata"]["resourceVersion"].as_str());
        let next = last.and_then(|v| v.parse::<u64>().ok()).unwrap_or(900_000_000) + 1;
        ledger["metadata"]["resourceVersion"] = next.to_string().into();
        believed.insert(path.to_owned(), ledger.clone());
        ledger
    }

    /// Writes an object over the present version, whatever that is.
    async fn put_over(&self, request: Plain) -> Result<DoorResponse, BoxError> {
        let mut read = request.clone();
        read.head.method = Method::GET;
        read.bytes = Bytes::new();
        let present = self.send(read).await?.into_body().collect().await?.to_bytes();
        let present: Value = serde_json::from_slice(&present)?;
        let mut object = request.json()?;
        object["metadata"]["resourceVersion"] = present["metadata"]["resourceVersion"].clone();
        let bytes = Bytes::from(object.to_string());
        self.send(Plain { bytes, ..request }).await
    }

    async fn send(&self, request: Plain) -> Result<DoorResponse, BoxError> {
        let first = self.send_once(request.clone()).await;
        // Something on the way has sent it twice, and the second answer is heard.
        if self.faults.repeats(&self.replica) {
            return self.send_once(request).await;
        }
        first
    }

    async fn send_once(&self, request: Plain) -> Result<DoorResponse, BoxError> {
        let request = Request::from_parts(request.head, Full::new(request.bytes));
        let answer = self.inner.clone().call(request).await?;
        Ok(answer.map(|body| BoxBody::new(body.map_err(Into::into))))
    }
}

/// A request that can be sent more than once.
#[derive(Clone)]
struct Plain {
    head: http::request::Parts,
    bytes: Bytes,
}

impl Plain {
    fn json(&self) -> Result<Value, BoxError> {
        Ok(serde_json::from_slice(&self.bytes)?)
    }
}

fn json(value: &Value) -> DoorResponse {
    let body = Full::new(Bytes::from(value.to_string())).map_err(|never| match never {});
    Response::new(body.boxed())
}
