//! One attempt to make a call, and what became of it.
//! It must not decide what follows.

use crate::{Fingerprint, Reason};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One attempt to make a call. It is written before the call is sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Submission {
    /// Counts from 1 within the step.
    pub attempt: u32,
    /// When it was recorded; the call is sent at once afterwards or never.
    pub recorded_at: Timestamp,
    /// Which process recorded it.
    pub recorded_by: String,
    /// What the provider's object looked like when it was decided.
    pub before: Fingerprint,
    /// What became of it.
    pub state: SubmissionState,
}

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "is")]
pub enum SubmissionState {
    /// Written down; nothing is known of the sending. Found after a restart, it is ambiguous.
    Recorded,
    /// The provider took it.
    Accepted {
        /// The provider's job ids.
        jobs: Vec<String>,
    },
    /// The provider refused it; nothing was done.
    Refused {
        /// The provider's code.
        code: String,
        /// The provider's text.
        message: String,
    },
    /// It provably never left, or was turned away at the provider's gate: it may be made again.
    NotSent {
        /// Not before.
        retry_at: Timestamp,
        /// Why.
        reason: Reason,
        /// Why, in words.
        message: String,
    },
    /// Nobody knows.
    Ambiguous {
        /// Since when.
        since: Timestamp,
        /// What happened.
        message: String,
    },
    /// A job was found that is taken for this call's. The call itself may still be on its way: that the job began after the call was recorded
    /// rests on the provider's clock.
    AdoptedJob {
        /// The job's id.
        job: String,
    },
    /// The effect was seen. The call itself may still be on its way.
    AdoptedEffect,
    /// A person said that it was executed. The call itself may still be on its way.
    DeclaredExecuted,
    /// A person said that it was not executed. The call itself may still be on its way.
    DeclaredNotExecuted,
    /// The dead time is over and nothing has changed: it did not happen and cannot happen any more.
    ProvenAbsent,
}

impl SubmissionState {
    /// Whether the call left or may have left.
    pub fn may_have_left(&self) -> bool {
        !matches!(self, SubmissionState::NotSent { .. } | SubmissionState::ProvenAbsent)
    }
}
