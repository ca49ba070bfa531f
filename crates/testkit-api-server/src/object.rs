//! An object on its way in: whether it is what the path says, its metadata, and what is taken out or put in before it is judged.
//! It must not read or write the store.

use serde_json::{Map, Value, json};

use super::kind::Kind;
use super::refusal::{Cause, Refusal};
use super::schema;

/// The fields of metadata that are kept. `managedFields` is not among them: this server tracks no fields.
const METADATA: [&str; 12] = [
    "annotations",
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "finalizers",
    "generateName",
    "generation",
    "labels",
    "name",
    "namespace",
    "ownerReferences",
    "resourceVersion",
];

/// What is done to a body before it is judged.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reading {
    /// Whether an unknown field is an error.
    pub strict: bool,
    /// Whether unknown fields are kept, as no real server does.
    pub keep_unknown: bool,
}

/// The text at `metadata.<name>`, empty where there is none.
pub(crate) fn meta<'v>(object: &'v Value, name: &str) -> &'v str {
    object["metadata"][name].as_str().unwrap_or_default()
}

/// Reads a body that should be an object of the kind.
///
/// # Errors
///
/// When it is none, or is strictly read and has unknown fields.
pub(crate) fn decode(kind: &Kind, body: &[u8], reading: Reading) -> Result<Value, Refusal> {
    let mut object: Value =
        serde_json::from_slice(body).map_err(|error| Refusal::bad_request(format!("the body is no JSON: {error}")))?;
    if !object.is_object() {
        return Err(Refusal::bad_request("the body is no object"));
    }
    admit(kind, &mut object, reading).map_err(Refusal::bad_request)?;
    Ok(object)
}

/// The same for an object that is JSON already. The error is for a person.
pub(crate) fn admit(kind: &Kind, object: &mut Value, reading: Reading) -> Result<(), String> {
    // Typed kinds may leave them out; the path says them.
    if !kind.custom {
        default_word(object, "apiVersion", &kind.api_version());
        default_word(object, "kind", &kind.kind);
    }
    let (version, word) = (&object["apiVersion"], &object["kind"]);
    if word.as_str().is_none_or(str::is_empty) || version.as_str().is_none_or(str::is_empty) {
        return Err("Object 'Kind' or 'apiVersion' is missing".into());
    }
    if *version != *kind.api_version() {
        let (found, wanted) = (version.as_str().unwrap_or_default(), kind.api_version());
        return Err(format!(
            "the API version in the data ({found}) does not match the expected API version ({wanted})"
        ));
    }
    // Custom kinds find that out later, with all else that is wrong.
    if *word != *kind.kind && !kind.custom {
        return Err(format!(
            "the kind in the data ({word}) does not match the expected kind ({})",
            kind.kind
        ));
    }
    tidy_metadata(object)?;
    if let Some(schema) = &kind.schema {
        if reading.strict
            && let Some(path) = schema::unknown(object, schema).first()
        {
            return Err(format!("strict decoding error: unknown field {path:?}"));
        }
        schema::fill(object, schema);
        if !reading.keep_unknown {
            schema::prune(object, schema);
        }
    } else {
        complete(kind, object);
    }
    Ok(())
}

fn default_word(object: &mut Value, name: &str, word: &str) {
    if object[name].as_str().is_none_or(str::is_empty) {
        object[name] = word.into();
    }
}

fn tidy_metadata(object: &mut Value) -> Result<(), String> {
    if object["metadata"].is_null() {
        object["metadata"] = json!({});
    }
    let Some(metadata) = object["metadata"].as_object_mut() else {
        return Err("metadata is no object".into());
    };
    metadata.retain(|name, value| {
        let empty = match value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Object(map) => map.is_empty(),
            _ => false,
        };
        !empty && (METADATA.contains(&name.as_str()) || name == "uid")
    });
    let fits = |name: &str, value: &Value| match name {
        "labels" | "annotations" => value.as_object().is_some_and(|map| map.values().all(Value::is_string)),
        "finalizers" => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
        "ownerReferences" => value.is_array(),
        "generation" | "deletionGracePeriodSeconds" => value.is_i64() || value.is_u64(),
        _ => value.is_string(),
    };
    match metadata.iter().find(|(name, value)| !fits(name, value)) {
        Some((name, value)) => Err(format!("metadata.{name} cannot be {value}")),
        None => Ok(()),
    }
}

/// What the objects of a bookmark have beside their metadata: the fields that Kubernetes shows also where they hold nothing.
pub(crate) fn blank(kind: &Kind, object: &mut Value) {
    match kind.kind.as_str() {
        "Event" => {
            complete(kind, object);
            object["eventTime"] = Value::Null;
            object["regarding"] = json!({});
        }
        "Lease" => object["spec"] = json!({}),
        _ => {}
    }
}

/// What the API server adds to the kinds of Kubernetes itself.
fn complete(kind: &Kind, object: &mut Value) {
    if kind.kind == "Secret" {
        use base64::Engine;
        if let Some(Value::Object(texts)) = object.as_object_mut().and_then(|map| map.remove("stringData")) {
            for (name, text) in texts {
                let encoded = base64::engine::general_purpose::STANDARD.encode(text.as_str().unwrap_or_default());
                object["data"][name] = encoded.into();
            }
        }
        default_word(object, "type", "Opaque");
    }
    if kind.kind == "Event" {
        // Null where there is none; taking puts that in.
        for name in ["deprecatedFirstTimestamp", "deprecatedLastTimestamp"] {
            object[name] = object[name].take();
        }
        if object["deprecatedSource"].is_null() {
            object["deprecatedSource"] = json!({});
        }
    }
    if kind.kind == "Namespace" {
        let name = meta(object, "name").to_owned();
        object["metadata"]["labels"]["kubernetes.io/metadata.name"] = name.into();
        if object["spec"]["finalizers"].is_null() {
            object["spec"]["finalizers"] = json!(["kubernetes"]);
        }
        if object["status"]["phase"].is_null() {
            object["status"]["phase"] = "Active".into();
        }
    }
}

/// What is wrong with an object that is otherwise complete.
pub(crate) fn check(kind: &Kind, object: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    metadata(kind, &object["metadata"], &mut causes);
    if object["kind"] != *kind.kind {
        let message = format!("Invalid value: {}: must be {}", object["kind"], kind.kind);
        causes.push(Cause::new("FieldValueInvalid", "kind", message));
    }
    if let Some(schema) = &kind.schema {
        causes.extend(schema::check(object, schema));
    }
    causes
}

fn metadata(kind: &Kind, metadata: &Value, causes: &mut Vec<Cause>) {
    let mut wrong = |field: &str, message: String| causes.push(Cause::new("FieldValueInvalid", field, message));
    let name = metadata["name"].as_str().unwrap_or_default();
    let label = |text: &str| {
        let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        edge(text.chars().next())
            && edge(text.chars().last())
            && text
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    let good = |name: &str| {
        if kind.kind == "Namespace" {
            name.len() <= 63 && label(name)
        } else {
            name.len() <= 253 && name.split('.').all(label)
        }
    };
    let base = metadata["generateName"].as_str().unwrap_or_default();
    if !base.is_empty()
        && !good(
            &base
                .strip_suffix('-')
                .map_or(base.to_owned(), |base| format!("{base}x")),
        )
    {
        wrong(
            "metadata.generateName",
            format!("Invalid value: {base:?}: must be the begin of a lowercase RFC 1123 name"),
        );
    }
    if !good(name) {
        wrong(
            "metadata.name",
            format!("Invalid value: {name:?}: must be a lowercase RFC 1123 name"),
        );
    }
    let nothing = Map::new();
    for (key, value) in metadata["labels"].as_object().unwrap_or(&nothing) {
        let value = value.as_str().unwrap_or_default();
        if !is_word(key.rsplit('/').next().unwrap_or_default()) {
            wrong(
                "metadata.labels",
                format!("Invalid value: {key:?}: must be a qualified name"),
            );
        }
        if !value.is_empty() && !is_word(value) {
            wrong(
                "metadata.labels",
                format!("Invalid value: {value:?}: must be a label value of at most 63 characters"),
            );
        }
    }
    for finalizer in metadata["finalizers"].as_array().map(Vec::as_slice).unwrap_or_default() {
        let text = finalizer.as_str().unwrap_or_default();
        if !is_word(text.rsplit('/').next().unwrap_or_default()) {
            wrong(
                "metadata.finalizers",
                format!("Invalid value: {text:?}: must be a qualified name"),
            );
        }
    }
}

fn is_word(text: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    (1..=63).contains(&text.len())
        && edge(text.chars().next())
        && edge(text.chars().last())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}
