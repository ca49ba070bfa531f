//! What lists and watches yielded, for time travel.
//! It must not interpret objects: it only reads their resourceVersion.

use std::collections::HashMap;

use hyper::body::Bytes;
use serde_json::Value;

use super::matching::Asked;
use crate::history::parameter;

/// How many lists of one path are kept: the oldest one and the newest others.
const LISTS: usize = 64;
/// How many events of one path are kept.
const EVENTS: usize = 10_000;

/// Everything that was yielded, by path and selectors.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    reels: HashMap<String, Reel>,
}

#[derive(Debug, Default)]
struct Reel {
    lists: Vec<Recorded>,
    events: Vec<Recorded>,
}

/// A list's body or an event's line, and its resourceVersion.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub version: u64,
    pub bytes: Bytes,
}

impl Tape {
    pub fn list(&mut self, asked: &Asked, bytes: &Bytes) {
        let Some(version) = version(bytes, "/metadata/resourceVersion") else {
            return;
        };
        let reel = self.reels.entry(key(asked)).or_default();
        if reel.lists.len() == LISTS {
            reel.lists.remove(1);
        }
        reel.lists.push(Recorded {
            version,
            bytes: bytes.clone(),
        });
    }

    pub fn event(&mut self, asked: &Asked, line: &Bytes) {
        let Some(version) = version(line, "/object/metadata/resourceVersion") else {
            return;
        };
        let reel = self.reels.entry(key(asked)).or_default();
        if reel.events.len() < EVENTS {
            reel.events.push(Recorded {
                version,
                bytes: line.clone(),
            });
        }
    }

    /// The list that was recorded `back` lists ago (1: the newest), or the oldest one.
    pub fn list_of(&self, asked: &Asked, back: Option<usize>) -> Option<Recorded> {
        let lists = &self.reels.get(&key(asked))?.lists;
        match back {
            None => lists.first().cloned(),
            Some(back) => lists.get(lists.len().checked_sub(back)?).cloned(),
        }
    }

    /// The recorded events between what the watch has seen and that list.
    pub fn events_of(&self, asked: &Asked, back: Option<usize>) -> Option<Vec<Bytes>> {
        let until = self.list_of(asked, back)?.version;
        let seen: u64 = parameter(&asked.query, "resourceVersion")?.parse().ok()?;
        let events = &self.reels.get(&key(asked))?.events;
        let between = events
            .iter()
            .filter(|event| event.version > seen && event.version <= until);
        Some(between.map(|event| event.bytes.clone()).collect())
    }
}

fn key(asked: &Asked) -> String {
    let selector = |name| parameter(&asked.query, name).unwrap_or_default();
    format!(
        "{}?{}&{}",
        asked.path,
        selector("labelSelector"),
        selector("fieldSelector")
    )
}

fn version(bytes: &[u8], pointer: &str) -> Option<u64> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    value.pointer(pointer)?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Source;

    fn asked(query: &str) -> Asked {
        Asked {
            source: Source::Kubernetes,
            replica: None,
            method: "GET".into(),
            path: "/api/v1/configmaps".into(),
            query: query.into(),
            api: None,
            body: None,
        }
    }

    fn event(version: u64) -> Bytes {
        format!("{{\"type\":\"MODIFIED\",\"object\":{{\"metadata\":{{\"resourceVersion\":\"{version}\"}}}}}}\n").into()
    }

    #[test]
    fn the_past_is_one_state_for_lists_and_watches() {
        let mut tape = Tape::default();
        assert!(tape.list_of(&asked(""), None).is_none());
        for version in [10, 20, 30] {
            tape.list(
                &asked("limit=5"),
                &format!("{{\"metadata\":{{\"resourceVersion\":\"{version}\"}}}}").into(),
            );
            tape.event(
                &asked(&format!("watch=true&resourceVersion={version}")),
                &event(version + 5),
            );
        }
        let version = |back| tape.list_of(&asked("limit=9"), back).map(|list| list.version);
        assert_eq!(
            [version(None), version(Some(1)), version(Some(2)), version(Some(4))],
            [Some(10), Some(30), Some(20), None]
        );
        let events = |back| tape.events_of(&asked("watch=true&resourceVersion=10"), back).unwrap();
        assert!(events(None).is_empty());
        assert_eq!(events(Some(1)), [event(15), event(25)]);
        assert!(
            tape.list_of(&asked("labelSelector=a%3Db"), None).is_none(),
            "another selector is another list"
        );
    }
}
