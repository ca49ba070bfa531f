//! What a connection to OCP is made from.
//! It must not read Kubernetes objects or files.

use secrecy::SecretString;
use stationmaster_transport::{Clock, Meter, Proxy, Reach, Share, TlsConfig};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// One connection: where OCP is, who asks, and where the databases are.
#[derive(Clone)]
pub struct OcpConfig {
    /// Base URL of OCP without `/api`: `http://ocp.example.com:8080`.
    pub endpoint: String,
    /// What stands for the installation of OCP, which has no identity of its own: a name that is no address, and different for any two
    /// installations.
    pub installation: String,
    /// Who asks.
    pub auth: OcpAuth,
    /// The databases, by cluster. Without them nothing shows the role of a tenant.
    pub sql: Vec<OcpSql>,
    /// How hard OCP is asked.
    pub limits: OcpLimits,
    /// How certificates are verified, of OCP and of the databases.
    pub tls: TlsConfig,
    /// Through which proxy an https endpoint is reached.
    pub proxy: Option<Proxy>,
    /// Where connections may lead; everywhere unless somebody says otherwise.
    pub reach: Reach,
    /// The memory for large answers; as much as is wanted unless somebody says otherwise.
    pub room: Share,
    /// The `User-Agent`.
    pub user_agent: String,
    /// Told of each HTTP attempt.
    pub meter: Option<Arc<dyn Meter>>,
    /// The wall clock: dates of signatures, age of recorded calls, lags.
    pub clock: Clock,
}

impl OcpConfig {
    /// A configuration with everything else at its default.
    pub fn new(endpoint: impl Into<String>, installation: impl Into<String>, auth: OcpAuth) -> OcpConfig {
        OcpConfig {
            endpoint: endpoint.into(),
            installation: installation.into(),
            auth,
            sql: Vec::new(),
            limits: OcpLimits::default(),
            tls: TlsConfig::default(),
            proxy: None,
            reach: Reach::everywhere(),
            room: Share::default(),
            user_agent: concat!("stationmaster/", env!("CARGO_PKG_VERSION")).to_owned(),
            meter: None,
            clock: Clock::system(),
        }
    }
}

impl fmt::Debug for OcpConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OcpConfig")
            .field("endpoint", &self.endpoint)
            .field("installation", &self.installation)
            .field("auth", &self.auth)
            .field("sql", &self.sql)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Credentials. `Debug` prints no secret.
#[derive(Clone, Debug)]
pub enum OcpAuth {
    /// HTTP Basic. Nothing bounds how late a request can arrive.
    Basic {
        /// The user of OCP.
        username: String,
        /// Its password.
        password: SecretString,
    },
    /// Signs each request (AK/SK).
    AccessKey {
        /// The access key's id (AK); not a secret.
        access_key: String,
        /// The secret key (SK).
        secret_key: SecretString,
    },
}

/// A database: an OBProxy or an observer of one cluster, and a read-only account of its sys tenant. `Debug` prints no secret.
#[derive(Clone, Debug)]
pub struct OcpSql {
    /// OCP's id of the cluster.
    pub cluster: i64,
    /// Host name or address.
    pub host: String,
    /// Port: 2883 of an OBProxy, 2881 of an observer.
    pub port: u16,
    /// As it is given to a MySQL client: `reader@sys#berlin`.
    pub username: String,
    /// The account's password.
    pub password: SecretString,
    /// Whether a server that offers no TLS is refused. One that offers it is talked to over it in any case.
    pub tls_required: bool,
}

/// How hard OCP is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcpLimits {
    /// Reads per second, at least 1; mutating calls count but never wait.
    pub requests_per_second: u32,
    /// Reads at the same time, at least 1.
    pub concurrent_requests: u32,
    /// After how long one request is given up.
    pub request_timeout: Duration,
}

impl Default for OcpLimits {
    fn default() -> Self {
        OcpLimits {
            requests_per_second: 5,
            concurrent_requests: 8,
            request_timeout: Duration::from_secs(15),
        }
    }
}
