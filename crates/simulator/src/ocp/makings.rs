//! Making and dropping tenants.
//! It must not know what their tasks do.

use serde_json::Value;

use super::access::Caller;
use super::codes::Refused;
use super::{Answer, Handled, clusters, moves, rules, task_wire, tenants, wire};
use crate::call::Call;
use crate::world::World;
use crate::world::ocp::model::{NORMAL, Role, Tenant};
use crate::world::ocp::scn::nanos;
use crate::world::ocp::task::Work;

fn named(world: &World, cluster: u64, body: &Value) -> Result<String, Refused> {
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default();
    if !(2..=64).contains(&name.chars().count()) {
        return Err(Refused::with("COM10001", "name is not valid."));
    }
    let zones = body.get("zones").and_then(Value::as_array);
    if zones.is_none_or(Vec::is_empty) {
        return Err(Refused::with("COM10001", "zones is required."));
    }
    let taken = world
        .ocp
        .tenants
        .values()
        .any(|t| t.cluster == cluster && t.name == name);
    if taken {
        Err(Refused::new("COM10006"))
    } else {
        Ok(name.into())
    }
}

/// Adds a tenant that is being made.
fn add(world: &mut World, cluster: u64, name: String, body: &Value, role: Role) -> u64 {
    let id = world.ocp.new_tenant_id();
    let ob_tenant_id = world.ocp.new_ob_tenant_id(cluster);
    let text = |key: &str| body.get(key).and_then(Value::as_str).map(String::from);
    let version = world.ocp.clusters.get(&cluster).map(|c| c.ob_version.clone());
    let now = world.now;
    world.ocp.fix(now);
    world.ocp.tenants.insert(
        id,
        Tenant {
            id,
            ob_tenant_id,
            name,
            cluster,
            mode: text("mode").unwrap_or_else(|| "MYSQL".into()),
            status: "CREATING".into(),
            locked: false,
            created_at: now,
            role,
            switchover_status: NORMAL.into(),
            switchover_epoch: now.as_microsecond(),
            source: None,
            recorded_primary: None,
            service: text("serviceName"),
            data_version: version.unwrap_or_default(),
            lag: 0.2,
            paused: false,
            sync_status: None,
            down_since: None,
            floor: nanos(now),
            log_mode: "ARCHIVELOG".into(),
        },
    );
    id
}

fn submit(world: &mut World, call: &Call, caller: &Caller, work: Work) -> Handled {
    let id = moves::start(world, work, caller, &call.fate)?;
    let chinese = wire::is_chinese(world, call);
    let data = world
        .ocp
        .tasks
        .get(&id)
        .map(|task| task_wire::submitted(world, task, chinese));
    Ok(Answer { data, jobs: vec![id] })
}

pub(super) fn create(world: &mut World, call: &Call, cluster: u64, caller: &Caller) -> Handled {
    let body = wire::body(call)?;
    clusters::find(world, cluster)?;
    let name = named(world, cluster, &body)?;
    let tenant = add(world, cluster, name, &body, Role::Primary);
    submit(world, call, caller, Work::CreateTenant { tenant })
}

pub(super) fn create_standby(world: &mut World, call: &Call, cluster: u64, caller: &Caller) -> Handled {
    let body = wire::body(call)?;
    if clusters::find(world, cluster)?.status != "RUNNING" {
        return Err(Refused::new("OBE11007"));
    }
    let name = named(world, cluster, &body)?;
    let mode = body.get("logTransportMode").and_then(Value::as_str).unwrap_or_default();
    if !["NETWORK", "LOG_BACKUP"].contains(&mode) {
        return Err(Refused::with("COM10001", "logTransportMode is not valid."));
    }
    let primary = wire::required(&body, "primaryTenantId")?;
    let source = world
        .ocp
        .tenants
        .get(&primary)
        .ok_or_else(|| Refused::new("OBE26025"))?;
    if world.ocp.down_since(source).is_some() {
        return Err(Refused::new("OBE22000"));
    }
    let same_mode = source.mode.clone();
    let tenant = add(world, cluster, name, &body, Role::Restore);
    if let Some(made) = world.ocp.tenants.get_mut(&tenant) {
        made.mode = same_mode;
    }
    submit(world, call, caller, Work::CreateStandby { tenant, primary })
}

pub(super) fn delete(world: &mut World, call: &Call, cluster: u64, id: u64, caller: &Caller) -> Handled {
    let tenant = tenants::find(world, cluster, id)?;
    rules::not_busy(world, tenant)?;
    if tenant.locked {
        return Err(Refused::new("OBE21009"));
    }
    if world.ocp.tenants.values().any(|t| t.source == Some(id)) {
        return Err(Refused::new("OBE22123"));
    }
    if let Some(tenant) = world.ocp.tenants.get_mut(&id) {
        tenant.status = "DELETING".into();
    }
    submit(world, call, caller, Work::DeleteTenant { tenant: id })
}
