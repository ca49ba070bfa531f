//! What a pass has in its hands, and a pass that is kept until its ledger can be written.
//! It must not be filled here.

use super::ledgers::Stored;
use super::link::Link;
use crate::controllers::forced;
use crate::observe::{Connection, Need};
use stationmaster_api::{OperationDecision, ProtectionGroup, RecoveryOperation};
use stationmaster_engine::pass::Rereads;
use stationmaster_engine::{Depth, Sight};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a pass was begun from, and what it writes to.
pub struct Objects {
    /// The group.
    pub group: ProtectionGroup,
    /// Its connection.
    pub link: Link,
    /// The ledger as it was read or written last.
    pub stored: Option<Stored>,
    /// What stands under the names of its provider objects, as it was read or written last.
    pub found: BTreeMap<String, Stored>,
    /// The group's operations.
    pub operations: Vec<Arc<RecoveryOperation>>,
    /// The decisions on them.
    pub decisions: Vec<Arc<OperationDecision>>,
}

impl Objects {
    /// Whether a forced order of the group has not ended.
    pub(super) fn is_forced(&self) -> bool {
        self.operations.iter().any(|operation| forced::is_forced(operation))
    }

    /// Whether its running operation has made a call.
    fn has_begun(&self) -> bool {
        let ledger = self.stored.as_ref().and_then(Stored::ledger);
        let operation = ledger.and_then(|ledger| ledger.operation.as_ref());
        operation.is_some_and(|operation| operation.submitted())
    }

    /// Reads the group's object.
    ///
    /// Over a connection whose Secret cannot be read nothing but forced failovers begins: what is seen is shown, and is not enough to act on.
    pub(super) async fn observe(&self, connection: &Connection, forced: bool) -> Sight {
        let begun = self.has_begun();
        let need = match forced && begun {
            true => Need::AfterFailover,
            false => Need::before(forced),
        };
        let mut sight = connection.observe(&self.link.object, need).await;
        if connection.is_kept()
            && !forced
            && !begun
            && let Sight::Seen(seen) = &mut sight
        {
            seen.depth = Depth::Listed;
        }
        sight
    }

    /// Reads the group's object right before a call: never what was seen before, however young it is.
    pub(super) async fn look(&self, connection: &Connection, forced: bool) -> Sight {
        connection.observe(&self.link.object, Need::before(forced)).await
    }
}

/// A pass that knows what came of a call and could not write it down.
pub struct Kept {
    pub(super) objects: Objects,
    pub(super) at: Rereads,
}
