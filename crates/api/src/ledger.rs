//! `GroupLedger`: what the operator remembers about one provider object; creating it is the claim on that object.
//! It must not say what its record means: the engine owns it. Nobody but the operator writes a GroupLedger.

use kube::{CustomResource, KubeSchema};
use schemars::{Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::bounds;
use crate::refs::{HolderRef, RunningRef};
use crate::words::ActiveStation;

/// What is remembered. The fields beside `record` repeat, for people, what the record holds.
#[derive(CustomResource, KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[kube(
    group = "stationmaster.dev",
    version = "v1alpha1",
    kind = "GroupLedger",
    plural = "groupledgers",
    shortname = "drgl",
    category = "stationmaster",
    namespaced,
    selectable = ".spec.groupRef.uid",
    derive = "PartialEq",
    doc = "GroupLedger is what the operator remembers about one provider object: its token, its active station, and the journal of calls. It \
           is internal, lives in the operator's namespace and is written by the operator alone. Do not edit, restore or delete one: \
           what was asked of the provider is known nowhere else.",
    printcolumn = r#"{"name": "Namespace", "type": "string", "jsonPath": ".spec.groupRef.namespace", "description": "Namespace of the ProtectionGroup."}"#,
    printcolumn = r#"{"name": "Group", "type": "string", "jsonPath": ".spec.groupRef.name", "description": "The ProtectionGroup that holds the object."}"#,
    printcolumn = r#"{"name": "Active", "type": "string", "jsonPath": ".spec.activeStation", "description": "Where production ran when it was last judged."}"#,
    printcolumn = r#"{"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp", "description": "Time since the object was created."}"#,
    printcolumn = r#"{"name": "Operation", "type": "string", "jsonPath": ".spec.operationRef.name", "priority": 1, "description": "The operation that has not ended."}"#,
    printcolumn = r#"{"name": "Token", "type": "string", "jsonPath": ".spec.priorityToken", "priority": 1, "description": "The present token."}"#,
    printcolumn = r#"{"name": "Object", "type": "string", "jsonPath": ".spec.objectID", "priority": 1, "description": "The provider's id of the object."}"#,
    printcolumn = r#"{"name": "Endpoint", "type": "string", "jsonPath": ".spec.endpoint", "priority": 1, "description": "The provider's endpoint at which the object was read last."}"#
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("self.providerKind == oldSelf.providerKind && self.scope == oldSelf.scope && self.objectID == oldSelf.objectID")
        .message("providerKind, scope and objectID are immutable: they are what the ledger claims")
)]
pub struct GroupLedgerSpec {
    /// The kind of the provider, e.g. `sdrs`. Immutable.
    #[schemars(length(min = 1, max = bounds::TOKEN))]
    pub provider_kind: String,
    /// The provider's endpoint at which the object was read last, e.g. `sdrs.eu-de.otc.t-systems.com`. The claim does not depend on it.
    #[schemars(length(max = bounds::URL))]
    pub endpoint: String,
    /// The scope in which the object's id is unique, e.g. the project `51af777371904892a49a0c3e3e53de44`. Immutable.
    #[schemars(length(max = bounds::PERSON))]
    pub scope: String,
    /// The provider's id of the object, e.g. `40df180b-9fe2-471a-8c64-1b758dc84189`. Immutable.
    #[serde(rename = "objectID")]
    #[schemars(length(min = 1, max = bounds::PERSON))]
    pub object_id: String,
    /// The ProtectionGroup that holds the object.
    pub group_ref: HolderRef,
    /// The present token, e.g. `k7m2-9xqd`. Absent from the first call of an operation that moves production until it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::TOKEN))]
    pub priority_token: Option<String>,
    /// Where production ran when it was last judged: `source`, `target`, `None`, `Both`, `Mixed` or `Unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_station: Option<ActiveStation>,
    /// The operation that has not ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_ref: Option<RunningRef>,
    /// The record itself, with the journal of calls. Free-form here, because the engine owns and versions it.
    #[serde(default)]
    #[schemars(schema_with = "record_schema")]
    pub record: Map<String, Value>,
}

fn record_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true })
}
