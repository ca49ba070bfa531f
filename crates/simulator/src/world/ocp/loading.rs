//! Turns a completed scenario's OCP into state.
//! It must not be called with a scenario that was not completed.

use jiff::{SignedDuration, Timestamp};

use super::Estate;
use super::model::{Cluster, NORMAL, Role, SqlPort, Tenant};
use super::scn::nanos;
use crate::scenario::Ocp;

/// The first id of a subtask; the documented sample has it.
const FIRST_SUBTASK: u64 = 13_025_785;

fn days_before(time: Timestamp, days: i64) -> Timestamp {
    time.checked_sub(SignedDuration::from_hours(24 * days)).unwrap_or(time)
}

impl Estate {
    pub(crate) fn load(ocp: &Ocp, start: Timestamp) -> Self {
        let mut estate = Self {
            sql: (ocp.sql_user.clone(), ocp.sql_password.clone()),
            next_subtask: FIRST_SUBTASK,
            ..Default::default()
        };
        for cluster in &ocp.clusters {
            estate.clusters.insert(
                cluster.id,
                Cluster {
                    id: cluster.id,
                    name: cluster.name.clone(),
                    ob_cluster_id: cluster.ob_cluster_id,
                    ob_version: cluster.ob_version.clone(),
                    zones: cluster.zones.clone(),
                    status: cluster.status.clone(),
                    created_at: days_before(start, 60),
                    down_since: None,
                    sql: SqlPort::Open,
                },
            );
        }
        let named = ocp.clusters.iter().flat_map(|c| c.tenants.iter().map(move |t| (c, t)));
        for (cluster, tenant) in named.clone() {
            let primary = named
                .clone()
                .find(|(c, t)| format!("{}/{}", c.name, t.name) == tenant.standby_of)
                .map(|(_, t)| t.id);
            let created_at = tenant.created_at.unwrap_or_else(|| days_before(start, 30));
            estate.tenants.insert(
                tenant.id,
                Tenant {
                    id: tenant.id,
                    ob_tenant_id: tenant.ob_tenant_id,
                    name: tenant.name.clone(),
                    cluster: cluster.id,
                    mode: tenant.mode.clone(),
                    status: tenant.status.clone(),
                    locked: tenant.locked,
                    created_at,
                    role: if primary.is_some() {
                        Role::Standby
                    } else {
                        Role::Primary
                    },
                    switchover_status: NORMAL.into(),
                    switchover_epoch: created_at.as_microsecond(),
                    source: primary,
                    recorded_primary: primary,
                    service: Some(tenant.service_name.clone()).filter(|name| !name.is_empty()),
                    data_version: cluster.ob_version.clone(),
                    lag: tenant.lag_seconds,
                    paused: false,
                    sync_status: None,
                    down_since: None,
                    floor: nanos(created_at),
                    log_mode: "ARCHIVELOG".into(),
                },
            );
            estate.next_tenant = estate.next_tenant.max(tenant.id + 1);
        }
        estate
    }

    /// The next id of a tenant.
    pub(crate) fn new_tenant_id(&mut self) -> u64 {
        self.next_tenant = self.next_tenant.max(2_000_025) + 1;
        self.next_tenant - 1
    }

    /// OceanBase's next id of a tenant in a cluster: they are even, and never given again.
    pub(crate) fn new_ob_tenant_id(&self, cluster: u64) -> u64 {
        let known = self
            .tenants
            .values()
            .filter(|t| t.cluster == cluster)
            .map(|t| t.ob_tenant_id);
        let dropped = self
            .tasks
            .values()
            .filter(|t| t.cluster.id == cluster)
            .map(|t| t.tenant.ob_id);
        known.chain(dropped).max().unwrap_or(1000) + 2
    }
}
