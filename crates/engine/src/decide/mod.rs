//! The one decision: from wish, observation, ledger, operations and decisions to the next ledger and at most one act.
//! It must not repeat itself on a conflict: a decision whose ledger write is refused is thrown away and made anew.

mod absence;
mod answers;
mod begin;
mod call;
mod claim;
mod endpoint;
mod finish;
mod progress;
mod repeat;
mod requests;
mod resolve;
mod unstarted;
mod wish;
mod world;

#[cfg(test)]
mod tests;

pub use claim::refuses;
pub(crate) use wish::standing_in_the_way;

use crate::{CallSpec, Input, Ledger, Observation, OperationType, OwnRequest, Reason, Station};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// How long an independent read may show another outcome after a job has ended well or a call was taken, before that is called a failure.
const VERIFY_GRACE_SECONDS: i64 = 60;

/// What is to be done now.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Decision {
    /// The ledger to be written, guarded by its version, before anything else is done. None: nothing to remember.
    pub ledger: Option<Ledger>,
    /// What is done after the ledger was written.
    pub act: Act,
    /// What the user hears about it, after the ledger was written.
    pub notices: Vec<Notice>,
    /// When to look again at the latest, besides the usual interval.
    pub wake: Option<Timestamp>,
    /// What keeps the group from being served at all.
    pub blocked: Option<Why>,
    /// Why an operation that was asked for has not begun yet, by the uid of its object.
    pub pending: BTreeMap<String, Why>,
}

/// A reason with its words.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Why {
    /// The one word.
    pub reason: Reason,
    /// What it means here, and what would be right; at most 512 bytes.
    pub message: String,
}

/// One act.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// Nothing.
    None,
    /// Make the object of the operator's own operation.
    CreateOperation(OwnRequest),
    /// Make one call: sign it, check once more ([`crate::check::still_true`]), send it, record the answer ([`crate::journal::answer`]).
    Submit(Submit),
}

/// The call to be made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Submit {
    /// Name of the operation.
    pub operation_name: String,
    /// What the operation does.
    pub operation: OperationType,
    /// Where production runs when it is done.
    pub target: Station,
    /// The step.
    pub step: String,
    /// The attempt that the ledger recorded for it.
    pub attempt: u32,
    /// When the ledger recorded it.
    pub recorded_at: Timestamp,
    /// The call.
    pub call: CallSpec,
    /// By what the provider recognises a repeat: [`crate::ledger::Operation::key`].
    pub key: String,
    /// The revision of the object when the first attempt that may have left was recorded, where the provider shows one.
    pub expected_revision: Option<String>,
}

/// What the user hears.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Notice {
    /// The one word.
    pub reason: Reason,
    /// The sentence, at most 512 bytes.
    pub message: String,
    /// Whether it is a warning.
    pub warning: bool,
    /// The operation that it is about, if any.
    pub operation: Option<String>,
}

/// A decision being made.
struct Draft<'a> {
    input: Input<'a>,
    ledger: Ledger,
    act: Act,
    notices: Vec<Notice>,
    wake: Option<Timestamp>,
    blocked: Option<Why>,
    pending: BTreeMap<String, Why>,
}

/// Decides. `input.now` must have been read before the provider was observed.
pub fn decide(input: &Input<'_>) -> Decision {
    let mut draft = match claim::open(input) {
        Ok(draft) => draft,
        Err(decision) => return *decision,
    };
    answers::consume(&mut draft);
    absence::take_back(&mut draft);
    endpoint::judge(&mut draft);
    if draft.ledger.operation.is_none() {
        world::adopt(&mut draft);
    }
    absence::mint(&mut draft);
    wish::read(&mut draft);
    requests::judge(&mut draft);
    if draft.ledger.operation.is_none() {
        wish::start(&mut draft);
    }
    if draft.ledger.operation.is_some() {
        progress::advance(&mut draft);
    }
    unstarted::mint(&mut draft);
    draft.close()
}

impl<'a> Draft<'a> {
    fn new(input: &Input<'a>, ledger: Ledger) -> Draft<'a> {
        Draft {
            input: *input,
            ledger,
            act: Act::None,
            notices: Vec::new(),
            wake: None,
            blocked: None,
            pending: BTreeMap::new(),
        }
    }

    fn close(self) -> Decision {
        let news = self.input.ledger != Some(&self.ledger);
        Decision {
            ledger: news.then_some(self.ledger),
            act: self.act,
            notices: self.notices,
            wake: self.wake,
            blocked: self.blocked,
            pending: self.pending,
        }
    }

    fn now(&self) -> Timestamp {
        self.input.now
    }

    /// What the provider shows, if it was read.
    fn seen(&self) -> Option<&'a Observation> {
        self.input.sight.seen()
    }

    /// What the provider shows, if enough was read to act on it.
    fn seen_fully(&self) -> Option<&'a Observation> {
        self.seen().filter(|o| o.depth == crate::Depth::Full)
    }

    fn mint(&mut self, why: Reason) {
        // Two causes in one pass are one mint; the first cause is told.
        if self.ledger.token.as_ref() == Some(self.input.fresh) {
            self.ledger.wish = None;
            return;
        }
        let now = self.now();
        self.ledger.mint(self.input.fresh, why, now);
    }

    fn notice(&mut self, warning: bool, reason: Reason, message: impl Into<String>, operation: Option<&str>) {
        let operation = operation.map(str::to_owned);
        self.notices.push(Notice {
            reason,
            message: cut(message),
            warning,
            operation,
        });
    }

    fn wake_at(&mut self, at: Timestamp) {
        self.wake = Some(self.wake.map_or(at, |before| before.min(at)));
    }

    fn wake_in(&mut self, seconds: i64) {
        self.wake_at(later(self.now(), seconds));
    }
}

impl Why {
    /// A reason with its words, cut to 512 bytes.
    pub fn new(reason: Reason, message: impl Into<String>) -> Why {
        Why {
            reason,
            message: cut(message),
        }
    }
}

/// Whether a step has waited long enough for what is not seen.
fn has_grace_passed(step: &crate::ledger::Step, now: Timestamp) -> bool {
    later(step.started_at.unwrap_or(now), VERIFY_GRACE_SECONDS) <= now
}

/// `now` and so many seconds; the end of time where it does not fit.
fn later(now: Timestamp, seconds: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}

/// A text of at most 512 bytes, cut at a character boundary.
fn cut(text: impl Into<String>) -> String {
    crate::ledger::cut_at(512, text.into())
}
