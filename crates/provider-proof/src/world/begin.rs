//! Begins a call that is carried out: its line in the journal, its job, or its effect at once.
//! It must not judge whether the call may be carried out: that was done before.

use super::{At, Entry, Fate, Job, World};
use crate::plan::Place;
use crate::{FirstCall, Jobs, later, submission};
use stationmaster_engine::{CallRequest, OperationType};

impl World {
    /// Begins `request`, which does `operation` at this state; the ids that its answer names.
    pub(super) fn begin(&mut self, request: &CallRequest, operation: OperationType) -> Vec<String> {
        let Some(object) = self.objects.get_mut(&request.object) else {
            return Vec::new();
        };
        let fate = object.fates.pop_front().unwrap_or(Fate::Succeeds);
        let before = object.at;
        let station = object.station;
        if Place::of(&request.action) == Place::Before && self.variant.first_call == FirstCall::Nothing {
            object.turn_unseen(At::Working(operation));
        } else {
            object.turn(At::Working(operation));
        }
        let replicates = matches!(request.action.as_str(), "start-server-group" | "begin-recovery");
        self.journal.push(Entry {
            object: request.object.clone(),
            by: request.operation_name.clone(),
            submission: submission(request),
            action: request.action.clone(),
            asked: request.operation,
            operation,
            recorded_at: request.recorded_at,
            at: self.now,
            before: station,
            after: None,
            overwrites: replicates.then(|| station.other()),
        });
        let id = format!("job-{}", self.jobs.len() + 1);
        let at_once = self.variant.jobs == Jobs::AtOnce;
        self.jobs.push(Job {
            id: id.clone(),
            object: request.object.clone(),
            action: request.action.clone(),
            operation,
            to: self.variant.names_the_station(operation).then_some(request.target),
            begun: self.now,
            ends: if at_once {
                self.now
            } else {
                later(self.now, self.job_seconds)
            },
            fate,
            before,
            over: false,
            entry: self.journal.len() - 1,
        });
        if at_once {
            self.end_jobs(self.now);
        }
        if self.variant.jobs.named() {
            vec![id]
        } else {
            Vec::new()
        }
    }
}
