//! The edits of each group's spec, as the watch delivered them: a cache holds only the last one.
//! It must not judge an edit, nor fill a gap: what was not delivered is not there.

use super::group::translate;
use kube::ResourceExt;
use kube::runtime::watcher::Event;
use stationmaster_api::ProtectionGroup;
use stationmaster_engine::Edit;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many edits of a group are kept: more than anybody makes between two looks.
const KEPT: usize = 16;

/// The edits of all groups, by uid.
#[derive(Clone, Default)]
pub struct Edits(Arc<Mutex<Delivered>>);

#[derive(Default)]
struct Delivered {
    groups: HashMap<String, BTreeMap<i64, Edit>>,
    /// The groups that the list which is being read has named so far.
    listed: HashSet<String>,
}

impl Edits {
    /// Sees an event of the watch.
    pub fn see(&self, event: &Event<ProtectionGroup>) {
        let mut all = self.lock();
        match event {
            Event::Init => all.listed.clear(),
            Event::InitApply(group) => {
                let uid = group.uid().unwrap_or_default();
                all.listed.insert(uid);
                all.note(group);
            }
            Event::InitDone => {
                let listed = std::mem::take(&mut all.listed);
                all.groups.retain(|uid, _| listed.contains(uid));
            }
            Event::Apply(group) => all.note(group),
            Event::Delete(group) => {
                all.groups.remove(&group.uid().unwrap_or_default());
            }
        }
    }

    /// The last edits of a group, oldest first.
    pub fn of(&self, uid: &str) -> Vec<Edit> {
        let all = self.lock();
        all.groups
            .get(uid)
            .map(|edits| edits.values().cloned().collect())
            .unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, Delivered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Delivered {
    fn note(&mut self, group: &ProtectionGroup) {
        let edits = self.groups.entry(group.uid().unwrap_or_default()).or_default();
        let edit = translate::edit(group);
        // The same generation again is a status or a label.
        edits.insert(edit.generation, edit);
        while edits.len() > KEPT {
            edits.pop_first();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stationmaster_api::ProtectionGroupSpec;

    fn group(uid: &str, generation: i64) -> ProtectionGroup {
        let spec: ProtectionGroupSpec =
            serde_json::from_value(serde_json::json!({"providerRef": {"name": "p"}, "sdrs": {"serverGroupID": "g"}}))
                .unwrap();
        let mut group = ProtectionGroup::new("g", spec);
        group.metadata.uid = Some(uid.to_owned());
        group.metadata.generation = Some(generation);
        group
    }

    fn generations(edits: &Edits, uid: &str) -> Vec<i64> {
        edits.of(uid).iter().map(|e| e.generation).collect()
    }

    #[test]
    fn what_was_delivered_is_kept_in_order_and_bounded() {
        let edits = Edits::default();
        for generation in [1, 2, 2, 4] {
            edits.see(&Event::Apply(group("u", generation)));
        }
        assert_eq!(generations(&edits, "u"), [1, 2, 4], "what is missing is not made up");
        for generation in 5..40 {
            edits.see(&Event::Apply(group("u", generation)));
        }
        assert_eq!(generations(&edits, "u").len(), KEPT);
        assert_eq!(generations(&edits, "u").last(), Some(&39));
    }

    #[test]
    fn a_group_that_is_gone_is_forgotten_also_where_only_a_list_tells() {
        let edits = Edits::default();
        edits.see(&Event::Apply(group("deleted", 1)));
        edits.see(&Event::Delete(group("deleted", 1)));
        edits.see(&Event::Apply(group("vanished", 1)));
        edits.see(&Event::Apply(group("stays", 1)));
        edits.see(&Event::Init);
        edits.see(&Event::InitApply(group("stays", 2)));
        edits.see(&Event::InitDone);
        for (uid, known) in [("deleted", 0), ("vanished", 0), ("stays", 2)] {
            assert_eq!(generations(&edits, uid).len(), known, "{uid}");
        }
    }
}
