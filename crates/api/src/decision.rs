//! `OperationDecision`: the only way in which a person answers a running operation.
//! Must not be edited: a decision is consumed once, as it was made.

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bounds;
use crate::refs::OperationRef;
use crate::words::words;

words! {
    /// What a person says to a step.
    DecisionAction {
        /// What the step asks is so: go on.
        Confirm = "Confirm",
        /// Try the step again.
        Retry = "Retry",
        /// Leave the step out.
        Skip = "Skip",
        /// Take the step back.
        Rollback = "Rollback",
        /// The call whose answer was lost took effect.
        Executed = "Executed",
        /// The call whose answer was lost did not take effect and never will.
        NotExecuted = "NotExecuted",
        /// End the operation without knowing its outcome.
        Abandon = "Abandon",
    }
}

words! {
    /// What became of a decision.
    DecisionState {
        /// It was carried out.
        Accepted = "Accepted",
        /// It did not fit.
        Refused = "Refused",
    }
}

/// What is decided.
#[derive(CustomResource, KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[kube(
    group = "stationmaster.dev",
    version = "v1alpha1",
    kind = "OperationDecision",
    plural = "operationdecisions",
    shortname = "dropd",
    category = "dr",
    category = "stationmaster",
    namespaced,
    status = "OperationDecisionStatus",
    derive = "PartialEq",
    doc = "OperationDecision is a person's answer to a running RecoveryOperation: a confirmation, a retry, or what became of a call whose \
           answer was lost. Its spec is immutable and it is consumed once.",
    selectable = ".spec.operationRef.name",
    selectable = ".status.state",
    printcolumn(
        name = "Operation",
        type_ = "string",
        json_path = ".spec.operationRef.name",
        description = "The RecoveryOperation."
    ),
    printcolumn(
        name = "Step",
        type_ = "string",
        json_path = ".spec.step",
        description = "The step that is answered."
    ),
    printcolumn(
        name = "Action",
        type_ = "string",
        json_path = ".spec.action",
        description = "The answer."
    ),
    printcolumn(
        name = "State",
        type_ = "string",
        json_path = ".status.state",
        description = "What became of it."
    ),
    printcolumn(
        name = "Age",
        type_ = "date",
        json_path = ".metadata.creationTimestamp",
        description = "Time since the object was created."
    ),
    printcolumn(
        name = "Reason",
        type_ = "string",
        priority = 1,
        json_path = ".status.reason",
        description = "Why it was accepted or refused."
    ),
    printcolumn(
        name = "Attempt",
        type_ = "integer",
        priority = 1,
        json_path = ".spec.attempt",
        description = "The attempt of the step that is answered."
    ),
    printcolumn(
        name = "Requested-By",
        type_ = "string",
        priority = 1,
        json_path = ".spec.requestedBy",
        description = "Who decided, as far as the request says."
    ),
    printcolumn(
        name = "Why",
        type_ = "string",
        priority = 1,
        json_path = ".spec.reason",
        description = "The person's words."
    ),
    printcolumn(
        name = "Message",
        type_ = "string",
        priority = 1,
        json_path = ".status.message",
        description = "What became of it, for a person to read."
    )
)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("self == oldSelf").message("spec is immutable; file a new OperationDecision"))]
pub struct OperationDecisionSpec {
    /// The operation that is answered.
    pub operation_ref: OperationRef,
    /// Name of the step that is answered, from the operation's status.steps, e.g. `ConfirmServersStopped`.
    #[schemars(length(min = 1, max = bounds::STEP))]
    pub step: String,
    /// The `attempts` of that step that you saw, e.g. `1`; `0` for a step that waits before its first try. A decision on another
    /// attempt is refused.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub attempt: u32,
    /// The answer. `Confirm`: what the step asks is so. `Retry`, `Skip`, `Rollback`: try the step again, leave it out, take it back.
    /// `Executed`, `NotExecuted`: what became of a call whose answer was lost. `Abandon`: end the operation without knowing its
    /// outcome.
    pub action: DecisionAction,
    /// Why, for those who read it later, e.g. `console shows the group at target since 03:06`.
    #[schemars(length(min = 1, max = bounds::MESSAGE))]
    pub reason: String,
    /// Who decides, e.g. `alice`. Shown, never verified: the API server's audit log knows who it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = bounds::PERSON))]
    pub requested_by: Option<String>,
}

/// What became of the decision.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct OperationDecisionStatus {
    /// metadata.generation of the spec that this status speaks of, e.g. `1`; `-1` until the operator has looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// `Accepted` or `Refused`. Absent until the operator has judged it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<DecisionState>,
    /// Why, in one word, e.g. `DecisionStale`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::REASON))]
    pub reason: Option<String>,
    /// Why, and what to do, for a person to read. At most 1024 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::MESSAGE))]
    pub message: Option<String>,
}
