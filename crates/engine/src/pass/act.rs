//! The acts: making the object of the operator's own operation, and making one call.
//! It must not offer a way to send what was not recorded, signed and looked at, nor a way to send twice.

use super::answer::Rereads;
use super::{Env, Pass, Reports, Sending, Standing, Standpoint, Stored};
use crate::Why;
use crate::decide::Notice;
use crate::{CallOutcome, CallRequest, OwnRequest, Reason, Sight};
use jiff::Timestamp;

/// What became of making the operation's object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    /// It is there. Another process or another content may have had the name; the next pass tells which.
    There,
    /// It is certain that the API server did not make it; why, in words.
    Refused(String),
    /// Nobody knows whether it was made, or will be; why, in words. It is never made a second time.
    Unheard(String),
}

/// The operation is recorded; its object is to be made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Creates {
    pub(super) at: Standpoint,
    pub(super) own: OwnRequest,
}

impl Creates {
    /// The object. Its name comes from the ledger, so that it is made at most once.
    pub fn own(&self) -> &OwnRequest {
        &self.own
    }

    /// What the user hears about it, also on the object itself.
    pub fn notices(&self) -> &[Notice] {
        &self.at.judged.decided.notices
    }

    /// It was made, or not.
    pub fn take(self, made: Made, now: Timestamp) -> Pass {
        let not_made = |text: String| format!("RecoveryOperation {} was not made: {text}", self.own.name);
        match made {
            Made::There => Pass::Reports(Reports::new(self.at, true)),
            Made::Refused(text) => {
                let why = not_made(text);
                Rereads::not_made(self.at, self.own.name, why, now).now()
            }
            Made::Unheard(text) => {
                let why = Why::new(Reason::OperationNotMade, not_made(text));
                Pass::Reports(Reports::failed(self.at, why))
            }
        }
    }
}

/// A call is recorded and nothing of it has left.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Signs {
    pub(super) at: Standpoint,
    pub(super) stored: Stored,
    pub(super) call: CallRequest,
}

impl Signs {
    /// The call.
    pub fn call(&self) -> &CallRequest {
        &self.call
    }

    /// It was signed, or provably not sent. It is signed before the last look: a process that is stopped after the look then holds a request
    /// that grows too old.
    pub fn take(self, signed: Result<(), Why>, now: Timestamp) -> Pass {
        match signed {
            Ok(()) => Pass::Looks(Looks { signed: self }),
            Err(why) => self.withheld(why, now),
        }
    }

    fn withheld(self, Why { reason, message }: Why, now: Timestamp) -> Pass {
        let outcome = CallOutcome::NotSent { reason, message };
        self.came(outcome, now)
    }

    fn came(self, outcome: CallOutcome, now: Timestamp) -> Pass {
        Rereads::answer(self.at, self.call, outcome, now).on(self.stored)
    }
}

/// The call is signed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Looks {
    signed: Signs,
}

impl Looks {
    /// The call.
    pub fn call(&self) -> &CallRequest {
        &self.signed.call
    }

    /// The ledger that records it.
    pub fn stored(&self) -> &Stored {
        &self.signed.stored
    }

    /// Everything was looked at once more: the provider's object first, then what else it rests on.
    pub fn take(self, sight: &Sight, standing: &Standing, env: &Env<'_>) -> Pass {
        let signed = &self.signed;
        let checked = match sight {
            Sight::Seen(seen) => (env.rules.may_be_sent)(&Sending {
                call: &signed.call,
                ledger: &signed.stored.ledger,
                version: &signed.stored.version,
                group: &signed.at.judged.reading.group,
                seen,
                watch: signed.at.judged.reading.watch_until(env, seen, standing.now),
                standing,
            }),
            Sight::Unseen { reason, message } => Err(Why::new(*reason, message.clone())),
        };
        match checked {
            Ok(()) => Pass::Sends(Sends { signed: self.signed }),
            Err(why) => self.signed.withheld(why, standing.now),
        }
    }
}

/// The call is to be sent, or was sent and its answer is waited for. Whoever dies here leaves a doubt.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sends {
    signed: Signs,
}

impl Sends {
    /// The call.
    pub fn call(&self) -> &CallRequest {
        &self.signed.call
    }

    /// The ledger that records it.
    pub fn stored(&self) -> &Stored {
        &self.signed.stored
    }

    /// What came of it.
    pub fn take(self, outcome: CallOutcome, now: Timestamp) -> Pass {
        self.signed.came(outcome, now)
    }
}
