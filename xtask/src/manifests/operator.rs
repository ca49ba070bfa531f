//! What the operator may do: exactly what its code asks of the API server.
//! It must not hold a wildcard, nor a right that no code uses.

use serde_json::{Value, json};
use stationmaster_api::names::{CLAIMS, INSTALL_NAMESPACE};

use super::labels;

/// Name of the roles, their bindings and the service account.
pub(super) const NAME: &str = "stationmaster";

/// The roles of the operator and their bindings.
pub(super) fn rbac() -> Vec<Value> {
    vec![cluster_role(), cluster_role_binding(), role(), role_binding()]
}

/// What it needs wherever a ProtectionGroup may be.
fn cluster_role() -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": { "name": NAME, "labels": labels() },
        "rules": [
            {
                "apiGroups": [stationmaster_api::GROUP],
                "resources": ["protectionproviders", "protectiongroups", "recoveryoperations", "operationdecisions"],
                "verbs": ["get", "list", "watch"],
            },
            {
                "apiGroups": [stationmaster_api::GROUP],
                "resources": [
                    "protectionproviders/status", "protectiongroups/status", "recoveryoperations/status", "operationdecisions/status",
                ],
                "verbs": ["patch", "update"],
            },
            // It makes the operation of an intent, and deletes the oldest of those that it made.
            { "apiGroups": [stationmaster_api::GROUP], "resources": ["recoveryoperations"], "verbs": ["create", "delete"] },
            { "apiGroups": ["events.k8s.io"], "resources": ["events"], "verbs": ["create", "patch"] },
            // Credentials and CA bundles, by the name that a ProtectionProvider gives; never listed.
            { "apiGroups": [""], "resources": ["secrets", "configmaps"], "verbs": ["get"] },
        ],
    })
}

/// What it needs in its own namespace only: its memory and its lease.
fn role() -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": { "name": NAME, "namespace": INSTALL_NAMESPACE, "labels": labels() },
        "rules": [
            {
                "apiGroups": [stationmaster_api::GROUP],
                "resources": ["groupledgers"],
                "verbs": ["get", "list", "watch", "create", "update", "delete"],
            },
            // The administrator's list of claims, watched by its name; it is never written.
            { "apiGroups": [""], "resources": ["configmaps"], "resourceNames": [CLAIMS], "verbs": ["list", "watch"] },
            { "apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get", "create", "update"] },
        ],
    })
}

fn cluster_role_binding() -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": { "name": NAME, "labels": labels() },
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": NAME },
        "subjects": subjects(),
    })
}

fn role_binding() -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": { "name": NAME, "namespace": INSTALL_NAMESPACE, "labels": labels() },
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": NAME },
        "subjects": subjects(),
    })
}

fn subjects() -> Value {
    json!([{ "kind": "ServiceAccount", "name": NAME, "namespace": INSTALL_NAMESPACE }])
}
