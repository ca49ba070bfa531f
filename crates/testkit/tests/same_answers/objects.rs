//! Good objects of every kind: they satisfy the rules of their definition.
//! Must not change what a rule calls immutable: CEL is not what is compared.

use serde_json::{Value, json};

use super::chance::Chance;

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
pub fn good(kind: &str, name: &str, chance: &mut Chance) -> Value {
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
    let labels = chance.of(&choices);
    if !labels.is_null() {
        object["metadata"]["labels"] = labels.clone();
    }
    let content = content(kind, chance).as_object().cloned().unwrap_or_default();
    object.as_object_mut().unwrap().extend(content);
    if has_status(kind) && chance.once_in(2) {
        object["status"] = status(kind, chance);
    }
    object
}

/// Everything of a good object but its metadata and its status.
pub fn content(kind: &str, chance: &mut Chance) -> Value {
    match kind {
        "configmaps" => json!({ "data": { "k": chance.of(&["1", "2", "3"]) } }),
        "secrets" => json!({ "data": { "k": chance.of(&["MQ==", "Mg=="]) } }),
        // Nearly all of an event is immutable; its series is what the operator writes again.
        "events" => {
            let mut event = json!({
                "action": "Look", "reason": "Seen", "note": "n", "type": "Normal",
                "reportingController": "stationmaster.dev/operator", "reportingInstance": "one",
                "eventTime": "2026-01-01T00:00:00.000000Z",
                "regarding": { "apiVersion": "stationmaster.dev/v1alpha1", "kind": "ProtectionGroup", "name": "a", "namespace": "@ns@" },
            });
            if chance.once_in(2) {
                event["series"] =
                    json!({ "count": 2 + chance.below(3), "lastObservedTime": "2026-01-01T00:01:00.000000Z" });
            }
            event
        }
        kind => json!({ "spec": spec(kind, chance) }),
    }
}

fn spec(kind: &str, chance: &mut Chance) -> Value {
    match kind {
        "protectiongroups" => {
            let mut spec = json!({
                "providerRef": { "name": "otc" },
                "sdrs": { "serverGroupID": "40df180b-9fe2-471a-8c64-1b758dc84189" },
            });
            match chance.below(4) {
                0 => spec["suspend"] = true.into(),
                1 => spec["startingDeadlineSeconds"] = 600.into(),
                2 => spec["objectives"] = json!({ "rpoSeconds": 60 }),
                _ => {}
            }
            spec
        }
        "groupledgers" => json!({
            "endpoint": "https://sdrs.example.com", "scope": "p", "objectID": "o",
            "groupRef": { "name": "a", "namespace": "shop", "uid": "u" },
            "activeStation": chance.of(&["source", "target", "Mixed"]),
            "record": chance.of(&[json!({}), json!({ "free": { "form": [1, null, "x"] } }), json!({ "n": 5 })]),
        }),
        "recoveryoperations" => json!({
            "type": "Reprotect", "groupRef": { "name": "a", "uid": "u" }, "targetStation": "source",
            "notAfter": "2036-11-02T03:30:00Z",
        }),
        "operationdecisions" => json!({
            "operationRef": { "name": "a", "uid": "u" }, "action": "Confirm", "step": "Check", "attempt": 1, "reason": "seen",
        }),
        "leases" => json!({ "holderIdentity": chance.of(&["one", "two"]), "leaseDurationSeconds": 15 }),
        _ => {
            let mut spec = json!({
                "credentialsSecretRef": { "name": "s" },
                "sdrs": {
                    "endpoint": "https://sdrs.example.com", "iamEndpoint": "https://iam.example.com", "domainName": "d", "projectID": "p",
                },
            });
            match chance.below(4) {
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
pub fn status(kind: &str, chance: &mut Chance) -> Value {
    let condition = |kind: &str| {
        json!({
            "type": kind, "status": "True", "reason": "AsExpected", "message": "", "lastTransitionTime": "2026-11-02T03:04:05Z",
        })
    };
    let mut status = json!({ "observedGeneration": chance.below(3) });
    if chance.once_in(2) {
        status["conditions"] = json!([condition("Ready"), condition("Stalled")]);
    }
    match kind {
        "protectiongroups" => {
            status["activeStation"] = (*chance.of(&["source", "target", "Unknown"])).into();
            if chance.once_in(2) {
                status["replication"] = json!({ "state": "Active", "progressPercent": chance.below(100) });
            }
        }
        "recoveryoperations" => {
            status["state"] = (*chance.of(&["Pending", "Running", "Succeeded"])).into();
            if chance.once_in(2) {
                status["steps"] = json!([{ "name": "Check", "state": "Running" }, { "name": "Wait", "state": "Pending", "attempts": 1 }]);
            }
        }
        "operationdecisions" => status["state"] = (*chance.of(&["Accepted", "Refused"])).into(),
        _ => status["groupsSeen"] = chance.below(9).into(),
    }
    status
}
