//! What a transport is built from.
//! It must not hold credentials; those belong to each request.

use crate::meter::Meter;
use crate::proxy::Proxy;
use crate::reach::Reach;
use crate::room::Share;
use std::sync::Arc;
use std::time::Duration;

/// How one connection talks HTTP.
#[derive(Clone)]
pub struct TransportConfig {
    /// After how long a request is given up: connecting, TLS, request and body together, repeats of a read included. Waiting for the
    /// limits below does not count.
    pub request_timeout: Duration,
    /// Reads per second, at least 1; as many may come at once. A mutating request never waits, but counts.
    pub requests_per_second: u32,
    /// Reads in flight at the same time, at least 1. A mutating request never waits for it.
    pub concurrent_requests: u32,
    /// For how long a read may wait for the two limits before it fails.
    pub queue_timeout: Duration,
    /// How certificates are verified.
    pub tls: TlsConfig,
    /// Through which proxy https endpoints are reached.
    pub proxy: Option<Proxy>,
    /// The `User-Agent`: `stationmaster/0.1.0`.
    pub user_agent: String,
    /// Where connections may lead; everywhere unless somebody says otherwise.
    pub reach: Reach,
    /// The memory for large answers to reads; as much as is wanted unless somebody says otherwise.
    pub room: Share,
    /// Told of each request; for metrics.
    pub meter: Option<Arc<dyn Meter>>,
}

impl Default for TransportConfig {
    fn default() -> Self {
        TransportConfig {
            request_timeout: Duration::from_secs(15),
            requests_per_second: 10,
            concurrent_requests: 16,
            queue_timeout: Duration::from_secs(60),
            tls: TlsConfig::default(),
            proxy: None,
            user_agent: concat!("stationmaster/", env!("CARGO_PKG_VERSION")).to_owned(),
            reach: Reach::everywhere(),
            room: Share::default(),
            meter: None,
        }
    }
}

/// How the server's certificate is verified.
///
/// The roots are those of the system (`SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured) **and** those of the bundle: a provider often has
/// one endpoint behind a private authority and another behind a public one, and both belong to one connection.
#[derive(Clone, Debug, Default)]
pub struct TlsConfig {
    /// Further roots, PEM.
    pub ca_bundle_pem: Option<Vec<u8>>,
    /// Verify nothing. For laboratories only.
    pub insecure_skip_verify: bool,
}

/// Why a transport could not be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The CA bundle holds no certificate, or something that is none.
    #[error("the CA bundle cannot be used: {0}")]
    CaBundle(String),
    /// The user agent is not a header value.
    #[error("the user agent is not a legal header value")]
    UserAgent,
    /// The TLS library refused its configuration.
    #[error("TLS cannot be configured: {0}")]
    Tls(String),
}
