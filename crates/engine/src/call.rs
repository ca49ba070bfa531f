//! One call: what is asked of a provider, and what came of it, from the record through the wire to the journal.
//! It must not decide what follows, nor be made of anything but what the ledger records.

use crate::ledger::{Operation, Submission};
use crate::{CallSpec, OperationType, PartCall, Reason, Station};
use jiff::Timestamp;

/// What is asked of the provider.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CallRequest {
    /// The provider's id of the group's object.
    pub object: String,
    /// Name of the operation that the call is part of.
    pub operation_name: String,
    /// The step.
    pub step: String,
    /// The attempt that the ledger recorded for it.
    pub attempt: u32,
    /// What the operation does. One action can serve two operations (SDRS `start-server-group`).
    pub operation: OperationType,
    /// Where production runs when the operation is done.
    pub target: Station,
    /// The provider's word for the call, from the plan: `reverse-server-group`.
    pub action: String,
    /// Which endpoint, from the plan.
    pub endpoint: String,
    /// When the ledger recorded the call.
    pub recorded_at: Timestamp,
    /// By what the provider recognises a repeat, [`Operation::key`]: the same for each attempt of one step of one operation, and for nothing
    /// else. A provider whose calls are resolved by token sends it, or a hash of it. At most 360 bytes.
    pub dedupe_key: String,
    /// The revision that the object had when the first attempt that may have left was recorded, where the provider shows one. A provider whose
    /// calls are resolved by revision sends it as the one that it expects, and never the present one instead.
    pub expected_revision: Option<String>,
    /// The part of a job that it is made for; none of a call of the plan.
    pub part: Option<PartCall>,
}

impl CallRequest {
    /// What a recorded attempt of a step asks of the group's object.
    pub(crate) fn recorded(
        object: &str,
        operation: &Operation,
        step: &str,
        spec: &CallSpec,
        submission: &Submission,
    ) -> CallRequest {
        CallRequest {
            object: object.to_owned(),
            operation_name: operation.name.clone(),
            step: step.to_owned(),
            attempt: submission.attempt,
            operation: operation.kind,
            target: operation.target,
            action: spec.action.clone(),
            endpoint: spec.endpoint.clone(),
            recorded_at: submission.recorded_at,
            dedupe_key: operation.key(step),
            expected_revision: submission.before.revision.clone(),
            part: operation.step(step).and_then(|s| s.part.clone()),
        }
    }
}

/// A call whose answer was lost, as the provider is asked for its job.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LostCall {
    /// What was asked; where it was repeated, the first attempt in doubt.
    pub request: CallRequest,
    /// The jobs that the ledger knows as the doing of another call ([`crate::Ledger::held_jobs`]): whatever a clock says, none of them is
    /// this call's.
    pub held_jobs: Vec<String>,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CallOutcome {
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
        /// The one word.
        reason: Reason,
        /// In words.
        message: String,
        /// How long the provider asked to wait, in seconds.
        after_seconds: Option<u64>,
    },
    /// It provably never left, or was withheld by the last look.
    NotSent {
        /// The one word.
        reason: Reason,
        /// In words.
        message: String,
    },
    /// Nobody knows whether it was done.
    Ambiguous {
        /// What happened.
        message: String,
    },
}
