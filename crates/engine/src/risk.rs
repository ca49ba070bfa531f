//! The risks that the author of a forced failover can name, so that what would stand in its way does not.
//! It must not hold rules: the gate asks which risks an order takes.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Something that a forced failover may run into, and that only its author can accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Risk {
    /// The link between the sites is down: the other side has what it had when the link failed.
    ReplicationLinkDown,
    /// A part of the group is broken or gone: it may not come up at the other side.
    MembersInvalid,
    /// The provider's command has no direction, and it is not certain where production runs: it may be moved the other way.
    DirectionUnknown,
    /// The provider shows a word that this version does not know.
    UnknownProviderState,
    /// `spec.suspend` is true.
    Suspended,
}

impl Risk {
    /// All risks.
    pub const ALL: [Risk; 5] = [
        Risk::ReplicationLinkDown,
        Risk::MembersInvalid,
        Risk::DirectionUnknown,
        Risk::UnknownProviderState,
        Risk::Suspended,
    ];

    /// The API's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Risk::ReplicationLinkDown => "ReplicationLinkDown",
            Risk::MembersInvalid => "MembersInvalid",
            Risk::DirectionUnknown => "DirectionUnknown",
            Risk::UnknownProviderState => "UnknownProviderState",
            Risk::Suspended => "Suspended",
        }
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
