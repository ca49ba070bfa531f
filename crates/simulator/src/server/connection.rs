//! One connection: TLS if asked for, then HTTP/1.1, and closing without an answer when a fault wants that.
//! It must not outlive its listener.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::vendor::Dropped;

/// Makes hyper close the connection without a response.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed without an answer")]
struct Closed;

/// Accepts connections until it is aborted, and serves each; its connections end with it.
pub(super) async fn accept<F>(listener: TcpListener, serve: impl Fn(TcpStream) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!(%error, "cannot turn off delayed sending");
                    }
                    connections.spawn(serve(stream));
                }
                Err(error) => {
                    // Out of descriptors, mostly: wait until some are free.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Serves one connection of HTTP.
pub(super) async fn open(stream: TcpStream, router: Router, tls: Option<TlsAcceptor>) {
    match tls {
        None => talk(stream, router).await,
        Some(acceptor) => match acceptor.accept(stream).await {
            Ok(stream) => talk(stream, router).await,
            Err(error) => tracing::debug!(%error, "TLS handshake failed"),
        },
    }
}

async fn talk(stream: impl AsyncRead + AsyncWrite + Unpin, router: Router) {
    let service = service_fn(move |request: Request<Incoming>| answer(router.clone(), request));
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "connection ended");
    }
}

async fn answer(router: Router, request: Request<Incoming>) -> Result<Response<Body>, Closed> {
    let response: Result<Response<Body>, Infallible> = router.oneshot(request.map(Body::new)).await;
    let response = match response {
        Ok(response) => response,
        Err(never) => match never {},
    };
    if response.extensions().get::<Dropped>().is_some() {
        Err(Closed)
    } else {
        Ok(response)
    }
}
