//! What was carried out, in order: what checkers judge.
//! It must not hold what was refused or dropped, since that did nothing.

use jiff::Timestamp;
use stationmaster_engine::{OperationType, Station};

/// A call that was carried out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The object.
    pub object: String,
    /// The name of the operation that asked; empty for a person at the console.
    pub by: String,
    /// `<operation>/<step>/<attempt>`; empty for a person at the console.
    pub submission: String,
    /// The provider's word for the call.
    pub action: String,
    /// The operation that the call was part of.
    pub asked: OperationType,
    /// What the call did at the state that it found: one action can do two things.
    pub operation: OperationType,
    /// When the ledger recorded it.
    pub recorded_at: Timestamp,
    /// When it arrived.
    pub at: Timestamp,
    /// Where production ran when it arrived.
    pub before: Station,
    /// Where production ran when the work had ended; none while it goes on.
    pub after: Option<Station>,
    /// The side that was overwritten, if the call starts replication.
    pub overwrites: Option<Station>,
}

impl Entry {
    /// Whether the call was somebody's at the console.
    pub fn foreign(&self) -> bool {
        self.by.is_empty()
    }
}
