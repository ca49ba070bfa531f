//! Create, replace and the end of every patch: what is taken over, what is kept, what counts as a change.
//! It must not read requests; what it gets is an address and an object.

use std::sync::Arc;

use serde_json::Value;

use super::address::Address;
use super::expect::{named, precondition, put_in_namespace};
use super::flaw::Flaw;
use super::kind::Kind;
use super::object::{self, meta};
use super::refusal::{Cause, Refusal};
use super::state::{Answer, State, key};
use super::store::Record;

type Applied = Arc<std::collections::BTreeMap<String, Value>>;

impl State {
    /// POST.
    pub fn create(&mut self, address: &Address, body: &[u8]) -> Result<Answer, Refusal> {
        let strict = address.query.get("fieldValidation") == Some("Strict");
        let object = object::decode(&address.kind, body, self.reading(strict))?;
        self.create_object(&address.kind, &address.namespace, object, Applied::default())
    }

    pub(super) fn create_object(
        &mut self,
        kind: &Kind,
        namespace: &str,
        mut object: Value,
        applied: Applied,
    ) -> Result<Answer, Refusal> {
        put_in_namespace(kind, namespace, &mut object)?;
        self.expect_namespace(kind, namespace, meta(&object, "name"))?;
        let base = meta(&object, "generateName").to_owned();
        if meta(&object, "name").is_empty() && !base.is_empty() {
            object["metadata"]["name"] = self.name(&base).into();
        }
        let guarded = !meta(&object, "resourceVersion").is_empty();
        let metadata = object["metadata"]
            .as_object_mut()
            .expect("decoded objects have metadata");
        for name in ["deletionTimestamp", "deletionGracePeriodSeconds", "generation"] {
            metadata.remove(name);
        }
        metadata.insert("uid".into(), self.uid().into());
        metadata.insert("creationTimestamp".into(), self.now().into());
        if kind.custom {
            metadata.insert("generation".into(), 1.into());
        }
        if kind.has_status && !self.has(Flaw::StatusThroughObject) {
            object.as_object_mut().and_then(|map| map.remove("status"));
        }
        let name = meta(&object, "name").to_owned();
        if name.is_empty() {
            let cause = Cause::new(
                "FieldValueRequired",
                "metadata.name",
                "Required value: name or generateName is required".into(),
            );
            return Err(Refusal::invalid(kind, &kind.kind, "", vec![cause]));
        }
        self.judge(kind, &object, Vec::new())?;
        if guarded {
            return Err(Refusal::new(
                500,
                "",
                "resourceVersion should not be set on objects to be created",
            ));
        }
        let key = key(kind, namespace, &name);
        if self.store.get(&key).is_some() && !self.has(Flaw::CreatesTwice) {
            return Err(Refusal::already_exists(kind, &name));
        }
        let body = self.put(kind, key, object, applied);
        Ok(Answer { code: 201, body })
    }

    /// PUT.
    pub fn replace(&mut self, address: &Address, body: &[u8]) -> Result<Answer, Refusal> {
        let kind = &address.kind;
        let strict = address.query.get("fieldValidation") == Some("Strict");
        let mut object = object::decode(kind, body, self.reading(strict))?;
        let name = named(address, &object)?;
        let uid = meta(&object, "uid");
        let Some(record) = self.store.get(&key(kind, &address.namespace, name)).cloned() else {
            if !kind.put_creates {
                return Err(Refusal::not_found(kind, name));
            }
            precondition(kind, name, uid, "")?;
            // What is made here has no version that could have been quoted.
            object["metadata"]
                .as_object_mut()
                .map(|metadata| metadata.remove("resourceVersion"));
            return self.create_object(kind, &address.namespace, object, Applied::default());
        };
        if !self.has(Flaw::IgnoresUid) {
            precondition(kind, name, uid, meta(&record.shown, "uid"))?;
        }
        let applied = record.applied.clone();
        self.update(address, record, object, applied)
    }

    /// Replaces an object that is there by another, however that came about.
    pub(super) fn update(
        &mut self,
        address: &Address,
        record: Record,
        mut object: Value,
        applied: Applied,
    ) -> Result<Answer, Refusal> {
        let (kind, old) = (&address.kind, &*record.shown);
        let name = named(address, &object)?.to_owned();
        let version = meta(&object, "resourceVersion").to_owned();
        if version.is_empty() && !kind.put_unguarded {
            let message = "Invalid value: 0x0: must be specified for an update".to_owned();
            // This refusal names the plural where others name the kind.
            let cause = Cause::new("FieldValueInvalid", "metadata.resourceVersion", message);
            return Err(Refusal::invalid(kind, &kind.plural, &name, vec![cause]));
        }
        if !version.is_empty() && version.parse::<u64>().is_err() {
            return Err(Refusal::new(
                500,
                "",
                format!("strconv.ParseUint: parsing {version:?}: invalid syntax"),
            ));
        }
        if !version.is_empty() && version != meta(old, "resourceVersion") && !self.has(Flaw::TakesStaleWrites) {
            return Err(Refusal::stale(kind, &name));
        }
        put_in_namespace(kind, &address.namespace, &mut object)?;
        let mut object = if address.status {
            self.only_status(old, object)
        } else {
            self.all_but_status(kind, old, object)
        };
        keep(
            &mut object,
            old,
            &[
                "creationTimestamp",
                "deletionTimestamp",
                "deletionGracePeriodSeconds",
                "uid",
            ],
        );
        self.judge_change(kind, &object, old)?;
        let going = old["metadata"]["deletionTimestamp"].is_string();
        // What a namespace waits for does not stand in its metadata.
        if going && object["metadata"]["finalizers"].is_null() && kind.kind != "Namespace" {
            let key = key(kind, &address.namespace, &name);
            self.store.delete(&key);
            // The answer is what was sent, with the version that it was sent for.
            object["metadata"]["resourceVersion"] = old["metadata"]["resourceVersion"].clone();
            return Ok(Answer::ok(object));
        }
        let unversioned = |value: &Value| {
            let mut value = value.clone();
            value["metadata"]
                .as_object_mut()
                .map(|metadata| metadata.remove("resourceVersion"));
            value
        };
        if unversioned(&object) == *record.raw && applied == record.applied && !self.has(Flaw::CountsEmptyWrites) {
            return Ok(Answer::ok(old.clone()));
        }
        let key = key(kind, &address.namespace, &name);
        Ok(Answer::ok(self.put(kind, key, object, applied)))
    }

    /// A write of status leaves everything else as it was.
    fn only_status(&self, old: &Value, mut object: Value) -> Value {
        let mut result = old.clone();
        let status = object.as_object_mut().and_then(|map| map.remove("status"));
        let changed = status.as_ref() != old.get("status");
        match status {
            Some(status) => result["status"] = status,
            None => drop(result.as_object_mut().and_then(|map| map.remove("status"))),
        }
        if self.has(Flaw::SpecThroughStatus) && !object["spec"].is_null() {
            result["spec"] = object["spec"].take();
        }
        if self.has(Flaw::StatusCountsAsSpec) && changed {
            count(&mut result, old);
        }
        result
    }

    /// A write of the object leaves status as it was, and counts in `generation` if it changes anything but metadata.
    fn all_but_status(&self, kind: &Kind, old: &Value, mut object: Value) -> Value {
        if kind.has_status && !self.has(Flaw::StatusThroughObject) {
            match old.get("status") {
                Some(status) => object["status"] = status.clone(),
                None => drop(object.as_object_mut().and_then(|map| map.remove("status"))),
            }
        }
        object["metadata"]
            .as_object_mut()
            .map(|metadata| metadata.remove("generation"));
        if kind.custom {
            object["metadata"]["generation"] = old["metadata"]["generation"].clone();
            let content = |value: &Value| {
                let mut value = value.clone();
                value.as_object_mut().map(|map| map.remove("metadata"));
                value
            };
            if content(&object) != content(old) {
                count(&mut object, old);
            }
        }
        object
    }

    fn judge(&self, kind: &Kind, object: &Value, mut causes: Vec<Cause>) -> Result<(), Refusal> {
        if !self.has(Flaw::ChecksNothing) {
            causes.extend(object::check(kind, object));
        }
        if causes.is_empty() {
            Ok(())
        } else {
            let word = object["kind"].as_str().unwrap_or_default();
            Err(Refusal::invalid(kind, word, meta(object, "name"), causes))
        }
    }

    fn judge_change(&self, kind: &Kind, object: &Value, old: &Value) -> Result<(), Refusal> {
        let mut causes = Vec::new();
        let finalizers = |value: &Value| value["metadata"]["finalizers"].as_array().cloned().unwrap_or_default();
        if old["metadata"]["deletionTimestamp"].is_string() {
            let before = finalizers(old);
            if let Some(new) = finalizers(object).iter().find(|new| !before.contains(new)) {
                let message =
                    format!("Forbidden: no new finalizers can be added if the object is being deleted, found {new}");
                causes.push(Cause::new("FieldValueForbidden", "metadata.finalizers", message));
            }
        }
        if meta(object, "uid") != meta(old, "uid") {
            let message = "Invalid value: field is immutable".to_owned();
            causes.push(Cause::new("FieldValueInvalid", "metadata.uid", message));
        }
        self.judge(kind, object, causes)
    }
}

fn count(object: &mut Value, old: &Value) {
    let generation = old["metadata"]["generation"].as_i64().unwrap_or_default();
    object["metadata"]["generation"] = (generation + 1).into();
}

/// What a write cannot change. A uid is only filled in: another one is refused.
fn keep(object: &mut Value, old: &Value, names: &[&str]) {
    for name in names {
        let kept = &old["metadata"][*name];
        let fill_in = *name != "uid" || object["metadata"]["uid"].is_null();
        if !kept.is_null() && fill_in {
            object["metadata"][*name] = kept.clone();
        }
    }
}
