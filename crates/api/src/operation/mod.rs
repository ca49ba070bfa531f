//! `RecoveryOperation`: one run that changes a group, whoever asked for it.
//! It must not be edited: an operation is an act, and an act has no second version.

mod status;

use kube::{CustomResource, KubeSchema};
use serde::{Deserialize, Serialize};

use crate::refs::GroupRef;
use crate::words::{OperationType, Risk, Station};
use crate::{Time, bounds};
pub use status::{JobStatus, Measured, OperationStep, PartAction, RecoveryOperationStatus, SubJob};

/// What is asked for.
#[derive(CustomResource, KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[kube(
    group = "stationmaster.dev",
    version = "v1alpha1",
    kind = "RecoveryOperation",
    plural = "recoveryoperations",
    shortname = "drrun",
    category = "dr",
    category = "stationmaster",
    namespaced,
    status = "RecoveryOperationStatus",
    derive = "PartialEq",
    doc = "RecoveryOperation is one run that changes a protection group. A person makes it for a forced failover, for reprotect, and for \
           switching protection on or off; the operator makes it for a planned failover that a ProtectionGroup asks for. Its spec is \
           immutable. Deleting it before it was submitted cancels it; after that it goes on and is reported on the group.",
    selectable = ".spec.groupRef.name",
    selectable = ".spec.type",
    selectable = ".status.state",
    printcolumn = r#"{"name": "Type", "type": "string", "jsonPath": ".spec.type", "description": "What is done."}"#,
    printcolumn = r#"{"name": "State", "type": "string", "jsonPath": ".status.state", "description": "How it stands."}"#,
    printcolumn = r#"{"name": "Reason", "type": "string", "jsonPath": ".status.reason", "description": "Why it stands as it does."}"#,
    printcolumn = r#"{"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp", "description": "Time since the object was created."}"#,
    printcolumn = r#"{"name": "Group", "type": "string", "jsonPath": ".spec.groupRef.name", "priority": 1, "description": "The ProtectionGroup."}"#,
    printcolumn = r#"{"name": "Target", "type": "string", "jsonPath": ".spec.targetStation", "priority": 1, "description": "Where production runs when it is done."}"#,
    printcolumn = r#"{"name": "Step", "type": "string", "jsonPath": ".status.steps[?(@.state=='Running')].name", "priority": 1, "description": "The step that is running."}"#,
    printcolumn = r#"{"name": "Waits-At", "type": "string", "jsonPath": ".status.steps[?(@.state=='Waiting')].name", "priority": 1, "description": "The step that waits for a person or a condition."}"#,
    printcolumn = r#"{"name": "Job", "type": "string", "jsonPath": ".status.job.id", "priority": 1, "description": "The provider's job."}"#,
    printcolumn = r#"{"name": "Progress", "type": "integer", "jsonPath": ".status.job.progressPercent", "priority": 1, "description": "Progress of the job in percent."}"#,
    printcolumn = r#"{"name": "Requested-By", "type": "string", "jsonPath": ".spec.requestedBy", "priority": 1, "description": "Who asked for it, as far as the request says."}"#,
    printcolumn = r#"{"name": "Message", "type": "string", "jsonPath": ".status.message", "priority": 1, "description": "How it stands, for a person to read."}"#
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("self == oldSelf").message("spec is immutable; file a new RecoveryOperation"),
    validation = Rule::new("has(self.targetStation) || !(self.type in ['PlannedFailover', 'Failover', 'Reprotect'])")
        .message("targetStation must be set for PlannedFailover, Failover and Reprotect: the station where production runs when it is done")
        .reason(Reason::FieldValueRequired),
    validation = Rule::new("has(self.notAfter) || self.type == 'PlannedFailover'")
        .message("notAfter must be set: a request that was forgotten must not run tomorrow. Write a moment with its time zone, e.g. 2026-11-02T03:30:00Z")
        .reason(Reason::FieldValueRequired),
    validation = Rule::new("!has(self.notAfter) || self.notAfter < timestamp('2200-01-01T00:00:00Z')")
        .message("notAfter must lie before the year 2200: an operation is asked for now, and not for ever. Write a moment with its time zone, e.g. 2026-11-02T03:30:00Z")
        .field_path(".notAfter"),
    validation = Rule::new("has(self.dataLoss) || self.type != 'Failover'")
        .message("dataLoss must be set for Failover: say how much may be lost (acceptSeconds), or that it may be unknown (acceptUnknown: true)")
        .reason(Reason::FieldValueRequired),
    validation = Rule::new("has(self.reason) || self.type != 'Failover'")
        .message("reason must be set for Failover: say why production is moved by force")
        .reason(Reason::FieldValueRequired),
    validation = Rule::new("!has(self.dataLoss) || self.type == 'Failover'")
        .message("dataLoss has a meaning for Failover only: no other operation loses data of the active station")
        .field_path(".dataLoss"),
    validation = Rule::new("!has(self.acceptedRisks) || self.type == 'Failover'")
        .message("acceptedRisks has a meaning for Failover only: no other operation is let through against a risk")
        .field_path(".acceptedRisks")
)]
pub struct RecoveryOperationSpec {
    /// The group.
    pub group_ref: GroupRef,
    /// What is done. `PlannedFailover`: production moves without data loss (made by the operator for an intent). `Failover`: production
    /// moves and the other side is taken for lost. `Reprotect`: replication starts again from the active station and overwrites the
    /// other; production does not move. `EnableProtection`, `DisableProtection`: replication is switched on or off.
    #[serde(rename = "type")]
    pub operation_type: OperationType,
    /// The station where production runs when the operation is done: `source` or `target`. Must be set for `PlannedFailover`,
    /// `Failover` and `Reprotect`. For `Reprotect` it must be the active station, and the other one is overwritten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_station: Option<Station>,
    /// The `status.priorityToken` of the group that you saw, e.g. `k7m2-9xqd`. It says that you knew the present state; the operator
    /// refuses the operation if it is missing or no longer the present one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::TOKEN), regex(pattern = r"^[a-z0-9-]{1,16}$"))]
    pub priority_token: Option<String>,
    /// The operation does not start after this moment (RFC 3339), e.g. `2026-11-02T03:30:00Z`. Must be set by a person. Before the year
    /// 2200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Time>,
    /// How much data may be lost. Must be set for `Failover`, and only there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_loss: Option<DataLoss>,
    /// What may stand in the way and is accepted; `Failover` only. `status.availableActions` of the group names the risks of now. An order that
    /// runs into another one waits until that is gone or `notAfter` has passed. At most 8.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = bounds::ACCEPTED_RISKS))]
    pub accepted_risks: Vec<Risk>,
    /// Why it is done, for those who read it later, e.g. `AZ 1 is without power since 02:40`. Must be set for `Failover`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = bounds::MESSAGE))]
    pub reason: Option<String>,
    /// Number of the ticket or incident, e.g. `INC-4711`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = bounds::PERSON))]
    pub ticket: Option<String>,
    /// Who asks, e.g. `alice`. Shown, never verified: the API server's audit log knows who it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = bounds::PERSON))]
    pub requested_by: Option<String>,
}

/// How much data a forced failover may lose.
#[derive(Serialize, Deserialize, KubeSchema, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("has(self.acceptSeconds) != has(self.acceptUnknown)")
        .message("exactly one of acceptSeconds and acceptUnknown must be set"),
    validation = Rule::new("!has(self.acceptUnknown) || self.acceptUnknown")
        .message("acceptUnknown can only be true")
        .field_path(".acceptUnknown")
)]
pub struct DataLoss {
    /// At most this many seconds of work may be lost, e.g. `60`. The operation is refused if the provider tells of more, or does not
    /// tell. 0 to 31536000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 31_536_000))]
    pub accept_seconds: Option<u64>,
    /// `true`: an unknown amount of data may be lost. Needed where the provider does not tell the lag, as SDRS does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accept_unknown: Option<bool>,
}
