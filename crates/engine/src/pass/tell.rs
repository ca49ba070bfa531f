//! What was decided is told once it is recorded; then the one act begins.
//! It must not tell what is not recorded.

use super::act::{Creates, Signs};
use super::{LedgerRead, Pass, Reports, Standpoint};
use crate::Act;
use crate::decide::Notice;
use crate::ledger::CompletedOperation;

/// The ledger was written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tells {
    pub(super) at: Standpoint,
}

impl Tells {
    /// What the user hears.
    pub fn notices(&self) -> &[Notice] {
        &self.at.judged.decided.notices
    }

    /// The operations that have ended by what was recorded just now.
    pub fn ended(&self) -> impl Iterator<Item = &CompletedOperation> {
        let before = self.at.judged.reading.ledger.ledger();
        let known = before.map_or(&[][..], |l| &l.completed);
        let after = self.at.ledger.ledger().map_or(&[][..], |l| &l.completed);
        let is_new = |v: &&CompletedOperation| !known.iter().any(|b| b.uid == v.uid && b.name == v.name);
        after.iter().filter(is_new)
    }

    /// It was told.
    pub fn take(self) -> Pass {
        act(self.at)
    }
}

/// The one act that was decided.
pub(super) fn act(at: Standpoint) -> Pass {
    match at.judged.decided.act.clone() {
        Act::None => Pass::Reports(Reports::new(at, false)),
        Act::CreateOperation(own) => Pass::Creates(Creates { at, own }),
        Act::Submit(call) => match at.ledger.clone() {
            LedgerRead::Stored(stored) => Pass::Signs(Signs { at, stored, call }),
            // Without a ledger there is nothing that could have recorded the call.
            LedgerRead::Missing | LedgerRead::Unreadable(_) => Pass::Reports(Reports::new(at, false)),
        },
    }
}
