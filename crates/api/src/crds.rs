//! The CustomResourceDefinitions as they are installed: what kube derives, and what it cannot say.
//! It must not add rules or fields: those belong to the types.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::CustomResourceExt;
use serde_json::{Value, json};

use crate::{GroupLedger, OperationDecision, ProtectionGroup, ProtectionProvider, RecoveryOperation};

/// The CustomResourceDefinitions of all kinds, ready to be applied. Everybody takes them from here: installer, tests, plugin.
pub fn crds() -> Vec<CustomResourceDefinition> {
    [
        ProtectionProvider::crd(),
        ProtectionGroup::crd(),
        RecoveryOperation::crd(),
        OperationDecision::crd(),
        GroupLedger::crd(),
    ]
    .into_iter()
    .map(finish)
    .collect()
}

/// What a request says that no operator has looked at.
const UNSEEN: &str = "No operator has looked at this yet. If it stays so, see whether one runs: kubectl get lease,pods -n stationmaster-system";

/// Adds to a derived CRD what kube has no attribute for.
fn finish(crd: CustomResourceDefinition) -> CustomResourceDefinition {
    let mut value = serde_json::to_value(crd).expect("a CRD is plain data");
    for version in value["spec"]["versions"].as_array_mut().into_iter().flatten() {
        let schema = &mut version["schema"]["openAPIV3Schema"];
        tidy(schema);
        if let Some(status) = schema["properties"].get_mut("status") {
            // kstatus takes an object without status for done; with this it takes it for in progress.
            status["default"] = match status["properties"].get("state") {
                // Never blank, also where no operator runs. What waits for a look is not refused, and has not begun.
                Some(_) => {
                    json!({ "observedGeneration": -1, "state": "Pending", "reason": "NotObserved", "message": UNSEEN })
                }
                None => json!({ "observedGeneration": -1 }),
            };
        }
    }
    serde_json::from_value(value).expect("only known schema fields were touched")
}

/// Takes out what the API server does not know or what would let a null in, all the way down.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            // A null would be stored, would count as present in `has()`, and would then equal nothing.
            map.remove("nullable");
            let integer_format = match map.get("format").and_then(Value::as_str) {
                Some("uint8" | "uint16" | "int8" | "int16") => Some("int32"),
                Some("uint32" | "uint64" | "uint") => Some("int64"),
                _ => None,
            };
            if let Some(format) = integer_format {
                map.insert("format".to_owned(), json!(format));
            }
            // Source lines are no paragraphs: `kubectl explain` wraps by itself.
            if let Some(Value::String(text)) = map.get_mut("description") {
                *text = text.replace('\n', " ");
            }
            map.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}
