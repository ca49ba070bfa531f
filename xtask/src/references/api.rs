//! The page of all fields of the API, from the CustomResourceDefinitions.
//! It must not explain a field in words of its own.

use anyhow::{Context, Result};
use serde_json::Value;

use super::MADE_BY;

const ABOUT: &str = "# API reference

All fields of the group `stationmaster.dev`, version `v1alpha1`. `[]` stands for each entry of a list. A field in **bold** must be
set. The API server keeps the bounds and the rules; `kubectl explain` shows the same texts. A condition has the fields that it has
everywhere in Kubernetes: `type`, `status`, `reason`, `message`, `observedGeneration`, `lastTransitionTime`.
";

/// The page.
pub fn page() -> Result<String> {
    let mut text = format!("{MADE_BY}\n{ABOUT}");
    for crd in stationmaster_api::crds() {
        text.push_str(&kind(&serde_json::to_value(&crd)?)?);
    }
    Ok(text)
}

/// One field.
struct Row {
    path: String,
    required: bool,
    schema: Value,
}

fn kind(crd: &Value) -> Result<String> {
    let spec = &crd["spec"];
    let schema = spec["versions"][0]["schema"]["openAPIV3Schema"].clone();
    let word = |pointer: &str| spec.pointer(pointer).and_then(Value::as_str).context("name of a kind");
    let mut text = format!(
        "\n## {}\n\nShort name `{}`, plural `{}`.\n\n{}\n\n| field | type | default | meaning |\n|---|---|---|---|\n",
        word("/names/kind")?,
        word("/names/shortNames/0")?,
        word("/names/plural")?,
        prose(&schema),
    );
    let mut rules = rules("", &schema);
    for part in ["spec", "status"] {
        let Some(schema) = schema["properties"].get(part) else {
            continue;
        };
        rules.extend(self::rules(part, schema));
        for row in rows(part, schema) {
            rules.extend(self::rules(&row.path, &row.schema));
            rules.extend(self::rules(&row.path, &row.schema["items"]));
            text.push_str(&line(&row));
        }
    }
    if !rules.is_empty() {
        text.push_str("\nRules:\n\n");
        text.push_str(&rules.concat());
    }
    Ok(text)
}

/// The fields below `path`, each before those that it holds.
fn rows(path: &str, schema: &Value) -> Vec<Row> {
    let mut rows = Vec::new();
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let list = field["type"] == "array";
        let path = format!("{path}.{name}{}", if list { "[]" } else { "" });
        rows.push(Row {
            path: path.clone(),
            required: required.contains(&name.as_str()),
            schema: field.clone(),
        });
        // Conditions are the same everywhere in Kubernetes.
        if name != "conditions" {
            rows.extend(self::rows(&path, if list { &field["items"] } else { field }));
        }
    }
    rows
}

fn line(row: &Row) -> String {
    let path = match row.required {
        true => format!("**`{}`**", row.path),
        false => format!("`{}`", row.path),
    };
    let default = match &row.schema["default"] {
        // The default of an object is that of its fields.
        Value::Null | Value::Object(_) => String::new(),
        Value::String(text) => format!("`{text}`"),
        value => format!("`{value}`"),
    };
    let cells = [path, kind_of(&row.schema), default, prose(&row.schema)];
    format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
}

/// Type and bounds in words.
fn kind_of(schema: &Value) -> String {
    if schema["type"] == "array" {
        let most = schema["maxItems"]
            .as_u64()
            .map(|n| format!(", at most {n}"))
            .unwrap_or_default();
        return format!("list of {}{most}", kind_of(&schema["items"]));
    }
    let words: Vec<String> = schema["enum"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|word| format!("`{word}`"))
        .collect();
    if !words.is_empty() {
        return words.join(", ").replace('"', "");
    }
    let number = |key: &str| schema[key].as_f64();
    let name = match (schema["type"].as_str(), schema["format"].as_str()) {
        (_, Some("date-time")) => "time",
        (Some(name), _) => name,
        (None, _) => "any",
    };
    let bounds = match (number("minimum"), number("maximum"), number("maxLength")) {
        (Some(least), Some(most), _) => format!(", {least} to {most}"),
        (Some(least), None, _) => format!(", at least {least}"),
        (None, Some(most), _) => format!(", at most {most}"),
        (None, None, Some(most)) => format!(", at most {most} characters"),
        (None, None, None) => String::new(),
    };
    let pattern = schema["pattern"]
        .as_str()
        .map(|pattern| format!(", `{pattern}`"))
        .unwrap_or_default();
    format!("{name}{bounds}{pattern}")
}

fn prose(schema: &Value) -> String {
    let text = schema["description"].as_str().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The CEL rules of a field: what the API server says when they are broken.
fn rules(path: &str, schema: &Value) -> Vec<String> {
    let place = if path.is_empty() {
        "the object".to_owned()
    } else {
        format!("`{path}`")
    };
    let rule = |rule: &Value| {
        let said = match rule["message"].as_str() {
            Some(message) => message.to_owned(),
            None => {
                "a changed intent must quote the present token; the message prints the lines that would be accepted"
                    .to_owned()
            }
        };
        format!("* {place}: {said}\n")
    };
    let own = schema["x-kubernetes-validations"].as_array().into_iter().flatten();
    own.map(rule).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_is_there_and_every_field_has_a_meaning() {
        let text = page().unwrap();
        for crd in stationmaster_api::crds() {
            assert!(text.contains(&format!("\n## {}\n", crd.spec.names.kind)));
        }
        let without: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with('|') && line.ends_with("|  |"))
            .collect();
        assert_eq!(without, Vec::<&str>::new());
        assert!(text.contains("| `spec.startingDeadlineSeconds` | integer, 1 to 604800 | `3600` |"));
        assert!(text.contains("| **`spec.providerRef.name`** | string, at most 253 characters, `^"));
    }

    #[test]
    fn a_bar_in_a_text_does_not_end_the_cell() {
        let row = Row {
            path: "spec.a".into(),
            required: false,
            schema: json!({ "type": "string", "description": "one | two" }),
        };
        assert_eq!(line(&row), "| `spec.a` | string |  | one \\| two |\n");
    }

    #[test]
    fn only_the_intent_rule_computes_its_message() {
        let computed = |text: &str| text.matches("a changed intent must quote").count();
        assert_eq!(computed(&page().unwrap()), 1);
    }
}
