//! What people do at the provider's console, past the operator.
//! It must not ask whether it is wise: a console does what its state allows, and an administrator even more.

use super::{At, Object, World};
use crate::later;
use crate::plan::Place;
use jiff::Timestamp;
use stationmaster_engine::{ActiveStation, CallRequest, OperationType};

impl World {
    /// Whether production can be moved now: a move there and back takes as long as the variant declares, or longer.
    pub fn console_can_move(&self, object: &str) -> bool {
        let moved = self.object(object).and_then(|o| o.console_moved);
        moved.is_none_or(|at| later(at, self.variant.there_and_back_seconds) <= self.now)
    }

    /// Production is moved cleanly and at once: the object is protected before and after.
    ///
    /// # Panics
    /// When there is no such object, as all verbs of the console; and when production cannot be moved so soon.
    pub fn console_flip(&mut self, object: &str) {
        self.console_move(object, At::Protected);
    }

    /// Production is moved by force and at once; nothing is replicated any more.
    ///
    /// # Panics
    /// As [`World::console_flip`].
    pub fn console_fail_over(&mut self, object: &str) {
        self.console_move(object, At::FailedOver);
    }

    fn console_move(&mut self, object: &str, at: At) {
        assert!(self.console_can_move(object), "production was moved there just now");
        let moved = self.console_moves_at(self.now);
        let object = self.at_the_console(object);
        object.console_moved = moved;
        object.station = object.station.other();
        object.disguise = None;
        object.turn(at);
    }

    /// A moment that is remembered, where moving takes its time: worlds that differ in nothing else stay equal.
    fn console_moves_at(&self, at: Timestamp) -> Option<Timestamp> {
        (self.variant.there_and_back_seconds > 0).then_some(at)
    }

    /// The object is renamed: its revision moves, and nothing that matters does.
    pub fn console_rename(&mut self, object: &str) {
        if let Some(object) = self.objects.get_mut(object) {
            object.revision += 1;
        }
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
        let moves = operation.moves_production();
        if moves && !self.console_can_move(object) {
            return false;
        }
        let moved = self.console_moves_at(later(now, self.job_seconds));
        let place = self.at_the_console(object);
        let allowed = planned
            .first()
            .is_some_and(|c| place.allows(c.action, calls) == Some(operation));
        // The console knows the whole way: only the call that the operation is about is told of.
        let itself = planned.iter().find(|c| c.place == Place::Itself);
        let Some(itself) = itself.filter(|_| allowed) else {
            return false;
        };
        if moves {
            place.console_moved = moved;
        }
        let request = CallRequest {
            object: object.to_owned(),
            action: itself.action.to_owned(),
            endpoint: itself.endpoint.to_owned(),
            operation,
            target: if moves { place.station.other() } else { place.station },
            recorded_at: now,
            operation_name: String::new(),
            step: String::new(),
            attempt: 0,
            dedupe_key: String::new(),
            expected_revision: None,
            part: None,
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
