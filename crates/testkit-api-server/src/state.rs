//! The state behind the in-process API server, and what every request needs of it: keys, times, uids, records.
//! It must not know HTTP, faults or watches that are open.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::clock::Clock;
use super::flaw::Flaw;
use super::kind::{Kind, Kinds};
use super::object::Reading;
use super::refusal::Refusal;
use super::schema;
use super::store::{Key, Record, Store};

/// What a request is answered with.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub code: u16,
    pub body: Value,
}

impl Answer {
    pub fn ok(body: impl Into<Value>) -> Self {
        Self {
            code: 200,
            body: body.into(),
        }
    }
}

/// Everything that requests change.
#[derive(Debug)]
pub(crate) struct State {
    pub kinds: &'static Kinds,
    pub store: Store,
    pub clock: Clock,
    pub flaws: BTreeSet<Flaw>,
    /// How many uids and names were made up. Never goes back, also when the store does.
    made_up: u64,
}

impl State {
    pub fn new(kinds: &'static Kinds) -> Self {
        Self {
            kinds,
            store: Store::default(),
            clock: Clock::default(),
            flaws: BTreeSet::new(),
            made_up: 0,
        }
    }

    pub fn has(&self, flaw: Flaw) -> bool {
        self.flaws.contains(&flaw)
    }

    pub fn reading(&self, strict: bool) -> Reading {
        Reading {
            strict,
            keep_unknown: self.has(Flaw::KeepsUnknownFields),
        }
    }

    fn digest(&mut self, what: &str) -> [u8; 32] {
        self.made_up += 1;
        Sha256::digest(format!("{what} {}", self.made_up)).into()
    }

    /// A uid that looks like those of the real server, the same in every run.
    pub fn uid(&mut self) -> String {
        let hex = hex::encode(&self.digest("uid")[..16]);
        format!(
            "{}-{}-4{}-a{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[13..16],
            &hex[17..20],
            &hex[20..]
        )
    }

    /// A name that begins with `base`.
    pub fn name(&mut self, base: &str) -> String {
        const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
        let end: String = self.digest("name")[..5]
            .iter()
            .map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]))
            .collect();
        let base: String = base.chars().take(58).collect();
        format!("{base}{end}")
    }

    /// The present time in whole seconds, as metadata has it.
    pub fn now(&self) -> String {
        self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// The namespace must be there, and must not be going.
    pub fn expect_namespace(&self, kind: &Kind, namespace: &str, name: &str) -> Result<(), Refusal> {
        if !kind.namespaced {
            return Ok(());
        }
        let found = self.store.get(&key(self.namespace_kind(), "", namespace));
        let Some(found) = found else {
            return Err(Refusal::not_found(self.namespace_kind(), namespace));
        };
        if found.shown["metadata"]["deletionTimestamp"].is_string() {
            let why = format!(
                "{} {name:?} is forbidden: unable to create new content in namespace {namespace} because it is being terminated",
                kind.qualified()
            );
            return Err(Refusal::new(403, "Forbidden", why));
        }
        Ok(())
    }

    fn namespace_kind(&self) -> &'static Kind {
        self.kinds.of("v1", "Namespace").expect("namespaces are always served")
    }

    /// Writes an object and gives it back as it is shown.
    pub fn put(
        &mut self,
        kind: &Kind,
        key: Key,
        mut raw: Value,
        applied: Arc<std::collections::BTreeMap<String, Value>>,
    ) -> Value {
        if let Some(metadata) = raw["metadata"].as_object_mut() {
            metadata.remove("resourceVersion");
        }
        let record = self.store.put(key, |revision| {
            let mut shown = raw.clone();
            if let Some(schema) = &kind.schema {
                schema::fill(&mut shown, schema);
            }
            shown["metadata"]["resourceVersion"] = revision.to_string().into();
            Record {
                raw: Arc::new(raw),
                shown: Arc::new(shown),
                applied,
            }
        });
        (*record.shown).clone()
    }
}

/// Where an object is kept.
pub(crate) fn key(kind: &Kind, namespace: &str, name: &str) -> Key {
    Key {
        resource: kind.qualified(),
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    }
}
