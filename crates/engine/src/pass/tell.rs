//! What a pass tells: first what was decided, once it is recorded; last how everything stands.
//! It must not tell what is not recorded.

use super::act::{Creates, Signs};
use super::{Env, LedgerRead, Next, Pass, Reading, Standpoint, next};
use crate::Why;
use crate::decide::Notice;
use crate::ledger::Verdict;
use crate::report::{Report, report};
use crate::{Act, Decision, Ledger};
use std::sync::Arc;

/// The ledger was written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tells {
    pub(super) at: Standpoint,
}

impl Tells {
    /// What the user hears.
    pub fn notices(&self) -> &[Notice] {
        &self.at.judged.decision.notices
    }

    /// The operations that have ended by what was recorded just now.
    pub fn ended(&self) -> impl Iterator<Item = &Verdict> {
        let before = self.at.judged.reading.ledger.ledger();
        let known = before.map_or(&[][..], |l| &l.verdicts);
        let after = self.at.ledger.ledger().map_or(&[][..], |l| &l.verdicts);
        let is_new = |v: &&Verdict| !known.iter().any(|b| b.uid == v.uid && b.name == v.name);
        after.iter().filter(is_new)
    }

    /// It was told.
    pub fn take(self) -> Pass {
        act(self.at)
    }
}

/// The one act that was decided.
pub(super) fn act(at: Standpoint) -> Pass {
    match at.judged.decision.act.clone() {
        Act::None => Pass::Reports(Reports::new(at, false)),
        Act::CreateOperation(own) => Pass::Creates(Creates { at, own }),
        Act::Submit(call) => match at.ledger.clone() {
            LedgerRead::Stored(stored) => Pass::Signs(Signs { at, stored, call }),
            // Without a ledger there is nothing that could have recorded the call.
            LedgerRead::Missing | LedgerRead::Unreadable(_) => Pass::Reports(Reports::new(at, false)),
        },
    }
}

/// All is done but to tell how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reports {
    at: Standpoint,
    acted: bool,
    failed: bool,
}

impl Reports {
    pub(super) fn new(at: Standpoint, acted: bool) -> Reports {
        Reports {
            at,
            acted,
            failed: false,
        }
    }

    /// The act failed, and the user reads why.
    pub(super) fn failed(mut at: Standpoint, why: Why) -> Reports {
        Arc::make_mut(&mut at.judged).decision.blocked = Some(why);
        Reports {
            at,
            acted: false,
            failed: true,
        }
    }

    /// What was read.
    pub fn reading(&self) -> &Reading {
        &self.at.judged.reading
    }

    /// What was decided.
    pub fn decision(&self) -> &Decision {
        &self.at.judged.decision
    }

    /// The ledger as it stands.
    pub fn ledger(&self) -> Option<&Ledger> {
        self.at.ledger.ledger()
    }

    /// Everything that is to be told.
    pub fn report(&self, env: &Env<'_>) -> Report {
        let ledger = self.ledger();
        self.reading()
            .with_input(env, |input| report(input, ledger, self.decision()))
    }

    /// It was told. While the provider cannot be read nothing new is learnt by another pass at once.
    pub fn take(self) -> Pass {
        let news = self.decision().ledger.is_some() && self.reading().seen.sight.seen().is_some();
        Pass::Over(if self.failed {
            Next::In(next::FAILED)
        } else if self.acted || news {
            Next::Again
        } else {
            next::after(self.reading(), self.decision(), self.ledger())
        })
    }
}
