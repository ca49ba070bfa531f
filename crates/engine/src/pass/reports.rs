//! The end of a pass: how everything stands is told, and when the group is looked at again.
//! It must not tell what is not recorded.

use super::{Env, Next, Pass, Reading, Standpoint, next};
use crate::report::{Report, report};
use crate::{Decided, Ledger, Why};
use std::sync::Arc;

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
        Arc::make_mut(&mut at.judged).decided.blocked = Some(why);
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
    pub fn decided(&self) -> &Decided {
        &self.at.judged.decided
    }

    /// The ledger as it stands.
    pub fn ledger(&self) -> Option<&Ledger> {
        self.at.ledger.ledger()
    }

    /// Everything that is to be told.
    pub fn report(&self, env: &Env<'_>) -> Report {
        let ledger = self.ledger();
        self.reading()
            .with_input(env, |input| report(input, ledger, self.decided()))
    }

    /// It was told. While the provider cannot be read nothing new is learnt by another pass at once.
    pub fn take(self) -> Pass {
        let news = self.decided().ledger.is_some() && self.reading().seen.sight.seen().is_some();
        Pass::Over(if self.failed {
            Next::In(next::FAILED)
        } else if self.acted || news {
            Next::Again
        } else {
            next::after(self.reading(), self.decided(), self.ledger())
        })
    }
}
