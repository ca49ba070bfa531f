//! What a connection to OCP is made from.
//! It must not read Kubernetes objects or files.

use secrecy::SecretString;
use stationmaster_transport::{Clock, TransportConfig};
use std::fmt;

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
    /// How hard OCP is asked, how certificates are verified, of OCP and of the databases, and through which proxy OCP is reached.
    pub transport: TransportConfig,
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
            transport: TransportConfig {
                requests_per_second: 5,
                concurrent_requests: 8,
                ..TransportConfig::default()
            },
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
