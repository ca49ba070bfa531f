//! One HTTP request on a connection of its own: to the simulator, to the operator's health and metrics.
//! It must not pool, retry or follow: a test counts what it sends, and a handle lives longer than one test's runtime.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// How long an answer may take, from the connection to its last byte.
const DEADLINE: Duration = Duration::from_secs(30);

/// An answer.
#[derive(Debug)]
pub struct Fetched {
    /// HTTP status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body; bytes that are no UTF-8 are replaced.
    pub body: String,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[error("{method} {url}: {source}")]
pub struct NoResponse {
    method: Method,
    url: String,
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// Sends a request. A `Some` body is sent as JSON. `authority` is the PEM of the CA that signed an HTTPS endpoint's certificate.
pub async fn send(
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: Option<&serde_json::Value>,
    authority: Option<&str>,
) -> Result<Fetched, NoResponse> {
    let wrong = |source| NoResponse {
        method: method.clone(),
        url: url.to_owned(),
        source,
    };
    let exchange = exchange(&method, url, headers, body, authority);
    match tokio::time::timeout(DEADLINE, exchange).await {
        Ok(result) => result.map_err(wrong),
        Err(_) => Err(wrong(format!("no answer within {} s", DEADLINE.as_secs()).into())),
    }
}

type Result1<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

async fn exchange(
    method: &Method,
    url: &str,
    headers: &[(&str, &str)],
    body: Option<&serde_json::Value>,
    authority: Option<&str>,
) -> Result1<Fetched> {
    let uri: Uri = url.parse()?;
    let host = uri.host().ok_or("the URL has no host")?.to_owned();
    let tls = uri.scheme_str() == Some("https");
    let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", format!("{host}:{port}"));
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let bytes = body.map_or(Bytes::new(), |body| Bytes::from(body.to_string()));
    let request = request.body(Full::new(bytes))?;
    let stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await?;
    if tls {
        let stream = secure(stream, &host, authority).await?;
        converse(stream, request).await
    } else {
        converse(stream, request).await
    }
}

async fn secure(
    stream: TcpStream,
    host: &str,
    authority: Option<&str>,
) -> Result1<tokio_rustls::client::TlsStream<TcpStream>> {
    let mut roots = rustls::RootCertStore::empty();
    let pem = authority.ok_or("an HTTPS endpoint needs the authority that signed its certificate")?;
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        roots.add(certificate?)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())?;
    Ok(tokio_rustls::TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await?)
}

async fn converse<S>(stream: S, request: Request<Full<Bytes>>) -> Result1<Fetched>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    // Both in one task: nothing goes on in the background once the answer is here.
    let mut connection = std::pin::pin!(connection);
    let answer = async {
        let answer = sender.send_request(request).await?;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Fetched {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    };
    let mut answer = std::pin::pin!(answer);
    tokio::select! {
        answer = &mut answer => answer,
        // An answer that ends with its connection is complete all the same.
        ended = &mut connection => match ended {
            Ok(()) => answer.await,
            Err(error) => Err(error.into()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn the_request_is_what_was_asked_and_the_answer_is_whole() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut seen = vec![0; 4096];
            let length = stream.read(&mut seen).await.unwrap();
            let answer = b"HTTP/1.1 201 Created\r\nx-a: b\r\nconnection: close\r\n\r\nbody to the end";
            stream.write_all(answer).await.unwrap();
            String::from_utf8_lossy(&seen[..length]).into_owned()
        });
        let body = serde_json::json!({"a": 1});
        let url = format!("http://{address}/x?y=z");
        let answer = send(Method::POST, &url, &[("x-auth-token", "t")], Some(&body), None)
            .await
            .unwrap();
        assert_eq!(answer.status, 201);
        assert_eq!(answer.headers["x-a"], "b");
        assert_eq!(answer.body, "body to the end");
        let seen = server.await.unwrap();
        assert!(seen.starts_with("POST /x?y=z HTTP/1.1\r\n"), "{seen}");
        assert!(
            seen.contains("x-auth-token: t") && seen.ends_with("{\"a\":1}"),
            "{seen}"
        );
    }

    #[tokio::test]
    async fn a_closed_port_is_an_error_that_names_the_request() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/healthz", listener.local_addr().unwrap());
        drop(listener);
        let error = send(Method::GET, &url, &[], None, None).await.unwrap_err().to_string();
        assert!(error.starts_with(&format!("GET {url}: ")), "{error}");
    }
}
