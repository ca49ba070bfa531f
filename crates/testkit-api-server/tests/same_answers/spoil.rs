//! The ways in which an object goes wrong, or carries what it should not.
//! It must not change what a rule calls immutable: CEL is not what is compared.

use serde_json::{Value, json};
use stationmaster_testkit_basics::dice::Dice;

use super::objects::is_custom;

/// One way in which an object goes wrong, or carries what it should not.
pub fn object(kind: &str, object: &mut Value, dice: &mut Dice) {
    let long = "x".repeat(300);
    match (kind, dice.below(16)) {
        (_, 0) => object["apiVersion"] = "stationmaster.dev/v9".into(),
        (_, 1) => object["kind"] = "Widget".into(),
        (_, 2) => object["metadata"]["name"] = "Not_A-Name".into(),
        (_, 3) => object["metadata"]["namespace"] = "elsewhere".into(),
        (_, 4) => drop(object["metadata"].as_object_mut().unwrap().remove("name")),
        (_, 5) => object["metadata"]["labels"] = json!({ "tier": "not a label!" }),
        (kind, _) if !is_custom(kind) => object["metadata"]["annotations"] = json!({ "note": "x" }),
        (_, 6) => object["unknown"] = json!({ "deep": true }),
        (_, 7) => object["spec"]["unknown"] = json!([1, 2]),
        (_, 8) => drop(object.as_object_mut().unwrap().remove("spec")),
        (_, 9) => object["spec"] = "text".into(),
        ("protectiongroups", 10) => object["spec"]["suspend"] = "yes".into(),
        ("protectiongroups", 11) => object["spec"]["startingDeadlineSeconds"] = (-1).into(),
        ("protectiongroups", 12) => object["spec"]["objectives"] = json!({ "rtoSeconds": 0, "rpoSeconds": null }),
        ("protectiongroups", 13) => object["spec"]["sdrs"]["unknown"] = 1.into(),
        ("protectiongroups", _) => object["spec"]["suspend"] = Value::Null,
        ("groupledgers", 10) => object["spec"]["activeStation"] = "left".into(),
        ("groupledgers", 11) => object["spec"]["priorityToken"] = long.into(),
        ("groupledgers", 12) => drop(object["spec"].as_object_mut().unwrap().remove("record")),
        ("groupledgers", _) => object["status"] = json!({ "kept": "no" }),
        ("operationdecisions", 10) => object["spec"]["action"] = "Dance".into(),
        ("operationdecisions", 11) => object["spec"]["attempt"] = "one".into(),
        ("operationdecisions", 12) => drop(object["spec"].as_object_mut().unwrap().remove("reason")),
        ("operationdecisions", _) => object["spec"]["reason"] = "x".repeat(1025).into(),
        ("recoveryoperations", 10) => object["spec"]["type"] = "Dance".into(),
        ("recoveryoperations", 11) => object["spec"]["notAfter"] = "tomorrow".into(),
        ("recoveryoperations", _) => object["spec"]["ticket"] = long.into(),
        (_, 10) => object["spec"]["limits"] = json!({ "requestsPerSecond": 0 }),
        (_, 11) => object["spec"]["limits"] = json!({ "concurrentRequests": 1.5 }),
        (_, 12) => object["spec"]["sdrs"]["endpoint"] = "ftp://x".into(),
        (_, 13) => object["spec"]["tls"] = json!({ "caBundleConfigMapRef": {} }),
        (_, _) => object["spec"]["pollIntervalSeconds"] = Value::Null,
    }
}

/// The same for a status.
pub fn status(kind: &str, status: &mut Value, dice: &mut Dice) {
    match (kind, dice.below(7)) {
        (_, 0) => status["unknown"] = 1.into(),
        (_, 1) => status["observedGeneration"] = "one".into(),
        (_, 2) => {
            let condition = json!({
                "type": "Ready", "status": "Perhaps", "reason": "not a word!", "message": "", "lastTransitionTime": "2026-11-02T03:04:05Z",
            });
            status["conditions"] = json!([condition]);
        }
        (_, 3) => {
            let condition = json!({
                "type": "Ready", "status": "True", "reason": "Twice", "message": "", "lastTransitionTime": "2026-11-02T03:04:05Z",
            });
            status["conditions"] = json!([condition, condition]);
        }
        (_, 4) => status["conditions"] = json!([{ "type": "Ready" }]),
        ("protectiongroups", 5) => status["activeStation"] = "left".into(),
        ("protectiongroups", _) => status["replication"] = json!({ "state": "Active", "progressPercent": 101 }),
        ("recoveryoperations", _) => status["steps"] = json!([{ "name": "", "state": "Running" }]),
        ("operationdecisions", _) => status["state"] = "Perhaps".into(),
        (_, _) => status["groupsSeen"] = (-1).into(),
    }
}
