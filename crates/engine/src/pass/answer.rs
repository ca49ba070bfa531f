//! What came of an act is written down: a fact and no decision, so that a conflict is met by reading again and writing the same fact.
//! It must not give a fact up while the ledger has a place for it.

use super::{Env, LedgerRead, Next, Pass, Reports, Standpoint, Stored, Version, Written, next};
use crate::journal::{self, Lost};
use crate::{CallOutcome, CallRequest, Ledger, Reason, Why};
use jiff::Timestamp;
use std::time::Duration;

/// How often it is tried before the driver keeps it for the group's next pass.
const TRIES: u32 = 5;
/// The pause before the second try; before the third it is twice that, and so on.
const PAUSE: Duration = Duration::from_millis(200);

/// What this process knows, and the ledger does not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CameOf {
    /// What came of a call, and when.
    Call(Box<CallRequest>, CallOutcome, Timestamp),
    /// The object of the operator's own operation of this name was not made; why, in words, and when that was known.
    Making(String, String, Timestamp),
}

/// What came of an act is known, and the ledger as it stands is not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rereads {
    at: Standpoint,
    came: CameOf,
    failed: Option<Why>,
    tries: u32,
    kept: bool,
    unheard: bool,
}

impl Rereads {
    pub(super) fn answer(at: Standpoint, call: CallRequest, outcome: CallOutcome, came_at: Timestamp) -> Rereads {
        Rereads::new(at, CameOf::Call(Box::new(call), outcome, came_at), None)
    }

    pub(super) fn not_made(at: Standpoint, operation: String, why: String, now: Timestamp) -> Rereads {
        let failed = Why::new(Reason::OperationNotMade, why.clone());
        Rereads::new(at, CameOf::Making(operation, why, now), Some(failed))
    }

    fn new(at: Standpoint, came: CameOf, failed: Option<Why>) -> Rereads {
        Rereads {
            at,
            came,
            failed,
            tries: 0,
            kept: false,
            unheard: false,
        }
    }

    /// Nobody said whether the record was written: whoever does not answer is not asked again at once.
    pub(super) fn unheard(self) -> Rereads {
        Rereads { unheard: true, ..self }
    }

    /// What is to be written down.
    pub fn came(&self) -> &CameOf {
        &self.came
    }

    /// How long to wait before the ledger is read again.
    pub fn pause(&self) -> Duration {
        // A write that nobody heard of may still be on its way.
        let first = if self.unheard { next::FAILED } else { Duration::ZERO };
        if self.tries == 0 { first } else { PAUSE * self.tries }
    }

    /// The ledger was read again; an error is tried again.
    pub fn take(self, read: Result<LedgerRead, ()>) -> Pass {
        match read {
            Ok(LedgerRead::Stored(stored)) => self.on(stored),
            // A ledger that is gone has no place for it.
            Ok(LedgerRead::Missing) => self.over(),
            Ok(LedgerRead::Unreadable(_)) | Err(()) => self.again(),
        }
    }

    /// The ledger stands as this pass wrote it.
    pub(super) fn now(self) -> Pass {
        match self.at.ledger.clone() {
            LedgerRead::Stored(stored) => self.on(stored),
            // Without a ledger nothing was recorded.
            LedgerRead::Missing | LedgerRead::Unreadable(_) => self.over(),
        }
    }

    /// The ledger stands like this.
    pub(super) fn on(self, stored: Stored) -> Pass {
        Pass::WritesDown(WritesDown { fact: self, stored })
    }

    /// What was read for a pass that was kept is too old to tell anything by: another pass tells it.
    fn over(self) -> Pass {
        if self.unheard {
            Pass::Over(Next::In(next::FAILED))
        } else if self.kept {
            Pass::Over(Next::Again)
        } else {
            Pass::Reports(match self.failed {
                Some(why) => Reports::failed(self.at, why),
                None => Reports::new(self.at, true),
            })
        }
    }

    fn again(mut self) -> Pass {
        self.tries += 1;
        if self.tries < TRIES {
            return Pass::Rereads(self);
        }
        self.tries = 0;
        self.kept = true;
        Pass::Keeps(self)
    }
}

/// What came of an act is to be written into the ledger as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WritesDown {
    fact: Rereads,
    stored: Stored,
}

impl WritesDown {
    /// What is written down.
    pub fn came(&self) -> &CameOf {
        &self.fact.came
    }

    /// The version that is replaced.
    pub fn replaces(&self) -> &Version {
        &self.stored.version
    }

    /// The ledger with the fact.
    ///
    /// # Errors
    /// [`Lost`] when there is no place for it any more: the ledger says more than this answer.
    pub fn ledger(&self, env: &Env<'_>) -> Result<Ledger, Lost> {
        let ledger = &self.stored.ledger;
        match &self.fact.came {
            CameOf::Call(call, outcome, at) => (env.rules.answer)(ledger, call, env.instance, outcome.clone(), *at),
            CameOf::Making(operation, why, at) => journal::not_made(ledger, operation, why, *at),
        }
    }

    /// There was no place for it.
    pub fn lost(self) -> Pass {
        self.fact.over()
    }

    /// `ledger` was written, or not.
    pub fn take(mut self, ledger: Ledger, written: Written) -> Pass {
        match written {
            Written::Done(version) => {
                let ledger = std::sync::Arc::new(ledger);
                self.fact.at.ledger = LedgerRead::Stored(Stored { version, ledger });
                self.fact.over()
            }
            Written::Conflict | Written::Unheard => self.fact.again(),
        }
    }
}
