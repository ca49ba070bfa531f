//! One mutating request on a connection of its own, written at most once.
//! It must not repeat anything, keep a connection, or leave a task behind that could still write.

use crate::body;
use crate::connect::Connector;
use crate::error::{ErrorKind, TransportError, Written};
use crate::request::Response;
use crate::room::Share;
use crate::watched::{Mark, Watched};
use bytes::Bytes;
use http::Uri;
use http_body_util::Full;
use hyper::client::conn::http1;
use tokio::time::Instant;
use tower::ServiceExt;

/// A mutating request, ready to go.
pub(crate) struct Mutation {
    /// With the path alone as its address and the host as a header.
    pub(crate) request: http::Request<Full<Bytes>>,
    /// The whole address.
    pub(crate) uri: Uri,
    /// The host, for messages.
    pub(crate) host: String,
    /// The largest answer.
    pub(crate) cap: usize,
    /// When the request is given up.
    pub(crate) deadline: Instant,
    /// After this moment it is not written any more.
    pub(crate) latest_write: Instant,
}

/// Sends it. Whatever happens, the connection is closed when this returns or is dropped: it is driven by this very future.
pub(crate) async fn send(connector: Connector, mutation: Mutation) -> Result<Response, TransportError> {
    let mark = Mark::default();
    let (deadline, host) = (mutation.deadline, mutation.host.clone());
    let seconds = (deadline - Instant::now()).as_secs_f64().ceil();
    match tokio::time::timeout_at(deadline, exchange(connector, mutation, &mark)).await {
        Ok(outcome) => outcome,
        Err(_) if mark.written() => {
            let message = format!("{host} did not answer within {seconds} s");
            Err(TransportError::new(ErrorKind::Timeout, Written::Perhaps, message))
        }
        Err(_) => {
            let message = format!("connecting to {host} took longer than {seconds} s");
            Err(TransportError::new(ErrorKind::Timeout, Written::Never, message))
        }
    }
}

async fn exchange(connector: Connector, mutation: Mutation, mark: &Mark) -> Result<Response, TransportError> {
    let Mutation {
        request,
        uri,
        host,
        cap,
        latest_write,
        ..
    } = mutation;
    let stream = connector
        .oneshot(uri)
        .await
        .map_err(|error| TransportError::connecting(&host, error.as_ref()))?;
    let failed = |error: hyper::Error| {
        let written = if mark.written() {
            Written::Perhaps
        } else {
            Written::Never
        };
        TransportError::exchanging(&host, written, &error)
    };
    let (mut sender, connection) = http1::handshake(Watched::new(stream, mark.clone()))
        .await
        .map_err(failed)?;
    if Instant::now() > latest_write {
        let message = format!("the connection to {host} was ready only after the call's latest moment");
        return Err(TransportError::new(ErrorKind::Late, Written::Never, message));
    }
    let talk = async {
        let answer = sender.send_request(request).await.map_err(failed)?;
        // The answer to a call waits for nothing.
        body::take_in(answer, cap, &host, Written::Perhaps, &Share::default()).await
    };
    tokio::pin!(talk);
    tokio::pin!(connection);
    let mut open = true;
    loop {
        tokio::select! {
            outcome = &mut talk => return outcome,
            // The connection's own end is not an outcome: the exchange hears of it and says what it means.
            _ = &mut connection, if open => open = false,
        }
    }
}
