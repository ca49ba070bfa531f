//! Why talking to a provider failed, and what class of failure that is.
//! It must not carry a secret: messages are made from status codes and the provider's own error text.

use stationmaster_engine::{Reason, text};
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
}
