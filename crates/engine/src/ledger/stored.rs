//! A ledger as a store holds it, with its version.
//! It must not know the store.

use super::Ledger;
use std::sync::Arc;

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
