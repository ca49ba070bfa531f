//! System change numbers: how far each tenant's log is, as the world's clock runs.
//! It must not change a role.

use jiff::{SignedDuration, Timestamp};

use super::Estate;
use super::model::{Role, Tenant};

/// Standbys of standbys are followed up to this depth; more would be a circle.
const DEPTH: u32 = 8;

/// A time as a number in nanoseconds.
pub(crate) fn nanos(time: Timestamp) -> i64 {
    i64::try_from(time.as_nanosecond()).unwrap_or(i64::MAX)
}

fn earlier(time: Timestamp, seconds: f64) -> i64 {
    nanos(time).saturating_sub(i64::try_from(SignedDuration::from_secs_f64(seconds.max(0.0)).as_nanos()).unwrap_or(0))
}

impl Estate {
    /// Since when a tenant cannot be reached: its own fault or its site's.
    pub(crate) fn down_since(&self, tenant: &Tenant) -> Option<Timestamp> {
        let site = self.clusters.get(&tenant.cluster).and_then(|c| c.down_since);
        match (tenant.down_since, site) {
            (Some(own), Some(site)) => Some(own.min(site)),
            (own, site) => own.or(site),
        }
    }

    /// `SYNC_SCN` of a tenant.
    pub(crate) fn sync_scn(&self, tenant: &Tenant, now: Timestamp) -> i64 {
        self.sync_scn_within(tenant, now, DEPTH)
    }

    fn sync_scn_within(&self, tenant: &Tenant, now: Timestamp, depth: u32) -> i64 {
        let own_end = self.down_since(tenant).map_or(now, |down| down.min(now));
        if tenant.role == Role::Primary {
            return nanos(own_end).max(tenant.floor);
        }
        let source = tenant.source.and_then(|id| self.tenants.get(&id));
        let Some(source) = source.filter(|_| !tenant.paused && depth > 0) else {
            return tenant.floor;
        };
        // What the source wrote until it could not be reached any more, seen so much later.
        let reach = self.down_since(source).map_or(own_end, |down| down.min(own_end));
        let written = self.sync_scn_within(source, reach, depth - 1);
        written.min(earlier(reach, tenant.lag)).max(tenant.floor)
    }

    /// How far a standby is behind its source, in milliseconds; none where nothing tells.
    pub(crate) fn lag_ms(&self, tenant: &Tenant, now: Timestamp) -> Option<f64> {
        let source = self.tenants.get(&tenant.source?)?;
        let behind = self.sync_scn(source, now).saturating_sub(self.sync_scn(tenant, now));
        Some(behind.max(0) as f64 / 1e6)
    }

    /// Fixes what every tenant has reached, right before something changes: no number ever falls.
    pub(crate) fn fix(&mut self, now: Timestamp) {
        let reached: Vec<i64> = self.tenants.values().map(|t| self.sync_scn(t, now)).collect();
        for (tenant, scn) in self.tenants.values_mut().zip(reached) {
            tenant.floor = scn;
        }
    }
}
