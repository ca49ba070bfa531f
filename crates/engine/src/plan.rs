//! An operation as a provider declares it: its outcome, and its steps: checks, calls, waits, verification, a person's word.
//! It must not say how a step is carried out, nor hold any state of a run.

use crate::{Observation, OperationType, Phase, Station};
use serde::{Deserialize, Serialize};

/// What a provider would do for an operation, in the state that was seen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Plan {
    /// What the group is in when it is done.
    pub outcome: PlannedOutcome,
    /// The steps, in order. The last one verifies, or asks a person.
    pub steps: Vec<StepSpec>,
}

/// The plans of a connection: of an operation, towards a station, in the state that is seen. None where the provider does not have it.
pub type Plans<'a> = dyn Fn(OperationType, Station, &Observation) -> Option<Plan> + 'a;

/// What an operation ends in, besides that production runs at its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PlannedOutcome {
    /// Replication runs from the active station to the other.
    Protected,
    /// Production was moved; nothing need be replicated. A planned move can end so.
    FailedOver,
    /// Replication is switched off.
    Unprotected,
}

impl PlannedOutcome {
    /// What the operations end in at a provider that has nothing special about it; also what an operation ends in that was recorded before
    /// plans said so.
    pub fn usual(operation: OperationType) -> PlannedOutcome {
        match operation {
            OperationType::PlannedFailover | OperationType::Reprotect | OperationType::EnableProtection => {
                PlannedOutcome::Protected
            }
            OperationType::Failover => PlannedOutcome::FailedOver,
            OperationType::DisableProtection => PlannedOutcome::Unprotected,
        }
    }

    /// Whether a phase is that outcome.
    pub fn is(self, phase: Phase) -> bool {
        match self {
            PlannedOutcome::Protected => phase == Phase::Protected,
            PlannedOutcome::FailedOver => {
                matches!(phase, Phase::FailedOver | Phase::Unprotected | Phase::Protected)
            }
            PlannedOutcome::Unprotected => phase == Phase::Unprotected,
        }
    }
}

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
        /// Until when it must go on holding: it is looked at again before each call that this covers.
        #[serde(default, skip_serializing_if = "Holds::is_throughout")]
        holds: Holds,
    },
    /// A fact that the provider brings about by itself is waited for. When the step's deadline is over, that is told; the wait goes on.
    Wait {
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
    /// One mutating call. Once production runs at the target only those are made that follow the move. Between two calls the provider shows
    /// [`Phase::Partway`], or the operation's permit as closed, unless the calls before it show nothing. Before the last call it never shows the
    /// outcome: the verification could not tell whether that call was made.
    Call(CallSpec),
    /// The jobs that a call started are followed to their end.
    Follow {
        /// The call step.
        call: String,
    },
    /// An independent read shows the outcome of the operation.
    Verify,
}

/// Until when a check must hold once it has been passed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Holds {
    /// Before every call of the operation.
    #[default]
    Throughout,
    /// Before the first call; what that call does may change it.
    FirstCall,
    /// Before every call up to this step, and before its own.
    Step(String),
}

impl Holds {
    fn is_throughout(&self) -> bool {
        *self == Holds::Throughout
    }
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
    /// By what its own doing is known.
    #[serde(default)]
    pub effect: Effect,
    /// Whether it is made after the move: where production runs at the target already, and only there.
    #[serde(default)]
    pub follows_the_move: bool,
    /// Whether a second one does nothing as long as the first one's effect stands: then the last call of an operation may be sent again while
    /// it is in doubt.
    #[serde(default)]
    pub harmless_twice: bool,
}

/// What a reading shows once a call has worked. Work under way, and work that failed, show it too: [`Phase::Changing`], [`Phase::Faulted`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Effect {
    /// The outcome of the operation.
    #[default]
    Outcome,
    /// Production runs at the target; the outcome is a later call's.
    Moved,
    /// The object stands between two calls of the operation: [`Phase::Partway`].
    Partway,
    /// Nothing: status, station and revision stay. Only its job or a person can tell, and no time is proof that it did not happen.
    Nothing,
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
