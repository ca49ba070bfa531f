//! What a pass has in its hands, and a pass that is kept until its ledger can be written.
//! It must not be filled here.

use super::ledgers::Stored;
use super::link::Link;
use crate::controllers::forced;
use crate::observe::Connection;
use crate::places::Haste;
use stationmaster_api::{OperationDecision, ProtectionGroup, RecoveryOperation};
use stationmaster_engine::pass::Rereads;
use stationmaster_engine::{Depth, Sight};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How old a reading may be that counts where many forced orders wait: its answer may have been under way for longer than that.
const YOUNG: Duration = Duration::from_secs(2);

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

    /// Reads the group's object, and tells how long ago that had ended.
    ///
    /// Where many forced orders wait at once, what was read a moment ago counts for the decision; the last look reads anew. Over a connection
    /// whose Secret cannot be read nothing else begins: what is seen is shown, and is not enough to act on.
    pub(super) async fn observe(&self, connection: &Connection, forced: bool, many: bool) -> (Sight, Duration) {
        let begun = self.has_begun();
        if forced
            && many
            && !begun
            && let Some(young) = connection.young(&self.link.object, YOUNG)
        {
            return young;
        }
        let mut sight = self.look(connection, forced).await;
        if connection.is_kept()
            && !forced
            && !begun
            && let Sight::Seen(seen) = &mut sight
        {
            seen.depth = Depth::Listed;
        }
        (sight, Duration::ZERO)
    }

    /// Reads the group's object now: never what was seen before, however young it is. Where a forced order waits it is read before all others
    /// and with no more than that needs.
    pub(super) async fn look(&self, connection: &Connection, forced: bool) -> Sight {
        let haste = if forced { Haste::Urgent } else { Haste::Routine };
        connection.observe(&self.link.object, haste).await
    }
}

/// A pass that knows what came of a call and could not write it down.
pub struct Kept {
    pub(super) objects: Objects,
    pub(super) at: Rereads,
}
