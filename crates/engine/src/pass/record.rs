//! The record: the ledger is written before anything is done, guarded by the version that was read.
//! It must not repeat a write that was refused: what was decided on an older version is void.

use super::answer::Rereads;
use super::{LedgerRead, Next, Pass, Standpoint, Stored, Tells, Version, Written, next};
use crate::ledger::Entry;
use crate::{Act, CallOutcome, CallRequest, Ledger, OperationType, Reason};
use jiff::Timestamp;
use std::sync::Arc;

/// The decision changes the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Records {
    pub(super) at: Standpoint,
}

impl Records {
    /// What is to be written.
    pub fn ledger(&self) -> Option<&Ledger> {
        self.at.judged.decided.ledger.as_ref()
    }

    /// The version that it replaces: that of the ledger, or of the record by which the group claimed the first of several objects. None where
    /// it is made, which is the claim on a single object.
    pub fn replaces(&self) -> Option<&Version> {
        match &self.at.ledger {
            LedgerRead::Stored(stored) => Some(&stored.version),
            LedgerRead::Missing => match self.at.judged.reading.held.entry(&self.object()) {
                Entry::Claim { version, .. } => Some(version),
                _ => None,
            },
            LedgerRead::Unreadable(_) => None,
        }
    }

    /// The provider object under whose name it is written.
    pub fn object(&self) -> String {
        let reading = &self.at.judged.reading;
        let home = reading.held.home(&reading.group.reference(), &reading.group.members);
        home.unwrap_or_default()
    }

    /// What is done once it is written.
    pub fn act(&self) -> &Act {
        &self.at.judged.decided.act
    }

    /// Whether it is the call of a forced failover that is recorded.
    pub(super) fn forces(&self) -> bool {
        matches!(self.act(), Act::Submit(call) if call.operation == OperationType::Failover)
    }

    /// It was written, or not.
    pub fn take(mut self, written: Written, now: Timestamp) -> Pass {
        match written {
            Written::Done(version) => {
                if let Some(ledger) = self.ledger() {
                    let ledger = Arc::new(ledger.clone());
                    self.at.ledger = LedgerRead::Stored(Stored { version, ledger });
                }
                Pass::Tells(Tells { at: self.at })
            }
            Written::Conflict => Pass::Over(Next::In(next::CONFLICT)),
            Written::Unheard => match self.act().clone() {
                Act::Submit(call) => unheard(self.at, call, now),
                // The same with an object that was to be made: or it would count as deleted.
                Act::CreateOperation(own) => {
                    let why =
                        "the API server did not say whether it was recorded, so its object was not made".to_owned();
                    Pass::Rereads(Rereads::not_made(self.at, own.name, why, now).unheard())
                }
                Act::None => Pass::Over(Next::In(next::FAILED)),
            },
        }
    }
}

/// The record of a call may have been written although its answer was lost. This process knows that it made no call: that is written down, or
/// the call would be in doubt.
fn unheard(at: Standpoint, call: CallRequest, now: Timestamp) -> Pass {
    let message = "the API server did not say whether the call was recorded, so it was not made".to_owned();
    let outcome = CallOutcome::NotSent {
        reason: Reason::CallWithheld,
        message,
    };
    Pass::Rereads(Rereads::answer(at, call, outcome, now).unheard())
}
