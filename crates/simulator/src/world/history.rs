//! What happened to each group: every change of status and role with its cause.
//! It must not be read by the services; it is for those who check.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::scenario::Station;

/// One change of a group's status or role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry {
    /// Position, from 1.
    pub sequence: u64,
    /// Virtual time.
    pub time: Timestamp,
    /// Group id.
    pub group: String,
    /// Group name.
    pub name: String,
    /// Status before and after.
    pub status: [String; 2],
    /// Role before and after.
    pub priority_station: [Station; 2],
    /// The job behind it, or `console`.
    pub cause: String,
}

impl HistoryEntry {
    /// Whether production moved.
    pub fn role_changed(&self) -> bool {
        self.priority_station[0] != self.priority_station[1]
    }
}

/// All changes since the scenario was loaded.
#[derive(Debug, Default)]
pub(crate) struct History {
    pub(crate) entries: Vec<HistoryEntry>,
}

impl super::World {
    /// Changes a group's status and role, its `updated_at`, and notes it.
    pub(crate) fn move_group(&mut self, id: &str, status: Option<&str>, station: Option<Station>, cause: &str) {
        let (now, touch) = (self.now, self.switches.updated_at_changes);
        let Some(group) = self.groups.get_mut(id) else { return };
        let before = (group.status.clone(), group.priority_station);
        if let Some(word) = status {
            group.status = word.into();
        }
        if let Some(station) = station {
            group.priority_station = station;
        }
        if before == (group.status.clone(), group.priority_station) {
            return;
        }
        if touch {
            group.updated_at = now;
        }
        let entry = HistoryEntry {
            sequence: self.history.entries.len() as u64 + 1,
            time: now,
            group: id.into(),
            name: group.name.clone(),
            status: [before.0, group.status.clone()],
            priority_station: [before.1, group.priority_station],
            cause: cause.into(),
        };
        self.history.entries.push(entry);
    }
}
