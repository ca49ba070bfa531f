//! Clients for the Kubernetes API: one for the work, one for the lease alone.
//! It must not repeat a request by itself: a write without an answer may have been applied, and only the caller can look.
//!
//! kube repeats any request that is answered by 429, 503 or 504, up to 15 times, writes included; that is switched off. hyper sends a
//! request again only when the kept connection was closed before a byte of it was written, which is no repetition.
//! Every request has a deadline over head and body. A watch has none, but its head has one of its own, and a connection without a byte for
//! [`Limits::silence`] is closed.

mod call;
mod layer;
mod own;
mod proxy;

#[cfg(test)]
mod tests;

pub use call::ApiCall;
pub use layer::TimedOut;
pub use own::own_addresses;

use crate::metrics::Metrics;
use axum::body::HttpBody;
use http::header::{HeaderValue, USER_AGENT};
use http::{Request, Response};
use kube::client::{Body, ClientBuilder};
use kube::{Client, Config};
use std::sync::Arc;
use std::time::Duration;
use tower::{BoxError, Service};

/// How the operator calls itself to the API server.
pub const USER: &str = concat!("stationmaster/", env!("CARGO_PKG_VERSION"));

/// How long a client waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For a connection.
    pub connect: Duration,
    /// For the server to take a piece of a request.
    pub write: Duration,
    /// For a whole answer; of a watch only for its head.
    pub request: Duration,
    /// For the next byte of a watch. Longer than the pause between two bookmarks and than the longest watch that is asked for.
    pub silence: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connect: Duration::from_secs(5),
            write: Duration::from_secs(10),
            request: Duration::from_secs(30),
            silence: Duration::from_secs(65),
        }
    }
}

/// The clients of one operator.
#[derive(Clone)]
pub struct Clients {
    /// For everything but the lease.
    pub api: Client,
    /// For the lease: connections of its own, so that no list delays a renewal.
    pub lease: Client,
    /// Where the API server is.
    pub server: http::Uri,
    /// The namespace of the kubeconfig's context or of the service account.
    pub namespace: String,
}

/// Why no client could be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Neither a kubeconfig nor a service account.
    #[error("no way to reach a Kubernetes API server was found")]
    Infer(#[from] kube::config::InferConfigError),
    /// The kubeconfig names a proxy that cannot be used; it is not repeated, since it may hold a password.
    #[error("proxy-url of the kubeconfig is not the address of an HTTP proxy like http://proxy.example.com:3128")]
    ProxyUrl,
    /// The environment does.
    #[error("the API server cannot be reached through the proxy of the environment")]
    Proxy(#[from] stationmaster_transport::ProxyUnusable),
    /// The configuration cannot be used.
    #[error("the configuration for the Kubernetes API server cannot be used")]
    Build(#[from] kube::Error),
}

/// Makes ring the process's one provider of cryptography. Call it before the first client; a second call changes nothing.
pub fn install_crypto() {
    // An error says that a provider is installed already, which is what is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Clients from the kubeconfig (`KUBECONFIG`, `~/.kube/config`), through its proxy or that of the environment, or from the service account.
/// Nothing is sent yet.
///
/// # Errors
///
/// When neither is there, or it cannot be used.
pub async fn connect(metrics: &Arc<Metrics>) -> Result<Clients, ClientError> {
    let config = proxy::infer().await?;
    from_config(&config, metrics)
}

/// As [`connect`], from a configuration.
///
/// # Errors
///
/// When the configuration cannot be used, for example for a certificate that cannot be read.
pub fn from_config(config: &Config, metrics: &Arc<Metrics>) -> Result<Clients, ClientError> {
    install_crypto();
    let limits = Limits::default();
    // The election has deadlines of its own; a short one for connecting lets it try another connection in time.
    let lease = Limits {
        connect: Duration::from_secs(3),
        ..limits
    };
    Ok(Clients {
        api: build(config.clone(), limits, metrics)?,
        lease: build(config.clone(), lease, metrics)?,
        server: config.cluster_url.clone(),
        namespace: config.default_namespace.clone(),
    })
}

fn build(config: Config, limits: Limits, metrics: &Arc<Metrics>) -> Result<Client, ClientError> {
    let host = config
        .cluster_url
        .authority()
        .map(ToString::to_string)
        .unwrap_or_default();
    let builder = ClientBuilder::try_from(restrain(config, limits))?;
    let layer = layer::Guard::new(limits.request, host, metrics.clone());
    Ok(builder.with_layer(&layer).build())
}

/// The configuration with our limits, our name, and no retries.
fn restrain(mut config: Config, limits: Limits) -> Config {
    config.default_retry = false;
    config.connect_timeout = Some(limits.connect);
    config.write_timeout = Some(limits.write);
    config.read_timeout = Some(limits.silence);
    // Otherwise the time that a kept connection was idle counts as silence of the server.
    config.reset_reader_on_write = true;
    config.headers.push((USER_AGENT, HeaderValue::from_static(USER)));
    config
}

/// A client over any service, with the same deadline and the same counting as the real ones: for an API server in the same process.
pub fn over<S, B>(service: S, namespace: &str, request: Duration, metrics: &Arc<Metrics>) -> Client
where
    S: Service<Request<Body>, Response = Response<B>> + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Into<BoxError>,
    B: HttpBody<Data = axum::body::Bytes> + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    let layer = layer::Guard::new(request, "in-process".to_owned(), metrics.clone());
    ClientBuilder::new(service, namespace).with_layer(&layer).build()
}
