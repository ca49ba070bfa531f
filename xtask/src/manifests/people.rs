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
                // No verb of the API server: the admission policy for forced orders asks for it.
                { "apiGroups": [group], "resources": ["recoveryoperations"], "verbs": ["force"] },
                { "apiGroups": [group], "resources": ["operationdecisions"], "verbs": ["create"] },
            ]),
        ),
    ]
}

/// Who may create RecoveryOperations may not yet force one: that needs the verb `force`. A role that somebody wrote with a star for all
/// resources of a namespace then names it by mistake only with a star for the verbs too.
pub(super) fn forced_orders() -> Vec<Value> {
    let name = "stationmaster-forced-orders";
    let group = stationmaster_api::GROUP;
    let asks = format!(
        "authorizer.group('{group}').resource('recoveryoperations').namespace(object.metadata.namespace).check('force').allowed()"
    );
    let policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": { "name": name, "labels": labels() },
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": { "resourceRules": [{
                "apiGroups": [group],
                "apiVersions": ["*"],
                "operations": ["CREATE"],
                "resources": ["recoveryoperations"],
            }] },
            "matchConditions": [{ "name": "forced", "expression": "object.spec.type == 'Failover'" }],
            "validations": [{
                "expression": asks,
                "reason": "Forbidden",
                "messageExpression": "'a forced failover needs the verb force on recoveryoperations in namespace ' + \
                    object.metadata.namespace + ': bind the ClusterRole stationmaster-dr-commander to ' + request.userInfo.username",
            }],
        },
    });
    let binding = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": { "name": name, "labels": labels() },
        "spec": { "policyName": name, "validationActions": ["Deny"] },
    });
    vec![policy, binding]
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
