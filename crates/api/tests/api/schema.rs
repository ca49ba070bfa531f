//! The rules of the API, applied to the CRDs as they are installed.
//! It must not check what the API server checks anyway.

use serde_json::{Value, json};

use super::lint::violations;
use super::{crd, crds, schema_of};

fn free_form(crd: &Value) -> &'static [&'static str] {
    if crd["spec"]["names"]["kind"] == "GroupLedger" {
        &[".spec.record"]
    } else {
        &[]
    }
}

#[test]
fn every_string_and_list_is_bounded_and_every_field_is_described() {
    for crd in crds() {
        let found = violations(schema_of(&crd), free_form(&crd));
        assert!(found.is_empty(), "{}:\n{}", crd["metadata"]["name"], found.join("\n"));
    }
}

/// The check above is only worth something if it reaches every leaf of the real schemas: taking the bound from any one must be found.
#[test]
fn taking_any_one_bound_or_description_away_is_found() {
    for crd in crds() {
        let schema = schema_of(&crd);
        let name = &crd["metadata"]["name"];
        let pointers = pointers(schema, String::new());
        let bounds = pointers
            .iter()
            .filter(|pointer| !pointer.ends_with("/description"))
            .count();
        let text = schema.to_string();
        assert_eq!(
            bounds,
            text.matches("\"maxLength\":").count() + text.matches("\"maxItems\":").count(),
            "{name}"
        );
        for pointer in pointers {
            let mut copy = schema.clone();
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            copy.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key);
            assert!(
                !violations(&copy, free_form(&crd)).is_empty(),
                "{name} without {pointer}"
            );
        }
    }
}

/// Pointers to every `maxLength` and `maxItems`, and to the description of every property.
fn pointers(schema: &Value, path: String) -> Vec<String> {
    let mut found = Vec::new();
    for bound in ["maxLength", "maxItems"] {
        if schema[bound].is_u64() {
            found.push(format!("{path}/{bound}"));
        }
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}/properties/{name}");
        found.push(format!("{path}/description"));
        found.extend(pointers(property, path));
    }
    if let Some(items) = schema.get("items") {
        found.extend(pointers(items, format!("{path}/items")));
    }
    found
}

#[test]
fn an_object_without_a_status_is_never_taken_for_done() {
    for crd in crds() {
        let status = &schema_of(&crd)["properties"]["status"];
        if crd["spec"]["names"]["kind"] == "GroupLedger" {
            assert!(status.is_null(), "a ledger has no status");
            assert!(crd["spec"]["versions"][0]["subresources"].is_null());
        } else {
            assert_eq!(
                status["default"]["observedGeneration"], -1,
                "{}",
                crd["metadata"]["name"]
            );
            // What is asked for is never blank, also where no operator runs.
            let asks = status["properties"].get("state").is_some();
            let pending = json!({ "state": "Pending", "reason": "NotObserved" });
            for (field, value) in pending.as_object().unwrap() {
                assert_eq!(status["default"].get(field), asks.then_some(value));
            }
            assert_eq!(status["default"]["message"].is_string(), asks);
            assert_eq!(status["properties"]["observedGeneration"]["format"], "int64");
            assert!(crd["spec"]["versions"][0]["subresources"]["status"].is_object());
        }
    }
}

#[test]
fn conditions_are_a_map_by_type_as_everywhere_in_kubernetes() {
    for kind in ["ProtectionProvider", "ProtectionGroup", "RecoveryOperation"] {
        let crd = crd(kind);
        let conditions = &schema_of(&crd)["properties"]["status"]["properties"]["conditions"];
        assert_eq!(conditions["x-kubernetes-list-type"], "map", "{kind}");
        assert_eq!(conditions["x-kubernetes-list-map-keys"], json!(["type"]), "{kind}");
        let required = conditions["items"]["required"].as_array().unwrap();
        for field in ["type", "status", "lastTransitionTime", "reason", "message"] {
            assert!(required.contains(&json!(field)), "{kind}: {field}");
        }
    }
}

#[test]
fn kinds_are_namespaced_and_named_as_the_design_says() {
    let names: Vec<_> = crds()
        .iter()
        .map(|crd| {
            assert_eq!(crd["spec"]["scope"], "Namespaced");
            assert_eq!(crd["spec"]["group"], stationmaster_api::GROUP);
            assert_eq!(crd["spec"]["versions"].as_array().unwrap().len(), 1);
            assert_eq!(crd["spec"]["versions"][0]["name"], stationmaster_api::VERSION);
            let names = &crd["spec"]["names"];
            format!("{} {} {}", names["kind"], names["shortNames"], names["categories"]).replace('"', "")
        })
        .collect();
    assert_eq!(
        names,
        [
            "ProtectionProvider [drp] [dr,stationmaster]",
            "ProtectionGroup [drpg] [dr,stationmaster]",
            "RecoveryOperation [drrun] [dr,stationmaster]",
            "OperationDecision [drdec] [dr,stationmaster]",
            "GroupLedger [drgl] [stationmaster]",
        ]
    );
}

#[test]
fn selectable_fields_are_strings_that_exist() {
    let mut fields = Vec::new();
    for crd in crds() {
        for field in crd["spec"]["versions"][0]["selectableFields"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let path = field["jsonPath"].as_str().unwrap();
            let pointer: String = path
                .split('.')
                .skip(1)
                .map(|name| format!("/properties/{name}"))
                .collect();
            let property = schema_of(&crd)
                .pointer(&pointer)
                .unwrap_or_else(|| panic!("{path} does not exist"));
            assert_eq!(property["type"], "string", "{path}");
            fields.push(path.to_owned());
        }
    }
    assert!(
        fields.contains(&".status.activeStation".to_owned()) && fields.len() >= 8,
        "{fields:?}"
    );
}
