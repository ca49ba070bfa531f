//! Why there is no connection.
//! It must not hold a secret, nor the text of a library's error.

use stationmaster_engine::Reason;
use stationmaster_provider::Fault;

/// Why a ProtectionProvider has no connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotReady {
    /// The one word.
    pub reason: Reason,
    /// In words.
    pub message: String,
}

impl NotReady {
    /// For this reason.
    pub fn new(reason: Reason, message: impl Into<String>) -> NotReady {
        NotReady {
            reason,
            message: message.into(),
        }
    }
}

impl From<Fault> for NotReady {
    fn from(fault: Fault) -> NotReady {
        NotReady::new(fault.reason, fault.message)
    }
}
