//! A port in front of one server: takes connections, reads whole requests, hands exchanges over.
//! It must not outlive its handle.

use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use nix::sys::socket::{setsockopt, sockopt};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use super::body::ResponseBody;
use super::exchange::{Exchange, Given};
use super::matching::Asked;
use super::shared::Shared;
use super::tls::Identity;
use super::upstream::Upstream;
use super::{Error, redact};
use crate::history::{ApiCall, Event, Source};

/// A door. Dropping it closes the port and all connections through it.
#[derive(Debug)]
pub struct Door {
    url: String,
    authority: Option<String>,
    bearer: Option<String>,
    task: AbortHandle,
}

impl Door {
    pub(crate) async fn open(
        shared: Arc<Shared>,
        identity: &Identity,
        upstream: Upstream,
        port: u16,
    ) -> Result<Self, Error> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(Error::Listen)?;
        let address = listener.local_addr().map_err(Error::Listen)?;
        let tls = upstream.tls.is_some();
        let acceptor = tls.then(|| TlsAcceptor::from(identity.server.clone()));
        let bearer = upstream.bearer.clone();
        let entry = Entry {
            shared,
            upstream: Arc::new(upstream),
        };
        let task = tokio::spawn(accept(listener, acceptor, entry)).abort_handle();
        Ok(Self {
            url: format!("{}://{address}", if tls { "https" } else { "http" }),
            authority: tls.then(|| identity.authority_pem.clone()),
            bearer,
            task,
        })
    }

    /// Its URL, without a trailing slash. It has the scheme of the server behind it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// PEM of the authority that signed its certificate; `None` without TLS.
    pub fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    /// The text of a kubeconfig that leads through it. Who calls is what the kubeconfig behind it says; a bearer token of that one is in
    /// this one too, since it passes through.
    pub fn kubeconfig(&self) -> String {
        let authority = self.authority.as_deref().unwrap_or_default();
        let data = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, authority);
        let user = match &self.bearer {
            Some(token) => json!({ "token": token }),
            None => json!({}),
        };
        json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "fault-proxy",
            "clusters": [{"name": "fault-proxy", "cluster": {"server": self.url, "certificate-authority-data": data}}],
            "users": [{"name": "fault-proxy", "user": user}],
            "contexts": [{"name": "fault-proxy", "context": {"cluster": "fault-proxy", "user": "fault-proxy"}}],
        })
        .to_string()
    }

    /// Writes [`Door::kubeconfig`], readable by the owner only.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_kubeconfig(&self, path: &Path) -> Result<(), Error> {
        use std::io::Write;
        use std::os::unix::fs::OpenOptionsExt;
        let mut options = std::fs::OpenOptions::new();
        let opened = options.create(true).write(true).truncate(true).mode(0o600).open(path);
        opened
            .and_then(|mut file| file.write_all(self.kubeconfig().as_bytes()))
            .map_err(Error::io(path))
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Clone)]
struct Entry {
    shared: Arc<Shared>,
    upstream: Arc<Upstream>,
}

/// Makes hyper close the connection without a response.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed without an answer")]
struct Closed;

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, entry: Entry) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(connect(stream, peer, tls.clone(), entry.clone()));
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

/// One connection of a client.
struct Connection {
    entry: Entry,
    replica: Option<String>,
    /// A second handle to the socket, to reset it with.
    socket: OwnedFd,
}

async fn connect(stream: TcpStream, peer: SocketAddr, tls: Option<TlsAcceptor>, entry: Entry) {
    let (Ok(local), Ok(socket), Ok(())) = (
        stream.local_addr(),
        stream.as_fd().try_clone_to_owned(),
        stream.set_nodelay(true),
    ) else {
        return;
    };
    let (shared, fixed) = (entry.shared.clone(), entry.upstream.replica.clone());
    let looked = tokio::task::spawn_blocking(move || shared.callers.label(peer, local, fixed.as_deref())).await;
    let connection = Arc::new(Connection {
        entry,
        replica: looked.unwrap_or_default(),
        socket,
    });
    match tls {
        None => talk(stream, connection).await,
        Some(acceptor) => match acceptor.accept(stream).await {
            Ok(stream) => talk(stream, connection).await,
            Err(error) => tracing::debug!(%error, "TLS handshake failed"),
        },
    }
}

async fn talk(stream: impl AsyncRead + AsyncWrite + Unpin, connection: Arc<Connection>) {
    let service = service_fn(move |request| serve(connection.clone(), request));
    let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    if let Err(error) = served.await {
        tracing::debug!(%error, "a client's connection ended");
    }
}

async fn serve(connection: Arc<Connection>, request: Request<Incoming>) -> Result<Response<ResponseBody>, Closed> {
    let (head, body) = request.into_parts();
    // A request that did not arrive whole is none; nothing was sent on.
    let body = body.collect().await.map_err(|_| Closed)?.to_bytes();
    let Entry { shared, upstream } = connection.entry.clone();
    if !shared.pass_gate(&connection.replica).await {
        return Err(Closed);
    }
    let path = head.uri.path().to_owned();
    let query = head.uri.query().unwrap_or_default().to_owned();
    let method = head.method.as_str().to_owned();
    let asked = Asked {
        source: upstream.source,
        replica: connection.replica.clone(),
        api: match upstream.source {
            Source::Kubernetes => ApiCall::of(&method, &path, &query),
            Source::Provider => None,
        },
        method,
        path,
        query,
        body: serde_json::from_slice::<Value>(&body).ok(),
    };
    let rule = shared.book().meet(&asked);
    let secret = redact::is_secret(&asked);
    let number = shared.recorder.begin(Event::Request {
        source: asked.source,
        replica: asked.replica.clone(),
        method: asked.method.clone(),
        path: asked.path.clone(),
        query: asked.query.clone(),
        api: asked.api.clone().map(Box::new),
        digest: (!secret && !body.is_empty()).then(|| hex::encode(Sha256::digest(&body))),
        body: if secret { None } else { redact::body(&body) },
        rule: rule.as_ref().map(|rule| rule.name.clone()),
    });
    let exchange = Exchange {
        shared,
        upstream,
        asked,
        head,
        body,
        number,
        rule,
    };
    let (client, given) = oneshot::channel();
    // A task of its own: what was sent on is followed to its end also when the client goes away.
    tokio::spawn(exchange.run(client));
    match given.await {
        Ok(Given::Answer(response)) => Ok(response),
        Ok(Given::Reset) => {
            let now = nix::libc::linger {
                l_onoff: 1,
                l_linger: 0,
            };
            if let Err(error) = setsockopt(&connection.socket, sockopt::Linger, &now) {
                tracing::warn!(%error, "the connection is closed instead of reset");
            }
            Err(Closed)
        }
        Err(_) => Err(Closed),
    }
}
