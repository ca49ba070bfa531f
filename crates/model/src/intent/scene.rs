//! What a witness keeps of the provider's object and of an operation that has begun.
//! It must not know what was asked for.

use super::state::OBJECT;
use stationmaster_engine::{CallRequest, OperationType, Resolution, Station};
use stationmaster_provider_proof::{At, World};

/// What can be seen of the provider's object, and, where it shows a revision, what cannot.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Standing {
    pub station: Station,
    pub at: At,
    pub foreign_changes: Option<u64>,
}

impl Standing {
    pub fn of(world: &World) -> Option<Standing> {
        let object = world.object(OBJECT)?;
        Some(Standing {
            station: object.station,
            at: object.at,
            foreign_changes: world.variant.revision.then_some(object.foreign_changes),
        })
    }
}

/// An operation of which a call was let go.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Begun {
    pub operation: OperationType,
    pub target: Station,
    /// The calls that were carried out.
    pub calls: Vec<String>,
}

impl Begun {
    /// Whether another call of it can be justified: what was asked for is asked for whole, and nobody else has done or undone it meanwhile.
    pub fn objection(&self, call: &CallRequest, world: &World) -> Option<&'static str> {
        if self.operation != call.operation || self.target != call.target {
            return Some("an operation goes on otherwise than it began");
        }
        if self.calls.contains(&call.action) {
            let safe = matches!(
                world.variant.resolution_of(call.operation),
                Resolution::Token | Resolution::Revision
            );
            return (!safe).then_some("a call is made again that was carried out");
        }
        let there = world.object(OBJECT).is_some_and(|o| o.station == self.target);
        if there == self.operation.moves_production() {
            return Some("an operation goes on though somebody else has moved production");
        }
        None
    }
}
