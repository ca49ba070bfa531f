//! A request arrives: may it be carried out?
//! It must not guess: the state guard, the key, the revision and the age of the signature are all that a real system has.

use super::object::Key;
use super::{Servers, World};
use crate::plan;
use crate::{Delivered, later};
use stationmaster_engine::{CallRequest, OperationType, Resolution};

impl World {
    /// A request arrives now, whenever it was sent. It may arrive again.
    pub fn deliver(&mut self, request: &CallRequest) -> Delivered {
        self.forget();
        let planned = OperationType::ALL.iter().any(|operation| {
            let calls = self.variant.calls_of(*operation);
            calls
                .iter()
                .any(|c| c.action == request.action && c.endpoint == request.endpoint)
        });
        if !planned {
            return Delivered::refused("PROOF.0400", format!("{} is no call of this endpoint", request.action));
        }
        let dead = self.variant.dead_time_seconds;
        if dead.is_some_and(|seconds| later(request.recorded_at, seconds) <= self.now) {
            return Delivered::refused("PROOF.0401", "the signature is too old");
        }
        let Some(object) = self.objects.get(&request.object) else {
            return Delivered::refused("PROOF.0404", format!("there is no {}", request.object));
        };
        let resolution = self.variant.resolution_of(request.operation);
        if resolution == Resolution::Token
            && let Some(first) = object.keys.iter().find(|k| k.key == request.dedupe_key)
        {
            return Delivered::duplicate(first.jobs.clone());
        }
        let revision = object.revision.to_string();
        if resolution == Resolution::Revision && request.expected_revision.as_ref().is_some_and(|r| *r != revision) {
            return Delivered::refused("PROOF.0412", format!("the revision is {revision}"));
        }
        // What moves production is never done in this sense: a toggle finds no effect of its own.
        if self.variant.harmless && object.at.is_done(&request.action) {
            let first = self
                .jobs
                .iter()
                .rfind(|j| j.object == request.object && j.action == request.action);
            let named = first.filter(|_| self.variant.jobs.named());
            return Delivered::duplicate(named.map(|job| job.id.clone()).into_iter().collect());
        }
        let allowed = object.allows(&request.action, self.variant.calls);
        let Some(operation) = allowed.filter(|o| self.variant.lacks != Some(*o)) else {
            return Delivered::refused(
                "PROOF.1002",
                format!("the status {} does not allow it", object.shown_word()),
            );
        };
        if operation == OperationType::PlannedFailover && object.servers == Servers::Running {
            return Delivered::refused("PROOF.1319", "servers are running");
        }
        if plan::moves(&request.action) && self.variant.names_the_station(operation) && request.target == object.station
        {
            return Delivered::refused("PROOF.0216", format!("production runs at {}", object.station));
        }
        let jobs = self.begin(request, operation);
        if resolution == Resolution::Token {
            let key = Key {
                key: request.dedupe_key.clone(),
                until: later(self.now, self.variant.dedupe_seconds),
                jobs: jobs.clone(),
            };
            if let Some(object) = self.objects.get_mut(&request.object) {
                object.keys.push(key);
            }
        }
        Delivered::done(jobs)
    }

    /// Keys are kept for their time only.
    pub(super) fn forget(&mut self) {
        let now = self.now;
        for object in self.objects.values_mut() {
            object.keys.retain(|key| key.until > now);
        }
    }
}
