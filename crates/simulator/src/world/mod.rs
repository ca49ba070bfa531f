//! The objects, jobs and clock behind all services, and the order in which things happen to them.
//! It must not know who calls, and must not read any clock: `real_now` and `now` are set from outside before each change.

pub(crate) mod agenda;
pub(crate) mod codes;
pub(crate) mod endpoints;
pub(crate) mod history;
pub(crate) mod ids;
pub(crate) mod job;
pub(crate) mod loading;
pub(crate) mod model;
pub(crate) mod ocp;

use indexmap::IndexMap;
use jiff::Timestamp;

use crate::clock::Clock;
use crate::scenario::{Quotas, ReplicationDomain};
use crate::switches::Switches;

use agenda::{Agenda, Event};
use endpoints::Endpoints;
use history::History;
use ids::Ids;
use job::{FailureJob, Job};
use model::{Drill, Group, Instance, Pair, Server, Volume};

/// What there is in the simulated cloud.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) scenario_name: String,
    pub(crate) region: String,
    pub(crate) switches: Switches,
    pub(crate) clock: Clock,
    /// The virtual instant of the change under way.
    pub(crate) now: Timestamp,
    /// The real instant of the change under way.
    pub(crate) real_now: Timestamp,
    pub(crate) ids: Ids,
    pub(crate) endpoints: Endpoints,
    pub(crate) domains: Vec<ReplicationDomain>,
    pub(crate) quotas: Quotas,
    pub(crate) groups: IndexMap<String, Group>,
    pub(crate) instances: IndexMap<String, Instance>,
    pub(crate) pairs: IndexMap<String, Pair>,
    pub(crate) servers: IndexMap<String, Server>,
    pub(crate) volumes: IndexMap<String, Volume>,
    pub(crate) drills: IndexMap<String, Drill>,
    pub(crate) jobs: IndexMap<String, Job>,
    pub(crate) failures: IndexMap<String, FailureJob>,
    pub(crate) ocp: ocp::Estate,
    pub(crate) agenda: Agenda,
    pub(crate) history: History,
}

impl World {
    /// Brings virtual time to a real instant, letting everything that is due happen at its own instant, until a held call is to be
    /// delivered: that one is told, and there may be more.
    pub(crate) fn settle(&mut self, real: Timestamp) -> Option<u64> {
        self.real_now = real;
        let until = self.clock.at(real);
        while let Some((due, event)) = self.agenda.next_due(until) {
            self.now = due.max(self.now);
            match event {
                Event::SubJobEnd { job, index } => self.end_sub_job(&job, index),
                Event::JobEnd { job } => self.end_job(&job),
                Event::SyncEnd { pair } => self.end_sync(&pair),
                Event::Look { task } => ocp::engine::look(self, task),
                Event::Deliver { number } => return Some(number),
            }
        }
        self.now = until.max(self.now);
        None
    }

    /// Pairs of a group, in order.
    pub(crate) fn pairs_of(&self, group: &str) -> Vec<String> {
        self.pairs
            .values()
            .filter(|p| p.group == group)
            .map(|p| p.id.clone())
            .collect()
    }

    /// Instances of a group, in order.
    pub(crate) fn instances_of(&self, group: &str) -> Vec<String> {
        self.instances
            .values()
            .filter(|i| i.group == group)
            .map(|i| i.id.clone())
            .collect()
    }
}
