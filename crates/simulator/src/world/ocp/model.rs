//! Clusters and tenants as the database and OCP know them.
//! It must not know tasks.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A cluster.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cluster {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) ob_cluster_id: u64,
    pub(crate) ob_version: String,
    pub(crate) zones: Vec<String>,
    /// OCP's word.
    pub(crate) status: String,
    pub(crate) created_at: Timestamp,
    /// Since when its site is lost.
    pub(crate) down_since: Option<Timestamp>,
    pub(crate) sql: SqlPort,
}

/// What the SQL port of a cluster does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SqlPort {
    /// It answers.
    #[default]
    Open,
    /// It closes every connection.
    Closed,
    /// It takes connections and statements, and says nothing.
    Silent,
}

/// What a tenant is in its family (`TENANT_ROLE`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Role {
    Primary,
    Standby,
    Restore,
}

impl Role {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Primary => "PRIMARY",
            Self::Standby => "STANDBY",
            Self::Restore => "RESTORE",
        }
    }
}

/// The resting word of `SWITCHOVER_STATUS`.
pub(crate) const NORMAL: &str = "NORMAL";

/// A tenant.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tenant {
    /// OCP's own id.
    pub(crate) id: u64,
    /// OceanBase's id.
    pub(crate) ob_tenant_id: u64,
    pub(crate) name: String,
    pub(crate) cluster: u64,
    pub(crate) mode: String,
    /// OCP's word; the database's is derived from it.
    pub(crate) status: String,
    pub(crate) locked: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) role: Role,
    pub(crate) switchover_status: String,
    pub(crate) switchover_epoch: i64,
    /// Where it fetches its log from: OCP's id of a tenant.
    pub(crate) source: Option<u64>,
    /// The primary that OCP's records name.
    pub(crate) recorded_primary: Option<u64>,
    pub(crate) service: Option<String>,
    pub(crate) data_version: String,
    /// Seconds behind its source.
    pub(crate) lag: f64,
    pub(crate) paused: bool,
    /// A word for the state of its synchronization, instead of the true one.
    pub(crate) sync_status: Option<String>,
    pub(crate) down_since: Option<Timestamp>,
    /// The system change number (SCN) that it had at the last change of anything, in nanoseconds.
    pub(crate) floor: i64,
    pub(crate) log_mode: String,
}
