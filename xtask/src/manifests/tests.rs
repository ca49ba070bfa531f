//! Checks of the install manifests that need no API server.
//! It must not repeat the manifests: each check states a rule that all of them keep.

use k8s_openapi::api::admissionregistration::v1::{ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Namespace, ServiceAccount};
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::*;

/// Reads an object as its API type and back: a field that the type does not know would be lost.
fn round_trip<T: Serialize + DeserializeOwned>(value: &Value) -> Value {
    serde_json::to_value(serde_json::from_value::<T>(value.clone()).expect("has the shape of its kind")).unwrap()
}

fn typed(value: &Value) -> Value {
    match value["kind"].as_str().expect("has a kind") {
        "Namespace" => round_trip::<Namespace>(value),
        "ServiceAccount" => round_trip::<ServiceAccount>(value),
        "ClusterRole" => round_trip::<ClusterRole>(value),
        "ClusterRoleBinding" => round_trip::<ClusterRoleBinding>(value),
        "Role" => round_trip::<Role>(value),
        "RoleBinding" => round_trip::<RoleBinding>(value),
        "Deployment" => round_trip::<Deployment>(value),
        "ValidatingAdmissionPolicy" => round_trip::<ValidatingAdmissionPolicy>(value),
        "ValidatingAdmissionPolicyBinding" => round_trip::<ValidatingAdmissionPolicyBinding>(value),
        other => panic!("no type for {other}"),
    }
}

fn objects() -> Vec<Value> {
    documents().into_iter().flat_map(|(_, objects)| objects).collect()
}

fn rules(kind: &str, name: &str) -> Vec<PolicyRule> {
    let role = objects()
        .into_iter()
        .find(|o| o["kind"] == kind && o["metadata"]["name"] == name);
    serde_json::from_value(role.expect("the role exists")["rules"].clone()).unwrap()
}

/// Every (group, resource, verb) that the rules allow.
fn rights(rules: &[PolicyRule]) -> Vec<String> {
    let mut rights = Vec::new();
    for rule in rules {
        for group in rule.api_groups.iter().flatten() {
            for resource in rule.resources.iter().flatten() {
                rights.extend(rule.verbs.iter().map(|verb| format!("{group}/{resource} {verb}")));
            }
        }
    }
    rights
}

#[test]
fn every_field_is_one_that_its_kind_knows() {
    for object in objects() {
        assert_eq!(typed(&object), object);
    }
    let mut wrong = workload::deployment();
    wrong["spec"]["template"]["spec"]["securitycontext"] = json!({});
    assert_ne!(typed(&wrong), wrong, "the check would not see a misspelt field");
}

#[test]
fn roles_name_resources_that_exist_and_hold_no_wildcard() {
    let mut known = vec![
        "secrets".to_owned(),
        "configmaps".to_owned(),
        "events".to_owned(),
        "leases".to_owned(),
    ];
    for crd in stationmaster_api::crds() {
        let plural = crd.spec.names.plural;
        if crd
            .spec
            .versions
            .iter()
            .any(|v| v.subresources.as_ref().is_some_and(|s| s.status.is_some()))
        {
            known.push(format!("{plural}/status"));
        }
        known.push(plural);
    }
    for object in objects() {
        let Some(rules) = object.get("rules") else { continue };
        assert!(!rules.to_string().contains('*'), "{object}");
        let rules: Vec<PolicyRule> = serde_json::from_value(rules.clone()).unwrap();
        for resource in rules.iter().flat_map(|r| r.resources.iter().flatten()) {
            assert!(known.contains(resource), "{resource} is no resource");
        }
    }
}

#[test]
fn the_operator_touches_no_spec_and_lists_no_secret() {
    let rights = rights(&rules("ClusterRole", operator::NAME));
    for kind in ["protectionproviders", "protectiongroups", "operationdecisions"] {
        for verb in ["create", "update", "patch", "delete"] {
            assert!(
                !rights.contains(&format!("stationmaster.dev/{kind} {verb}")),
                "{verb} {kind}"
            );
        }
    }
    assert!(!rights.contains(&"stationmaster.dev/recoveryoperations update".to_owned()));
    let secrets: Vec<_> = rights.iter().filter(|r| r.starts_with("/secrets")).collect();
    assert_eq!(secrets, ["/secrets get"]);
    assert!(
        !rights.iter().any(|r| r.contains("groupledgers")),
        "ledgers are for its own namespace only"
    );
}

#[test]
fn only_the_commander_commands() {
    let command = [
        "stationmaster.dev/recoveryoperations create",
        "stationmaster.dev/operationdecisions create",
    ];
    for (role, may) in [
        ("stationmaster-view", false),
        ("stationmaster-edit", false),
        ("stationmaster-dr-commander", true),
    ] {
        let rights = rights(&rules("ClusterRole", role));
        for right in command {
            assert_eq!(rights.contains(&right.to_owned()), may, "{role}: {right}");
        }
        let edits = rights.contains(&"stationmaster.dev/protectiongroups patch".to_owned());
        assert_eq!(edits, role == "stationmaster-edit", "{role}");
    }
    let commander = objects()
        .into_iter()
        .find(|o| o["metadata"]["name"] == "stationmaster-dr-commander")
        .unwrap();
    assert!(
        !commander["metadata"]["labels"].to_string().contains("aggregate-to"),
        "must be bound by hand"
    );
}

#[test]
fn bindings_name_roles_and_subjects_that_exist() {
    let all = objects();
    let exists = |kind: &Value, name: &Value| all.iter().any(|o| o["kind"] == *kind && o["metadata"]["name"] == *name);
    let bindings: Vec<_> = all.iter().filter(|o| o.get("roleRef").is_some()).collect();
    assert_eq!(bindings.len(), 2);
    for binding in bindings {
        assert!(
            exists(&binding["roleRef"]["kind"], &binding["roleRef"]["name"]),
            "{binding}"
        );
        for subject in binding["subjects"].as_array().unwrap() {
            assert!(exists(&subject["kind"], &subject["name"]), "{subject}");
        }
    }
}

#[test]
fn the_pod_is_restricted_and_selected() {
    let deployment: Deployment = serde_json::from_value(workload::deployment()).unwrap();
    let spec = deployment.spec.unwrap();
    let labels = spec.template.metadata.unwrap().labels.unwrap();
    for (key, value) in spec.selector.match_labels.unwrap() {
        assert_eq!(labels.get(&key), Some(&value));
    }
    let pod = spec.template.spec.unwrap();
    let context = pod.security_context.unwrap();
    assert_eq!(context.run_as_non_root, Some(true));
    assert_eq!(context.seccomp_profile.unwrap().type_, "RuntimeDefault");
    for container in pod.containers {
        let context = container.security_context.unwrap();
        assert_eq!(context.allow_privilege_escalation, Some(false));
        assert_eq!(context.read_only_root_filesystem, Some(true));
        assert_eq!(context.capabilities.unwrap().drop, Some(vec!["ALL".to_owned()]));
    }
}

#[test]
fn kustomize_names_every_file() {
    let set = render().unwrap().remove(0);
    let (_, text) = set.files.last().unwrap();
    let kustomization: Value = serde_saphyr::from_str(text).unwrap();
    let named: Vec<_> = kustomization["resources"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let files: Vec<_> = set
        .files
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|n| *n != "kustomization.yaml")
        .collect();
    assert_eq!(named[0], "../crds");
    assert_eq!(named[1..], files);
}
