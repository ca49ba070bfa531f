//! What a simulated OCP starts from: its users, and its clusters with their tenants.
//! It must not hold anything that changes while the simulator runs.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AccessKey, ScenarioError};

/// An OCP with the clusters that it manages. `Default` is an empty one: nobody can sign in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Ocp {
    /// Users of the API.
    pub users: Vec<OcpUser>,
    /// The account that the SQL ports take; empty means `monitor@sys`.
    pub sql_user: String,
    /// Its password.
    pub sql_password: String,
    /// Clusters.
    pub clusters: Vec<OcpCluster>,
}

/// A user of OCP.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct OcpUser {
    /// User name.
    pub name: String,
    /// Password for HTTP Basic.
    pub password: String,
    /// Access-key pairs.
    pub access_keys: Vec<AccessKey>,
    /// Whether the user may only read.
    pub read_only: bool,
}

/// A cluster.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct OcpCluster {
    /// OCP's id; 0 takes the next after 3000010.
    pub id: u64,
    /// Cluster name.
    pub name: String,
    /// OceanBase's own id; 0 takes the position in the list, from 1.
    pub ob_cluster_id: u64,
    /// Version of OceanBase; empty means `4.3.5.1`.
    pub ob_version: String,
    /// Zones; empty means `zone1`, `zone2` and `zone3`.
    pub zones: Vec<String>,
    /// Status word; empty means `RUNNING`.
    pub status: String,
    /// Tenants.
    pub tenants: Vec<OcpTenant>,
}

/// A tenant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct OcpTenant {
    /// OCP's id; 0 takes the next after 2000025.
    pub id: u64,
    /// OceanBase's own id; 0 takes the next after 1002 in its cluster, in steps of two.
    pub ob_tenant_id: u64,
    /// Tenant name.
    pub name: String,
    /// `MYSQL` or `ORACLE`; empty means `MYSQL`.
    pub mode: String,
    /// Status word; empty means `NORMAL`.
    pub status: String,
    /// Whether the tenant is locked.
    pub locked: bool,
    /// Cluster and name of the primary, as `cluster/tenant`, of a standby; empty makes a primary.
    pub standby_of: String,
    /// Its service name; empty means none.
    pub service_name: String,
    /// How far a standby is behind, in seconds.
    pub lag_seconds: f64,
    /// Creation time; absent means 30 days before the start of virtual time.
    pub created_at: Option<Timestamp>,
}

impl Default for OcpTenant {
    fn default() -> Self {
        Self {
            id: 0,
            ob_tenant_id: 0,
            name: String::new(),
            mode: String::new(),
            status: String::new(),
            locked: false,
            standby_of: String::new(),
            service_name: String::new(),
            lag_seconds: 0.2,
            created_at: None,
        }
    }
}

const FIRST_CLUSTER: u64 = 3_000_010;
const FIRST_TENANT: u64 = 2_000_025;

fn fill(field: &mut String, value: &str) {
    if field.is_empty() {
        value.clone_into(field);
    }
}

impl Ocp {
    /// Fills the omitted ids, words and versions in.
    pub(super) fn complete(&mut self) -> Result<(), ScenarioError> {
        fill(&mut self.sql_user, "monitor@sys");
        let (mut next_cluster, mut next_tenant) = (FIRST_CLUSTER, FIRST_TENANT);
        for (index, cluster) in self.clusters.iter_mut().enumerate() {
            take(&mut cluster.id, &mut next_cluster, 1);
            if cluster.ob_cluster_id == 0 {
                cluster.ob_cluster_id = index as u64 + 1;
            }
            fill(&mut cluster.ob_version, "4.3.5.1");
            fill(&mut cluster.status, "RUNNING");
            if cluster.zones.is_empty() {
                cluster.zones = ["zone1", "zone2", "zone3"].map(String::from).into();
            }
            let mut next_own = 1002;
            for tenant in &mut cluster.tenants {
                take(&mut tenant.id, &mut next_tenant, 1);
                take(&mut tenant.ob_tenant_id, &mut next_own, 2);
                fill(&mut tenant.mode, "MYSQL");
                fill(&mut tenant.status, "NORMAL");
            }
        }
        self.check()
    }

    fn check(&self) -> Result<(), ScenarioError> {
        let tenants = || self.clusters.iter().flat_map(|c| c.tenants.iter().map(move |t| (c, t)));
        let mut seen = std::collections::HashSet::new();
        let clusters = self.clusters.iter().map(|c| c.id);
        for id in clusters.chain(tenants().map(|(_, t)| t.id)) {
            if !seen.insert(id) {
                return Err(ScenarioError::DuplicateId(id.to_string()));
            }
        }
        for (_, tenant) in tenants().filter(|(_, t)| !t.standby_of.is_empty()) {
            let known = tenants().any(|(c, t)| format!("{}/{}", c.name, t.name) == tenant.standby_of);
            if !known {
                return Err(ScenarioError::UnknownTenant(tenant.standby_of.clone()));
            }
        }
        Ok(())
    }
}

/// Gives the next number where none is given.
fn take(id: &mut u64, next: &mut u64, step: u64) {
    if *id == 0 {
        *id = *next;
    }
    *next = (*next).max(*id + step);
}
