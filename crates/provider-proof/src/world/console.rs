//! What people do at the provider's console, past the operator.
//! It must not ask whether it is wise: a console does what its state allows, and an administrator even more.

use super::{At, Object, World};
use crate::Request;
use stationmaster_engine::{ActiveStation, OperationType};

impl World {
    /// Production is moved cleanly and at once: the object is protected before and after.
    ///
    /// # Panics
    /// When there is no such object, as all verbs of the console.
    pub fn console_flip(&mut self, object: &str) {
        let object = self.at_the_console(object);
        object.station = object.station.other();
        object.disguise = None;
        object.turn(At::Protected);
    }

    /// Production is moved by force and at once; nothing is replicated any more.
    pub fn console_fail_over(&mut self, object: &str) {
        let object = self.at_the_console(object);
        object.station = object.station.other();
        object.disguise = None;
        object.turn(At::FailedOver);
    }

    /// Replication runs again from where production is, at once, whatever was before.
    pub fn console_reprotect(&mut self, object: &str) {
        let object = self.at_the_console(object);
        object.disguise = None;
        object.turn(At::Protected);
    }

    /// The object is brought into a state.
    pub fn console_set(&mut self, object: &str, at: At) {
        self.at_the_console(object).turn(at);
    }

    /// The members of the object are brought out of step, or into it again.
    pub fn console_disguise(&mut self, object: &str, shown: Option<ActiveStation>) {
        let object = self.at_the_console(object);
        object.disguise = shown;
        object.turn(object.at);
    }

    /// An operation is begun with a job of its own, which a search for jobs can find; false if the state does not allow it.
    pub fn console_begin(&mut self, object: &str, operation: OperationType) -> bool {
        let (calls, now) = (self.variant.calls, self.now);
        let planned = self.variant.calls_of(operation);
        let place = self.at_the_console(object);
        let allowed = planned
            .first()
            .is_some_and(|c| place.allows(c.action, calls) == Some(operation));
        // The console knows the whole way: only its last call is told of.
        let Some(last) = planned.last().filter(|_| allowed) else {
            return false;
        };
        let request = Request {
            object: object.to_owned(),
            action: last.action.to_owned(),
            endpoint: last.endpoint.to_owned(),
            operation,
            target: if operation.moves_production() {
                place.station.other()
            } else {
                place.station
            },
            recorded_at: now,
            submission: String::new(),
            key: String::new(),
            expected_revision: None,
        };
        self.begin(&request, operation);
        true
    }

    fn at_the_console(&mut self, id: &str) -> &mut Object {
        let Some(object) = self.objects.get_mut(id) else {
            panic!("there is no object {id}");
        };
        object.foreign_changes += 1;
        object
    }
}
