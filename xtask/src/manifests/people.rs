//! What people may do: look, edit intents and connections, command.
//! It must not let `edit` command: a forced failover and an answer to a running operation are for the commander alone.

use serde_json::{Value, json};

use super::labels;

/// The roles for people. They are bound by whoever installs; `view` and `edit` flow into the cluster's own roles of that name.
pub(super) fn roles() -> Vec<Value> {
    let group = stationmaster_api::GROUP;
    let look = json!(["get", "list", "watch"]);
    let everything = json!([
        "protectionproviders",
        "protectiongroups",
        "recoveryoperations",
        "operationdecisions",
        "groupledgers",
    ]);
    vec![
        role(
            "stationmaster-view",
            Some("view"),
            json!([{ "apiGroups": [group], "resources": everything.clone(), "verbs": look.clone() }]),
        ),
        role(
            "stationmaster-edit",
            Some("edit"),
            json!([{
                "apiGroups": [group],
                "resources": ["protectionproviders", "protectiongroups"],
                "verbs": ["create", "update", "patch", "delete"],
            }]),
        ),
        role(
            "stationmaster-dr-commander",
            None,
            json!([
                { "apiGroups": [group], "resources": everything, "verbs": look },
                // Specs are immutable, so that there is nothing to update. Deleting cancels what was not submitted.
                { "apiGroups": [group], "resources": ["recoveryoperations"], "verbs": ["create", "delete"] },
                { "apiGroups": [group], "resources": ["operationdecisions"], "verbs": ["create"] },
            ]),
        ),
    ]
}

fn role(name: &str, aggregate_to: Option<&str>, rules: Value) -> Value {
    let mut labels = labels();
    if let Some(role) = aggregate_to {
        labels[format!("rbac.authorization.k8s.io/aggregate-to-{role}")] = json!("true");
    }
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": { "name": name, "labels": labels },
        "rules": rules,
    })
}
