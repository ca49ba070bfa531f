//! Acts behind the client's back on a cluster or tenant of OCP: its console, the database's own commands, a lost site.
//! It must not leave entries in the journal: they are no calls. The history has them.

use serde::{Deserialize, Serialize};

use super::console::ConsoleError;
use crate::world::World;
use crate::world::ocp::model::{NORMAL, Role, SqlPort, Tenant};
use crate::world::ocp::scn::nanos;

/// Something that happens to a tenant or cluster without a call. Several parts may be given; they happen in the order of the fields.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct TenantAct {
    /// OCP's id, the name, or `cluster/name`.
    pub tenant: Option<String>,
    /// Id or name of a cluster, for what happens to all of it.
    pub cluster: Option<String>,
    /// Whether the tenant, or the cluster's whole site, is lost; false brings it back as it was.
    pub down: Option<bool>,
    /// What the cluster's SQL port does, though the cluster itself is well.
    pub sql: Option<SqlPort>,
    /// OCP's word for the state of the tenant or cluster.
    pub set_status: Option<String>,
    /// Locks or unlocks the tenant.
    pub locked: Option<bool>,
    /// How far a standby is behind from now on.
    pub lag_seconds: Option<f64>,
    /// Pauses or resumes the synchronization of a standby.
    pub paused: Option<bool>,
    /// A word for the state of its synchronization; an empty one is the true one again.
    pub set_sync_status: Option<String>,
    /// Its service name; an empty one deletes it.
    pub service_name: Option<String>,
    /// What somebody does to its role.
    pub action: Option<TenantAction>,
    /// For `recreate`: the primary of the new standby.
    pub standby_of: Option<String>,
    /// Any role, without a rule.
    pub set_role: Option<TenantRole>,
    /// Any switchover status, known or not.
    pub set_switchover_status: Option<String>,
}

/// What a person does to a tenant; it is done at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TenantAction {
    /// A standby and its primary change roles.
    Switchover,
    /// A standby becomes a primary, and loses its service name.
    Failover,
    /// A standby is cut off its primary and becomes one; service names of it and of those that follow it are cleared.
    Decouple,
    /// It is dropped.
    Drop,
    /// It is dropped, and made anew as a standby: with the same name and other ids.
    Recreate,
}

/// A tenant's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TenantRole {
    /// It produces.
    Primary,
    /// It follows.
    Standby,
    /// It is being restored.
    Restore,
}

impl From<TenantRole> for Role {
    fn from(role: TenantRole) -> Self {
        match role {
            TenantRole::Primary => Self::Primary,
            TenantRole::Standby => Self::Standby,
            TenantRole::Restore => Self::Restore,
        }
    }
}

/// Does an act now.
pub(crate) fn act(world: &mut World, act: &TenantAct) -> Result<(), ConsoleError> {
    let now = world.now;
    world.ocp.fix(now);
    if let Some(wanted) = &act.cluster {
        let unknown = || ConsoleError::UnknownTenant(wanted.clone());
        let id = world.ocp.cluster_id(wanted).ok_or_else(unknown)?;
        let cluster = world.ocp.clusters.get_mut(&id).ok_or_else(unknown)?;
        if let Some(down) = act.down {
            cluster.down_since = down.then(|| cluster.down_since.unwrap_or(now));
        }
        cluster.sql = act.sql.unwrap_or(cluster.sql);
        if let (Some(word), None) = (&act.set_status, &act.tenant) {
            cluster.status.clone_from(word);
        }
    }
    let Some(wanted) = &act.tenant else { return Ok(()) };
    let unknown = || ConsoleError::UnknownTenant(wanted.clone());
    let id = world.ocp.tenant_id(wanted).ok_or_else(unknown)?;
    let tenant = world.ocp.tenants.get_mut(&id).ok_or_else(unknown)?;
    settings(tenant, act, now);
    if let Some(action) = act.action {
        change(world, id, action, act)?;
    }
    let known = world.ocp.tenants.get(&id).map(|t| t.switchover_status.clone());
    let Some(present) = known else { return Ok(()) };
    if act.set_role.is_some() || act.set_switchover_status.is_some() {
        let status = act.set_switchover_status.clone().unwrap_or(present);
        world.turn(id, act.set_role.map(Role::from), &status, "console");
    }
    Ok(())
}

fn settings(tenant: &mut Tenant, act: &TenantAct, now: jiff::Timestamp) {
    if let (Some(down), None) = (act.down, &act.cluster) {
        tenant.down_since = down.then(|| tenant.down_since.unwrap_or(now));
    }
    if let Some(word) = &act.set_status {
        tenant.status.clone_from(word);
    }
    tenant.locked = act.locked.unwrap_or(tenant.locked);
    tenant.lag = act.lag_seconds.unwrap_or(tenant.lag).max(0.0);
    tenant.paused = act.paused.unwrap_or(tenant.paused);
    if let Some(word) = &act.set_sync_status {
        tenant.sync_status = Some(word.clone()).filter(|word| !word.is_empty());
    }
    if let Some(name) = &act.service_name {
        tenant.service = Some(name.clone()).filter(|name| !name.is_empty());
    }
}

fn change(world: &mut World, id: u64, action: TenantAction, act: &TenantAct) -> Result<(), ConsoleError> {
    let refused = |text: &str| Err(ConsoleError::Refused(text.into()));
    let Some(tenant) = world.ocp.tenants.get(&id).cloned() else {
        return Ok(());
    };
    match action {
        TenantAction::Switchover => {
            let Some(primary) = tenant.source.filter(|_| tenant.role == Role::Standby) else {
                return refused("it follows nobody");
            };
            let end = world.ocp.tenants.get(&primary).map_or(0, |p| p.floor);
            link(world, primary, Some(id));
            world.turn(primary, Some(Role::Standby), NORMAL, "console");
            link(world, id, None);
            raise(world, id, end);
            world.turn(id, Some(Role::Primary), NORMAL, "console");
        }
        TenantAction::Failover | TenantAction::Decouple => {
            if tenant.role != Role::Standby {
                return refused("it is no standby");
            }
            let follows = |t: &Tenant| t.source == Some(id) && action == TenantAction::Decouple;
            for other in world.ocp.tenants.values_mut().filter(|t| t.id == id || follows(t)) {
                other.service = None;
            }
            link(world, id, None);
            world.turn(id, Some(Role::Primary), NORMAL, "console");
        }
        TenantAction::Drop => {
            world.ocp.tenants.shift_remove(&id);
        }
        TenantAction::Recreate => {
            let source = act.standby_of.as_deref().and_then(|wanted| world.ocp.tenant_id(wanted));
            let Some(source) = source.filter(|source| *source != id) else {
                return refused("standbyOf names no other tenant");
            };
            let (new, ob_tenant_id) = (world.ocp.new_tenant_id(), world.ocp.new_ob_tenant_id(tenant.cluster));
            world.ocp.tenants.shift_remove(&id);
            let now = world.now;
            let made = Tenant {
                id: new,
                ob_tenant_id,
                created_at: now,
                role: Role::Standby,
                status: "NORMAL".into(),
                switchover_status: NORMAL.into(),
                switchover_epoch: now.as_microsecond(),
                source: Some(source),
                recorded_primary: Some(source),
                service: None,
                paused: false,
                sync_status: None,
                floor: nanos(now).min(world.ocp.tenants.get(&source).map_or(0, |s| s.floor)),
                ..tenant
            };
            world.ocp.tenants.insert(new, made);
        }
    }
    Ok(())
}

/// Sets whom a tenant follows, in the database and in OCP's records.
fn link(world: &mut World, id: u64, source: Option<u64>) {
    if let Some(tenant) = world.ocp.tenants.get_mut(&id) {
        (tenant.source, tenant.recorded_primary) = (source, source);
    }
}

/// It has all that its source had.
fn raise(world: &mut World, id: u64, scn: i64) {
    if let Some(tenant) = world.ocp.tenants.get_mut(&id) {
        tenant.floor = tenant.floor.max(scn);
    }
}
