//! What a pass has in its hands, and a pass that is kept until its ledger can be written.
//! It must not be filled here.

use super::ledgers::Stored;
use super::link::Link;
use stationmaster_api::{OperationDecision, ProtectionGroup, RecoveryOperation};
use stationmaster_engine::pass::Rereads;
use std::sync::Arc;

/// What a pass was begun from, and what it writes to.
pub struct Objects {
    /// The group.
    pub group: ProtectionGroup,
    /// Its connection.
    pub link: Link,
    /// The ledger as it was read or written last.
    pub stored: Option<Stored>,
    /// The group's operations.
    pub operations: Vec<Arc<RecoveryOperation>>,
    /// The decisions on them.
    pub decisions: Vec<Arc<OperationDecision>>,
}

/// A pass that knows what came of a call and could not write it down.
pub struct Kept {
    pub(super) objects: Objects,
    pub(super) at: Rereads,
}
