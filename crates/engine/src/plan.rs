//! The steps of an operation as a provider declares them: checks, calls, waits, verification, a person's word.
//! It must not say how a step is carried out, nor hold any state of a run.

use serde::{Deserialize, Serialize};

/// One step of an operation's plan. The plan is copied into the ledger when the operation is recorded and is never looked up again,
/// so that a new version of the operator finishes an operation as it was begun.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepSpec {
    /// Unique within the operation, CamelCase, at most 63 bytes: `ReverseServerGroup`.
    pub name: String,
    /// What kind of step.
    pub kind: StepKind,
    /// After how many seconds the step is called overdue. Nothing is ever done because of it but saying so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_seconds: Option<u32>,
}

/// What a step is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StepKind {
    /// A fact of the observation must hold; where the provider cannot tell, a person confirms it.
    Check {
        /// The fact's name in `Observation::facts`.
        fact: String,
    },
    /// A person must confirm, whatever the provider shows.
    Confirm {
        /// What the person is asked.
        question: String,
    },
    /// Nothing happens before this moment.
    NotBefore {
        /// The moment.
        at: jiff::Timestamp,
        /// Why.
        why: String,
    },
    /// One mutating call. The one that moves production is the last one of its operation: once production runs at the target, none is made any
    /// more. Nor is one made while the operation could begin anew: between its calls a provider shows its permit as closed.
    Call(CallSpec),
    /// The jobs that a call started are followed to their end.
    Follow {
        /// The call step.
        call: String,
    },
    /// An independent read shows the outcome of the operation.
    Verify,
}

/// A mutating call as the provider declares it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallSpec {
    /// The provider's own word for it: `reverse-server-group`.
    pub action: String,
    /// Which of the provider's endpoints receives it: `sdrs`, or for HCP `primary` / `replica`.
    pub endpoint: String,
    /// How a lost answer can be resolved.
    pub resolution: Resolution,
    /// For how many seconds after the ledger recorded it a call can still take effect. `None`: no bound is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead_time_seconds: Option<u32>,
    /// For how many seconds after it first received a call the provider drops another one with the same key. `None`: it promises nothing, and
    /// a call that is resolved by [`Resolution::Token`] is then never made again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dedupe_seconds: Option<u32>,
}

/// How the outcome of a call whose answer was lost can be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Resolution {
    /// The provider drops a second call with the same key for [`CallSpec::dedupe_seconds`]: in that time it may be sent again.
    Token,
    /// The provider refuses a call whose expected revision is not the present one: it may be sent again, expecting what the first one did.
    Revision,
    /// What the provider shows tells it: a job, or the direction of the call. After the dead time absence is proof.
    Evidence,
    /// Evidence may adopt an effect, but absence is never proof: only a person can say that it did not happen.
    Person,
}
