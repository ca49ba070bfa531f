//! `ProtectionGroup`: what moves as one, and the one intent that a person may have for it.
//! It must not hold any other request: everything else that changes a group is a `RecoveryOperation`.

pub mod intent;
mod status;

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bounds;
use crate::refs::ProviderRef;
use crate::vendors::{HcpGroup, OcpGroup, SdrsGroup};
use crate::words::Station;
pub use status::{
    ActionRisk, AvailableAction, CurrentOperation, PastOperation, ProtectionGroupStatus, ReplicationStatus,
};

/// What the group is, and where production should run.
#[derive(CustomResource, KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[kube(
    group = "stationmaster.dev",
    version = "v1alpha1",
    kind = "ProtectionGroup",
    plural = "protectiongroups",
    shortname = "drpg",
    category = "dr",
    category = "stationmaster",
    namespaced,
    status = "ProtectionGroupStatus",
    derive = "PartialEq",
    doc = "ProtectionGroup is what an outside disaster-recovery system moves as one: where production runs, where it should run, and how \
           replication stands. Creating or deleting it changes nothing at the provider.",
    selectable = ".spec.priorityStation",
    selectable = ".spec.providerRef.name",
    selectable = ".status.activeStation",
    validation = Rule::new(crate::group::intent::RULE)
        .message(Message::Expression(crate::group::intent::MESSAGE_EXPRESSION.to_owned()))
        .reason(Reason::FieldValueForbidden)
        .field_path(".spec.priorityStation"),
    validation = Rule::new(crate::vendors::ocp::KEPT)
        .message(crate::vendors::ocp::KEPT_MESSAGE)
        .field_path(".spec.ocp"),
    printcolumn = r#"{"name": "Active", "type": "string", "jsonPath": ".status.activeStation", "description": "Where production runs."}"#,
    printcolumn = r#"{"name": "Operation", "type": "string", "jsonPath": ".status.operation.type", "description": "What is running; empty when nothing is."}"#,
    printcolumn = r#"{"name": "Copies", "type": "integer", "jsonPath": ".status.copies", "description": "Copies of the data that are current; empty where the provider does not tell."}"#,
    printcolumn = r#"{"name": "Reason", "type": "string", "jsonPath": ".status.conditions[?(@.type=='Ready')].reason", "description": "How it stands: why it is ready, or why not."}"#,
    printcolumn = r#"{"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp", "description": "Time since the object was created."}"#,
    printcolumn = r#"{"name": "Ready", "type": "string", "jsonPath": ".status.conditions[?(@.type=='Ready')].status", "priority": 1, "description": "Whether the group is as it should be."}"#,
    printcolumn = r#"{"name": "Repl", "type": "string", "jsonPath": ".status.replication.state", "priority": 1, "description": "How replication stands."}"#,
    printcolumn = r#"{"name": "Lag", "type": "integer", "jsonPath": ".status.replication.lagSeconds", "priority": 1, "description": "Seconds that the other side is behind; empty where the provider does not tell."}"#,
    printcolumn = r#"{"name": "Want", "type": "string", "jsonPath": ".spec.priorityStation", "priority": 1, "description": "Where production should run; empty means no intent."}"#,
    printcolumn = r#"{"name": "Step", "type": "string", "jsonPath": ".status.operation.step", "priority": 1, "description": "The step that is running."}"#,
    printcolumn = r#"{"name": "Progress", "type": "integer", "jsonPath": ".status.operation.progressPercent", "priority": 1, "description": "Progress of the operation in percent."}"#,
    printcolumn = r#"{"name": "Job", "type": "string", "jsonPath": ".status.operation.jobID", "priority": 1, "description": "The provider's job."}"#,
    printcolumn = r#"{"name": "Provider", "type": "string", "jsonPath": ".spec.providerRef.name", "priority": 1, "description": "The connection."}"#,
    printcolumn = r#"{"name": "Provider-Status", "type": "string", "jsonPath": ".status.providerStatus", "priority": 1, "description": "The provider's own word."}"#,
    printcolumn = r#"{"name": "Protected", "type": "string", "jsonPath": ".status.conditions[?(@.type=='Protected')].status", "priority": 1, "description": "Whether data is replicated."}"#,
    printcolumn = r#"{"name": "Token", "type": "string", "jsonPath": ".status.priorityToken", "priority": 1, "description": "The token that an intent must quote now."}"#,
    printcolumn = r#"{"name": "Message", "type": "string", "jsonPath": ".status.conditions[?(@.type=='Ready')].message", "priority": 1, "description": "Why, for a person to read."}"#
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("[has(self.sdrs), has(self.ocp), has(self.hcp)].filter(block, block).size() == 1")
        .message("exactly one of sdrs, ocp and hcp must be set"),
    validation = Rule::new("has(self.sdrs) == has(oldSelf.sdrs) && has(self.ocp) == has(oldSelf.ocp) && has(self.hcp) == has(oldSelf.hcp) \
                            && (!has(self.sdrs) || self.sdrs == oldSelf.sdrs) \
                            && (!has(self.hcp) || self.hcp == oldSelf.hcp)")
        .message("the provider's object (sdrs, ocp or hcp) is immutable; make another ProtectionGroup for another object"),
    validation = Rule::new("has(self.priorityStation) || !has(self.priorityToken)")
        .message("priorityToken has no meaning without priorityStation; to withdraw an intent remove both")
        .field_path(".priorityToken")
)]
pub struct ProtectionGroupSpec {
    /// The connection through which the group is reached. Immutable.
    #[x_kube(validation = Rule::new("self == oldSelf")
        .message("providerRef is immutable; make another ProtectionGroup for another connection"))]
    pub provider_ref: ProviderRef,
    /// The group at SDRS. Exactly one of `sdrs`, `ocp` and `hcp` is set, of the same kind as the provider. Immutable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sdrs: Option<SdrsGroup>,
    /// The group at OceanBase Cloud Platform: a set of tenants. Immutable but for service names and the tenant ids of the station where
    /// production does not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ocp: Option<OcpGroup>,
    /// The group at Hitachi Content Platform. This version does not serve it (reason `ProviderNotSupported`). Immutable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hcp: Option<HcpGroup>,
    /// Where production should run, with no data loss: `source` or `target`. Omitted means no intent: the operator never acts. It acts
    /// on another station than status.activeStation only if priorityToken is the present status.priorityToken, always as a planned
    /// failover, and never by force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority_station: Option<Station>,
    /// The `status.priorityToken` that you saw when you wrote priorityStation, e.g. `k7m2-9xqd`. It says that you knew the present
    /// state: with any other token nothing moves. Needed only to move production; naming the active station works with any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::TOKEN), regex(pattern = r"^[a-z0-9-]{1,16}$"))]
    pub priority_token: Option<String>,
    /// Seconds from the moment the operator first sees an intent until the intent lapses if it could not start, e.g. `3600` (the default).
    /// 1 to 604800. A maintenance stop next month must not set off an intent of today.
    #[serde(default = "ProtectionGroupSpec::default_starting_deadline_seconds")]
    #[schemars(range(min = 1, max = 604_800))]
    pub starting_deadline_seconds: u32,
    /// What the business expects of the group. Reported and alerted on, never a reason to act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objectives: Option<Objectives>,
    /// Whether every mutating call to the provider is stopped; observation goes on. `false` by default.
    #[serde(default)]
    pub suspend: bool,
}

impl ProtectionGroupSpec {
    fn default_starting_deadline_seconds() -> u32 {
        3600
    }
}

/// What the business expects.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct Objectives {
    /// How much data may be lost at most, in seconds of work, e.g. `60`. 0 to 31536000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 31_536_000))]
    pub rpo_seconds: Option<u32>,
    /// How long production may be away at most, in seconds, e.g. `900`. 1 to 31536000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 31_536_000))]
    pub rto_seconds: Option<u32>,
}
