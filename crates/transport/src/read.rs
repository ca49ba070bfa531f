//! Reads over a pool of kept connections, repeated where a repeat can help and still fits the deadline.
//! It must not repeat anything but GET and HEAD.

use crate::body;
use crate::connect::Connector;
use crate::error::{ErrorKind, TransportError, Written};
use crate::limiter::Limiter;
use crate::request::{Request, Response};
use crate::retry_after::retry_after;
use crate::room::Share;
use backon::{BackoffBuilder, ExponentialBuilder};
use bytes::Bytes;
use http::StatusCode;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use jiff::Timestamp;
use std::error::Error;
use std::time::Duration;
use tokio::time::Instant;

/// The pool.
pub(crate) type Pool = Client<Connector, Full<Bytes>>;

/// Gateways close idle connections after about a minute; a connection is dropped before that.
const IDLE: Duration = Duration::from_secs(30);

/// A provider that asks for more is not asked again sooner by other reads either, but a person's forced call must get its looks in.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

pub(crate) fn pool(connector: Connector) -> Pool {
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(8)
        .build(connector)
}

/// Runs attempts until one is good, none can help, or the deadline is near.
pub(crate) async fn with_repeats<F>(
    request: &Request,
    limiter: &Limiter,
    deadline: Instant,
    mut attempt: impl FnMut() -> F,
) -> Result<Response, TransportError>
where
    F: Future<Output = Result<Response, TransportError>>,
{
    let mut pauses = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(200))
        .with_jitter()
        .with_max_times(2)
        .build();
    loop {
        let outcome = attempt().await;
        let asked = pause_asked(&outcome);
        if let Some(asked) = asked {
            limiter.pause(asked.min(LONGEST_PAUSE));
        }
        if !request.repeatable() || !may_help(&outcome, asked) {
            return outcome;
        }
        let Some(pause) = pauses.next() else { return outcome };
        let resume = Instant::now() + asked.unwrap_or(pause);
        if resume >= deadline {
            return outcome;
        }
        tokio::time::sleep_until(resume).await;
        if limiter.pace(request.urgent, deadline).await.is_err() {
            return outcome;
        }
    }
}

/// One attempt within the deadline.
pub(crate) async fn once(
    pool: &Pool,
    request: http::Request<Full<Bytes>>,
    host: &str,
    (cap, room): (usize, &Share),
    deadline: Instant,
) -> Result<Response, TransportError> {
    let began = Instant::now();
    let exchange = async {
        let answer = pool.request(request).await.map_err(|error| {
            if error.is_connect() {
                TransportError::connecting(host, error.source().unwrap_or(&error))
            } else {
                TransportError::exchanging(host, Written::Perhaps, &error)
            }
        })?;
        body::take_in(answer, cap, host, Written::Perhaps, room).await
    };
    tokio::time::timeout_at(deadline, exchange).await.unwrap_or_else(|_| {
        let message = format!(
            "{host} did not answer within {} s",
            (deadline - began).as_secs_f64().ceil()
        );
        Err(TransportError::new(ErrorKind::Timeout, Written::Perhaps, message))
    })
}

fn pause_asked(outcome: &Result<Response, TransportError>) -> Option<Duration> {
    let answer = outcome.as_ref().ok()?;
    let asks = matches!(
        answer.status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    );
    asks.then(|| retry_after(&answer.headers, Timestamp::now())).flatten()
}

fn may_help(outcome: &Result<Response, TransportError>, asked: Option<Duration>) -> bool {
    match outcome {
        Ok(answer) if answer.status == StatusCode::TOO_MANY_REQUESTS => asked.is_some(),
        Ok(answer) => answer.status.is_server_error() && answer.status != StatusCode::NOT_IMPLEMENTED,
        Err(error) => matches!(error.kind, ErrorKind::Connect | ErrorKind::Closed),
    }
}
