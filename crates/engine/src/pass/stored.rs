//! The ledger as it is stored: what was found of it, its version, and what became of writing it.
//! It must not be judged here.

use crate::{Ledger, Why};
use std::sync::Arc;

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

/// A version of a stored ledger, as the store names it (`resourceVersion`). It is compared for sameness alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Version(pub String);

/// A ledger as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Stored {
    /// Its version.
    pub version: Version,
    /// What it records.
    pub ledger: Arc<Ledger>,
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
