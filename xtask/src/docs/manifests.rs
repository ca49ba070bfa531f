//! Are the manifests that pages show what the API types understand?
//! It must not check rules of the API server.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use stationmaster_api::{OperationDecision, ProtectionGroup, ProtectionProvider, RecoveryOperation};

use super::page::Page;

/// How many manifests of our API were understood, and what is wrong with the others.
pub fn check(pages: &[Page]) -> (usize, Vec<String>) {
    let (mut understood, mut wrong) = (0, Vec::new());
    for page in pages {
        for block in page.blocks.iter().filter(|block| block.language == "yaml") {
            let place = format!("{}:{}", page.path.display(), block.line);
            match serde_saphyr::from_multiple::<Value>(&block.text) {
                Err(error) => wrong.push(format!("{place}: no YAML: {error}")),
                Ok(documents) => {
                    for document in documents.iter().filter(|document| ours(document)) {
                        match problem(document) {
                            None => understood += 1,
                            Some(why) => wrong.push(format!("{place}: {why}")),
                        }
                    }
                }
            }
        }
    }
    (understood, wrong)
}

fn ours(document: &Value) -> bool {
    let group = document["apiVersion"]
        .as_str()
        .and_then(|version| version.split('/').next());
    group == Some(stationmaster_api::GROUP)
}

fn problem(document: &Value) -> Option<String> {
    let version = format!("{}/{}", stationmaster_api::GROUP, stationmaster_api::VERSION);
    if document["apiVersion"] != version {
        return Some(format!("apiVersion is not {version}"));
    }
    match document["kind"].as_str() {
        Some("ProtectionProvider") => lost::<ProtectionProvider>(document),
        Some("ProtectionGroup") => lost::<ProtectionGroup>(document),
        Some("RecoveryOperation") => lost::<RecoveryOperation>(document),
        Some("OperationDecision") => lost::<OperationDecision>(document),
        other => Some(format!("no page shows a {other:?}")),
    }
}

/// What a type does not understand of a document: an error, or the fields that are not in what it gives back.
fn lost<T: Serialize + DeserializeOwned>(document: &Value) -> Option<String> {
    let object: T = match serde_json::from_value(document.clone()) {
        Ok(object) => object,
        Err(error) => return Some(error.to_string()),
    };
    let mut fields = Vec::new();
    missing(document, &serde_json::to_value(object).unwrap(), "", &mut fields);
    (!fields.is_empty()).then(|| format!("not understood: {}", fields.join(", ")))
}

fn missing(written: &Value, understood: &Value, path: &str, fields: &mut Vec<String>) {
    match written {
        Value::Object(map) => {
            for (key, value) in map {
                let inner = understood.get(key).unwrap_or(&Value::Null);
                missing(value, inner, &format!("{path}.{key}"), fields);
            }
        }
        // Elements of a list may have defaults of their own.
        Value::Array(items) if understood.as_array().is_some_and(|all| all.len() == items.len()) => {
            for (index, item) in items.iter().enumerate() {
                missing(item, &understood[index], &format!("{path}[{index}]"), fields);
            }
        }
        _ if written == understood => {}
        _ => fields.push(path.to_owned()),
    }
}

#[test]
fn a_misspelt_field_an_unknown_kind_and_broken_yaml_are_found() {
    let decision = |more: &str| {
        format!(
            "```yaml\napiVersion: stationmaster.dev/v1alpha1\nkind: OperationDecision\nmetadata: {{name: a}}\n\
             spec: {{operationRef: {{name: a, uid: b}}, action: Abandon, reason: c{more}}}\n```\n"
        )
    };
    let check = |text: &str| check(&[Page::parse(std::path::Path::new("a.md"), text)]);
    assert_eq!(check(&decision("")), (1, Vec::new()));
    let database = |field: &str| {
        format!(
            "```yaml\napiVersion: stationmaster.dev/v1alpha1\nkind: ProtectionProvider\nmetadata: {{name: a}}\n\
             spec: {{ocp: {{endpoint: a, installation: b, sql: [{{clusterID: 1, host: c, credentialsSecretRef: {{name: d}}{field}}}]}},\
             \x20 credentialsSecretRef: {{name: e}}}}\n```\n"
        )
    };
    assert_eq!(check(&database("")), (1, Vec::new()), "defaults in a list");
    assert_eq!(
        check(&database(", prt: 1")).1,
        ["a.md:1: not understood: .spec.ocp.sql[0].prt"]
    );
    assert_eq!(
        check(&decision(", stepp: d")).1,
        ["a.md:1: not understood: .spec.stepp"]
    );
    assert_eq!(check(&decision("").replace("Abandon", "Forget")).1.len(), 1);
    assert_eq!(check(&decision("").replace("v1alpha1", "v1")).1.len(), 1);
    assert_eq!(check(&decision("").replace("kind: Op", "kind: Xp")).1.len(), 1);
    assert_eq!(check("```yaml\n{\n```\n").1.len(), 1);
    assert_eq!(
        check("```yaml\nspec: {priorityStation: target}\n```\n"),
        (0, Vec::new())
    );
}
