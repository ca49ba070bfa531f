//! What etcd is to the API server: objects under one counter of revisions, and the changes that led to them.
//! It must not know kinds, defaults or requests.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

/// Where an object is kept. Keys sort as the API server lists them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// The plural with its group.
    pub resource: String,
    /// Empty where the kind has none.
    pub namespace: String,
    pub name: String,
}

/// An object as it was written last.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// As it was encoded: without resourceVersion, and without defaults that were not there when it was written.
    pub raw: Arc<Value>,
    /// As it is shown.
    pub shown: Arc<Value>,
    /// What each field manager applied last.
    pub applied: Arc<BTreeMap<String, Value>>,
}

/// One write.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub revision: u64,
    pub key: Key,
    /// The object after it; `None` when it was deleted.
    pub after: Option<Record>,
    /// The object before it; `None` when it was created.
    pub before: Option<Record>,
}

impl Change {
    /// The last state of a deleted object, with the revision of its deletion, as a watch shows it.
    pub fn last(&self) -> Option<Arc<Value>> {
        let mut last = (*self.before.as_ref()?.shown).clone();
        last["metadata"]["resourceVersion"] = self.revision.to_string().into();
        Some(Arc::new(last))
    }
}

/// The objects, and every change since the store was made. Compaction forbids to read old ones; it keeps them for tests that look back.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    revision: u64,
    compacted: u64,
    live: BTreeMap<Key, Record>,
    changes: Vec<Change>,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            revision: 1,
            compacted: 0,
            live: BTreeMap::new(),
            changes: Vec::new(),
        }
    }
}

impl Store {
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The revision up to which history may not be read any more.
    pub fn compacted(&self) -> u64 {
        self.compacted
    }

    pub fn compact(&mut self, revision: u64) {
        self.compacted = self.compacted.max(revision.min(self.revision));
    }

    pub fn get(&self, key: &Key) -> Option<&Record> {
        self.live.get(key)
    }

    /// The records of a resource, in order.
    pub fn of<'s>(
        &'s self,
        resource: &'s str,
        namespace: Option<&'s str>,
    ) -> impl Iterator<Item = (&'s Key, &'s Record)> {
        let from = Key {
            resource: resource.to_owned(),
            namespace: namespace.unwrap_or_default().to_owned(),
            name: String::new(),
        };
        self.live
            .range(from..)
            .take_while(move |(key, _)| key.resource == resource && namespace.is_none_or(|name| key.namespace == name))
    }

    /// Writes an object. `make` gets the revision of the write.
    pub fn put(&mut self, key: Key, make: impl FnOnce(u64) -> Record) -> &Record {
        self.revision += 1;
        let record = make(self.revision);
        let before = self.live.insert(key.clone(), record.clone());
        self.changes.push(Change {
            revision: self.revision,
            key: key.clone(),
            after: Some(record),
            before,
        });
        &self.live[&key]
    }

    pub fn delete(&mut self, key: &Key) -> Option<&Change> {
        let before = self.live.remove(key)?;
        self.revision += 1;
        self.changes.push(Change {
            revision: self.revision,
            key: key.clone(),
            after: None,
            before: Some(before),
        });
        self.changes.last()
    }

    /// The first change after a revision.
    pub fn after(&self, revision: u64) -> Option<&Change> {
        let index = self.changes.partition_point(|change| change.revision <= revision);
        self.changes.get(index)
    }

    /// The objects as they were at an earlier revision.
    pub fn at(&self, revision: u64) -> Self {
        let mut past = self.clone();
        while let Some(change) = past.changes.pop_if(|change| change.revision > revision) {
            match change.before {
                Some(before) => past.live.insert(change.key, before),
                None => past.live.remove(&change.key),
            };
        }
        past.revision = past.revision.min(revision);
        past
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        Key {
            resource: "things".into(),
            namespace: "shop".into(),
            name: name.into(),
        }
    }

    fn put(store: &mut Store, name: &str) {
        store.put(key(name), |revision| {
            let value = Arc::new(serde_json::json!({ "metadata": { "resourceVersion": revision.to_string() } }));
            Record {
                raw: value.clone(),
                shown: value,
                applied: Arc::default(),
            }
        });
    }

    fn names(store: &Store) -> Vec<&str> {
        store.of("things", None).map(|(key, _)| key.name.as_str()).collect()
    }

    #[test]
    fn one_counter_counts_every_write_and_the_past_can_be_looked_at() {
        let mut store = Store::default();
        put(&mut store, "b");
        put(&mut store, "a");
        put(&mut store, "b");
        let deleted = store.delete(&key("a")).unwrap();
        assert_eq!(deleted.last().unwrap()["metadata"]["resourceVersion"], "5");
        assert_eq!((store.revision(), names(&store)), (5, vec!["b"]));
        assert_eq!(names(&store.at(4)), ["a", "b"]);
        assert_eq!(names(&store.at(2)), ["b"]);
        assert_eq!(
            store.at(2).get(&key("b")).unwrap().shown["metadata"]["resourceVersion"],
            "2"
        );
        assert_eq!(store.at(1).revision(), 1);
        assert_eq!(store.after(3).unwrap().revision, 4);
        assert!(store.after(5).is_none());
        assert!(store.delete(&key("a")).is_none());
    }
}
