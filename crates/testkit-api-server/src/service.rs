//! The HTTP side: a tower service for each user, from request to response, with the faults in between.
//! It must not decide what an API server answers; `state` and the modules beside it do.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::{BoxError, Service};

use super::address::{Address, Verb};
use super::call::{Call, CallState, Fate, WatchFate};
use super::object::meta;
use super::refusal::Refusal;
use super::shared::Shared;
use super::state::{Answer, State};
use super::watch::{Broken, Watch};

/// The server as one user reaches it. Clones are the same user.
#[derive(Clone)]
pub struct Door {
    pub(super) shared: Arc<Shared>,
    pub(super) user: Arc<str>,
}

/// The body of an answer.
pub struct Body(Content);

enum Content {
    Whole(Option<Bytes>),
    Watch(Box<Watch>),
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Broken>>> {
        match &mut self.0 {
            Content::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(http_body::Frame::data(bytes)))),
            Content::Watch(watch) => watch.poll(cx).map_ok(http_body::Frame::data),
        }
    }
}

impl<B> Service<Request<B>> for Door
where
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let door = self.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await.map_err(Into::into)?.to_bytes();
            door.serve(head, body).await.map_err(Into::into)
        })
    }
}

/// A request that was read.
struct Read {
    call: Call,
    address: Address,
    content_type: String,
    body: Bytes,
}

impl Door {
    async fn serve(self, head: http::request::Parts, body: Bytes) -> Result<Response<Body>, Broken> {
        let kinds = self.shared.lock().kinds;
        let address = match Address::read(&head.method, &head.uri, kinds) {
            Ok(address) => address,
            Err(refusal) => return Ok(refuse(&refusal)),
        };
        let json: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let of_body = || Some(meta(&json, "name").to_owned()).filter(|name| !name.is_empty());
        let call = self.shared.begin(Call {
            number: 0,
            user: self.user.to_string(),
            verb: address.verb,
            group: address.kind.group.clone(),
            resource: address.kind.plural.clone(),
            status: address.status,
            namespace: address.namespace.clone(),
            name: address.name.clone().or_else(of_body),
            query: head.uri.query().unwrap_or_default().to_owned(),
            body: json,
        });
        let content_type = head
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let read = Read {
            content_type: content_type.unwrap_or_default().to_owned(),
            call,
            address,
            body,
        };
        let fate = self.shared.fate_of(&read.call);
        self.meet(read, fate).await
    }

    /// Boxed, since what is held has a fate of its own later.
    fn meet(self, read: Read, fate: Fate) -> Pin<Box<dyn Future<Output = Result<Response<Body>, Broken>> + Send>> {
        Box::pin(self.meet_now(read, fate))
    }

    async fn meet_now(self, read: Read, fate: Fate) -> Result<Response<Body>, Broken> {
        let number = read.call.number;
        match fate {
            Fate::Pass => Ok(self.answer(read, None, WatchFate::default())),
            Fate::AsOf(revision) => Ok(self.answer(read, Some(revision), WatchFate::default())),
            Fate::Watch(fate) => Ok(self.answer(read, None, fate)),
            Fate::Answer(code, retry_after) => {
                let refusal = Refusal::trouble(code, retry_after);
                self.shared
                    .end(number, CallState::Answered(code, refusal.reason.to_owned()));
                Ok(refuse(&refusal))
            }
            Fate::DropBefore => {
                self.shared.end(number, CallState::RequestLost);
                Err(Broken)
            }
            Fate::DropAfter => {
                let response = self.answer(read, None, WatchFate::default());
                self.shared
                    .end(number, CallState::AnswerLost(response.status().as_u16()));
                Err(Broken)
            }
            Fate::HoldAnswer(gate) => {
                let response = self.answer(read, None, WatchFate::default());
                gate.open().await;
                Ok(response)
            }
            Fate::Hold(gate, then) => {
                // A task of its own: what is under way arrives, also when the client has gone.
                let late = tokio::spawn(async move {
                    gate.open().await;
                    self.meet(read, *then).await
                });
                late.await.unwrap_or(Err(Broken))
            }
        }
    }

    /// Carries a request out.
    fn answer(&self, read: Read, as_of: Option<u64>, fate: WatchFate) -> Response<Body> {
        let number = read.call.number;
        let answer = if read.address.verb == Verb::Watch {
            self.watch(read, as_of, fate)
        } else {
            self.shared
                .change(|state| carry_out(state, &read, as_of))
                .map(|answer| respond(answer.code, &answer.body))
        };
        let (response, reason) = match answer {
            Ok(response) => (response, String::new()),
            Err(refusal) => (refuse(&refusal), refusal.reason.to_owned()),
        };
        self.shared
            .end(number, CallState::Answered(response.status().as_u16(), reason));
        response
    }

    fn watch(&self, read: Read, as_of: Option<u64>, fate: WatchFate) -> Result<Response<Body>, Refusal> {
        self.shared.add_watch(read.call.clone());
        let number = read.call.number;
        let state = self.shared.lock();
        let opened = Watch::open(self.shared.clone(), &state, read.call, &read.address, as_of, fate);
        drop(state);
        let watch = opened.inspect_err(|_| self.shared.forget_watch(number))?;
        Ok(response(200, Content::Watch(Box::new(watch))))
    }
}

fn carry_out(state: &mut State, read: &Read, as_of: Option<u64>) -> Result<Answer, Refusal> {
    let (address, body) = (&read.address, &read.body);
    let past = as_of.map(|revision| state.store.at(revision));
    let store = past.as_ref().unwrap_or(&state.store);
    match address.verb {
        Verb::Get => return state.get(store, address),
        Verb::List | Verb::Watch => return state.list(store, address),
        _ => {}
    }
    let trial = (address.query.get("dryRun") == Some("All")).then(|| state.store.clone());
    let mut answer = match address.verb {
        Verb::Create => state.create(address, body),
        Verb::Update => state.replace(address, body),
        Verb::Patch => state.patch(address, &read.content_type, body),
        Verb::Delete => state.delete(address, body),
        _ => state.delete_collection(address, body),
    };
    if let Some(before) = trial {
        state.store = before;
        // What was not stored has no version.
        if let Ok(Answer { code: 201, body }) = &mut answer {
            body["metadata"]
                .as_object_mut()
                .map(|metadata| metadata.remove("resourceVersion"));
        }
    }
    answer
}

fn refuse(refusal: &Refusal) -> Response<Body> {
    if refusal.plain {
        let mut plain = response(refusal.code, Content::Whole(Some(refusal.message.clone().into())));
        let text = header::HeaderValue::from_static("text/plain; charset=utf-8");
        plain.headers_mut().insert(header::CONTENT_TYPE, text);
        return plain;
    }
    let mut response = respond(refusal.code, &refusal.status());
    if let Some(seconds) = refusal.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn respond(code: u16, body: &Value) -> Response<Body> {
    response(code, Content::Whole(Some(body.to_string().into())))
}

fn response(code: u16, content: Content) -> Response<Body> {
    let mut response = Response::new(Body(content));
    *response.status_mut() = http::StatusCode::from_u16(code).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    let json = header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
