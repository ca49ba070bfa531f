//! The two ways to send: reads over a pool, mutating requests each on a connection of its own.
//! It must not know credentials or paths; they come with the request.

use crate::config::{ConfigError, TransportConfig};
use crate::connect::{Connector, connector};
use crate::error::{ErrorKind, TransportError, Written};
use crate::limiter::Limiter;
use crate::meter::{Meter, RequestResult, Timed};
use crate::mutate::{self, Mutation};
use crate::reach::Reach;
use crate::read::{self, Pool};
use crate::request::{Request, Response};
use crate::retry_after::retry_after;
use crate::room::Share;
use crate::tls;
use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CONNECTION, HOST, HeaderValue, USER_AGENT};
use http::{StatusCode, Uri};
use http_body_util::Full;
use jiff::Timestamp;
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};
use tokio::time::Instant;
use tracing::Instrument;

/// HTTP to the endpoints of one connection.
pub struct Transport {
    connector: Connector,
    pool: Pool,
    limiter: Limiter,
    request_timeout: Duration,
    user_agent: HeaderValue,
    reach: Reach,
    room: Share,
    meter: Option<Arc<dyn Meter>>,
}

impl Transport {
    /// Reads the system's roots and the CA bundle; opens no connection.
    ///
    /// # Errors
    /// When the bundle or the user agent cannot be used.
    pub fn new(config: TransportConfig) -> Result<Transport, ConfigError> {
        let tls = tls::client_config(&config.tls)?;
        let connector = connector(tls, config.request_timeout, &config.reach, config.proxy);
        Ok(Transport {
            pool: read::pool(connector.clone()),
            connector,
            limiter: Limiter::new(
                config.requests_per_second,
                config.concurrent_requests,
                config.queue_timeout,
            ),
            request_timeout: config.request_timeout,
            user_agent: HeaderValue::from_str(&config.user_agent).map_err(|_| ConfigError::UserAgent)?,
            reach: config.reach,
            room: config.room,
            meter: config.meter,
        })
    }

    /// After how long a request is given up.
    pub fn request_timeout(&self) -> Duration {
        self.request_timeout
    }

    /// Sends a request that changes nothing that matters: GET, HEAD, or a login. Waits for the limits; repeats GET and HEAD at most twice.
    ///
    /// # Errors
    /// When there is no whole answer. An answer of any status, a redirect included, is none.
    pub async fn read(&self, request: &Request) -> Result<Response, TransportError> {
        let host = self.admitted(&request.uri)?;
        let _permit = self.limiter.admit(request.urgent).await.map_err(|_| {
            let message = format!("too many requests to {host} are waiting for this connection's own limits");
            TransportError::new(ErrorKind::Queue, Written::Never, message).of(request.operation)
        })?;
        let deadline = Instant::now()
            + request
                .patience
                .map_or(self.request_timeout, |p| p.min(self.request_timeout));
        let attempt = || async {
            let wire = self.wire(request, request.uri.clone(), &host, false);
            let timed = self.timed(request);
            let result = read::once(&self.pool, wire, &host, (request.cap, &self.room), deadline).await;
            timed.end(said(&result));
            result
        };
        let result = read::with_repeats(request, &self.limiter, deadline, attempt);
        let result = result.instrument(span(request, &host)).await;
        result.map_err(|error| error.of(request.operation))
    }

    /// Sends a mutating request: once, at once, on a fresh connection, and not after `latest_write`.
    ///
    /// # Errors
    /// When there is no whole answer; [`TransportError::written`] says whether any of it can have left.
    pub async fn mutate(&self, request: &Request, latest_write: Instant) -> Result<Response, TransportError> {
        let host = self.admitted(&request.uri)?;
        self.limiter.count();
        let path = request.uri.path_and_query().map_or("/", |path| path.as_str());
        let path = path.parse().map_err(|_| no_host(&request.uri))?;
        let mutation = Mutation {
            request: self.wire(request, path, &host, true),
            uri: request.uri.clone(),
            host: host.clone(),
            cap: request.cap,
            deadline: Instant::now() + self.request_timeout,
            latest_write,
        };
        let timed = self.timed(request);
        let exchange = async {
            let result = mutate::send(self.connector.clone(), mutation).await;
            timed.end(said(&result));
            result
        };
        let result = exchange.instrument(span(request, &host)).await;
        if let Ok(answer) = &result
            && answer.status == StatusCode::TOO_MANY_REQUESTS
            && let Some(wait) = retry_after(&answer.headers, Timestamp::now())
        {
            self.limiter.pause(wait.min(Duration::from_secs(30)));
        }
        result.map_err(|error| error.of(request.operation))
    }

    /// The host of an address to which connections may lead. A name is judged again when it is looked up, by what it stands for then.
    fn admitted(&self, uri: &Uri) -> Result<String, TransportError> {
        let host = host(uri)?;
        let admitted = self.reach.admit_uri(uri);
        admitted.map_err(|refused| TransportError::connecting(&host, &refused))?;
        Ok(host)
    }

    fn wire(&self, request: &Request, uri: Uri, host: &str, close: bool) -> http::Request<Full<Bytes>> {
        let mut wire = http::Request::new(Full::new(request.body.clone()));
        *wire.method_mut() = request.method.clone();
        *wire.uri_mut() = uri;
        let headers = wire.headers_mut();
        headers.clone_from(request.headers.as_map());
        if let Ok(host) = HeaderValue::from_str(host) {
            headers.entry(HOST).or_insert(host);
        }
        headers.entry(USER_AGENT).or_insert_with(|| self.user_agent.clone());
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if close {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        wire
    }

    fn timed<'a>(&'a self, request: &'a Request) -> Timed<'a> {
        Timed {
            operation: request.operation,
            method: &request.method,
            uri: &request.uri,
            meter: self.meter.as_deref(),
            began: Moment::now(),
        }
    }
}

fn said(result: &Result<Response, TransportError>) -> RequestResult {
    match result {
        Ok(answer) => RequestResult::Status(answer.status.as_u16()),
        Err(error) => RequestResult::Error(error.kind.as_str()),
    }
}

fn span(request: &Request, host: &str) -> tracing::Span {
    tracing::debug_span!("provider_request", operation = request.operation, method = %request.method, host)
}

/// Host and port as the `Host` header has them; without the port where it is the scheme's own.
fn host(uri: &Uri) -> Result<String, TransportError> {
    let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(|| no_host(uri))?;
    let own = match uri.scheme_str() {
        Some("https") => 443,
        _ => 80,
    };
    Ok(match uri.port_u16() {
        Some(port) if port != own => format!("{host}:{port}"),
        _ => host.to_owned(),
    })
}

fn no_host(uri: &Uri) -> TransportError {
    TransportError::new(
        ErrorKind::Request,
        Written::Never,
        format!("{} is no address of a host", uri.path()),
    )
}
