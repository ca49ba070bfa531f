//! What a group's status shows: a projection of the ledger and of the last observation.
//! It must not be an input to a decision, and must not hold anything that changes without news (no observation time).

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::words::{
    ActiveStation, OperationState, OperationType, ReplicationDirection, ReplicationState, Risk, Station,
    operation_types,
};
use crate::{Condition, Time, bounds, conditions};

/// Where production runs, what is going on, and what may be done.
#[derive(Serialize, Deserialize, KubeSchema, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct ProtectionGroupStatus {
    /// metadata.generation of the spec that this status speaks of, e.g. `3`; `-1` until the operator has looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Where production runs: `source`, `target`, `None`, `Both` (split brain), `Mixed` (members disagree) or `Unknown`. Intents act
    /// only on the first two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_station: Option<ActiveStation>,
    /// The provider's own status word, unchanged, e.g. `protected` or `failed-over`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::PROVIDER_WORD))]
    pub provider_status: Option<String>,
    /// The token of the present state, e.g. `k7m2-9xqd`: quote it as spec.priorityToken, or in a RecoveryOperation, to show that you
    /// knew this state. Absent while an operation that moves production runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::TOKEN))]
    pub priority_token: Option<String>,
    /// How replication stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replication: Option<ReplicationStatus>,
    /// How many copies of the data are current, as far as the provider tells, e.g. `2`; `1` where nothing is replicated, or the other copy is
    /// still being brought up to date. Absent where the provider does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copies: Option<u32>,
    /// The operation that runs now. Absent when none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<CurrentOperation>,
    /// The operation that ended last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_operation: Option<PastOperation>,
    /// Operations that have ended, the latest first. At most 10.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = bounds::HISTORY))]
    pub history: Vec<PastOperation>,
    /// What may be asked for now, and why not where it may not. One entry for each type of operation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = bounds::ACTIONS))]
    pub available_actions: Vec<AvailableAction>,
    /// `Ready` always; `Reconciling` and `Stalled` only while true and never together; `Protected`, `IntentCurrent` and
    /// `ProviderReachable`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "conditions::schema")]
    pub conditions: Vec<Condition>,
}

/// How replication stands.
#[derive(Serialize, Deserialize, KubeSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct ReplicationStatus {
    /// In one word: `Active`, `Synchronizing` (running, and copying what the other side lacks), `Stopped`, `Broken` (not running
    /// although it should be) or `Unknown`.
    pub state: ReplicationState,
    /// Which way data flows: `SourceToTarget` or `TargetToSource`. Absent where nothing flows or the direction is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<ReplicationDirection>,
    /// Progress of synchronization in percent, 0 to 100, e.g. `64`, where the provider tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub progress_percent: Option<u8>,
    /// How far the other side is behind, in seconds, e.g. `12`, where the provider tells it. SDRS does not. It changes when the lag crosses 1,
    /// 5, 10, 30 or 60 seconds, 5, 15 or 60 minutes; the metrics have the exact figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lag_seconds: Option<u64>,
    /// When the other side was last known to be complete (RFC 3339), e.g. `2026-11-02T03:04:05Z`, where the provider tells it. SDRS
    /// does not. Absent while the other side follows: then it moves with the clock, and the metrics have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_sync_time: Option<Time>,
}

/// An operation that runs.
#[derive(Serialize, Deserialize, KubeSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct CurrentOperation {
    /// Name of the RecoveryOperation, e.g. `orders-db-k7m2-9xqd`.
    #[schemars(length(max = bounds::NAME))]
    pub name: String,
    #[doc = concat!("What it does: ", operation_types!(), ".")]
    #[serde(rename = "type")]
    pub operation_type: OperationType,
    /// Name of the step that is going on, e.g. `ReverseServerGroup`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::STEP))]
    pub step: Option<String>,
    /// How many steps have ended, e.g. `2`.
    #[schemars(range(max = bounds::STEPS))]
    pub steps_done: u32,
    /// How many steps there are, e.g. `5`.
    #[schemars(range(max = bounds::STEPS))]
    pub steps_total: u32,
    /// Progress of the provider's job in percent, 0 to 100, e.g. `64`, where the provider tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub progress_percent: Option<u8>,
    /// The provider's id of the job that is followed, e.g. `0000000062db92d70162db9d200f0010`.
    #[serde(default, rename = "jobID", skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::PROVIDER_WORD))]
    pub job_id: Option<String>,
    /// When the operation started (RFC 3339), e.g. `2026-11-02T03:04:05Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
}

/// An operation that has ended.
#[derive(Serialize, Deserialize, KubeSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct PastOperation {
    /// Name of the RecoveryOperation, which may be gone, e.g. `orders-db-k7m2-9xqd`.
    #[schemars(length(max = bounds::NAME))]
    pub name: String,
    #[doc = concat!("What it did: ", operation_types!(), ".")]
    #[serde(rename = "type")]
    pub operation_type: OperationType,
    /// How it ended: `Succeeded`, `Failed`, `Refused`, `Expired`, `Cancelled` or `Unknown`.
    pub result: OperationState,
    /// When it started (RFC 3339), e.g. `2026-11-02T03:04:05Z`. Absent if it never did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// How long it took, in seconds, e.g. `312`. Absent if it never started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<u64>,
    /// Who asked for it, as far as the request says, e.g. `alice`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::PERSON))]
    pub requested_by: Option<String>,
    /// Why it ended as it did, in one word, e.g. `JobFailed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::REASON))]
    pub reason: Option<String>,
}

/// A risk that an operation would take now.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct ActionRisk {
    /// The word for `spec.acceptedRisks`.
    pub risk: Risk,
    /// What it means here, for a person to read. At most 1024 bytes.
    #[schemars(length(max = bounds::MESSAGE))]
    pub message: String,
}

/// Whether one type of operation may be asked for now.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct AvailableAction {
    #[doc = concat!("What would be done: ", operation_types!(), ".")]
    #[serde(rename = "type")]
    pub operation_type: OperationType,
    /// Whether it may be asked for now.
    pub allowed: bool,
    /// Why not, in one word, e.g. `OperationRunning`. Absent where it may be asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::REASON))]
    pub reason: Option<String>,
    /// Why not, and what would help, for a person to read. At most 1024 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::MESSAGE))]
    pub message: Option<String>,
    /// Where production would run: `source` or `target`. Only where it would be moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_station: Option<Station>,
    /// What its author has to accept in `spec.acceptedRisks`, and what each means here. Only for `Failover`. At most 8.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = bounds::ACCEPTED_RISKS))]
    pub risks: Vec<ActionRisk>,
}
