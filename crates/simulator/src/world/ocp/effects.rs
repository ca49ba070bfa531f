//! What each subtask does to the database and to OCP's records: when it begins, in between, when its work is done, undone.
//! It must not move a subtask; `engine` does.

use super::model::{NORMAL, Role};
use super::steps::Step;
use super::task::Work;
use crate::world::World;

/// Why a subtask fails: a code and a text for its log.
pub(super) type Failure = (&'static str, String);

fn failed<T>(code: &'static str, text: impl Into<String>) -> Result<T, Failure> {
    Err((code, text.into()))
}

/// The tenant whose role a step changes.
fn subject(work: &Work, step: Step) -> u64 {
    match (work, step) {
        (Work::Switchover { standby, .. }, Step::ToPrimary) => *standby,
        (Work::Switchover { primary, .. }, _) => *primary,
        _ => work.tenants()[0],
    }
}

/// A run begins.
pub(super) fn begin(world: &mut World, work: &Work, step: Step, cause: &str) {
    let id = subject(work, step);
    let Some(tenant) = world.ocp.tenants.get(&id) else {
        return;
    };
    let (role, resting) = (tenant.role, tenant.switchover_status == NORMAL);
    if world.ocp.down_since(tenant).is_some() || !resting {
        return;
    }
    match step {
        Step::Activate if role == Role::Standby => world.turn(id, None, "PREPARE FLASHBACK", cause),
        // The kernel writes the role at once.
        Step::ToStandby if role == Role::Primary => world.turn(id, Some(Role::Standby), "SWITCHING TO STANDBY", cause),
        Step::ToPrimary if role == Role::Standby => world.turn(id, None, "PREPARE SWITCHING TO PRIMARY", cause),
        _ => {}
    }
}

/// A run goes on: the kernel's passing states follow each other.
pub(super) fn pass(world: &mut World, work: &Work, step: Step, cause: &str) {
    let id = subject(work, step);
    let Some(tenant) = world.ocp.tenants.get(&id) else {
        return;
    };
    if world.ocp.down_since(tenant).is_some() {
        return;
    }
    let next = match &*tenant.switchover_status {
        "PREPARE FLASHBACK" | "PREPARE SWITCHING TO PRIMARY" => "FLASHBACK",
        "FLASHBACK" => "SWITCHING TO PRIMARY",
        _ => return,
    };
    if matches!(step, Step::Activate | Step::ToPrimary) {
        world.turn(id, None, next, cause);
    }
}

/// A run that fails without its effect: the database is at rest again, in its old role.
pub(super) fn give_up(world: &mut World, work: &Work, step: Step, cause: &str) {
    let id = subject(work, step);
    let Some(tenant) = world.ocp.tenants.get(&id) else {
        return;
    };
    let old = (step == Step::ToStandby && tenant.switchover_status != NORMAL).then_some(Role::Primary);
    if matches!(step, Step::Activate | Step::ToStandby | Step::ToPrimary) {
        world.turn(id, old, NORMAL, cause);
    }
}

/// The work of a run is done.
pub(super) fn finish(world: &mut World, task: u64, work: &Work, step: Step) -> Result<(), Failure> {
    let cause = task.to_string();
    let id = subject(work, step);
    let now = world.now;
    world.ocp.fix(now);
    if let Work::CreateStandby { .. } | Work::CreateTenant { .. } | Work::DeleteTenant { .. } = work {
        return super::creation::finish(world, work, step);
    }
    let Some(tenant) = world.ocp.tenants.get(&id).cloned() else {
        return failed("OBE21004", "The tenant has been deleted.");
    };
    let reachable = |world: &World, id: u64| {
        let tenant = world.ocp.tenants.get(&id);
        tenant.is_some_and(|t| world.ocp.down_since(t).is_none())
    };
    if step != Step::UpdateInfo && !reachable(world, id) {
        return failed("OBE10001", "OceanBase cannot be reached.");
    }
    match (step, work) {
        (Step::ResetSource, _) => {
            if let Some(known) = world.ocp.tasks.get_mut(&task) {
                known.old_source = tenant.source;
            }
            set_source(world, id, None);
        }
        (Step::Activate, _) => {
            if tenant.role == Role::Standby {
                set_source(world, id, None);
                if world.switches.ocp.failover_drops_service
                    && let Some(tenant) = world.ocp.tenants.get_mut(&id)
                {
                    tenant.service = None;
                }
            }
            world.turn(id, Some(Role::Primary), NORMAL, &cause);
        }
        (Step::UpgradeData, _) => {
            let version = world.ocp.clusters.get(&tenant.cluster).map(|c| c.ob_version.clone());
            if let (Some(version), Some(tenant)) = (version, world.ocp.tenants.get_mut(&id)) {
                tenant.data_version = version;
            }
        }
        (
            Step::CreateService,
            Work::Failover {
                service: Some(name), ..
            },
        ) => {
            if let Some(tenant) = world.ocp.tenants.get_mut(&id) {
                tenant.service = Some(name.clone());
            }
        }
        (Step::CheckSwitchover, Work::Switchover { standby, .. }) => {
            let lag = world.ocp.tenants.get(standby).and_then(|t| world.ocp.lag_ms(t, now));
            if !lag.is_some_and(|lag| lag <= world.switches.ocp.delay_threshold_ms) {
                return failed("OBE26007", "The standby tenant is not in sync.");
            }
        }
        (Step::ToStandby, _) => world.turn(id, Some(Role::Standby), NORMAL, &cause),
        (Step::ToPrimary, Work::Switchover { primary, .. }) => {
            let in_sync = |world: &World| {
                let old = world.ocp.tenants.get(primary)?;
                let following = tenant.source == Some(*primary) && !tenant.paused;
                Some((old.role, following && world.ocp.down_since(old).is_none()))
            };
            if tenant.role == Role::Standby {
                match in_sync(world) {
                    Some((Role::Standby, true)) => {}
                    Some((Role::Standby, false)) => return failed("OBE10002", "ERROR 4179: tenant is out of sync"),
                    _ => return failed("OBE10002", "ERROR 9088: the source tenant is not a standby"),
                }
                let end = world.ocp.tenants.get(primary).map_or(0, |old| old.floor);
                set_source(world, id, None);
                if let Some(tenant) = world.ocp.tenants.get_mut(&id) {
                    tenant.floor = tenant.floor.max(end);
                }
            }
            world.turn(id, Some(Role::Primary), NORMAL, &cause);
        }
        (Step::SetSource, Work::Switchover { primary, standby }) => set_source(world, *primary, Some(*standby)),
        (Step::UpdateInfo, _) => record(world, work),
        _ => {}
    }
    Ok(())
}

/// OCP writes down who follows whom.
fn record(world: &mut World, work: &Work) {
    let others_follow = world.switches.ocp.reparent;
    for tenant in world.ocp.tenants.values_mut() {
        match work {
            Work::Failover { tenant: promoted, .. } if tenant.id == *promoted => tenant.recorded_primary = None,
            Work::Switchover { standby, .. } if tenant.id == *standby => tenant.recorded_primary = None,
            Work::Switchover { primary, standby } if tenant.id == *primary => tenant.recorded_primary = Some(*standby),
            Work::Switchover { primary, standby } if tenant.recorded_primary == Some(*primary) => {
                tenant.recorded_primary = Some(*standby);
                if others_follow {
                    tenant.source = Some(*standby);
                }
            }
            _ => {}
        }
    }
}

pub(super) fn set_source(world: &mut World, id: u64, source: Option<u64>) {
    let now = world.now;
    world.ocp.fix(now);
    if let Some(tenant) = world.ocp.tenants.get_mut(&id) {
        tenant.source = source;
    }
}

/// A run is undone.
pub(super) fn undo(world: &mut World, task: u64, work: &Work, step: Step) {
    let id = subject(work, step);
    match step {
        Step::ResetSource => {
            let old = world.ocp.tasks.get(&task).and_then(|t| t.old_source);
            let standby = world
                .ocp
                .tenants
                .get(&id)
                .is_some_and(|t| t.role == Role::Standby && t.source.is_none());
            if standby {
                set_source(world, id, old);
            }
        }
        Step::ToStandby => {
            let Work::Switchover { standby, .. } = work else { return };
            let other = world.ocp.tenants.get(standby).map(|t| t.role);
            if other == Some(Role::Standby) {
                world.turn(id, Some(Role::Primary), NORMAL, &task.to_string());
            }
        }
        Step::SetSource => set_source(world, id, None),
        _ => super::creation::undo(world, work, step),
    }
}
