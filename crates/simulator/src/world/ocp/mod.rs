//! Clusters, tenants and tasks of a simulated OCP, and how the tasks move.
//! It must not know the wire, and must not judge what a caller may do.

mod creation;
pub(crate) mod effects;
pub(crate) mod engine;
pub(crate) mod fault;
pub(crate) mod history;
pub(crate) mod loading;
pub(crate) mod model;
pub(crate) mod orders;
pub(crate) mod scn;
pub(crate) mod steps;
pub(crate) mod task;

use indexmap::IndexMap;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

use history::TenantChange;
use model::{Cluster, Tenant};
use task::Task;

use crate::switches::OcpSwitches;

/// All that OCP manages.
#[derive(Debug, Default)]
pub(crate) struct Estate {
    /// The account of the SQL ports with its password.
    pub(crate) sql: (String, String),
    pub(crate) clusters: IndexMap<u64, Cluster>,
    pub(crate) tenants: IndexMap<u64, Tenant>,
    pub(crate) tasks: IndexMap<u64, Task>,
    pub(crate) history: Vec<TenantChange>,
    /// Tasks made since the scenario was loaded.
    made: u64,
    next_subtask: u64,
    next_tenant: u64,
}

/// A time in the time zone of OCP and its databases.
pub(crate) fn local(switches: &OcpSwitches, at: Timestamp) -> Zoned {
    let hours = i8::try_from(switches.offset_hours.min(14)).unwrap_or_default();
    at.to_zoned(TimeZone::fixed(Offset::constant(hours)))
}

impl Estate {
    /// A tenant by OCP's id, as text or name; a name may have its cluster before it.
    pub(crate) fn tenant_id(&self, wanted: &str) -> Option<u64> {
        let by_id = wanted.parse().ok().filter(|id| self.tenants.contains_key(id));
        let named = |t: &&Tenant| {
            let cluster = self.clusters.get(&t.cluster).map_or("", |c| &c.name);
            t.name == wanted || format!("{cluster}/{}", t.name) == wanted
        };
        by_id.or_else(|| self.tenants.values().find(named).map(|t| t.id))
    }

    /// A cluster by OCP's id, as text or name.
    pub(crate) fn cluster_id(&self, wanted: &str) -> Option<u64> {
        let by_id = wanted.parse().ok().filter(|id| self.clusters.contains_key(id));
        by_id.or_else(|| self.clusters.values().find(|c| c.name == wanted).map(|c| c.id))
    }

    /// The running task of a tenant.
    pub(crate) fn running_task(&self, tenant: u64) -> Option<&Task> {
        self.tasks
            .values()
            .find(|t| t.is_running() && t.work.tenants().contains(&tenant))
    }
}
