//! A task with its subtasks, and how it is made (`docs/vendors/ocp.md#tasks`).
//! It must not move a subtask; `engine` does.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::engine;
use super::fault::SubtaskFault;
use super::model::{Cluster, Tenant};
use super::steps::{Kind, Step};
use crate::world::World;
use crate::world::job::JobFate;

/// What a task does, with OCP's ids of the tenants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Work {
    Failover { tenant: u64, service: Option<String> },
    Switchover { primary: u64, standby: u64 },
    CreateStandby { tenant: u64, primary: u64 },
    CreateTenant { tenant: u64 },
    DeleteTenant { tenant: u64 },
}

impl Work {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Failover { .. } => Kind::Failover,
            Self::Switchover { .. } => Kind::Switchover,
            Self::CreateStandby { .. } => Kind::CreateStandby,
            Self::CreateTenant { .. } => Kind::CreateTenant,
            Self::DeleteTenant { .. } => Kind::DeleteTenant,
        }
    }

    /// The tenants that it works on.
    pub(crate) fn tenants(&self) -> Vec<u64> {
        match self {
            Self::Switchover { primary, standby } => vec![*primary, *standby],
            Self::Failover { tenant, .. }
            | Self::CreateStandby { tenant, .. }
            | Self::CreateTenant { tenant }
            | Self::DeleteTenant { tenant } => vec![*tenant],
        }
    }
}

macro_rules! words {
    ($( $(#[$doc:meta])* $name:ident { $( $variant:ident = $word:literal ),+ } )+) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum $name { $( $variant ),+ }
        impl $name {
            pub(crate) fn word(self) -> &'static str {
                match self { $( Self::$variant => $word ),+ }
            }
        }
    )+ };
}

words! {
    /// `status` of a task.
    TaskStatus { Running = "RUNNING", Failed = "FAILED", Successful = "SUCCESSFUL" }
    /// `status` of a subtask.
    Status {
        Pending = "PENDING", Ready = "READY", Running = "RUNNING", Canceling = "CANCELING", Failed = "FAILED",
        Successful = "SUCCESSFUL"
    }
    /// `operation` of both.
    Operation {
        Execute = "EXECUTE", Retry = "RETRY", Rollback = "ROLLBACK", Skip = "SKIP", Cancel = "CANCEL",
        RollbackSkip = "ROLLBACK_SKIP"
    }
}

/// A subtask. A task keeps them in an order of execution; the wire shows them in another one.
#[derive(Debug, Clone)]
pub(crate) struct Subtask {
    pub(crate) id: u64,
    pub(crate) series: u64,
    pub(crate) step: Step,
    pub(crate) parallel: i64,
    pub(crate) status: Status,
    pub(crate) operation: Operation,
    pub(crate) run_time: u32,
    pub(crate) upstreams: Vec<u64>,
    pub(crate) downstreams: Vec<u64>,
    pub(crate) created: Timestamp,
    pub(crate) started: Option<Timestamp>,
    pub(crate) finished: Option<Timestamp>,
    /// When the present run ends.
    pub(crate) due: Option<Timestamp>,
    /// When the present run's work in the database is done, and whether it was.
    pub(crate) work_due: Option<Timestamp>,
    pub(crate) worked: bool,
    /// Whether the next run undoes what the last one did first.
    pub(crate) undo_first: bool,
    pub(crate) faults: Vec<SubtaskFault>,
    pub(crate) fault: Option<SubtaskFault>,
    pub(crate) log: String,
}

/// The names of a cluster or tenant when the task was made: the object may be gone later.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) ob_id: u64,
    pub(crate) mode: String,
}

/// A task.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub(crate) id: u64,
    pub(crate) work: Work,
    pub(crate) status: TaskStatus,
    pub(crate) operation: Operation,
    pub(crate) creator: String,
    pub(crate) cluster: Named,
    pub(crate) tenant: Named,
    pub(crate) created: Timestamp,
    pub(crate) finished: Option<Timestamp>,
    pub(crate) subtasks: Vec<Subtask>,
    /// Places of the subtasks in the order that the wire shows.
    pub(crate) shown: Vec<usize>,
    /// The log source that the tenant had before.
    pub(crate) old_source: Option<u64>,
    pub(crate) never_ends: bool,
    /// Its subtasks succeed and change nothing.
    pub(crate) without_effect: bool,
    /// Whether the engine's next look is on the agenda.
    pub(crate) ticking: bool,
}

impl Task {
    pub(crate) fn is_running(&self) -> bool {
        self.status == TaskStatus::Running
    }

    /// Computed at each look: whether a subtask that forbids it has begun.
    pub(crate) fn prohibits_rollback(&self) -> bool {
        let begun = |s: &&Subtask| !matches!(s.status, Status::Pending | Status::Ready);
        self.subtasks.iter().filter(begun).any(|s| s.step.prohibits_rollback())
    }
}

/// An order of `n` things that has nothing to do with their own, the same for the same seed.
fn shuffled(n: usize, seed: &str) -> Vec<usize> {
    let mut places: Vec<usize> = (0..n).collect();
    places.sort_by_key(|place| Sha256::digest(format!("{seed}/{place}")));
    places
}

/// Ids, series and shown order of the subtasks of the documented sample, which the first failover of a scenario has.
const SAMPLE: [[usize; 5]; 3] = [[2, 3, 0, 1, 4], [3, 2, 1, 0, 4], [1, 0, 3, 4, 2]];

impl World {
    /// Makes a task and starts it; returns its id.
    pub(crate) fn submit(&mut self, work: Work, creator: &str, fate: &JobFate, named: (&Cluster, &Tenant)) -> u64 {
        let (cluster, tenant) = named;
        let count = self.ocp.made;
        self.ocp.made += 1;
        let id = 12_022_226 + 7 * count;
        let with_service = matches!(&work, Work::Failover { service: Some(_), .. });
        let plan = work.kind().plan(&self.switches, with_service, cluster.zones.len());
        let n = plan.len();
        let orders = if count == 0 && work.kind() == Kind::Failover && n == 5 {
            SAMPLE.map(Vec::from)
        } else {
            ["ids", "series", "shown"].map(|what| shuffled(n, &format!("{count}/{what}")))
        };
        let first = self.ocp.next_subtask;
        self.ocp.next_subtask += n as u64 + 3;
        let id_at = |place: usize| first + orders[0][place] as u64;
        let after = |place: usize| plan.iter().enumerate().filter(move |(_, p)| p.after.contains(&place));
        let subtasks = plan.iter().enumerate().map(|(place, planned)| Subtask {
            id: id_at(place),
            series: orders[1][place] as u64,
            step: planned.step,
            parallel: planned.parallel,
            status: if planned.after.is_empty() {
                Status::Ready
            } else {
                Status::Pending
            },
            operation: Operation::Execute,
            run_time: 1,
            upstreams: planned.after.iter().map(|place| id_at(*place)).collect(),
            downstreams: after(place).map(|(next, _)| id_at(next)).collect(),
            created: self.now,
            started: None,
            finished: None,
            due: None,
            work_due: None,
            worked: false,
            undo_first: false,
            faults: faults_of(fate, place, n, tenant),
            fault: None,
            log: String::new(),
        });
        let task = Task {
            id,
            status: TaskStatus::Running,
            operation: Operation::Execute,
            creator: creator.into(),
            cluster: Named {
                id: cluster.id,
                name: cluster.name.clone(),
                ob_id: cluster.ob_cluster_id,
                mode: String::new(),
            },
            tenant: Named {
                id: tenant.id,
                name: tenant.name.clone(),
                ob_id: tenant.ob_tenant_id,
                mode: tenant.mode.clone(),
            },
            created: self.now,
            finished: None,
            subtasks: subtasks.collect(),
            shown: orders[2].clone(),
            old_source: None,
            never_ends: fate.never_ends,
            without_effect: fate.without_effect,
            ticking: false,
            work,
        };
        self.ocp.tasks.insert(id, task);
        engine::wake(self, id);
        id
    }
}

/// The faults of one subtask, out of those that a call brought. A fault that knows jobs alone counts from 0, or means the last.
pub(crate) fn faults_of(fate: &JobFate, place: usize, n: usize, tenant: &Tenant) -> Vec<SubtaskFault> {
    let ours = |wanted: &str| wanted == tenant.name || wanted == tenant.id.to_string();
    let named = fate.subtasks.iter().filter(|f| f.subtask == place + 1);
    let mut faults: Vec<_> = named
        .filter(|f| f.tenant.as_deref().is_none_or(ours))
        .cloned()
        .collect();
    if let Some(fail) = &fate.fail
        && fail.sub_job.unwrap_or(n - 1).min(n - 1) == place
    {
        faults.push(SubtaskFault {
            message: fail.reason.clone(),
            ..SubtaskFault::fail(place + 1)
        });
    }
    if let Some(seconds) = fate.seconds {
        let slow = SubtaskFault::fail(place + 1);
        faults.push(SubtaskFault {
            end: super::fault::SubtaskEnd::Slow,
            seconds: Some(seconds / n as f64),
            ..slow
        });
    }
    faults
}
