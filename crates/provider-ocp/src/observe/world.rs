//! What OCP and the databases show at one moment, for as many sets as are asked for: calls do not grow with them.
//! It must not fail because a part cannot be read: what was not read is dark.

use crate::client::Client;
use crate::problem::Problem;
use crate::reads::Tasks;
use crate::set::TenantSet;
use crate::set::role::{Role, Shown, Sight};
use crate::set::stand::Seen;
use crate::sql::{Reader, Tenants};
use crate::wire::{Task, Tenant};
use futures::future::join_all;
use stationmaster_engine::Station;
use stationmaster_transport::Urgency;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

/// For a forced failover the reads of OCP are waited for no longer.
const FORCED: Duration = Duration::from_secs(6);

/// Where it is read from.
pub(crate) struct Sources<'a> {
    pub(crate) client: &'a Client,
    pub(crate) readers: &'a BTreeMap<i64, Reader>,
    pub(crate) urgency: Urgency,
}

/// What OCP knows of a tenant that is not its state: by what the databases know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) ob_tenant: Option<i64>,
    pub(crate) name: Option<String>,
}

impl Known {
    pub(crate) fn of(tenant: &Tenant) -> Known {
        Known {
            ob_tenant: tenant.ob_tenant_id,
            name: tenant.name.clone(),
        }
    }
}

/// What was read of one cluster.
#[derive(Debug, Default)]
pub(crate) struct OfCluster {
    /// OCP's tenants by its own ids; none where they could not be listed, and why.
    pub(crate) tenants: Option<HashMap<i64, Tenant>>,
    pub(crate) no_tenants: String,
    /// The database's tenants.
    pub(crate) shown: Option<Tenants>,
    pub(crate) dark: String,
    pub(crate) restore: HashMap<i64, String>,
}

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) clusters: BTreeMap<i64, OfCluster>,
    /// The tasks that OCP works on; none where they could not be listed.
    pub(crate) running: Option<Vec<Task>>,
    pub(crate) not_running: String,
    /// Why OCP could not be read, where it could not be read at all.
    pub(crate) failed: Option<Problem>,
}

impl World {
    /// Reads what the sets need: the tenants of their clusters, the tasks that run, and each database once.
    pub(crate) async fn read(sources: &Sources<'_>, sets: &[&TenantSet]) -> World {
        let both = [Station::Source, Station::Target];
        let clusters: BTreeSet<i64> = sets
            .iter()
            .flat_map(|set| both.map(|station| set.cluster(station)))
            .collect();
        let of_clusters = join_all(clusters.iter().map(|cluster| of_cluster(sources, *cluster)));
        let (of_clusters, running) = tokio::join!(of_clusters, running(sources));
        let mut world = World::default();
        for (cluster, (of, problem)) in clusters.into_iter().zip(of_clusters) {
            world.failed = world.failed.or(problem);
            world.clusters.insert(cluster, of);
        }
        match running {
            Ok(tasks) => world.running = Some(tasks),
            Err(problem) => {
                world.not_running.clone_from(&problem.fault.message);
                world.failed = world.failed.or(Some(problem));
            }
        }
        world
    }

    /// One tenant of a set. `known` is what OCP last said of it.
    pub(crate) fn sight(&self, cluster: i64, tenant: i64, known: Option<&Known>) -> Sight {
        let dark = |why: String| Sight::Dark { why, last: None };
        let Some(of) = self.clusters.get(&cluster) else {
            return dark("it was not read".to_owned());
        };
        let now = of.tenants.as_ref().map(|all| all.get(&tenant).map(Known::of));
        let known = match (&now, known) {
            (Some(None), _) => return Sight::Gone,
            (Some(Some(now)), _) => now,
            (None, Some(known)) => known,
            (None, None) => return dark(format!("OCP does not say which tenant {tenant} is: {}", of.no_tenants)),
        };
        let Some(shown) = &of.shown else {
            return dark(of.dark.clone());
        };
        match find(shown, known) {
            Found::Shown(shown) => Sight::Shown(shown.clone()),
            Found::Nothing => Sight::Gone,
            Found::Another(name) => dark(format!(
                "the database has the tenant {name} under the id that OCP calls {}",
                known.name.as_deref().unwrap_or("by no name")
            )),
            Found::Unnamed => dark(format!("OCP tells neither name nor id of tenant {tenant} in OceanBase")),
        }
    }

    /// The pairs of a set.
    pub(crate) fn pairs(&self, set: &TenantSet, known: &HashMap<i64, Known>) -> Vec<Seen> {
        let side = |station: Station, tenant: i64| self.sight(set.cluster(station), tenant, known.get(&tenant));
        let pair = |pair: &crate::set::Pair| Seen {
            pair: pair.clone(),
            source: side(Station::Source, pair.source),
            target: side(Station::Target, pair.target),
        };
        set.pairs().iter().map(pair).collect()
    }

    /// OCP's own words of a tenant.
    pub(crate) fn tenant(&self, cluster: i64, tenant: i64) -> Option<&Tenant> {
        self.clusters.get(&cluster)?.tenants.as_ref()?.get(&tenant)
    }

    pub(crate) fn restore_word(&self, cluster: i64, ob_tenant: i64) -> Option<&str> {
        self.clusters.get(&cluster)?.restore.get(&ob_tenant).map(String::as_str)
    }

    /// A standby of that name in a database, whatever its id: one that was made anew.
    pub(crate) fn standby_called(&self, cluster: i64, name: &str) -> Option<&Shown> {
        let shown = self.clusters.get(&cluster)?.shown.as_ref()?;
        shown
            .values()
            .find(|shown| shown.name == name && shown.role == Role::Standby)
    }
}

/// What a database has of a tenant.
enum Found<'a> {
    Shown(&'a Shown),
    Nothing,
    Another(String),
    Unnamed,
}

/// A tenant is known by its id and its name together; by one of them where OCP tells only one.
fn find<'a>(shown: &'a Tenants, known: &Known) -> Found<'a> {
    match (known.ob_tenant, &known.name) {
        (Some(id), name) => match shown.get(&id) {
            Some(found) if name.as_ref().is_none_or(|name| *name == found.name) => Found::Shown(found),
            Some(other) => Found::Another(other.name.clone()),
            None => Found::Nothing,
        },
        (None, Some(name)) => shown
            .values()
            .find(|shown| shown.name == *name)
            .map_or(Found::Nothing, Found::Shown),
        (None, None) => Found::Unnamed,
    }
}

async fn of_cluster(sources: &Sources<'_>, cluster: i64) -> (OfCluster, Option<Problem>) {
    let tenants = async {
        let list = sources.client.tenants(cluster, sources.urgency);
        match sources.urgency {
            Urgency::Routine => list.await,
            Urgency::Urgent => late(list).await,
        }
    };
    let database = async {
        let Some(reader) = sources.readers.get(&cluster) else {
            return (
                Err(format!("no database of cluster {cluster} is named")),
                HashMap::new(),
            );
        };
        match reader.tenants().await {
            Ok(tenants) => {
                let restore = match sources.urgency {
                    Urgency::Routine => reader.restore().await,
                    Urgency::Urgent => HashMap::new(),
                };
                (Ok(tenants), restore)
            }
            Err(error) => (Err(error.message), HashMap::new()),
        }
    };
    let (tenants, (shown, restore)) = tokio::join!(tenants, database);
    let mut of = OfCluster {
        restore,
        ..OfCluster::default()
    };
    match shown {
        Ok(shown) => of.shown = Some(shown),
        Err(dark) => of.dark = dark,
    }
    let problem = match tenants {
        // A list of which a part cannot be read cannot say that a tenant is gone.
        Ok(listed) if listed.bad.is_some() => {
            of.no_tenants = listed.bad.unwrap_or_default();
            None
        }
        Ok(listed) => {
            let by_id = listed
                .entries
                .into_iter()
                .filter_map(|tenant| Some((tenant.id?, tenant)));
            of.tenants = Some(by_id.collect());
            None
        }
        // Where the cluster is gone, its tenants are.
        Err(problem) if problem.says_absent() => {
            of.tenants = Some(HashMap::new());
            None
        }
        Err(problem) => {
            of.no_tenants.clone_from(&problem.fault.message);
            Some(problem)
        }
    };
    (of, problem)
}

async fn running(sources: &Sources<'_>) -> Result<Vec<Task>, Problem> {
    let which = Tasks {
        status: Some("RUNNING"),
        ..Tasks::default()
    };
    let list = sources.client.tasks(which);
    let listed = match sources.urgency {
        Urgency::Routine => list.await?,
        Urgency::Urgent => late(list).await?,
    };
    // A filter that is not heeded must not make old tasks run again.
    let running = |task: &Task| task.status.as_deref() == Some("RUNNING");
    Ok(listed.entries.into_iter().filter(running).collect())
}

async fn late<T>(reading: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    let words = || format!("OCP did not answer within {} s", FORCED.as_secs());
    stationmaster_transport::within(FORCED, words, reading).await
}
