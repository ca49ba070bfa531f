//! What the subtasks do that make or drop a tenant.
//! It must not touch any other tenant.

use super::effects::{Failure, set_source};
use super::model::Role;
use super::steps::Step;
use super::task::Work;
use crate::world::World;

/// The work of a run is done.
pub(super) fn finish(world: &mut World, work: &Work, step: Step) -> Result<(), Failure> {
    let id = work.tenants()[0];
    match (step, work) {
        (Step::CreateTenant, Work::CreateStandby { primary, .. }) => set_source(world, id, Some(*primary)),
        (Step::UpdateInfo, Work::CreateStandby { primary, .. }) => settle(world, id, Some(*primary)),
        (Step::UpdateStatus, _) => settle(world, id, None),
        (Step::CheckDrop, _) => {
            let followed = world.ocp.tenants.values().any(|t| t.source == Some(id));
            if followed {
                return Err(("OBE22123", "The tenant still has standby tenants.".into()));
            }
        }
        (Step::DropTenant, _) => {
            world.ocp.tenants.shift_remove(&id);
        }
        _ => {}
    }
    Ok(())
}

fn settle(world: &mut World, id: u64, primary: Option<u64>) {
    if let Some(tenant) = world.ocp.tenants.get_mut(&id) {
        tenant.status = "NORMAL".into();
        tenant.role = if primary.is_some() {
            Role::Standby
        } else {
            Role::Primary
        };
        tenant.recorded_primary = primary;
    }
}

/// A run is undone.
pub(super) fn undo(world: &mut World, work: &Work, step: Step) {
    let making = matches!(work, Work::CreateStandby { .. } | Work::CreateTenant { .. });
    if making && step == Step::CreateTenant {
        world.ocp.tenants.shift_remove(&work.tenants()[0]);
    }
}
