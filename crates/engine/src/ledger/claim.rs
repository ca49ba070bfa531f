//! What stands under the name of a provider object, and the small record by which a group holds an object besides that of its journal.
//! It must not decide who may hold an object: `decide` does.

use super::{GroupRef, Ledger, Stored, Version};
use crate::Why;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A group's claim on one of several provider objects. The journal, and so every fence, stands in the ledger of another of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClaimRecord {
    /// The group that holds the object.
    pub group: GroupRef,
    /// The provider object under whose name the group's journal stands, or will stand.
    pub journal: String,
    /// Whether it was written after the journal listed the object. Before that the group does not count on it: a process that was held up for
    /// long may still give up what it read earlier.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub listed: bool,
}

/// What stands under the name of one provider object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Entry {
    /// Nothing: nobody holds the object.
    Nobody,
    /// A group holds it; its journal stands elsewhere, or is not written yet.
    Claim {
        /// The version of the record.
        version: Version,
        /// What it says.
        record: ClaimRecord,
    },
    /// A group holds it, and its journal stands here.
    Journal(Stored),
    /// Something that cannot be understood; why.
    Unreadable(Why),
}

impl Entry {
    /// The group that holds the object, as far as that can be read.
    pub fn holder(&self) -> Option<&GroupRef> {
        match self {
            Entry::Claim { record, .. } => Some(&record.group),
            Entry::Journal(stored) => Some(&stored.ledger.group),
            Entry::Nobody | Entry::Unreadable(_) => None,
        }
    }

    /// The journal that stands here.
    pub fn journal(&self) -> Option<&Arc<Ledger>> {
        match self {
            Entry::Journal(stored) => Some(&stored.ledger),
            _ => None,
        }
    }
}
