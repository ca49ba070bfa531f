//! A ledger or a claim as it is stored: the one place where a record is read and written, its version first.
//! It must not guess: a record whose version or deciding words are not known is not read at all, and its group is held.
//!
//! A field that is not known is passed over, and a reason that is not known is kept as a word ([`crate::Reason::Other`]): neither decides.
//! States, types, stations and kinds do. A release that gives one of them a new word, or a field without which the rest misleads, raises
//! [`VERSION`].

use super::{ClaimRecord, Ledger};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// The version that is written.
pub const VERSION: u32 = 2;

/// The versions that are read: that of the last release and our own. Those of the last one say the same in the same fields; its operators
/// refuse fields that they do not know.
const READ: RangeInclusive<u64> = 1..=VERSION as u64;

/// Why a record is not read. Nothing is done on its group.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Nobody knows what the rest means.
    #[error("it has no version")]
    NoVersion,
    /// Another release wrote it.
    #[error("it has version {0}; this operator understands {first} to {last}", first = READ.start(), last = READ.end())]
    Version(u64),
    /// It is damaged, or a release that should have raised the version wrote it.
    #[error("this operator does not understand a part of it that decides")]
    Body(#[from] serde_json::Error),
}

/// What a record holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A group's journal.
    Journal(Box<Ledger>),
    /// A claim on one of several objects. A release that does not know claims cannot read it, and holds whoever it is about.
    Claim(ClaimRecord),
}

impl From<Ledger> for Record {
    fn from(ledger: Ledger) -> Record {
        Record::Journal(Box::new(ledger))
    }
}

impl From<ClaimRecord> for Record {
    fn from(claim: ClaimRecord) -> Record {
        Record::Claim(claim)
    }
}

/// Under which field a claim stands. A ledger has no such field.
const CLAIM: &str = "claim";

/// Whether a record holds a claim and no journal, as far as can be told without reading it.
pub fn is_claim(record: &Map<String, Value>) -> bool {
    record.contains_key(CLAIM)
}

/// Reads a record.
///
/// # Errors
/// When its version is not known, or a part of it that decides.
pub fn read(record: &Map<String, Value>) -> Result<Record, Unreadable> {
    match record.get("version").and_then(Value::as_u64) {
        None => Err(Unreadable::NoVersion),
        Some(version) if READ.contains(&version) => Ok(match record.get(CLAIM) {
            Some(claim) => Record::Claim(ClaimRecord::deserialize(claim)?),
            None => Record::Journal(Box::new(Ledger::deserialize(record)?)),
        }),
        Some(version) => Err(Unreadable::Version(version)),
    }
}

/// A record as it is stored, always in our own version.
///
/// # Errors
/// Never for what was read or decided: all of it can be written.
pub fn write(record: &Record) -> Result<Map<String, Value>, Unreadable> {
    #[derive(Serialize)]
    struct Stored<'a> {
        version: u32,
        #[serde(flatten)]
        ledger: Option<&'a Ledger>,
        #[serde(skip_serializing_if = "Option::is_none")]
        claim: Option<&'a ClaimRecord>,
    }
    let (ledger, claim) = match record {
        Record::Journal(ledger) => (Some(&**ledger), None),
        Record::Claim(claim) => (None, Some(claim)),
    };
    let value = serde_json::to_value(Stored {
        version: VERSION,
        ledger,
        claim,
    })?;
    Ok(serde_json::from_value(value)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_names_the_holder_and_the_journal_and_nothing_else() {
        let text =
            r#"{"version": 2, "claim": {"group": {"namespace": "shop", "name": "db", "uid": "u"}, "journal": "a"}}"#;
        let stored: Map<String, Value> = serde_json::from_str(text).unwrap();
        assert!(is_claim(&stored));
        let Record::Claim(claim) = read(&stored).unwrap() else {
            panic!("it is a claim");
        };
        assert_eq!(
            (claim.group.uid.as_str(), claim.journal.as_str(), claim.listed),
            ("u", "a", false)
        );
        assert_eq!(write(&Record::Claim(claim)).unwrap(), stored);
        // A release that does not know claims looks for a ledger, and finds none.
        assert!(Ledger::deserialize(&stored).is_err());
        let broken: Map<String, Value> = serde_json::from_str(r#"{"version": 2, "claim": {"journal": "a"}}"#).unwrap();
        assert!(matches!(read(&broken), Err(Unreadable::Body(_))));
    }
}
