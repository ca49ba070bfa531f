//! What OCP checks before it takes a failover or switchover (`docs/vendors/ocp.md#failover`, `docs/vendors/ocp.md#switchover`).
//! It must not start anything.

use super::codes::Refused;
use super::tenants;
use crate::clock::later;
use crate::switches::{AliveCheck, BusyScope, RefuseOrAllow};
use crate::world::World;
use crate::world::ocp::model::{NORMAL, Role, Tenant};

fn refuse<T>(code: &str) -> Result<T, Refused> {
    Err(Refused::new(code))
}

/// What holds for any change: tenant and cluster at rest, nothing else running.
fn at_rest(world: &World, tenant: &Tenant) -> Result<(), Refused> {
    let running = world
        .ocp
        .clusters
        .get(&tenant.cluster)
        .is_some_and(|c| c.status == "RUNNING");
    if !running {
        return refuse("OBE11007");
    }
    if tenant.locked {
        return refuse("OBE21009");
    }
    if tenant.status != "NORMAL" {
        return refuse("OBE21005");
    }
    not_busy(world, tenant)
}

/// No task works on the tenant, or on any of its cluster.
pub(super) fn not_busy(world: &World, tenant: &Tenant) -> Result<(), Refused> {
    let neighbour = |t: &&Tenant| t.cluster == tenant.cluster;
    let busy = match world.switches.ocp.busy_scope {
        BusyScope::Tenant => world.ocp.running_task(tenant.id).is_some(),
        BusyScope::Cluster => {
            let mut neighbours = world.ocp.tenants.values().filter(neighbour);
            neighbours.any(|t| world.ocp.running_task(t.id).is_some())
        }
    };
    if busy { refuse("OBE11020") } else { Ok(()) }
}

fn reachable(world: &World, tenant: &Tenant) -> bool {
    world.ocp.down_since(tenant).is_none()
}

/// Whether OCP takes a tenant for alive: it notices a death late.
pub(super) fn seems_alive(world: &World, tenant: &Tenant) -> bool {
    let delay = world.switches.ocp.death_seen_after_seconds;
    let dead = world
        .ocp
        .down_since(tenant)
        .is_some_and(|down| world.now >= later(down, delay));
    !dead && tenant.status == "NORMAL"
}

/// A standby that may be promoted by force.
pub(super) fn failover(world: &World, cluster: u64, id: u64) -> Result<(), Refused> {
    let tenant = tenants::find(world, cluster, id)?;
    at_rest(world, tenant)?;
    if tenant.role != Role::Standby {
        return refuse("OBE26013");
    }
    if !reachable(world, tenant) {
        return refuse("OBE22000");
    }
    let Some(recorded) = tenant.recorded_primary else {
        return refuse("OBE26025");
    };
    let Some(primary) = world.ocp.tenants.get(&recorded) else {
        return Ok(());
    };
    if primary.cluster == cluster && world.switches.ocp.same_cluster_failover == RefuseOrAllow::Refuse {
        return refuse("OBE26013");
    }
    if world.switches.ocp.alive == AliveCheck::Refuse && seems_alive(world, primary) {
        return refuse("OBE26019");
    }
    Ok(())
}

/// A pair that may change roles.
pub(super) fn switchover(world: &World, cluster: u64, primary: u64, standby: u64) -> Result<(), Refused> {
    let primary = tenants::find(world, cluster, primary)?;
    let standby = world
        .ocp
        .tenants
        .get(&standby)
        .ok_or_else(|| Refused::new("OBE21003"))?;
    for tenant in [primary, standby] {
        at_rest(world, tenant)?;
        if tenant.switchover_status != NORMAL {
            return refuse("OBE26021");
        }
    }
    // A pair that is half-way over may be sent again.
    if primary.role != Role::Primary || standby.role != Role::Standby || standby.recorded_primary != Some(primary.id) {
        return refuse("OBE26013");
    }
    if !reachable(world, primary) || !reachable(world, standby) {
        return refuse("OBE22000");
    }
    let version = |t: &Tenant| world.ocp.clusters.get(&t.cluster).map(|c| c.ob_version.clone());
    if version(primary) != version(standby) {
        return refuse("OBE11008");
    }
    if world.switches.ocp.lag_refused == RefuseOrAllow::Refuse && !in_sync(world, standby) {
        return refuse("OBE26007");
    }
    Ok(())
}

/// Whether a standby is near enough to its source.
pub(super) fn in_sync(world: &World, standby: &Tenant) -> bool {
    let lag = world.ocp.lag_ms(standby, world.now);
    lag.is_some_and(|lag| lag <= world.switches.ocp.delay_threshold_ms)
}
