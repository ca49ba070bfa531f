//! What was decided: the next ledger, at most one act, and what is said about it.
//! It must not be made anywhere but from a draft.

use crate::ledger::{ClaimRecord, Version};
use crate::{CallRequest, Ledger, OwnRequest, Reason, Why};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What is to be done now.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Decided {
    /// What is written under the names of provider objects, in this order, each guarded. Then nothing else is recorded or done in this pass.
    pub claims: Vec<ClaimWrite>,
    /// The ledger to be written, guarded by its version, before anything else is done. None: nothing to remember.
    pub ledger: Option<Ledger>,
    /// What is done after the ledger was written.
    pub act: Act,
    /// What the user hears about it, after the ledger was written.
    pub notices: Vec<Notice>,
    /// When to look again at the latest, besides the usual interval.
    pub wake: Option<Timestamp>,
    /// What keeps the group from being served at all.
    pub blocked: Option<Why>,
    /// Why an operation that was asked for has not begun yet, by the uid of its object.
    pub pending: BTreeMap<String, Why>,
}

/// One guarded write under the name of a provider object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ClaimWrite {
    /// The group's record is made. A name that is taken is a conflict.
    Make {
        /// Under the name of this object.
        object: String,
        /// What is written.
        record: ClaimRecord,
    },
    /// The group's record takes the place of exactly the version that was read.
    Replace {
        /// Under the name of this object.
        object: String,
        /// What is replaced.
        version: Version,
        /// What is written.
        record: ClaimRecord,
    },
    /// Exactly the version that was read is removed.
    Remove {
        /// Under the name of this object.
        object: String,
        /// What is removed.
        version: Version,
    },
}

impl ClaimWrite {
    /// The object under whose name is written.
    pub fn object(&self) -> &str {
        match self {
            ClaimWrite::Make { object, .. }
            | ClaimWrite::Replace { object, .. }
            | ClaimWrite::Remove { object, .. } => object,
        }
    }
}

/// One act.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// Nothing.
    None,
    /// Make the object of the operator's own operation.
    CreateOperation(OwnRequest),
    /// Make one call: sign it, check once more ([`crate::gate::may_be_sent`]), send it, record the answer ([`crate::journal::answer`]).
    Submit(CallRequest),
}

/// What the user hears.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Notice {
    /// The one word.
    pub reason: Reason,
    /// The sentence, at most 512 bytes.
    pub message: String,
    /// Whether it is a warning.
    pub warning: bool,
    /// The operation that it is about, if any.
    pub operation: Option<String>,
}
