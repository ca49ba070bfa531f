//! What came of a call is written down: a fact and no decision, so that a conflict is met by reading again and writing the same fact.
//! It must not give a fact up while the ledger has a place for it.

use super::{Env, LedgerRead, Next, Pass, Reports, Standpoint, Stored, Version, Written, next};
use crate::journal::Lost;
use crate::{CallOutcome, CallRequest, Ledger};
use jiff::Timestamp;
use std::time::Duration;

/// How often it is tried before the driver keeps it for the group's next pass.
const TRIES: u32 = 5;
/// The pause before the second try; before the third it is twice that, and so on.
const PAUSE: Duration = Duration::from_millis(200);

/// What came of a call is known, and the ledger as it stands is not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rereads {
    at: Standpoint,
    call: CallRequest,
    outcome: CallOutcome,
    came_at: Timestamp,
    tries: u32,
    kept: bool,
    unheard: bool,
}

impl Rereads {
    pub(super) fn new(at: Standpoint, call: CallRequest, outcome: CallOutcome, came_at: Timestamp) -> Rereads {
        Rereads {
            at,
            call,
            outcome,
            came_at,
            tries: 0,
            kept: false,
            unheard: false,
        }
    }

    /// Nobody said whether the record was written: whoever does not answer is not asked again at once.
    pub(super) fn unheard(self) -> Rereads {
        Rereads { unheard: true, ..self }
    }

    /// The call.
    pub fn call(&self) -> &CallRequest {
        &self.call
    }

    /// What came of it.
    pub fn outcome(&self) -> &CallOutcome {
        &self.outcome
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
            Pass::Reports(Reports::new(self.at, true))
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

/// What came of a call is to be written into the ledger as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WritesDown {
    fact: Rereads,
    stored: Stored,
}

impl WritesDown {
    /// The call.
    pub fn call(&self) -> &CallRequest {
        &self.fact.call
    }

    /// What came of it.
    pub fn outcome(&self) -> &CallOutcome {
        &self.fact.outcome
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
        let Rereads {
            call, outcome, came_at, ..
        } = &self.fact;
        (env.rules.answer)(&self.stored.ledger, call, env.instance, outcome.clone(), *came_at)
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
