//! Merge patches, JSON patches and server-side apply.
//! It must not decide what a changed object means; `write` does.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::address::Address;
use super::object::{self, meta};
use super::refusal::{Cause, Refusal};
use super::state::{Answer, State, key};

/// The forms in which a patch comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Merge,
    Json,
    Apply,
}

impl State {
    /// PATCH.
    pub fn patch(&mut self, address: &Address, content_type: &str, body: &[u8]) -> Result<Answer, Refusal> {
        let form = match content_type.split(';').next().unwrap_or_default().trim() {
            "application/merge-patch+json" => Form::Merge,
            // The real server knows strategic merges for its own kinds only; those that are patched here have no lists to merge.
            "application/strategic-merge-patch+json" if !address.kind.custom => Form::Merge,
            "application/json-patch+json" => Form::Json,
            "application/apply-patch+yaml" => Form::Apply,
            other => {
                let message = format!(
                    "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml; was {other}"
                );
                let refusal = Refusal::new(415, "UnsupportedMediaType", message);
                return Err(if address.kind.custom {
                    refusal
                } else {
                    refusal.with_empty_details()
                });
            }
        };
        let kind = &address.kind;
        let name = address.name.as_deref().unwrap_or_default();
        let found = self.store.get(&key(kind, &address.namespace, name)).cloned();
        if form == Form::Apply {
            return self.apply(address, body);
        }
        // A patch that cannot be read is only noticed when there is something to patch.
        let record = found.ok_or_else(|| Refusal::not_found(kind, name))?;
        let patch: Value = serde_json::from_slice(body)
            .map_err(|error| Refusal::bad_request(format!("error decoding patch: {error}")))?;
        let mut object = (*record.shown).clone();
        match form {
            Form::Merge if !patch.is_object() => return Err(Refusal::bad_request("error decoding patch: no object")),
            Form::Merge => json_patch::merge(&mut object, &patch),
            _ => edit(&mut object, patch)?,
        }
        let strict = address.query.get("fieldValidation") == Some("Strict");
        object::admit(kind, &mut object, self.reading(strict)).map_err(|problem| {
            let cause = Cause::new("FieldValueInvalid", "patch", format!("Invalid value: {problem}"));
            let mut refusal = Refusal::new(422, "Invalid", format!("\"\" is invalid: patch: {problem}"));
            refusal.causes.push(cause);
            refusal
        })?;
        let applied = record.applied.clone();
        self.update(address, record, object, applied)
    }

    /// Server-side apply, always with force. Which manager owns a field is known only as far as managers apply: what one applied
    /// and no longer does is removed, unless another applies it.
    fn apply(&mut self, address: &Address, body: &[u8]) -> Result<Answer, Refusal> {
        let kind = &address.kind;
        let config: Value = serde_json::from_slice(body)
            .or_else(|_| serde_saphyr::from_str(&String::from_utf8_lossy(body)))
            .map_err(|error| Refusal::bad_request(format!("error decoding YAML: {error}")))?;
        let manager = address.query.get("fieldManager").ok_or_else(|| {
            let cause = Cause::new(
                "FieldValueRequired",
                "fieldManager",
                "Required value: is required for apply patch".into(),
            );
            let mut refusal = Refusal::new(422, "Invalid", "PatchOptions.meta.k8s.io \"\" is invalid").about(
                "",
                "meta.k8s.io",
                "PatchOptions",
            );
            refusal.causes.push(cause);
            refusal
        })?;
        let name = address.name.as_deref().unwrap_or_default();
        let strict = address.query.get("fieldValidation") == Some("Strict");
        let reading = self.reading(strict);
        let Some(record) = self.store.get(&key(kind, &address.namespace, name)).cloned() else {
            let mut object = config.clone();
            object::admit(kind, &mut object, reading).map_err(Refusal::bad_request)?;
            if meta(&object, "name") != name {
                return Err(Refusal::bad_request(
                    "the name of the object does not match the name on the URL",
                ));
            }
            let applied = Arc::new(BTreeMap::from([(manager.to_owned(), config)]));
            return self.create_object(kind, &address.namespace, object, applied);
        };
        let mut object = (*record.shown).clone();
        let mut applied = (*record.applied).clone();
        let before = applied.insert(manager.to_owned(), config.clone()).unwrap_or_default();
        let others: Vec<&Value> = applied
            .iter()
            .filter(|(name, _)| *name != manager)
            .map(|(_, config)| config)
            .collect();
        take_back(&mut object, &before, &config, &others);
        lay_over(&mut object, &config);
        object::admit(kind, &mut object, reading).map_err(Refusal::bad_request)?;
        self.update(address, record, object, Arc::new(applied))
    }
}

/// A JSON patch.
fn edit(object: &mut Value, patch: Value) -> Result<(), Refusal> {
    let mut operations: Vec<json_patch::PatchOperation> = serde_json::from_value(patch)
        .map_err(|error| Refusal::bad_request(format!("error decoding patch: {error}")))?;
    for mut operation in operations.drain(..) {
        // A field that is not there can be replaced; the library refuses that too.
        if let json_patch::PatchOperation::Replace(replace) = &operation
            && object.pointer(replace.path.as_str()).is_none()
        {
            let (path, value) = (replace.path.clone(), replace.value.clone());
            operation = json_patch::PatchOperation::Add(json_patch::AddOperation { path, value });
        }
        // A test for null holds where nothing is; the library refuses that.
        if let json_patch::PatchOperation::Test(test) = &operation
            && test.value.is_null()
            && object.pointer(test.path.as_str()).is_none()
        {
            continue;
        }
        json_patch::patch(object, std::slice::from_ref(&operation)).map_err(|error| {
            let message = format!("the server rejected our request due to an error in our request: {error}");
            Refusal::new(422, "Invalid", message).with_empty_details()
        })?;
    }
    Ok(())
}

fn take_back(object: &mut Value, before: &Value, now: &Value, others: &[&Value]) {
    let (Some(object), Some(before)) = (object.as_object_mut(), before.as_object()) else {
        return;
    };
    for (name, before) in before {
        let others: Vec<&Value> = others.iter().filter_map(|other| other.get(name)).collect();
        match now.get(name) {
            Some(now) => {
                if let Some(object) = object.get_mut(name) {
                    take_back(object, before, now, &others);
                }
            }
            None if before.is_object() => {
                if let Some(inner) = object.get_mut(name) {
                    take_back(inner, before, &Value::Object(Map::new()), &others);
                    if inner.as_object().is_some_and(Map::is_empty) {
                        object.remove(name);
                    }
                }
            }
            None if others.is_empty() => drop(object.remove(name)),
            None => {}
        }
    }
}

fn lay_over(object: &mut Value, config: &Value) {
    match (object, config) {
        (Value::Object(object), Value::Object(config)) => {
            for (name, value) in config {
                lay_over(object.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (object, config) => *object = config.clone(),
    }
}
