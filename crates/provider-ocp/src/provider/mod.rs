//! OCP as a provider: the parts put together, the trait served.
//! It must not hold rules; each is in the module of its concern.

mod calls;
mod make;
mod offers;

pub use offers::{Advice, Identity};

use crate::call::kept::Kept;
use crate::call::patience::Patience;
use crate::client::Client;
use crate::find;
use crate::observe::{Memory, Sources, View, World, facts};
use crate::obstacles::OBSTACLES;
use crate::plan::{self, Setting};
use crate::set::TenantSet;
use crate::sql::Reader;
use crate::tasks::{self, Work};
use async_trait::async_trait;
use jiff::Timestamp;
use stationmaster_engine::{Depth, JobReport, Observation, Obstacle, OperationType, Plan, Reason, Station};
use stationmaster_provider::{
    CallRequest, ConnectionFacts, Fault, FaultClass, Listing, LostCall, PreparedCall, Provider, Scope, Wanted,
};
use stationmaster_transport::{Urgency, whole};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// For so long what only informs is waited for.
const INFORMS: Duration = Duration::from_secs(5);

/// One connection to OCP.
pub struct Ocp {
    client: Arc<Client>,
    readers: BTreeMap<i64, Reader>,
    installation: String,
    setting: Setting,
    memory: Memory,
    patience: Arc<Patience>,
    kept: Arc<Kept>,
}

impl Ocp {
    #[cfg(test)]
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    fn set(&self, object: &str) -> Result<TenantSet, Fault> {
        let set: Result<TenantSet, _> = object.parse();
        set.map_err(|why| {
            let class = FaultClass::Rejected { code: "SET".to_owned() };
            Fault::new(class, Reason::ProtectionObjectNotFound, why.to_string())
        })
    }

    fn sources(&self, urgency: Urgency) -> Sources<'_> {
        Sources {
            client: &self.client,
            readers: &self.readers,
            urgency,
        }
    }

    /// The latest that any clock here says: what could be lost is never told as less.
    fn latest(&self) -> Timestamp {
        let ours = self.client.clock.now();
        self.client.their_time(ours).map_or(ours, |theirs| theirs.max(ours))
    }

    async fn seen(&self, object: &str, urgency: Urgency) -> Result<Observation, Fault> {
        let set = self.set(object)?;
        self.memory.ask(object, &set);
        let world = World::read(&self.sources(urgency), &[&set]).await;
        let view = View {
            pairs: self.memory.pairs(&set, &world),
            set: &set,
            world: &world,
        };
        if view.is_gone() {
            let class = FaultClass::Rejected {
                code: "OBE21003".to_owned(),
            };
            return Err(Fault::new(
                class,
                Reason::ProtectionObjectNotFound,
                "OCP has none of the set's tenants",
            ));
        }
        // Where nothing is shown at all, the reason is that OCP or its credentials do not work.
        let nothing = world.running.is_none()
            && view
                .pairs
                .iter()
                .all(|seen| seen.source.shown().or(seen.target.shown()).is_none());
        if let (true, Some(problem)) = (nothing, &world.failed) {
            return Err(problem.fault.clone());
        }
        self.memory.look(object, &view);
        let mut seen = view.observation(self.setting.roles, Depth::Full, self.latest());
        if urgency == Urgency::Routine {
            seen.facts = facts::facts(&self.client, &view, self.setting.roles).await;
        }
        Ok(seen)
    }
}

impl Ocp {
    /// Each of these sets as a list shows it.
    async fn told(&self, sets: Vec<(String, TenantSet)>) -> Result<BTreeMap<String, Observation>, Fault> {
        let all: Vec<&TenantSet> = sets.iter().map(|(_, set)| set).collect();
        if all.is_empty() {
            return Ok(BTreeMap::new());
        }
        let world = World::read(&self.sources(Urgency::Routine), &all).await;
        // One cluster that cannot be listed leaves its own sets dark, and no other.
        if let (None, Some(problem)) = (&world.running, &world.failed) {
            return Err(problem.fault.clone());
        }
        let now = self.latest();
        let told = sets.iter().filter_map(|(text, set)| {
            let view = View {
                pairs: self.memory.pairs(set, &world),
                set,
                world: &world,
            };
            let told = |view: View<'_>| (text.clone(), view.observation(self.setting.roles, Depth::Listed, now));
            (!view.is_gone()).then(|| told(view))
        });
        Ok(told.collect())
    }

    /// Whether a tenant is read in the role that its task was to bring about. Only of a failover is that known: the task of a switchover is
    /// either tenant's.
    fn moved(&self, operation: OperationType, tenant: i64) -> bool {
        operation == OperationType::Failover && self.memory.is_primary(tenant)
    }
}

impl fmt::Debug for Ocp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ocp")
            .field("endpoint", &self.client.endpoint)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Provider for Ocp {
    fn kind(&self) -> &'static str {
        "ocp"
    }

    fn endpoint(&self) -> String {
        self.client.endpoint.place()
    }

    async fn identity(&self) -> Result<Scope, Fault> {
        Ok(Scope::new(self.installation.clone()))
    }

    /// An epoch moves with a role and with nothing else, so that none of its moves is noise; and whoever has the database's own account moves
    /// production there and back in a moment.
    fn there_and_back(&self) -> Option<Duration> {
        None
    }

    fn plan(&self, operation: OperationType, _target: Station, _seen: &Observation) -> Option<Plan> {
        plan::plan(operation, self.setting)
    }

    fn capabilities(&self) -> Vec<String> {
        let offered = OperationType::ALL
            .into_iter()
            .filter(|operation| plan::plan(*operation, self.setting).is_some());
        let reads = self
            .setting
            .roles
            .then(|| ["ReadRoles".to_owned(), "ReadLag".to_owned()]);
        offered
            .map(|operation| operation.as_str().to_owned())
            .chain(reads.into_iter().flatten())
            .collect()
    }

    fn obstacles(&self) -> &'static [Obstacle] {
        OBSTACLES
    }

    async fn connect(&self) -> Result<ConnectionFacts, Fault> {
        let connected = async {
            let info = self.client.info().await?;
            // Its words are configurable, so that nothing can depend on them.
            let status = tokio::time::timeout(INFORMS, self.client.status()).await;
            if let Ok(Ok(status)) = status
                && status != "okay"
            {
                tracing::warn!(status, "OCP does not say that it is well");
            }
            // The one read that the operator cannot do without.
            self.client.clusters().await?;
            Ok(ConnectionFacts {
                api_version: info.build_version,
                scope: self.installation.clone(),
                quotas: Vec::new(),
            })
        };
        whole("connecting", connected).await
    }

    /// The sets that this connection was asked for: a set is a person's, and OCP lists none.
    async fn list(&self) -> Result<BTreeMap<String, Observation>, Fault> {
        self.told(self.memory.sets()).await
    }

    /// The sets that are wanted by name.
    async fn list_wanted(&self, wanted: &Wanted) -> Result<Listing, Fault> {
        let sets = wanted.ids().filter_map(|id| Some((id.to_owned(), id.parse().ok()?)));
        let objects = self.told(sets.collect()).await?;
        let shown = objects.len();
        Ok(Listing { objects, shown })
    }

    async fn observe(&self, object: &str) -> Result<Observation, Fault> {
        whole("reading the tenants of the set", self.seen(object, Urgency::Routine)).await
    }

    async fn observe_for_failover(&self, object: &str) -> Result<Observation, Fault> {
        self.seen(object, Urgency::Urgent).await
    }

    async fn observe_after_failover(&self, object: &str) -> Result<Observation, Fault> {
        self.observe(object).await
    }

    async fn prepare(&self, call: &CallRequest) -> Result<Box<dyn PreparedCall>, Fault> {
        self.prepared(call)
    }

    async fn poll(&self, _action: &str, operation: OperationType, job: &str) -> Result<JobReport, Fault> {
        let work = Work {
            operation,
            moved: &|tenant| self.moved(operation, tenant),
            dead_time_seconds: self.setting.dead_time_seconds,
        };
        Ok(tasks::poll(&self.client, &work, job).await?)
    }

    async fn find(&self, lost: &LostCall) -> Result<Option<JobReport>, Fault> {
        let order = self.order(&lost.request, true)?;
        let work = Work {
            operation: lost.request.operation,
            moved: &|tenant| self.moved(lost.request.operation, tenant),
            dead_time_seconds: self.setting.dead_time_seconds,
        };
        Ok(find::worst(&self.client, lost, &order, &work).await?)
    }
}
