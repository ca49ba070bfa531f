//! The namespace, the service account and the Deployment.
//! It must not ask for more than Pod Security `restricted` allows.

use serde_json::{Value, json};
use stationmaster_api::names::INSTALL_NAMESPACE;

use super::labels;
use super::operator::NAME;

/// Any user but root; the image has no user table.
const UID: u32 = 65532;

/// The namespace. Pods that are not restricted are turned away.
pub(super) fn namespace() -> Value {
    let mut labels = labels();
    labels["pod-security.kubernetes.io/enforce"] = json!("restricted");
    json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": INSTALL_NAMESPACE, "labels": labels } })
}

/// The operator's identity.
pub(super) fn service_account() -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": { "name": NAME, "namespace": INSTALL_NAMESPACE, "labels": labels() },
    })
}

/// Two replicas in two zones: the operator must survive the zone that it fails over from. One acts, one is warm.
pub(super) fn deployment() -> Value {
    let selector = json!({ "app.kubernetes.io/name": "stationmaster" });
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": { "name": NAME, "namespace": INSTALL_NAMESPACE, "labels": labels() },
        "spec": {
            "replicas": 2,
            "selector": { "matchLabels": selector },
            "template": {
                "metadata": { "labels": labels() },
                "spec": {
                    "serviceAccountName": NAME,
                    "terminationGracePeriodSeconds": 30,
                    "securityContext": {
                        "runAsNonRoot": true,
                        "runAsUser": UID,
                        "runAsGroup": UID,
                        "seccompProfile": { "type": "RuntimeDefault" },
                    },
                    "topologySpreadConstraints": [{
                        "maxSkew": 1,
                        "topologyKey": "topology.kubernetes.io/zone",
                        "whenUnsatisfiable": "ScheduleAnyway",
                        "labelSelector": { "matchLabels": selector },
                    }],
                    "containers": [container()],
                },
            },
        },
    })
}

fn container() -> Value {
    json!({
        "name": "operator",
        "image": concat!("stationmaster:", env!("CARGO_PKG_VERSION")),
        "imagePullPolicy": "IfNotPresent",
        "args": ["run", "--forced-orders-guarded"],
        "env": [
            { "name": "POD_NAME", "valueFrom": { "fieldRef": { "fieldPath": "metadata.name" } } },
            { "name": "POD_NAMESPACE", "valueFrom": { "fieldRef": { "fieldPath": "metadata.namespace" } } },
            // What a large answer has taken goes back to the system, and not to the allocator's own stock.
            { "name": "MALLOC_MMAP_THRESHOLD_", "value": "131072" },
            { "name": "MALLOC_TRIM_THRESHOLD_", "value": "131072" },
        ],
        "ports": [
            { "name": "metrics", "containerPort": 8080 },
            { "name": "health", "containerPort": 8081 },
        ],
        "livenessProbe": probe("/livez", 10, 3),
        "readinessProbe": probe("/readyz", 5, 2),
        // A cold start lists every object before it is ready; it must not be killed for that.
        "startupProbe": probe("/livez", 2, 30),
        "resources": {
            "requests": { "cpu": "20m", "memory": "32Mi" },
            // No CPU limit: a throttled operator is a slow failover.
            "limits": { "memory": "256Mi" },
        },
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "readOnlyRootFilesystem": true,
            "capabilities": { "drop": ["ALL"] },
        },
    })
}

fn probe(path: &str, period_seconds: u32, failure_threshold: u32) -> Value {
    json!({
        "httpGet": { "path": path, "port": "health" },
        "periodSeconds": period_seconds,
        "failureThreshold": failure_threshold,
        "timeoutSeconds": 2,
    })
}
