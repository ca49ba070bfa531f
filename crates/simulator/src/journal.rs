//! The journal of every mutating call on vendor paths.
//! It must not be changed by anything but the gateway.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One mutating call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JournalEntry {
    /// Position by arrival, from 1; goes on after the journal was emptied.
    pub sequence: u64,
    /// Virtual time of arrival.
    pub time: Timestamp,
    /// Real time of arrival.
    pub real_time: Timestamp,
    /// `sdrs`, `ecs` or `ocp`.
    pub service: String,
    /// HTTP method.
    pub method: String,
    /// Path as on the wire, without query.
    pub path: String,
    /// The vendor's operation id, for example `ProtectionGroupAction`.
    pub operation: String,
    /// The action's key in the body, for example `reverse-server-group`, or the word that the path ends with.
    pub action: Option<String>,
    /// Id of the object in the path; of a batch the ids, joined by commas.
    pub resource: Option<String>,
    /// Name of that object, when it existed.
    pub resource_name: Option<String>,
    /// Body, when it was JSON.
    pub body: Option<Value>,
    /// Whether the service applied the call.
    pub accepted: bool,
    /// When it was applied: virtual time.
    pub accepted_time: Option<Timestamp>,
    /// Position among the accepted calls, from 1.
    pub accepted_order: Option<u64>,
    /// Whether an answer was handed to the client's connection.
    pub answered: bool,
    /// Whether the call is held and will be delivered later.
    pub held: bool,
    /// How often the call was applied beyond the first time (a duplicate on the way).
    pub duplicates: u32,
    /// HTTP status that the service answered, or would have answered.
    pub status: Option<u16>,
    /// Error code of that answer.
    pub code: Option<String>,
    /// Job that the call started; several are joined by commas.
    pub job_id: Option<String>,
    /// Names or ids of the fault rules that met the call.
    pub faults: Vec<String>,
}

/// The journal.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    next: u64,
    unlisted: u64,
    accepted: u64,
    pub(crate) entries: Vec<JournalEntry>,
}

impl Journal {
    /// Gives a call its number: the sequence of its entry, or one beyond all sequences for a call without entry.
    pub(crate) fn number(&mut self, listed: bool) -> u64 {
        if listed {
            self.next += 1;
            return self.next;
        }
        self.unlisted += 1;
        u64::MAX - self.unlisted
    }

    pub(crate) fn add(&mut self, entry: JournalEntry) {
        self.entries.push(entry);
    }

    pub(crate) fn entry(&mut self, sequence: u64) -> Option<&mut JournalEntry> {
        self.entries.iter_mut().rev().find(|e| e.sequence == sequence)
    }

    /// Notes the service's own answer.
    pub(crate) fn applied(&mut self, sequence: u64, reply: &crate::reply::Reply, now: Timestamp) {
        let accepted = (200..300).contains(&reply.status);
        if accepted && self.entry(sequence).is_some() {
            self.accepted += 1;
        }
        let order = self.accepted;
        let Some(entry) = self.entry(sequence) else { return };
        if entry.accepted && accepted {
            entry.duplicates += 1;
            return;
        }
        entry.held = false;
        entry.status = Some(reply.status);
        entry.code.clone_from(&reply.code);
        if accepted {
            entry.accepted = true;
            entry.accepted_time = Some(now);
            entry.accepted_order = Some(order);
            entry.job_id.clone_from(&reply.job);
        }
    }
}
