//! `OperationDecision`: the only way in which a person answers a running operation.
//! It must not be edited: a decision is consumed once, as it was made.

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
        /// Not judged yet.
        Pending = "Pending",
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
    shortname = "drdec",
    category = "dr",
    category = "stationmaster",
    namespaced,
    status = "OperationDecisionStatus",
    derive = "PartialEq",
    doc = "OperationDecision is a person's answer to a running RecoveryOperation: a confirmation, a retry, or what became of a call whose \
           answer was lost. Its spec is immutable and it is consumed once.",
    selectable = ".spec.operationRef.name",
    selectable = ".status.state",
    printcolumn = r#"{"name": "Action", "type": "string", "jsonPath": ".spec.action", "description": "The answer."}"#,
    printcolumn = r#"{"name": "State", "type": "string", "jsonPath": ".status.state", "description": "What became of it."}"#,
    printcolumn = r#"{"name": "Reason", "type": "string", "jsonPath": ".status.reason", "description": "Why it was accepted or refused."}"#,
    printcolumn = r#"{"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp", "description": "Time since the object was created."}"#,
    printcolumn = r#"{"name": "Operation", "type": "string", "jsonPath": ".spec.operationRef.name", "priority": 1, "description": "The RecoveryOperation."}"#,
    printcolumn = r#"{"name": "Step", "type": "string", "jsonPath": ".spec.step", "priority": 1, "description": "The step that is answered."}"#,
    printcolumn = r#"{"name": "Attempt", "type": "integer", "jsonPath": ".spec.attempt", "priority": 1, "description": "The attempt of the step that is answered."}"#,
    printcolumn = r#"{"name": "Requested-By", "type": "string", "jsonPath": ".spec.requestedBy", "priority": 1, "description": "Who decided, as far as the request says."}"#,
    printcolumn = r#"{"name": "Why", "type": "string", "jsonPath": ".spec.reason", "priority": 1, "description": "The person's words."}"#,
    printcolumn = r#"{"name": "Message", "type": "string", "jsonPath": ".status.message", "priority": 1, "description": "What became of it, for a person to read."}"#
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("self == oldSelf").message("spec is immutable; file a new OperationDecision"),
    validation = Rule::new("(has(self.step) && has(self.attempt)) || self.action == 'Abandon'")
        .message("step and attempt must be set: they name what you saw and answer")
        .reason(Reason::FieldValueRequired),
    validation = Rule::new("has(self.part) || !(self.action in ['Retry', 'Skip', 'Rollback'])")
        .message("part must be set: it names the part of the job that is meant, as status.availableActions of the operation does")
        .reason(Reason::FieldValueRequired)
)]
pub struct OperationDecisionSpec {
    /// The operation that is answered.
    pub operation_ref: OperationRef,
    /// Name of the step that is answered, from the operation's status.steps, e.g. `ServersStopped`. Only `Abandon` needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = bounds::STEP))]
    pub step: Option<String>,
    /// The `attempts` of that step that you saw, e.g. `1`. A decision on another attempt is refused. Only `Abandon` needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1_000_000))]
    pub attempt: Option<u32>,
    /// The part of a job that is meant, from the operation's status.availableActions, e.g. `2000025/17`. `Retry`, `Skip` and `Rollback` need one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = bounds::PART))]
    pub part: Option<String>,
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

impl OperationDecisionStatus {
    /// Whether the decision was carried out or refused.
    pub fn is_judged(&self) -> bool {
        self.state.is_some_and(|state| state != DecisionState::Pending)
    }
}

/// What became of the decision.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct OperationDecisionStatus {
    /// metadata.generation of the spec that this status speaks of, e.g. `1`; `-1` until the operator has looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// `Pending` until the operator has judged it, then `Accepted` or `Refused`.
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
