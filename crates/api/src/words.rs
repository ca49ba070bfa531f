//! The words of the API as enums: stations, operation types, states.
//! It must not hold rules; the engine has its own enums, and the shell maps one to the other.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An enum of API words: unit variants, their spelling, `ALL`, `as_str` and `Display`.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        // The type's own text is kept out of the schema: kube would put it in the place of an optional field's text.
        #[schemars(inline, description = "")]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $text)] $variant,)*
        }

        impl $name {
            /// Every word, in the order in which the schema lists them.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The API's spelling.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// One of the two sites of a protection group. Stations never swap names; only the active one changes.
    Station {
        /// The production site when the group was created.
        Source = "source",
        /// The disaster-recovery site when the group was created.
        Target = "target",
    }
}

words! {
    /// What the author of a forced failover takes upon themselves.
    Risk {
        /// The link between the sites is down: the other side has what it had when the link failed.
        ReplicationLinkDown = "ReplicationLinkDown",
        /// A part of the group is broken or gone: it may not come up at the other side.
        MembersInvalid = "MembersInvalid",
        /// It is not certain where production runs, and the provider's command has no direction.
        DirectionUnknown = "DirectionUnknown",
        /// The provider shows a word that this version does not know.
        UnknownProviderState = "UnknownProviderState",
        /// `spec.suspend` of the group is true. Counts only where the admission policy for forced orders is installed.
        Suspended = "Suspended",
    }
}

words! {
    /// Where production runs.
    ActiveStation {
        /// Production runs at the source station.
        Source = "source",
        /// Production runs at the target station.
        Target = "target",
        /// Neither station takes production.
        None = "None",
        /// Both stations take writes: split brain.
        Both = "Both",
        /// The members of the group disagree.
        Mixed = "Mixed",
        /// The provider does not tell, or it is moving production now.
        Unknown = "Unknown",
    }
}

/// The words of [`OperationType`] as the texts of fields list them.
macro_rules! operation_types {
    () => {
        "`PlannedFailover`, `Failover`, `Reprotect`, `EnableProtection` or `DisableProtection`"
    };
}
pub(crate) use operation_types;

words! {
    /// What an operation does to a group.
    OperationType {
        /// Production moves without data loss; both sites work.
        PlannedFailover = "PlannedFailover",
        /// Production moves and the other side is taken for lost.
        Failover = "Failover",
        /// Replication starts again from the active station to the other, which is overwritten. Never moves production.
        Reprotect = "Reprotect",
        /// Replication starts for the first time, or again after it was switched off.
        EnableProtection = "EnableProtection",
        /// Replication is switched off; both copies stay.
        DisableProtection = "DisableProtection",
    }
}

words! {
    /// How an operation stands.
    OperationState {
        /// Not looked at yet.
        Pending = "Pending",
        /// Accepted; something stands in its way, and status.reason says what.
        Waiting = "Waiting",
        /// Its first call has been recorded.
        Running = "Running",
        /// Ended, and an independent read showed the outcome.
        Succeeded = "Succeeded",
        /// Ended badly.
        Failed = "Failed",
        /// Never started: the request did not fit the state of the world.
        Refused = "Refused",
        /// Never started: notAfter has passed.
        Expired = "Expired",
        /// Never started: taken back.
        Cancelled = "Cancelled",
        /// Nobody knows whether a call took effect. A person is asked, or (status.finishedAt is set) has ended it so.
        Unknown = "Unknown",
    }
}

words! {
    /// How a step of an operation stands.
    StepState {
        /// Not begun.
        Pending = "Pending",
        /// Begun, and waiting for a person or for a condition that the message names.
        Waiting = "Waiting",
        /// Going on.
        Running = "Running",
        /// Ended well.
        Succeeded = "Succeeded",
        /// Ended badly.
        Failed = "Failed",
        /// Nobody knows whether its call took effect.
        Unknown = "Unknown",
    }
}

words! {
    /// Replication in one word.
    ReplicationState {
        /// Running.
        Active = "Active",
        /// Running, and copying what the other side lacks.
        Synchronizing = "Synchronizing",
        /// Not running, and nothing is wrong with that.
        Stopped = "Stopped",
        /// Not running although it should be.
        Broken = "Broken",
        /// The provider does not tell.
        Unknown = "Unknown",
    }
}

words! {
    /// Which way data flows.
    ReplicationDirection {
        /// From the source station to the target station.
        SourceToTarget = "SourceToTarget",
        /// From the target station to the source station.
        TargetToSource = "TargetToSource",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spelling_is_the_one_that_serde_writes() {
        for station in ActiveStation::ALL {
            assert_eq!(serde_json::to_value(station).unwrap(), station.as_str());
        }
        for state in OperationState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.to_string());
        }
        for operation in OperationType::ALL {
            assert!(operation_types!().contains(&format!("`{operation}`")), "{operation}");
        }
        assert_eq!(serde_json::from_str::<Station>("\"target\"").unwrap(), Station::Target);
        assert!(serde_json::from_str::<Station>("\"Target\"").is_err());
    }
}
