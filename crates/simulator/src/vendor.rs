//! HTTP in and out of the gateway.
//! It must not decide anything: it turns requests into calls and outcomes into responses.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use futures::stream;
use http::{HeaderValue, StatusCode};
use jiff::Timestamp;
use jiff::fmt::rfc2822;

use crate::call::Call;
use crate::gateway::Inner;
use crate::gateway::{self, BODY_LIMIT, Served};
use crate::reply::Reply;
use crate::routes::{Route, Service, Vendor};
use crate::world::job::JobFate;

/// Marks a response that must not be sent: the connection is to be closed without one. Only callers of a router without
/// sockets see it; its status is 599.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dropped;

pub(crate) fn router(inner: Arc<Inner>, services: Vec<Service>) -> Router {
    let services: Arc<[Service]> = services.into();
    Router::new().fallback(move |request: Request| handle(Arc::clone(&inner), Arc::clone(&services), request))
}

async fn handle(inner: Arc<Inner>, services: Arc<[Service]>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = match axum::body::to_bytes(body, BODY_LIMIT + 1).await {
        Ok(body) => body,
        // More than the limit: keep one byte too many, which the gateway refuses.
        Err(_) => Bytes::from(vec![0; BODY_LIMIT + 1]),
    };
    let route = Route::find(&services, parts.method.as_str(), parts.uri.path());
    let ocp = services.contains(&Service::Ocp);
    let call = Call {
        vendor: if ocp { Vendor::Ocp } else { Vendor::Sdrs },
        method: parts.method.as_str().into(),
        path: parts.uri.path().into(),
        query: parts.uri.query().unwrap_or_default().into(),
        headers: parts.headers,
        body,
        route,
        received_real: Timestamp::UNIX_EPOCH,
        received_virtual: Timestamp::UNIX_EPOCH,
        fate: JobFate::default(),
    };
    let arrival = inner.with(|gate| gateway::arrive(gate, call));
    let (number, call) = (arrival.number, arrival.call.clone());
    // A task of its own: a client that goes away does not stop what is on its way to the service.
    let carrier = Arc::clone(&inner);
    let task = tokio::spawn(async move { gateway::carry(&carrier, arrival).await });
    match task.await {
        Ok(Served::Reply(reply)) => {
            let now = inner.with(|gate| {
                gate.requests.answered(&call, reply.status);
                if let Some(entry) = gate.journal.entry(number) {
                    entry.answered = true;
                }
                gate.world.now
            });
            response(reply, now)
        }
        Ok(Served::Hang) => std::future::pending().await,
        Ok(Served::Drop) | Err(_) => dropped(),
    }
}

fn dropped() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::from_u16(599).expect("599 is a status code by its form");
    response.extensions_mut().insert(Dropped);
    response
}

/// `now` is the provider's own time, which `Date` tells, unless the reply tells another.
fn response(reply: Reply, now: Timestamp) -> Response {
    let body = match reply.bytes_per_second {
        None => Body::from(reply.body),
        Some(rate) => slow(reply.body, rate),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(date) = http_date(now) {
        response.headers_mut().insert(http::header::DATE, date);
    }
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<http::HeaderName>(), value.parse()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn http_date(now: Timestamp) -> Option<HeaderValue> {
    let date = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now).ok()?;
    HeaderValue::from_str(&date).ok()
}

/// The body, one byte at a time.
fn slow(body: Bytes, bytes_per_second: u32) -> Body {
    let pause = Duration::from_secs_f64(1.0 / f64::from(bytes_per_second));
    Body::from_stream(stream::unfold(body, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        Some((Ok::<_, Infallible>(rest.split_to(1)), rest))
    }))
}
