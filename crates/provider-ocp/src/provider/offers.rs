//! What OCP can tell that the contract does not ask for yet: members, identities, prechecks of a failover.
//! It must not change anything.

use super::Ocp;
use crate::call::kept::Answered;
use crate::observe::World;
use crate::set::member::{Member, members};
use crate::set::role::Sight;
use stationmaster_engine::{Station, text};
use stationmaster_provider::Fault;
use stationmaster_transport::Urgency;

/// Which tenant it is, in OceanBase's words: OCP's small numbers say nothing outside of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// OCP's id.
    pub tenant: i64,
    /// At which station it is.
    pub station: Station,
    /// The cluster's id in OceanBase, where OCP tells it.
    pub ob_cluster: Option<i64>,
    /// The cluster's name, where OCP tells it.
    pub cluster: Option<String>,
    /// The tenant's id in OceanBase, where it is known.
    pub ob_tenant: Option<i64>,
    /// The tenant's name, where it is known.
    pub name: Option<String>,
    /// When it was made, as the database shows it, else as OCP does.
    pub created: Option<String>,
}

/// What OCP says of the failover of one tenant. It is told, and stands in nobody's way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// OCP's id of the standby.
    pub tenant: i64,
    /// The tenant's name.
    pub name: Option<String>,
    /// Whether OCP would do it; none where it does not say.
    pub valid: Option<bool>,
    /// What OCP says against it; empty where it says nothing.
    pub why: String,
}

impl Ocp {
    /// The members of a set, the worst first.
    ///
    /// # Errors
    /// Where the text names no set.
    pub async fn members(&self, object: &str) -> Result<Vec<Member>, Fault> {
        let set = self.set(object)?;
        let world = World::read(&self.sources(Urgency::Routine), &[&set]).await;
        Ok(members(&self.memory.pairs(&set, &world), self.latest()))
    }

    /// What OCP said by name of the calls of an operation, as far as this process made them.
    pub fn answered(&self, operation: &str) -> Vec<Answered> {
        self.kept.of(operation)
    }

    /// Who the tenants of a set are.
    ///
    /// # Errors
    /// Where the text names no set.
    pub async fn identities(&self, object: &str) -> Result<Vec<Identity>, Fault> {
        let set = self.set(object)?;
        let world = World::read(&self.sources(Urgency::Routine), &[&set]).await;
        let pairs = self.memory.pairs(&set, &world);
        let both = pairs
            .iter()
            .flat_map(|seen| [(seen, Station::Source), (seen, Station::Target)]);
        let identity = |(seen, station): (&crate::set::stand::Seen, Station)| {
            let tenant = seen.pair.at(station);
            let (told, shown) = (
                world.tenant(set.cluster(station), tenant),
                Sight::shown(seen.at(station)),
            );
            let own = |word: Option<&String>| word.map(|word| text::word(128, word));
            Identity {
                tenant,
                station,
                ob_cluster: told.and_then(|told| told.ob_cluster_id),
                cluster: own(told.and_then(|told| told.cluster_name.as_ref())),
                ob_tenant: shown
                    .map(|shown| shown.ob_tenant)
                    .or(told.and_then(|told| told.ob_tenant_id)),
                name: own(shown
                    .map(|shown| &shown.name)
                    .or(told.and_then(|told| told.name.as_ref()))),
                created: own(shown
                    .map(|shown| &shown.created)
                    .or(told.and_then(|told| told.create_time.as_ref()))),
            }
        };
        Ok(both.map(identity).collect())
    }

    /// What OCP says of a failover of the set to `target`, tenant by tenant.
    ///
    /// # Errors
    /// Where OCP does not answer, or the text names no set.
    pub async fn failover_advice(&self, object: &str, target: Station) -> Result<Vec<Advice>, Fault> {
        let set = self.set(object)?;
        let told = self.client.failover_precheck(set.cluster(target)).await?;
        let one = |pair: &crate::set::Pair| {
            let tenant = pair.at(target);
            let check = told.iter().find(|check| check.tenant_id == Some(tenant));
            Advice {
                tenant,
                name: check
                    .and_then(|check| check.name.as_ref())
                    .map(|name| text::word(128, name)),
                valid: check.and_then(|check| check.valid),
                why: check.map(|check| check.why_not()).unwrap_or_default(),
            }
        };
        Ok(set.pairs().iter().map(one).collect())
    }
}
