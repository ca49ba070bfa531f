//! What was found at the other end of a connection.
//! It must not hold a time of observation or a counter of requests: idle means no writes.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Condition, bounds, conditions};

/// What was found.
#[derive(Serialize, Deserialize, KubeSchema, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct ProtectionProviderStatus {
    /// metadata.generation of the spec that this status speaks of, e.g. `3`; `-1` until the operator has looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// `Ready` always; `Reconciling` and `Stalled` only while true and never together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "conditions::schema")]
    pub conditions: Vec<Condition>,
    /// The provider's API version, e.g. `v1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::CONNECTION_WORD))]
    pub api_version: Option<String>,
    /// Id of the project that requests go to, e.g. `51af777371904892a49a0c3e3e53de44`.
    #[serde(default, rename = "projectID", skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::CONNECTION_WORD))]
    pub project_id: Option<String>,
    /// How many ProtectionGroups of this namespace refer to this connection, e.g. `3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<u32>,
    /// How many protection groups the provider shows to these credentials, e.g. `12`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups_seen: Option<u32>,
    /// The provider's quotas, where it tells them. At most 16.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = bounds::QUOTAS))]
    pub quota: Vec<Quota>,
    /// What the connection can do, one word each, e.g. `PlannedFailover`, `ReadServerState`. At most 32.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = bounds::CAPABILITIES), inner(length(max = bounds::CONNECTION_WORD)))]
    pub capabilities: Vec<String>,
}

/// One quota of the provider.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct Quota {
    /// The provider's word for what is counted, e.g. `server_groups`.
    #[serde(rename = "type")]
    #[schemars(length(max = bounds::CONNECTION_WORD))]
    pub resource: String,
    /// How many are used, e.g. `4`.
    pub used: i64,
    /// How many are allowed, e.g. `10`; `-1` where the provider sets no limit.
    pub limit: i64,
}
