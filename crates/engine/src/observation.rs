//! What a provider shows of one protection group, in our words.
//! It must not hold a provider's word as a rule: a provider crate translates, the engine reads only what stands here.

use crate::{ActiveStation, OperationType, Reason, Risk, Station, Why};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One reading of a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Observation {
    /// Where production runs. `Unknown` while the provider is moving it.
    pub active: ActiveStation,
    /// The provider's own status word, unchanged, at most 64 bytes.
    pub provider_status: String,
    /// What the status word means.
    pub phase: Phase,
    /// How replication stands.
    pub replication: Replication,
    /// What tells that the object has changed since.
    pub fingerprint: Fingerprint,
    /// What may be done now. A type that is missing is closed.
    pub permits: BTreeMap<OperationType, Permit>,
    /// Where the object's own word says that production runs, whatever its parts show: a command without a direction leads to the other
    /// station. None where it does not tell, or while production moves.
    pub own_station: Option<Station>,
    /// What the object says of itself that has nothing to do with its state (its name, how many parts it has), in any form. A revision that
    /// moves while this stays has no known cause. None where the provider shows nothing of the kind.
    pub description: Option<String>,
    /// Facts that check steps ask for. Filled only by a [`Depth::Full`] reading.
    pub facts: BTreeMap<String, Fact>,
    /// How much was read.
    pub depth: Depth,
}

/// How much of the group was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Depth {
    /// One entry of the bulk list: enough to report, never enough to act.
    Listed,
    /// A read of this one group with all that a decision needs.
    Full,
}

/// What a provider's status means, whatever the provider calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Phase {
    /// Both sides exist, nothing is replicated.
    Unprotected,
    /// Replication runs from the active station to the other.
    Protected,
    /// Production was moved by force; nothing is replicated.
    FailedOver,
    /// The object stands between two calls of this operation; the provider works on nothing.
    Partway(OperationType),
    /// The provider is working. `Some` if it is known at what.
    Changing(Option<OperationType>),
    /// The provider's last work failed and left the group in an error status. `Some` if it is known which.
    Faulted(Option<OperationType>),
    /// A word that no one knows. Never permission.
    Unknown,
}

/// How replication stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Replication {
    /// In one word.
    pub state: ReplicationState,
    /// Synchronization progress in percent (0–100), where the provider tells it.
    pub progress_percent: Option<u8>,
    /// How far the other side is behind, in seconds, where the provider tells it. SDRS does not.
    pub lag_seconds: Option<u64>,
    /// When the other side was last known to be complete, where the provider tells it. SDRS does not.
    pub last_sync: Option<Timestamp>,
}

impl Replication {
    /// Until when the other side surely had everything, where a reading that was begun at `read_at` tells it.
    pub fn complete_at(&self, read_at: Timestamp) -> Option<Timestamp> {
        let by_lag = |lag: u64| {
            let lag = SignedDuration::from_secs(i64::try_from(lag).ok()?);
            read_at.checked_sub(lag).ok()
        };
        self.lag_seconds.and_then(by_lag).max(self.last_sync)
    }
}

/// Replication in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ReplicationState {
    /// Running.
    Active,
    /// Running, and copying what the other side lacks.
    Synchronizing,
    /// Not running, and nothing is wrong with that.
    Stopped,
    /// Not running although it should be.
    Broken,
    /// The provider does not tell.
    Unknown,
}

impl ReplicationState {
    /// The API's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            ReplicationState::Active => "Active",
            ReplicationState::Synchronizing => "Synchronizing",
            ReplicationState::Stopped => "Stopped",
            ReplicationState::Broken => "Broken",
            ReplicationState::Unknown => "Unknown",
        }
    }
}

/// What a provider offers to tell that an object has changed meanwhile. Two equal ones mean "as far as can be seen, the same".
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fingerprint {
    /// The provider's status word as far as it is *position*: which operations are legal. A word of *health* is shown elsewhere and never here,
    /// since a change of it would void tokens.
    pub status: String,
    /// Where production runs.
    pub active: ActiveStation,
    /// A revision or change time, where there is one (SDRS: `updated_at`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
}

impl Fingerprint {
    /// Whether both show the same status and production at the same station, whatever their revisions say.
    pub fn same_position(&self, other: &Fingerprint) -> bool {
        self.status == other.status && self.active == other.active
    }
}

/// Whether the provider's state lets an operation begin.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Permit {
    /// It does.
    Open,
    /// It does not.
    Closed {
        /// The one word.
        reason: Reason,
        /// What stands in the way, and what would remove it.
        message: String,
    },
    /// It does, for an author who accepts these risks. Only a forced failover is ever let begin so; for any other operation it is closed.
    AtRisk(BTreeMap<Risk, Why>),
}

/// What is known about a condition that a check step asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Fact {
    /// It holds.
    Holds,
    /// It does not hold.
    Fails {
        /// The one word.
        reason: Reason,
        /// What is wrong, and what would be right.
        message: String,
    },
    /// The provider cannot tell: a person must say so.
    CannotTell {
        /// The question to the person.
        question: String,
    },
}

impl Observation {
    /// Whether `operation` may begin; a type that the provider did not speak of is closed.
    pub fn permit(&self, operation: OperationType) -> Permit {
        let unknown = || {
            let status = &self.provider_status;
            let message = format!("the provider's status {status} is not known, so it permits no {operation}");
            Why::new(Reason::UnknownProviderState, message)
        };
        match self.permits.get(&operation) {
            // A provider refuses what it cannot do; whether it does so without harm in this state, only the author can take upon himself.
            _ if operation == OperationType::Failover && self.phase == Phase::Unknown => {
                Permit::AtRisk(BTreeMap::from([(Risk::UnknownProviderState, unknown())]))
            }
            Some(permit) => permit.clone(),
            None => {
                let Why { reason, message } = unknown();
                Permit::Closed { reason, message }
            }
        }
    }

    /// Whether the provider is at rest, so that what it shows is a result and not a passage.
    pub fn settled(&self) -> bool {
        !matches!(self.phase, Phase::Changing(_) | Phase::Unknown)
    }
}
