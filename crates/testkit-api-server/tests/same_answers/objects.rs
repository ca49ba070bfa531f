//! Good objects of every kind: they satisfy the rules of their definition.
//! It must not change what a rule calls immutable: CEL is not what is compared.

use serde_json::{Value, json};
use stationmaster_testkit_basics::dice::Dice;

/// The kinds, by what their paths call them.
pub const KINDS: [&str; 9] = [
    "protectiongroups",
    "groupledgers",
    "recoveryoperations",
    "operationdecisions",
    "protectionproviders",
    "configmaps",
    "leases",
    "secrets",
    "events",
];
pub const NAMES: [&str; 3] = ["a", "b", "c"];
/// The last object of each kind; watches are read until they show it.
pub const LAST: &str = "zz";

pub fn has_status(kind: &str) -> bool {
    is_custom(kind) && kind != "groupledgers"
}

pub fn is_custom(kind: &str) -> bool {
    !matches!(kind, "configmaps" | "leases" | "secrets" | "events")
}

/// The path of a kind's objects.
pub fn path(kind: &str) -> String {
    match kind {
        "configmaps" | "secrets" => format!("/api/v1/namespaces/@ns@/{kind}"),
        "events" => "/apis/events.k8s.io/v1/namespaces/@ns@/events".into(),
        "leases" => "/apis/coordination.k8s.io/v1/namespaces/@ns@/leases".into(),
        kind => format!("/apis/stationmaster.dev/v1alpha1/namespaces/@ns@/{kind}"),
    }
}

/// A good object.
pub fn good(kind: &str, name: &str, dice: &mut Dice) -> Value {
    let (api_version, word) = match kind {
        "configmaps" => ("v1", "ConfigMap"),
        "leases" => ("coordination.k8s.io/v1", "Lease"),
        "secrets" => ("v1", "Secret"),
        "events" => ("events.k8s.io/v1", "Event"),
        "operationdecisions" => ("stationmaster.dev/v1alpha1", "OperationDecision"),
        "protectiongroups" => ("stationmaster.dev/v1alpha1", "ProtectionGroup"),
        "groupledgers" => ("stationmaster.dev/v1alpha1", "GroupLedger"),
        "recoveryoperations" => ("stationmaster.dev/v1alpha1", "RecoveryOperation"),
        _ => ("stationmaster.dev/v1alpha1", "ProtectionProvider"),
    };
    let mut object = json!({ "apiVersion": api_version, "kind": word, "metadata": { "name": name } });
    let choices = [
        json!(null),
        json!({ "tier": "db" }),
        json!({ "tier": "web" }),
        json!({ "tier": "db", "team": "orders" }),
    ];
    let labels = dice.of(&choices);
    if !labels.is_null() {
        object["metadata"]["labels"] = labels.clone();
    }
    let content = content(kind, dice).as_object().cloned().unwrap_or_default();
    object.as_object_mut().unwrap().extend(content);
    if has_status(kind) && dice.once_in(2) {
        object["status"] = status(kind, dice);
    }
    object
}

/// Everything of a good object but its metadata and its status.
pub fn content(kind: &str, dice: &mut Dice) -> Value {
    match kind {
        "configmaps" => json!({ "data": { "k": dice.of(&["1", "2", "3"]) } }),
        "secrets" => json!({ "data": { "k": dice.of(&["MQ==", "Mg=="]) } }),
        // Nearly all of an event is immutable; its series is what the operator writes again.
        "events" => {
            let mut event = json!({
                "action": "Look", "reason": "Seen", "note": "n", "type": "Normal",
                "reportingController": "stationmaster.dev/operator", "reportingInstance": "one",
                "eventTime": "2026-01-01T00:00:00.000000Z",
                "regarding": { "apiVersion": "stationmaster.dev/v1alpha1", "kind": "ProtectionGroup", "name": "a", "namespace": "@ns@" },
            });
            if dice.once_in(2) {
                event["series"] =
                    json!({ "count": 2 + dice.below(3), "lastObservedTime": "2026-01-01T00:01:00.000000Z" });
            }
            event
        }
        kind => json!({ "spec": spec(kind, dice) }),
    }
}

fn spec(kind: &str, dice: &mut Dice) -> Value {
    match kind {
        "protectiongroups" => {
            let mut spec = json!({
                "providerRef": { "name": "otc" },
                "sdrs": { "serverGroupID": "40df180b-9fe2-471a-8c64-1b758dc84189" },
            });
            match dice.below(4) {
                0 => spec["suspend"] = true.into(),
                1 => spec["startingDeadlineSeconds"] = 600.into(),
                2 => spec["objectives"] = json!({ "rpoSeconds": 60 }),
                _ => {}
            }
            spec
        }
        "groupledgers" => json!({
            "providerKind": "sdrs", "endpoint": "https://sdrs.example.com", "scope": "p", "objectID": "o",
            "groupRef": { "name": "a", "namespace": "shop", "uid": "u" },
            "activeStation": dice.of(&["source", "target", "Mixed"]),
            "record": dice.of(&[json!({}), json!({ "free": { "form": [1, null, "x"] } }), json!({ "n": 5 })]),
        }),
        "recoveryoperations" => json!({
            "type": "Reprotect", "groupRef": { "name": "a", "uid": "u" }, "targetStation": "source",
            "notAfter": "2036-11-02T03:30:00Z",
        }),
        "operationdecisions" => json!({
            "operationRef": { "name": "a", "uid": "u" }, "action": "Confirm", "step": "Check", "attempt": 1, "reason": "seen",
        }),
        "leases" => json!({ "holderIdentity": dice.of(&["one", "two"]), "leaseDurationSeconds": 15 }),
        _ => {
            let mut spec = json!({
                "credentialsSecretRef": { "name": "s" },
                "sdrs": {
                    "endpoint": "https://sdrs.example.com", "iamEndpoint": "https://iam.example.com", "domainName": "d", "projectID": "p",
                },
            });
            match dice.below(4) {
                0 => spec["limits"] = json!({ "requestsPerSecond": 3 }),
                1 => spec["pollIntervalSeconds"] = 60.into(),
                2 => spec["tls"] = json!({ "caBundleConfigMapRef": { "name": "ca" } }),
                _ => {}
            }
            spec
        }
    }
}

/// A good status.
pub fn status(kind: &str, dice: &mut Dice) -> Value {
    let condition = |kind: &str| {
        json!({
            "type": kind, "status": "True", "reason": "AsExpected", "message": "", "lastTransitionTime": "2026-11-02T03:04:05Z",
        })
    };
    let mut status = json!({ "observedGeneration": dice.below(3) });
    if dice.once_in(2) {
        status["conditions"] = json!([condition("Ready"), condition("Stalled")]);
    }
    match kind {
        "protectiongroups" => {
            status["activeStation"] = (*dice.of(&["source", "target", "Unknown"])).into();
            if dice.once_in(2) {
                status["replication"] = json!({ "state": "Active", "progressPercent": dice.below(100) });
            }
        }
        "recoveryoperations" => {
            status["state"] = (*dice.of(&["Pending", "Running", "Succeeded"])).into();
            if dice.once_in(2) {
                status["steps"] = json!([{ "name": "Check", "state": "Running" }, { "name": "Wait", "state": "Pending", "attempts": 1 }]);
            }
        }
        "operationdecisions" => status["state"] = (*dice.of(&["Accepted", "Refused"])).into(),
        _ => status["groupsSeen"] = dice.below(9).into(),
    }
    status
}
