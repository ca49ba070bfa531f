//! Objects without HTTP, for scenarios: read, create, apply, patch and delete at once.
//! It must not meet faults, and is not in the log: it is the hand of the test, not a client.

use kube::Resource;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::ApiServer;
use super::address::{Address, Query, Verb};
use super::kind::Kind;
use super::object::meta;
use super::refusal::Refusal;
use super::state::{Answer, State, key};

/// Under which name scenarios apply.
const MANAGER: &str = "fieldManager=scenario&force=true";
const APPLY: &str = "application/apply-patch+yaml";
const MERGE: &str = "application/merge-patch+json";

/// A kind that can be read without HTTP.
pub trait Object: Resource<DynamicType = ()> + DeserializeOwned {}

impl<K: Resource<DynamicType = ()> + DeserializeOwned> Object for K {}

impl ApiServer {
    /// Creates a namespace, unless it is there.
    pub fn create_namespace(&self, name: &str) {
        let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
        // The only refusal of a namespace with a good name is that it is there.
        let _ = self.create_json(&namespace);
    }

    /// The object, if there is one.
    ///
    /// # Panics
    ///
    /// When the kind is not served, or what is stored is not of its type.
    pub fn get<K: Object>(&self, namespace: &str, name: &str) -> Option<K> {
        let state = self.shared.lock();
        let record = state.store.get(&key(of::<K>(&state), namespace, name))?;
        Some(typed(&record.shown))
    }

    /// The same as it is stored, also where it cannot be read as its type.
    ///
    /// # Panics
    ///
    /// When the kind is not served.
    pub fn get_json<K: Object>(&self, namespace: &str, name: &str) -> Option<Value> {
        let state = self.shared.lock();
        let record = state.store.get(&key(of::<K>(&state), namespace, name))?;
        Some(Value::clone(&record.shown))
    }

    /// The objects of a kind in a namespace; in all of them if it is empty.
    ///
    /// # Panics
    ///
    /// As [`ApiServer::get`].
    pub fn list<K: Object>(&self, namespace: &str) -> Vec<K> {
        let state = self.shared.lock();
        let resource = of::<K>(&state).qualified();
        let namespace = (!namespace.is_empty()).then_some(namespace);
        state
            .store
            .of(&resource, namespace)
            .map(|(_, record)| typed(&record.shown))
            .collect()
    }

    /// Creates an object.
    ///
    /// # Errors
    ///
    /// What the server answers.
    ///
    /// # Panics
    ///
    /// As [`ApiServer::get`].
    pub fn create<K: Object + Serialize>(&self, object: &K) -> Result<K, Refusal> {
        let mut json = serde_json::to_value(object).expect("an object is plain data");
        json["apiVersion"] = K::api_version(&()).as_ref().into();
        json["kind"] = K::kind(&()).as_ref().into();
        self.create_json(&json).map(|created| typed(&created))
    }

    /// The same for JSON.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub fn create_json(&self, object: &Value) -> Result<Value, Refusal> {
        self.send(Verb::Create, object, "", |state, address, body| {
            state.create(address, body)
        })
    }

    /// Applies an object as `kubectl apply --server-side --force-conflicts` does: creates it, or lays it over what is there.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub fn apply(&self, object: &Value) -> Result<Value, Refusal> {
        self.send(Verb::Patch, object, MANAGER, |state, address, body| {
            state.patch(address, APPLY, body)
        })
    }

    /// A merge patch, as `kubectl patch --type merge` sends it.
    ///
    /// # Errors
    ///
    /// What the server answers.
    ///
    /// # Panics
    ///
    /// As [`ApiServer::get`].
    pub fn merge<K: Object>(&self, namespace: &str, name: &str, patch: &Value) -> Result<K, Refusal> {
        self.merge_at::<K>(namespace, name, false, patch)
    }

    /// A merge patch of status.
    ///
    /// # Errors
    ///
    /// What the server answers.
    ///
    /// # Panics
    ///
    /// As [`ApiServer::get`].
    pub fn merge_status<K: Object>(&self, namespace: &str, name: &str, patch: &Value) -> Result<K, Refusal> {
        self.merge_at::<K>(namespace, name, true, patch)
    }

    fn merge_at<K: Object>(&self, namespace: &str, name: &str, status: bool, patch: &Value) -> Result<K, Refusal> {
        let object = identity::<K>(namespace, name);
        let patched = self.send(Verb::Patch, &object, "", |state, address, _| {
            address.status = status;
            state.patch(address, MERGE, patch.to_string().as_bytes())
        });
        patched.map(|object| typed(&object))
    }

    /// Deletes an object.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub fn delete<K: Object>(&self, namespace: &str, name: &str) -> Result<(), Refusal> {
        let object = identity::<K>(namespace, name);
        self.send(Verb::Delete, &object, "", |state, address, _| {
            state.delete(address, b"")
        })
        .map(drop)
    }

    fn send(
        &self,
        verb: Verb,
        object: &Value,
        query: &str,
        what: impl FnOnce(&mut State, &mut Address, &[u8]) -> Result<Answer, Refusal>,
    ) -> Result<Value, Refusal> {
        let word = |name: &str| object[name].as_str().unwrap_or_default();
        let answer = self.shared.change(|state| {
            let kind = state
                .kinds
                .of(word("apiVersion"), word("kind"))
                .ok_or_else(Refusal::no_such_path)?
                .clone();
            let mut address = Address {
                namespace: if kind.namespaced {
                    meta(object, "namespace").to_owned()
                } else {
                    String::new()
                },
                kind,
                verb,
                name: Some(meta(object, "name").to_owned()),
                status: false,
                query: Query::read(query),
            };
            what(state, &mut address, object.to_string().as_bytes())
        })?;
        Ok(answer.body)
    }
}

fn identity<K: Object>(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": K::api_version(&()), "kind": K::kind(&()), "metadata": { "namespace": namespace, "name": name },
    })
}

fn of<K: Object>(state: &State) -> &'static Kind {
    let found = state.kinds.of(&K::api_version(&()), &K::kind(&()));
    found.unwrap_or_else(|| panic!("{} is not served", K::kind(&())))
}

fn typed<K: Object>(object: &Value) -> K {
    serde_json::from_value(object.clone()).unwrap_or_else(|error| panic!("{}: {error}\n{object}", K::kind(&())))
}
