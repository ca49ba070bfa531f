//! Sends one request on, on a connection of its own.
//! It must not pool, repeat or follow: what was sent on once was sent on once.

use http::request::Parts;
use http::{HeaderName, Request, Response, header};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::upstream::Upstream;
use crate::history::Source;

/// Headers that belong to one connection.
const HOP_BY_HOP: [HeaderName; 6] = [
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::TE,
    header::TRAILER,
    header::UPGRADE,
    header::PROXY_AUTHENTICATE,
];

/// A connection on which nothing was sent yet.
pub(crate) struct Opened(SendRequest<Full<Bytes>>);

/// Connects, with TLS where that is spoken. Whatever fails here, no byte of a request has left.
pub(crate) async fn open(upstream: &Upstream) -> Result<Opened, String> {
    let address = (upstream.host.as_str(), upstream.port);
    let stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
    stream.set_nodelay(true).map_err(|error| error.to_string())?;
    match &upstream.tls {
        None => shake(stream).await,
        Some(secure) => {
            let connector = tokio_rustls::TlsConnector::from(secure.config.clone());
            let connected = connector.connect(secure.name.clone(), stream).await;
            shake(connected.map_err(|error| error.to_string())?).await
        }
    }
}

async fn shake(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Result<Opened, String> {
    let shaken = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (sender, connection) = shaken.map_err(|error| error.to_string())?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "the server's connection ended");
        }
    });
    Ok(Opened(sender))
}

impl Opened {
    /// Sends the request as it came, and waits for the head of the answer.
    pub async fn send(mut self, source: Source, head: &Parts, body: Bytes) -> Result<Response<Incoming>, String> {
        let target = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = head.method.clone();
        *request.uri_mut() = target
            .parse()
            .map_err(|error: http::uri::InvalidUri| error.to_string())?;
        *request.headers_mut() = head.headers.clone();
        for name in HOP_BY_HOP {
            request.headers_mut().remove(name);
        }
        if source == Source::Kubernetes {
            // What is recorded and replayed must be readable. A provider's request may be signed and is left as it is.
            request.headers_mut().remove(header::ACCEPT_ENCODING);
        }
        let answer = self.0.send_request(request).await;
        let mut answer = answer.map_err(|error| error.to_string())?;
        for name in HOP_BY_HOP {
            answer.headers_mut().remove(name);
        }
        Ok(answer)
    }
}
