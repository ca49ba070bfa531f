//! What was found of the ledger, and what became of writing it.
//! It must not be judged here.

use crate::ledger::{Stored, Version};
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
