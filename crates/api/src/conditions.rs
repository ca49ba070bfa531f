//! The schema of `status.conditions`, with bounds that the generic type lacks, and the condition types that this API uses.
//! It must not set or compare conditions: that is the shell's work.

use schemars::{Schema, SchemaGenerator, json_schema};

use crate::bounds;

/// The summary: the object is as it should be, or says why not. Always present once the object was looked at.
pub const READY: &str = "Ready";

/// Present only while true: work goes on. Never together with [`STALLED`] (kstatus).
pub const RECONCILING: &str = "Reconciling";

/// Present only while true: nothing goes on until a person does something.
pub const STALLED: &str = "Stalled";

/// Group: data is replicated from the active station to the other.
pub const PROTECTED: &str = "Protected";

/// Group: production runs where spec.priorityStation says, or there is no intent.
pub const INTENT_CURRENT: &str = "IntentCurrent";

/// Group: the provider answers.
pub const PROVIDER_REACHABLE: &str = "ProviderReachable";
/// On a ProtectionProvider: `False` while its Secret or CA bundle cannot be read and the connection that was made before is kept for a while.
pub const CREDENTIALS_CURRENT: &str = "CredentialsCurrent";

/// Group: the lag is within spec.objectives.rpoSeconds. Absent where the provider tells no lag.
pub const RPO_MET: &str = "RPOMet";

/// Operation: it has ended well.
pub const COMPLETE: &str = "Complete";

/// Operation: it has ended in any other way.
pub const FAILED: &str = "Failed";

/// The schema of a list of conditions: a map by type, as everywhere in Kubernetes, with bounds.
pub(crate) fn schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "array",
        "maxItems": bounds::CONDITIONS,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["type"],
        "items": {
            "type": "object",
            "description": "One aspect of the object's present state.",
            "required": ["type", "status", "lastTransitionTime", "reason", "message"],
            "properties": {
                "type": {
                    "type": "string",
                    "description": "What the condition is about, e.g. `Ready`.",
                    "minLength": 1,
                    "maxLength": bounds::REASON,
                },
                "status": {
                    "type": "string",
                    "description": "Whether it holds: `True`, `False` or `Unknown`.",
                    "enum": ["True", "False", "Unknown"],
                },
                "observedGeneration": {
                    "type": "integer",
                    "format": "int64",
                    "minimum": 0,
                    "description": "metadata.generation of the spec that the condition speaks of, e.g. `3`.",
                },
                "lastTransitionTime": {
                    "type": "string",
                    "format": "date-time",
                    "description": "When status last changed (RFC 3339), e.g. `2026-11-02T03:04:05Z`.",
                },
                "reason": {
                    "type": "string",
                    "description": "Why, in one word that also names the event, the metric label and the runbook page, e.g. `JobRunning`.",
                    "minLength": 1,
                    "maxLength": bounds::REASON,
                    "pattern": "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
                },
                "message": {
                    "type": "string",
                    "description": "Why, for a person to read, and what to do. At most 1024 bytes.",
                    "maxLength": bounds::MESSAGE,
                },
            },
        },
    })
}
