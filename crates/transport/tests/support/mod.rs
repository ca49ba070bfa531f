//! Raw TCP servers that misbehave on purpose, TLS servers that behave, and transports to talk to them.
//! It must not speak more HTTP than a test writes.
#![allow(dead_code, reason = "each test program uses its own part")]

use bytes::Bytes;
use http::Method;
use rcgen::{Certificate, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use stationmaster_transport::{Request, Transport, TransportConfig};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

/// What a server has seen.
#[derive(Clone, Default)]
pub struct Seen(Arc<Mutex<Vec<Vec<u8>>>>);

impl Seen {
    /// The bytes of each connection, in the order of the connections.
    pub fn connections(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap()
            .iter()
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
            .collect()
    }

    /// How many requests have begun to arrive.
    pub fn requests(&self) -> usize {
        self.connections()
            .iter()
            .map(|text| text.matches(" HTTP/1.1\r\n").count())
            .sum()
    }

    fn open(&self) -> usize {
        let mut all = self.0.lock().unwrap();
        all.push(Vec::new());
        all.len() - 1
    }

    pub fn add(&self, connection: usize, bytes: &[u8]) {
        self.0.lock().unwrap()[connection].extend_from_slice(bytes);
    }
}

/// A server on loopback; it ends when this is dropped.
pub struct Server {
    pub address: SocketAddr,
    pub seen: Seen,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection of a server.
pub struct Peer {
    pub stream: TcpStream,
    pub number: usize,
    pub seen: Seen,
}

impl Server {
    /// Runs `handle` for each connection.
    pub async fn start<F, H>(handle: H) -> Server
    where
        F: Future<Output = ()> + Send + 'static,
        H: Fn(Peer) -> F + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Seen::default();
        let shared = seen.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = shared.open();
                tokio::spawn(handle(Peer {
                    stream,
                    number,
                    seen: shared.clone(),
                }));
            }
        });
        Server { address, seen, task }
    }

    /// Reads each request and writes the same answer.
    pub async fn answering(answer: impl Into<Vec<u8>>) -> Server {
        let answer = Arc::new(answer.into());
        Server::start(move |mut peer| {
            let answer = answer.clone();
            async move {
                while peer.request().await {
                    if peer.stream.write_all(&answer).await.is_err() {
                        return;
                    }
                }
            }
        })
        .await
    }

    pub fn uri(&self, path: &str) -> http::Uri {
        format!("http://{}{path}", self.address).parse().unwrap()
    }
}

/// A server's side of TLS with that certificate.
pub fn tls_config(certificate: &Certificate, key: &KeyPair) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    Arc::new(config)
}

/// Serves the same good answer over TLS.
pub async fn serve_tls(config: Arc<ServerConfig>) -> Server {
    let acceptor = TlsAcceptor::from(config);
    Server::start(move |peer: Peer| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(peer.stream).await else {
                return;
            };
            while read_request(&mut stream, peer.number, &peer.seen).await {
                stream.write_all(&answer("200 OK", "", "{}")).await.unwrap();
            }
        }
    })
    .await
}

impl Peer {
    /// Reads one whole request; false when the connection has ended.
    pub async fn request(&mut self) -> bool {
        read_request(&mut self.stream, self.number, &self.seen).await
    }

    /// Reads until the other side closes.
    pub async fn until_closed(&mut self) {
        let mut buffer = [0; 1024];
        while let Ok(length @ 1..) = self.stream.read(&mut buffer).await {
            self.seen.add(self.number, &buffer[..length]);
        }
    }
}

/// Reads a head and a body of the length that the head names.
pub async fn read_request(stream: &mut (impl AsyncRead + Unpin), number: usize, seen: &Seen) -> bool {
    let mut text: Vec<u8> = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        let Ok(length @ 1..) = stream.read(&mut buffer).await else {
            return false;
        };
        text.extend_from_slice(&buffer[..length]);
        seen.add(number, &buffer[..length]);
        let head = String::from_utf8_lossy(&text).to_lowercase();
        if let Some(end) = head.find("\r\n\r\n") {
            let length = head
                .split("content-length: ")
                .nth(1)
                .and_then(|rest| rest.lines().next()?.parse().ok());
            if text.len() >= end + 4 + length.unwrap_or(0) {
                return true;
            }
        }
    }
}

/// A whole answer.
pub fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A transport with that request timeout.
pub fn transport(timeout: Duration) -> Transport {
    Transport::new(TransportConfig {
        request_timeout: timeout,
        requests_per_second: 1000,
        ..TransportConfig::default()
    })
    .unwrap()
}

pub fn quick() -> Transport {
    transport(Duration::from_secs(2))
}

pub fn get(uri: http::Uri) -> Request {
    Request::new("Read", Method::GET, uri)
}

pub fn post(uri: http::Uri) -> Request {
    let mut request = Request::new("Act", Method::POST, uri);
    request.body = Bytes::from_static(b"{\"failover-server-group\":{}}");
    request
}

/// Long from now.
pub fn later() -> Instant {
    Instant::now() + Duration::from_secs(60)
}
