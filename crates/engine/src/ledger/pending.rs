//! Calls of completed operations that may still arrive: what the ledger owes an answer.
//! It must not judge whether one can do harm: whoever begins an operation asks.

use super::{Ledger, PENDING_CALLS};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A call of an ended operation that may still arrive.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PendingCall {
    /// The operation that made it.
    pub operation: String,
    /// The provider's word for it.
    pub action: String,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Whether it moves production: a role change that nobody here has made may then be its late effect.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub moves: bool,
    /// After this moment it cannot arrive any more. None: no bound is known, a person must say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead_at: Option<Timestamp>,
}

/// The name of a step that asks a person whether a pending call can still take effect; a second one has a 2 behind it.
pub const PENDING_CALL_EXCLUDED: &str = "PendingCallExcluded";

impl PendingCall {
    /// Which call it is, for a person: the same words in the question and in what its answer forgets.
    pub fn described(&self) -> String {
        let sent = self.recorded_at.as_second();
        let sent = Timestamp::from_second(sent).unwrap_or(self.recorded_at);
        format!("{} of operation {} (sent at {sent})", self.action, self.operation)
    }

    /// Whether it may still arrive.
    pub fn may_arrive(&self, now: Timestamp) -> bool {
        self.dead_at.is_none_or(|dead| dead > now)
    }
}

impl Ledger {
    /// Remembers a call that may still arrive. Of those that die the last is enough to wait for; of those without a bound the newest are
    /// listed, and any of them is enough to ask a person.
    pub fn owe(&mut self, late: PendingCall) {
        self.pending_calls.push(late);
        if self.pending_calls.len() > PENDING_CALLS {
            let bounded = |i: &usize| self.pending_calls[*i].dead_at.is_some();
            let last = (0..self.pending_calls.len())
                .filter(bounded)
                .max_by_key(|&i| self.pending_calls[i].dead_at);
            let spare = (0..self.pending_calls.len()).filter(bounded).find(|&i| Some(i) != last);
            let oldest = (0..self.pending_calls.len()).find(|i| !bounded(i));
            if let Some(at) = spare.or(oldest) {
                self.pending_calls.remove(at);
            }
        }
    }
}
