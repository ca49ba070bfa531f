//! Who asked for the operation of an intent, as honestly as it can be known.
//! They must not take a client's name for a person's.

use super::group;
use crate::controllers::group::act::asked_by;
use serde_json::{Value, json};
use stationmaster_api::ProtectionGroup;

fn written_by(entries: &[(&str, &str, Value)]) -> String {
    let fields = |(manager, time, spec): &(&str, &str, Value)| json!({ "manager": manager, "operation": "Update", "time": time, "fieldsType": "FieldsV1", "fieldsV1": { "f:spec": spec } });
    let fields: Vec<Value> = entries.iter().map(fields).collect();
    let object = json!({
        "apiVersion": "stationmaster.dev/v1alpha1", "kind": "ProtectionGroup", "spec": group(),
        "metadata": { "name": "db", "managedFields": fields },
    });
    let group: ProtectionGroup = serde_json::from_value(object).unwrap();
    asked_by(&group, "spec.priorityStation")
}

#[test]
fn an_operation_of_an_intent_names_the_client_that_wrote_its_token() {
    let git = (
        "argocd-controller",
        "2026-01-01T00:00:00Z",
        json!({ "f:priorityStation": {} }),
    );
    assert_eq!(written_by(&[]), "spec.priorityStation", "nobody knows");
    assert_eq!(
        written_by(std::slice::from_ref(&git)),
        "spec.priorityStation, set by argocd-controller"
    );
    let token = |time: &'static str, manager: &'static str| (manager, time, json!({ "f:priorityToken": {} }));
    let entries = [
        git,
        token("2026-01-01T02:00:00Z", "kubectl-edit"),
        token("2026-01-01T01:00:00Z", "helm"),
        ("stationmaster", "2026-01-01T03:00:00Z", json!({ "f:suspend": {} })),
    ];
    assert_eq!(
        written_by(&entries),
        "spec.priorityStation, set by kubectl-edit",
        "the last one that wrote it"
    );
}
