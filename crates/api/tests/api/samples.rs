//! The samples of `deploy/samples` are what the API understands, word for word.
//! It must not check CEL rules; that is done where they are evaluated.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use stationmaster_api::{
    OperationDecision, OperationType, ProtectionGroup, ProtectionProvider, RecoveryOperation, RecoveryOperationSpec,
};

/// Every document of every sample, with its file's name.
fn samples() -> Vec<(String, Value)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/samples");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let documents: Vec<Value> = serde_saphyr::from_multiple(&std::fs::read_to_string(&path).unwrap()).unwrap();
        found.extend(documents.into_iter().map(|document| (name.clone(), document)));
    }
    found
}

/// Fields of `written` that `understood` has lost or changed.
fn lost(written: &Value, understood: &Value, path: &str) -> Vec<String> {
    match written {
        Value::Object(map) => map
            .iter()
            .flat_map(|(key, value)| {
                lost(
                    value,
                    understood.get(key).unwrap_or(&Value::Null),
                    &format!("{path}.{key}"),
                )
            })
            .collect(),
        // Elements of a list may have defaults of their own.
        Value::Array(items) if understood.as_array().is_some_and(|all| all.len() == items.len()) => {
            let places = items.iter().enumerate();
            places
                .flat_map(|(index, item)| lost(item, &understood[index], &format!("{path}[{index}]")))
                .collect()
        }
        _ if written == understood => Vec::new(),
        _ => vec![path.to_owned()],
    }
}

fn understood<T: Serialize + DeserializeOwned>(document: &Value) -> Vec<String> {
    let object: T = serde_json::from_value(document.clone()).unwrap_or_else(|error| panic!("{error}: {document}"));
    lost(document, &serde_json::to_value(object).unwrap(), "")
}

fn check(document: &Value) -> Vec<String> {
    match document["kind"].as_str().unwrap() {
        "ProtectionProvider" => understood::<ProtectionProvider>(document),
        "ProtectionGroup" => understood::<ProtectionGroup>(document),
        "RecoveryOperation" => understood::<RecoveryOperation>(document),
        "OperationDecision" => understood::<OperationDecision>(document),
        "Secret" | "ConfigMap" => Vec::new(),
        other => panic!("no sample is a {other}"),
    }
}

#[test]
fn nothing_in_a_sample_is_lost() {
    let samples = samples();
    for (file, document) in &samples {
        assert_eq!(check(document), Vec::<String>::new(), "{file}");
    }
    let (_, group) = samples.iter().find(|(_, d)| d["kind"] == "ProtectionGroup").unwrap();
    let mut misspelt = group.clone();
    misspelt["spec"]["objectives"]["rpoSecond"] = json!(60);
    assert_eq!(
        check(&misspelt),
        [".spec.objectives.rpoSecond"],
        "the check would not see a misspelt field"
    );
}

#[test]
fn there_is_a_sample_of_every_operation_that_a_person_files() {
    let filed: BTreeSet<OperationType> = samples()
        .into_iter()
        .filter(|(_, document)| document["kind"] == "RecoveryOperation")
        .map(|(_, document)| {
            serde_json::from_value::<RecoveryOperationSpec>(document["spec"].clone())
                .unwrap()
                .operation_type
        })
        .collect();
    let by_person: BTreeSet<_> = OperationType::ALL
        .iter()
        .copied()
        .filter(|kind| *kind != OperationType::PlannedFailover)
        .collect();
    assert_eq!(filed, by_person);
}

/// A provider's Secret holds the keys that its method needs.
#[test]
fn secrets_of_samples_hold_the_keys_that_the_method_needs() {
    use stationmaster_api::names;
    let samples = samples();
    let mut checked = 0;
    for (file, document) in samples
        .iter()
        .filter(|(_, document)| document["kind"] == "ProtectionProvider")
    {
        let name = &document["spec"]["credentialsSecretRef"]["name"];
        let (_, secret) = samples
            .iter()
            .find(|(_, d)| d["kind"] == "Secret" && d["metadata"]["name"] == *name)
            .unwrap();
        let spec = &document["spec"];
        let method = spec["sdrs"]["authMethod"]
            .as_str()
            .or(spec["ocp"]["authMethod"].as_str());
        let needed = match method.unwrap() {
            "Password" | "Basic" => [names::SECRET_USERNAME, names::SECRET_PASSWORD],
            _ => [names::SECRET_ACCESS_KEY, names::SECRET_SECRET_KEY],
        };
        for key in needed {
            assert!(secret["stringData"][key].is_string(), "{file}: {key}");
        }
        checked += 1;
    }
    assert_eq!(checked, 3, "one sample for each method of SDRS, one for OCP");
}
