//! The blocks `ocp`: OceanBase Cloud Platform, which this version refuses.
//! It must not hold secrets.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bounds;

/// OceanBase Cloud Platform; not served by this version.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct OcpConnection {
    /// Base URL of OCP, e.g. `https://ocp.example.com:8080`.
    #[schemars(length(max = bounds::URL), regex(pattern = r"^https?://[^/?#@\s]+(/[^?#\s]*)?$"))]
    pub endpoint: String,
}

/// A tenant with its standby at OceanBase Cloud Platform; not served by this version.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct OcpGroup {
    /// OCP's own id of the cluster that held the primary tenant when the group was created, e.g. `3000010`.
    #[serde(rename = "clusterID")]
    #[schemars(range(min = 1))]
    pub cluster_id: i64,
    /// OCP's own id of the tenant that was primary when the group was created, e.g. `2000025`.
    #[serde(rename = "tenantID")]
    #[schemars(range(min = 1))]
    pub tenant_id: i64,
}
