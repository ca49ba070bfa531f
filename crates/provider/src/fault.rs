//! Why talking to a provider failed, and what class of failure that is.
//! It must not carry a secret: messages are made from status codes and the provider's own error text.

use stationmaster_engine::{CallOutcome, Reason, text};
use std::time::Duration;

/// A failure with its class. Behaviour follows the class and the reason, never the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// What it means for what was asked.
    pub class: FaultClass,
    /// The one word for conditions, events and metrics.
    pub reason: Reason,
    /// What is wrong, where, and what would be right; at most 512 bytes, no secrets.
    pub message: String,
}

/// The classes of failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultClass {
    /// It may work later; a read may be repeated.
    Transient,
    /// Too many requests.
    Throttled {
        /// What the provider asked for.
        after: Option<Duration>,
    },
    /// Credentials or permissions do not suffice.
    Denied,
    /// The provider refused what was asked.
    Rejected {
        /// The provider's code.
        code: String,
    },
    /// The request provably never left.
    NotSent,
    /// Nobody knows whether a mutating request took effect.
    Ambiguous,
}

impl Fault {
    /// A fault of `class`; the message is cut to 512 bytes at a character boundary.
    pub fn new(class: FaultClass, reason: Reason, message: impl Into<String>) -> Fault {
        let message = text::cut(text::SENTENCE, message);
        Fault { class, reason, message }
    }

    /// What came of a call that the gate turned away before it was looked at. `after` is what the provider asked for; whoever is throttled
    /// reads that it was the call and not a reading.
    pub fn turned_away(self, after: Option<Duration>) -> CallOutcome {
        let reason = match self.class {
            FaultClass::Throttled { .. } => Reason::CallTurnedAway,
            _ => self.reason,
        };
        CallOutcome::TurnedAway {
            reason,
            message: self.message,
            after_seconds: after.map(|after| after.as_secs()),
        }
    }

    /// What came of a call that provably never left.
    pub fn not_sent(self) -> CallOutcome {
        CallOutcome::NotSent {
            reason: self.reason,
            message: self.message,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_throttled_reads_that_it_was_the_call_and_all_others_their_own_reason() {
        let asked = Some(Duration::from_secs(7));
        let turned = |class, reason| match Fault::new(class, reason, "no").turned_away(asked) {
            CallOutcome::TurnedAway {
                reason, after_seconds, ..
            } => (reason, after_seconds),
            other => panic!("{other:?}"),
        };
        let throttled = FaultClass::Throttled { after: asked };
        assert_eq!(
            turned(throttled, Reason::ProviderThrottled),
            (Reason::CallTurnedAway, Some(7))
        );
        assert_eq!(
            turned(FaultClass::Denied, Reason::AuthenticationFailed),
            (Reason::AuthenticationFailed, Some(7))
        );
    }
}
