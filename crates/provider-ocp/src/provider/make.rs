//! A connection made of its configuration.
//! It must not send anything.

use super::Ocp;
use crate::auth::Credentials;
use crate::client::Client;
use crate::config::{OcpAuth, OcpConfig};
use crate::observe::Memory;
use crate::plan::{self, Setting};
use crate::sql::{Reader, Who};
use stationmaster_engine::Reason;
use stationmaster_provider::Fault;
use stationmaster_transport::given::{present, secret, wrong};
use stationmaster_transport::{Dialer, Endpoint, Gate, Leads, Transport};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Ocp {
    /// Checks the configuration; sends nothing.
    ///
    /// # Errors
    /// `EndpointInvalid`, `SecretInvalid`, `CABundleNotFound` or `CertificateInvalid`, with the field that is wrong.
    pub fn new(config: OcpConfig) -> Result<Ocp, Fault> {
        let endpoint = Endpoint::parse("endpoint", &config.endpoint, "https://ocp.example.com:8080", &["api"])?;
        let installation = config.installation.trim().to_owned();
        if installation.is_empty() || installation.len() > 256 {
            return Err(wrong(
                Reason::EndpointInvalid,
                "installation is empty or longer than 256 bytes",
            ));
        }
        let credentials = match config.auth {
            OcpAuth::Basic { username, password } => {
                present("username", &username)?;
                secret("password", &password)?;
                Credentials::Basic { username, password }
            }
            OcpAuth::AccessKey { access_key, secret_key } => {
                present("accessKey", &access_key)?;
                secret("secretKey", &secret_key)?;
                Credentials::AccessKey { access_key, secret_key }
            }
        };
        let dead_time_seconds = credentials
            .dates()
            .then(|| plan::dead_time_seconds(config.transport.request_timeout));
        let dialer = Arc::new(Dialer::new(&config.transport.tls, config.transport.reach.clone())?);
        let mut readers = BTreeMap::new();
        let mut secrets = credentials.secrets();
        for sql in config.sql {
            let cluster = sql.cluster;
            let who = Who {
                host: sql.host,
                port: sql.port,
                username: sql.username,
                password: sql.password,
                tls_required: sql.tls_required,
            };
            if !who.usable() {
                let message = format!("sql of cluster {cluster} lacks its host, port, user name or password");
                return Err(wrong(Reason::SecretInvalid, &message));
            }
            secrets.add(who.password.clone());
            readers.insert(cluster, Reader::new(dialer.clone(), who, config.clock.clone()));
        }
        let transport = Transport::new(config.transport)?;
        let client = Client {
            transport,
            clock: config.clock,
            credentials,
            secrets,
            endpoint,
            gate: Gate::default(),
            leads: Leads::default(),
        };
        Ok(Ocp {
            client: Arc::new(client),
            installation,
            setting: Setting {
                roles: !readers.is_empty(),
                dead_time_seconds,
            },
            readers,
            memory: Memory::default(),
            patience: Arc::default(),
            kept: Arc::default(),
        })
    }
}
