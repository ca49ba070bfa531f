//! What a pass has in its hands, and a pass that is kept until its ledger can be written.
//! It must not be filled here.

use super::ledgers::Stored;
use super::link::Link;
use crate::controllers::forced;
use crate::observe::Connection;
use crate::places::Haste;
use stationmaster_api::{OperationDecision, ProtectionGroup, RecoveryOperation};
use stationmaster_engine::ledger::Operation;
use stationmaster_engine::pass::Rereads;
use stationmaster_engine::{Depth, Sight};
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

    /// The running operation, if it has made a call.
    fn begun(&self) -> Option<&Operation> {
        let operation = self.stored.as_ref()?.ledger.operation.as_ref()?;
        operation.submitted().then_some(operation)
    }

    /// Reads the group's object, and tells how long ago that had ended: before all others and with no more than a forced order needs where one
    /// waits.
    ///
    /// Where many forced orders wait at once, what was read a moment ago counts for the decision; the last look reads anew. Over a connection whose Secret cannot be read nothing else begins: what is seen is shown, and is not enough to act on.
    pub(super) async fn observe(&self, connection: &Connection, forced: bool, many: bool) -> (Sight, Duration) {
        let many = many && self.begun().is_none();
        let (mut sight, age) = self.read(connection, forced, many).await;
        if connection.is_kept()
            && !forced
            && self.begun().is_none()
            && let Sight::Seen(seen) = &mut sight
        {
            seen.depth = Depth::Listed;
        }
        (sight, age)
    }

    /// The last look before a recorded call is sent: never what was seen before, however young it is.
    pub(super) async fn look(&self, connection: &Connection, forced: bool) -> Sight {
        self.read(connection, forced, false).await.0
    }

    async fn read(&self, connection: &Connection, forced: bool, many: bool) -> (Sight, Duration) {
        let object = &self.link.object;
        if forced
            && many
            && let Some(young) = connection.young(object, YOUNG)
        {
            return young;
        }
        let haste = if forced { Haste::Urgent } else { Haste::Routine };
        (connection.observe(object, haste).await, Duration::ZERO)
    }
}

/// A pass that knows what came of a call and could not write it down.
pub struct Kept {
    pub(super) objects: Objects,
    pub(super) at: Rereads,
}
