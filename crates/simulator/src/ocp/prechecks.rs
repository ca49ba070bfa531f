//! Prechecks of failover and switchover: what OCP would say, without doing anything.
//! It must not start a task.

use serde_json::{Value, json};

use super::codes::Refused;
use super::{Answer, Handled, clusters, rules, tenants, wire};
use crate::call::Call;
use crate::switches::ScnForm;
use crate::world::World;
use crate::world::ocp::model::{Role, Tenant};

/// One standby with what a check said about it.
fn result(world: &World, tenant: &Tenant, checked: &Result<(), Refused>) -> Value {
    let scn = match world.switches.ocp.sync_scn {
        ScnForm::Scn => json!(world.ocp.sync_scn(tenant, world.now)),
        ScnForm::Delay => json!(world.ocp.lag_ms(tenant, world.now).map(|ms| ms.round() as i64)),
        ScnForm::Absent => Value::Null,
    };
    let primary = tenant.recorded_primary.and_then(|id| world.ocp.tenants.get(&id));
    let results: Vec<Value> = checked
        .as_ref()
        .err()
        .map(|refused| json!({"name": refused.code, "valid": false, "message": refused.message(false)}))
        .into_iter()
        .collect();
    json!({
        "valid": checked.is_ok(),
        "tenantId": tenant.id,
        "name": tenant.name,
        "clusterId": tenant.cluster,
        "clusterName": world.ocp.clusters.get(&tenant.cluster).map(|c| &c.name),
        "syncScn": scn,
        "primaryTenantServiceName": primary.and_then(|p| p.service.as_ref()),
        "checkResults": results,
    })
}

/// Every standby of a cluster.
pub(super) fn failover(world: &World, cluster: u64) -> Handled {
    clusters::find(world, cluster)?;
    let standbys = world
        .ocp
        .tenants
        .values()
        .filter(|t| t.cluster == cluster && t.role == Role::Standby);
    let results = standbys
        .map(|t| result(world, t, &rules::failover(world, cluster, t.id)))
        .collect();
    Ok(Answer::of(wire::listed(world.switches.ocp.precheck_data, results)))
}

/// One pair.
pub(super) fn switchover(world: &World, call: &Call, cluster: u64, id: u64) -> Handled {
    let body = wire::body(call)?;
    let primary = tenants::find(world, cluster, id)?;
    if wire::required(&body, "tenantId")? != id {
        return Err(Refused::with("COM10001", "tenantId is not the one of the path."));
    }
    let standby = wire::required(&body, "standbyTenantId")?;
    let known = world
        .ocp
        .tenants
        .get(&standby)
        .ok_or_else(|| Refused::new("OBE21003"))?;
    let mut checked = rules::switchover(world, cluster, id, standby);
    if checked.is_ok() && !rules::in_sync(world, known) {
        checked = Err(Refused::new("OBE26007"));
    }
    let standbys = vec![result(world, known, &checked)];
    Ok(Answer::of(json!({
        "valid": checked.is_ok(),
        "tenantId": primary.id,
        "name": primary.name,
        "clusterId": primary.cluster,
        "clusterName": world.ocp.clusters.get(&primary.cluster).map(|c| &c.name),
        "standbyCheckResults": wire::listed(world.switches.ocp.standby_results, standbys),
    })))
}
