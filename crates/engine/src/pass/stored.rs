//! What was found of the ledger, and what became of writing it.
//! It must not be judged here.

use crate::held::Journal;
use crate::ledger::{Entry, Stored, Version};
use crate::{Ledger, Why};

/// What was found of the group's ledger.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LedgerRead {
    /// There is none.
    Missing,
    /// It was read.
    Stored(Stored),
    /// It is there and cannot be used: nothing is decided.
    Unreadable(Why),
}

impl LedgerRead {
    /// What is recorded, as far as it can be read.
    pub fn ledger(&self) -> Option<&Ledger> {
        match self {
            LedgerRead::Stored(stored) => Some(&stored.ledger),
            LedgerRead::Missing | LedgerRead::Unreadable(_) => None,
        }
    }
}

impl From<LedgerRead> for Entry {
    fn from(read: LedgerRead) -> Entry {
        match read {
            LedgerRead::Missing => Entry::Nobody,
            LedgerRead::Stored(stored) => Entry::Journal(stored),
            LedgerRead::Unreadable(why) => Entry::Unreadable(why),
        }
    }
}

impl From<Journal> for LedgerRead {
    fn from(journal: Journal) -> LedgerRead {
        match journal {
            Journal::Missing => LedgerRead::Missing,
            Journal::At(_, stored) => LedgerRead::Stored(stored),
            Journal::Unreadable(why) => LedgerRead::Unreadable(why),
        }
    }
}

/// What became of writing a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is stored under this version.
    Done(Version),
    /// Somebody else wrote it, or made it, first.
    Conflict,
    /// Nobody knows, or the store did not do it.
    Unheard,
}
