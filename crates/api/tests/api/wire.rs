//! What the types write to the API server and what they take from it.
//! It must not test serde; only what this API decided.

use serde::Serialize;
use serde_json::{Value, json};
use stationmaster_api::group::ProtectionGroupStatus;
use stationmaster_api::vendors::SdrsAuthMethod;
use stationmaster_api::{
    GroupLedger, OperationDecisionStatus, ProtectionGroup, ProtectionProvider, ProtectionProviderStatus,
    RecoveryOperationStatus,
};

#[track_caller]
fn is_empty(status: impl Serialize) {
    assert_eq!(serde_json::to_value(status).unwrap(), json!({}));
}

/// A null in an applied status would be refused, and would take the field from its owner.
#[test]
fn what_is_not_known_is_not_written() {
    is_empty(ProtectionProviderStatus::default());
    is_empty(ProtectionGroupStatus::default());
    is_empty(RecoveryOperationStatus::default());
    is_empty(OperationDecisionStatus::default());
}

/// An operator that is older than the CRD meets fields that it does not know; it must go on.
#[test]
fn a_field_of_a_later_version_does_not_stop_the_operator() {
    let group: ProtectionGroup = serde_json::from_value(json!({
        "apiVersion": "stationmaster.dev/v1alpha1", "kind": "ProtectionGroup", "metadata": { "name": "g" },
        "spec": { "providerRef": { "name": "p", "later": 1 }, "hcp": { "linkName": "l" }, "later": {} },
        "status": { "observedGeneration": -1, "later": [] },
    }))
    .unwrap();
    assert_eq!(group.status.unwrap().observed_generation, Some(-1));
}

/// The API server fills defaults in; a test or a plugin that reads a manifest gets the same ones.
#[test]
fn defaults_are_those_of_the_schema() {
    let provider: ProtectionProvider = serde_json::from_value(json!({
        "apiVersion": "stationmaster.dev/v1alpha1", "kind": "ProtectionProvider", "metadata": { "name": "p" },
        "spec": { "sdrs": { "endpoint": "https://x" }, "credentialsSecretRef": { "name": "s" }, "limits": { "requestsPerSecond": 3 } },
    }))
    .unwrap();
    let sdrs = provider.spec.sdrs.as_ref().unwrap();
    assert_eq!(
        (sdrs.auth_method, sdrs.signature_validity_seconds),
        (SdrsAuthMethod::Password, 900)
    );
    assert_eq!(provider.spec.limits.requests_per_second, 3);
    let written = serde_json::to_value(&provider).unwrap();
    let crd = super::crd("ProtectionProvider");
    let spec = &super::schema_of(&crd)["properties"]["spec"]["properties"];
    for (field, default) in [
        (&spec["pollIntervalSeconds"], &written["spec"]["pollIntervalSeconds"]),
        (&spec["tls"], &written["spec"]["tls"]),
        (
            &spec["sdrs"]["properties"]["authMethod"],
            &written["spec"]["sdrs"]["authMethod"],
        ),
        (
            &spec["limits"]["properties"]["concurrentRequests"],
            &written["spec"]["limits"]["concurrentRequests"],
        ),
    ] {
        assert_eq!(field["default"], *default, "{}", field["description"]);
    }
}

#[test]
fn a_ledger_keeps_a_record_that_it_does_not_understand() {
    let record = json!({ "version": 7, "journal": [{ "deep": { "er": null } }] });
    let value = json!({
        "apiVersion": "stationmaster.dev/v1alpha1", "kind": "GroupLedger", "metadata": { "name": "l" },
        "spec": {
            "providerKind": "sdrs", "endpoint": "https://x", "scope": "p", "objectID": "o", "record": record,
            "groupRef": { "namespace": "n", "name": "g", "uid": "u" },
        },
    });
    let ledger: GroupLedger = serde_json::from_value(value).unwrap();
    assert_eq!(Value::Object(ledger.spec.record.clone()), record);
    assert_eq!(serde_json::to_value(&ledger).unwrap()["spec"]["record"], record);
}
