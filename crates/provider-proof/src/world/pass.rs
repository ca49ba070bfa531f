//! Lets time pass: jobs end with their effects, late requests arrive.
//! It must not look ahead: everything happens at its own moment, in order.

use super::{At, Entry, Fate, Job, World};
use crate::PlannedEnd;
use crate::plan::{self, Place};
use jiff::Timestamp;
use stationmaster_engine::{ActiveStation, CallRequest, OperationType};

impl World {
    /// Sends a request on a way that ends at `arrives`, or at once if that is past. Nobody hears the answer.
    pub fn post(&mut self, request: CallRequest, arrives: Timestamp) {
        let place = self.late.partition_point(|(at, _)| *at <= arrives);
        self.late.insert(place, (arrives, request));
    }

    /// A request on its way gets lost.
    pub fn lose(&mut self, index: usize) -> Option<CallRequest> {
        (index < self.late.len()).then(|| self.late.remove(index).1)
    }

    /// The next moment at which something happens by itself.
    pub fn next_event(&self) -> Option<Timestamp> {
        let ends = self.jobs.iter().filter(|j| runs(j)).map(|j| j.ends);
        self.late.first().map(|(at, _)| *at).into_iter().chain(ends).min()
    }

    /// Lets time pass until `now`. Time never goes back.
    pub fn advance_to(&mut self, now: Timestamp) {
        while let Some(at) = self.next_event().filter(|at| *at <= now) {
            self.now = self.now.max(at);
            self.end_jobs(self.now);
            if self.late.first().is_some_and(|(at, _)| *at <= self.now) {
                let (_, request) = self.late.remove(0);
                self.deliver(&request);
            }
        }
        self.now = self.now.max(now);
        self.end_jobs(self.now);
        self.forget();
    }

    pub(super) fn end_jobs(&mut self, now: Timestamp) {
        for index in 0..self.jobs.len() {
            let job = &mut self.jobs[index];
            if runs(job) && job.ends <= now {
                job.over = true;
                let job = job.clone();
                self.end(&job);
            }
        }
    }

    fn end(&mut self, job: &Job) {
        let (reached, moves) = (self.reached(job), plan::moves(&job.action));
        let Some(object) = self.objects.get_mut(&job.object) else {
            return;
        };
        // Somebody may have taken the object out of the job's hands; then the job changes nothing any more.
        if object.at == At::Working(job.operation) {
            match job.fate {
                Fate::Fails => object.turn(At::Error(job.operation)),
                Fate::PartOfItFails => {
                    if moves {
                        object.disguise = Some(ActiveStation::Mixed);
                    }
                    object.turn(At::Error(job.operation));
                }
                Fate::SucceedsWithoutEffect => object.go_on(job.before),
                Fate::Succeeds
                | Fate::FailsButFlips
                | Fate::IsForgotten
                | Fate::SaysAnOddWord
                | Fate::IsOfAnotherType
                | Fate::Stalls => {
                    if moves {
                        object.station = job.to.unwrap_or(object.station.other());
                        object.disguise = None;
                    }
                    object.go_on(reached);
                }
            }
        }
        if let Some(entry) = self.journal.get_mut(job.entry) {
            entry.after = Some(object.station);
        }
    }

    /// Where the job leads if it does what was asked. The console goes the whole way.
    fn reached(&self, job: &Job) -> At {
        let whole = self.journal.get(job.entry).is_some_and(Entry::foreign);
        match (Place::of(&job.action), job.operation) {
            (Place::Before, operation) => At::Half(operation),
            (Place::Itself, operation) if operation.moves_production() && self.variant.after_move && !whole => {
                At::Moved(operation)
            }
            (_, OperationType::Failover) => At::FailedOver,
            (_, OperationType::PlannedFailover) if self.variant.outcome == PlannedEnd::FailedOver => At::FailedOver,
            (_, OperationType::DisableProtection) => At::Available,
            (_, OperationType::PlannedFailover | OperationType::Reprotect | OperationType::EnableProtection) => {
                At::Protected
            }
        }
    }
}

fn runs(job: &Job) -> bool {
    !job.over && job.fate != Fate::Stalls
}
