//! Tenants as OCP lists them (`docs/vendors/ocp.md#tenants`). No document names their role, relation or lag.
//! It must not say where production runs.

use serde::Deserialize;
use stationmaster_transport::lenient::{flag, number, text};

/// One tenant.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tenant {
    /// OCP's own id.
    #[serde(default, deserialize_with = "number")]
    pub(crate) id: Option<i64>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) cluster_name: Option<String>,
    /// The cluster's id in OceanBase.
    #[serde(default, deserialize_with = "number")]
    pub(crate) ob_cluster_id: Option<i64>,
    /// The tenant's id in OceanBase.
    #[serde(default, deserialize_with = "number")]
    pub(crate) ob_tenant_id: Option<i64>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) status: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    pub(crate) locked: Option<bool>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) create_time: Option<String>,
}
