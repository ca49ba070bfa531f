//! One mutating call: what is asked, the signed request, and the classes of its answer.
//! It must not send anything itself, nor decide what follows from an answer.

use crate::Fault;
use async_trait::async_trait;
use jiff::Timestamp;
use stationmaster_engine::{OperationType, Station};
use std::time::Duration;

/// What is asked of the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRequest {
    /// The provider's id of the protection group.
    pub object: String,
    /// The provider's word for the call, from the plan: `reverse-server-group`.
    pub action: String,
    /// Which endpoint, from the plan.
    pub endpoint: String,
    /// The operation that the call is part of. One action can serve two operations (SDRS `start-server-group`).
    pub operation: OperationType,
    /// Where production runs when the operation is done.
    pub target: Station,
    /// When the ledger recorded the call.
    pub recorded_at: Timestamp,
    /// A name for the submission that is the same for each look at it: `<operation>/<step>/<attempt>`.
    pub submission: String,
    /// By what the provider recognises a repeat: the same for each attempt of one step of one operation, and for nothing else. A provider
    /// whose calls are resolved by token sends it, or a hash of it. At most 360 bytes.
    pub dedupe_key: String,
    /// The revision that the object had when the first attempt was recorded, where the provider shows one. A provider whose calls are
    /// resolved by revision sends it as the one that it expects, and never the present one instead.
    pub expected_revision: Option<String>,
}

/// A signed request that has not been sent.
#[async_trait]
pub trait PreparedCall: Send {
    /// Sends it: one request, written at most once, on a connection of its own, within the deadline. Consumes the call.
    async fn send(self: Box<Self>) -> Answer;
}

/// What came of sending a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The provider took it and named its jobs (none when the call works at once).
    Accepted {
        /// The provider's job ids.
        jobs: Vec<String>,
    },
    /// The provider refused it; nothing was done.
    Refused {
        /// The provider's code: `SDRS.1002`.
        code: String,
        /// The provider's text, at most 512 bytes.
        message: String,
    },
    /// The provider's gate turned it away before it was looked at; it may be asked again.
    TurnedAway {
        /// When asked to wait.
        after: Option<Duration>,
        /// Throttled, or credentials that had lapsed.
        fault: Fault,
    },
    /// It provably never left.
    NotSent(Fault),
    /// Nobody knows whether it was done.
    Ambiguous {
        /// What happened.
        message: String,
    },
}
