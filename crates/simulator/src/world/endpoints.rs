//! Where the services are, as the IAM catalog names them.
//! It must not bind anything.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Base URLs of the services, without a trailing slash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoints {
    /// IAM; `/v3` follows.
    pub iam: String,
    /// SDRS; `/v1/{project_id}` follows.
    pub sdrs: String,
    /// ECS; `/v1/{project_id}` follows.
    pub ecs: String,
    /// OCP; `/api/v2` follows.
    pub ocp: String,
    /// The SQL ports of OCP's clusters, `host:port` by the name of the cluster.
    pub sql: BTreeMap<String, String>,
    /// Control API, always plain HTTP.
    pub control: String,
    /// The authority that signed the vendor ports' certificate, when they serve TLS.
    pub ca_pem: Option<String>,
}

impl Endpoints {
    /// The addresses of a simulator that serves no socket.
    pub(crate) fn in_process() -> Self {
        let base = || "http://simulator.invalid".to_owned();
        Self {
            iam: base(),
            sdrs: base(),
            ecs: base(),
            ocp: base(),
            sql: BTreeMap::new(),
            control: base(),
            ca_pem: None,
        }
    }
}
