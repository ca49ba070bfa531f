//! What happened to each tenant: every change of its role and switchover status, with its cause.
//! It must not be read by OCP itself; it is for those who check.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::model::{NORMAL, Role};
use crate::switches::EpochForm;
use crate::world::World;

/// One change of a tenant's role or switchover status.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TenantChange {
    /// Position, from 1.
    pub sequence: u64,
    /// Virtual time.
    pub time: Timestamp,
    /// OCP's id of the tenant.
    pub tenant: u64,
    /// Its name.
    pub name: String,
    /// Name of its cluster.
    pub cluster: String,
    /// Role before and after.
    pub role: [String; 2],
    /// Switchover status before and after.
    pub switchover_status: [String; 2],
    /// Id of the task behind it, or `console`.
    pub cause: String,
}

impl World {
    /// Changes a tenant's role and switchover status, as the kernel does, and notes it. The epoch grows when the status enters or
    /// leaves `NORMAL`.
    pub(crate) fn turn(&mut self, id: u64, role: Option<Role>, status: &str, cause: &str) {
        let now = self.now;
        self.ocp.fix(now);
        let form = self.switches.ocp.epoch;
        let Some(tenant) = self.ocp.tenants.get_mut(&id) else {
            return;
        };
        let before = (tenant.role, tenant.switchover_status.clone());
        tenant.role = role.unwrap_or(tenant.role);
        tenant.switchover_status = status.into();
        if before == (tenant.role, tenant.switchover_status.clone()) {
            return;
        }
        if before.1 == NORMAL || status == NORMAL {
            let next = tenant.switchover_epoch + 1;
            tenant.switchover_epoch = match form {
                EpochForm::Counter => next,
                EpochForm::Microseconds => next.max(now.as_microsecond()),
            };
        }
        let (name, after) = (tenant.name.clone(), tenant.role);
        let cluster = self.ocp.clusters.get(&tenant.cluster);
        let change = TenantChange {
            sequence: self.ocp.history.len() as u64 + 1,
            time: now,
            tenant: id,
            name,
            cluster: cluster.map(|c| c.name.clone()).unwrap_or_default(),
            role: [before.0, after].map(|r| r.word().into()),
            switchover_status: [before.1, status.into()],
            cause: cause.into(),
        };
        self.ocp.history.push(change);
    }
}
