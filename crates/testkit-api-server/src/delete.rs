//! Deleting: preconditions, finalizers, and what is answered.
//! It must not delete what a deleted object owns: garbage is collected by another program.

use serde_json::{Value, json};

use super::address::Address;
use super::flaw::Flaw;
use super::kind::Kind;
use super::object::meta;
use super::refusal::Refusal;
use super::selector::Selector;
use super::state::{Answer, State, key};

impl State {
    /// DELETE of one object.
    pub fn delete(&mut self, address: &Address, body: &[u8]) -> Result<Answer, Refusal> {
        let name = address.name.as_deref().unwrap_or_default();
        let options = options(body)?;
        self.delete_object(&address.kind, &address.namespace, name, &options)
    }

    /// DELETE of all that are selected.
    pub fn delete_collection(&mut self, address: &Address, body: &[u8]) -> Result<Answer, Refusal> {
        let options = options(body)?;
        let kind = &address.kind;
        let selector = Selector::read(
            kind,
            address.query.get("labelSelector"),
            address.query.get("fieldSelector"),
        )?;
        let namespace = (!address.namespace.is_empty()).then_some(address.namespace.as_str());
        let resource = kind.qualified();
        let chosen: Vec<_> = self
            .store
            .of(&resource, namespace)
            .filter(|(_, record)| selector.matches(&record.shown))
            .map(|(key, record)| (key.clone(), record.shown.clone()))
            .collect();
        let revision = self.store.revision();
        let mut items = Vec::new();
        for (key, shown) in chosen {
            self.delete_object(kind, &key.namespace, &key.name, &options)?;
            items.push((*shown).clone());
        }
        let mut metadata = json!({ "resourceVersion": revision.to_string() });
        if kind.custom {
            metadata["continue"] = "".into();
        }
        Ok(Answer::ok(json!({
            "apiVersion": kind.api_version(), "kind": format!("{}List", kind.kind), "metadata": metadata, "items": items,
        })))
    }

    pub(super) fn delete_object(
        &mut self,
        kind: &Kind,
        namespace: &str,
        name: &str,
        options: &Value,
    ) -> Result<Answer, Refusal> {
        let key = key(kind, namespace, name);
        let record = self
            .store
            .get(&key)
            .cloned()
            .ok_or_else(|| Refusal::not_found(kind, name))?;
        for (field, what) in [("uid", "UID"), ("resourceVersion", "ResourceVersion")] {
            let wanted = options["preconditions"][field].as_str().unwrap_or_default();
            let found = meta(&record.shown, field);
            if wanted.is_empty() || wanted == found || (field == "uid" && self.has(Flaw::IgnoresUid)) {
                continue;
            }
            let why =
                format!("the {what} in the precondition ({wanted}) does not match the {what} in record ({found})");
            return Err(Refusal::conflict(kind, name, &why).of_kind(kind));
        }
        // Namespaces are emptied and removed by the controller manager, which is not here.
        let waits = !record.shown["metadata"]["finalizers"].is_null() || kind.kind == "Namespace";
        if waits {
            if record.shown["metadata"]["deletionTimestamp"].is_string() {
                return Ok(Answer::ok((*record.shown).clone()));
            }
            let mut going = (*record.raw).clone();
            going["metadata"]["deletionTimestamp"] = self.now().into();
            going["metadata"]["deletionGracePeriodSeconds"] = 0.into();
            if let Some(generation) = going["metadata"]["generation"].as_i64() {
                going["metadata"]["generation"] = (generation + 1).into();
            }
            if kind.kind == "Namespace" {
                going["status"]["phase"] = "Terminating".into();
            }
            let shown = self.put(kind, key, going, record.applied.clone());
            return Ok(Answer::ok(shown));
        }
        self.store.delete(&key);
        let mut details = json!({ "name": name, "kind": kind.plural, "uid": meta(&record.shown, "uid") });
        if !kind.group.is_empty() {
            details["group"] = kind.group.as_str().into();
        }
        Ok(Answer::ok(json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details,
        })))
    }
}

fn options(body: &[u8]) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(Value::Null);
    }
    let options: Value = serde_json::from_slice(body)
        .map_err(|error| Refusal::bad_request(format!("the options are no JSON: {error}")))?;
    let kind = options["kind"].as_str().unwrap_or("DeleteOptions");
    if kind != "DeleteOptions" || !options.is_object() {
        return Err(Refusal::bad_request(
            "decoded object cannot be converted to DeleteOptions",
        ));
    }
    Ok(options)
}
