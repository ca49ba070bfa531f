//! A decision being made: the ledger as it will be, and what has been said and asked for so far.
//! It must not know any rule.

use super::decided::{Act, Decided, Notice};
use crate::pace::{self, Waits};
use crate::{Depth, Input, Ledger, Observation, Reason, Why, text};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A decision being made.
pub(super) struct Draft<'a> {
    pub(super) input: Input<'a>,
    pub(super) ledger: Ledger,
    pub(super) act: Act,
    pub(super) notices: Vec<Notice>,
    pub(super) wake: Option<Timestamp>,
    pub(super) blocked: Option<Why>,
    pub(super) pending: BTreeMap<String, Why>,
    /// Whether edits of the spec are on their way: nothing is begun for an intent.
    pub(super) unjudged: bool,
}

impl<'a> Draft<'a> {
    pub(super) fn new(input: &Input<'a>, ledger: Ledger) -> Draft<'a> {
        Draft {
            input: *input,
            ledger,
            act: Act::None,
            notices: Vec::new(),
            wake: None,
            blocked: None,
            pending: BTreeMap::new(),
            unjudged: false,
        }
    }

    pub(super) fn close(self) -> Decided {
        let news = self.input.ledger != Some(&self.ledger);
        Decided {
            claims: Vec::new(),
            ledger: news.then_some(self.ledger),
            act: self.act,
            notices: self.notices,
            wake: self.wake,
            blocked: self.blocked,
            pending: self.pending,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.input.now
    }

    /// What the provider shows, if it was read.
    pub(super) fn seen(&self) -> Option<&'a Observation> {
        self.input.sight.seen()
    }

    /// What the provider shows, if enough was read to act on it.
    pub(super) fn seen_fully(&self) -> Option<&'a Observation> {
        self.seen().filter(|o| o.depth == Depth::Full)
    }

    /// Issues a token, which disarms an intent that waits.
    pub(super) fn issue(&mut self, why: Reason) {
        // Two causes in one pass issue one token; the first cause is told.
        if self.ledger.token.as_ref() == Some(self.input.fresh) {
            self.ledger.intent = None;
            return;
        }
        let now = self.now();
        self.ledger.issue(self.input.fresh, why, now);
    }

    pub(super) fn notice(
        &mut self,
        warning: bool,
        reason: Reason,
        message: impl Into<String>,
        operation: Option<&str>,
    ) {
        let operation = operation.map(str::to_owned);
        self.notices.push(Notice {
            reason,
            message: text::sentence(message),
            warning,
            operation,
        });
    }

    pub(super) fn wake_at(&mut self, at: Timestamp) {
        self.wake = Some(self.wake.map_or(at, |before| before.min(at)));
    }

    /// Looks again as soon as what is waited for deserves it.
    pub(super) fn look_after(&mut self, waits: Waits) {
        if let Some(seconds) = waits.seconds() {
            self.wake_at(pace::later(self.now(), seconds));
        }
    }
}
