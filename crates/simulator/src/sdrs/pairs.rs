//! Replication pairs: list, show, rename (`docs/vendors/sdrs.md#pairs`).
//! It must not create, change or delete any.

use serde_json::{Value, json};

use super::{Handled, wire};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::World;
use crate::world::model::{Pair, status};

/// The pair of that id in the project.
pub(super) fn find<'w>(world: &'w World, project: &str, id: &str) -> Result<&'w Pair, Refusal> {
    world
        .pairs
        .get(id)
        .filter(|p| p.project == project)
        .ok_or_else(|| Refusal::sdrs("SDRS.1608"))
}

/// Synchronization progress of a pair in percent.
pub(super) fn progress(world: &World, pair: &Pair) -> u32 {
    if let Some((begin, end)) = pair.sync {
        let whole = end.duration_since(begin).as_secs_f64().max(f64::MIN_POSITIVE);
        let passed = world.now.duration_since(begin).as_secs_f64();
        return (passed / whole * 100.0).clamp(0.0, 99.0) as u32;
    }
    if pair.status == status::PROTECTED {
        world.switches.settled_progress
    } else {
        0
    }
}

fn to_json(world: &World, pair: &Pair) -> Value {
    let attachment: Vec<Value> = pair
        .attachment
        .iter()
        .map(|a| json!({"device": a.device, "protected_instance": a.instance}))
        .collect();
    let mut body = json!({
        "id": pair.id,
        "name": pair.name,
        "description": pair.description,
        "replication_model": "hypermetro",
        "status": pair.status,
        "progress": progress(world, pair),
        "replication_status": pair.replication_status,
        "attachment": attachment,
        "server_group_id": pair.group,
        "volume_ids": format!("{},{}", pair.source_volume, pair.target_volume),
        "priority_station": pair.priority_station,
        "fault_level": pair.fault_level,
        "created_at": wire::pair_time(pair.created_at),
        "updated_at": wire::pair_time(pair.updated_at),
        "record_metadata": {
            "multiattach": false, "bootable": pair.bootable, "volume_size": pair.size_gb,
            "volume_type": pair.volume_type,
        },
    });
    if pair.status.starts_with(status::ERROR) {
        body["failure_detail"] = json!(pair.failure_detail.as_deref().unwrap_or_default());
    }
    body
}

pub(super) fn list(world: &World, call: &Call, project: &str) -> Handled {
    let filters = wire::Filters::of(world, call);
    let groups = wire::id_filter(call, "server_group_id", "server_group_ids")?;
    let instances = wire::id_filter(call, "protected_instance_id", "protected_instance_ids")?;
    let zone = |p: &Pair| {
        world
            .groups
            .get(&p.group)
            .map(|g| g.active_zone().to_owned())
            .unwrap_or_default()
    };
    let attached = |p: &Pair, ids: &[String]| p.attachment.as_ref().is_some_and(|a| ids.contains(&a.instance));
    // The group filter overrides the instance filter.
    let wanted = |p: &Pair| match (&groups, &instances) {
        (Some(groups), _) => groups.contains(&p.group),
        (None, Some(ids)) => attached(p, ids),
        (None, None) => true,
    };
    let found = world
        .pairs
        .values()
        .filter(|p| p.project == project && wanted(p) && filters.pass(&p.status, &p.name, &zone(p), false));
    let (shown, count) = wire::page(world, call, found.collect())?;
    let shown: Vec<Value> = shown.into_iter().map(|p| to_json(world, p)).collect();
    Ok(Reply::ok(json!({"replications": shown, "count": count})))
}

pub(super) fn show(world: &World, project: &str, id: &str) -> Handled {
    let pair = find(world, project, id)?;
    Ok(Reply::ok(json!({"replication": to_json(world, pair)})))
}

pub(super) fn rename(world: &mut World, call: &Call, project: &str, id: &str) -> Handled {
    let name = wire::name(&wire::wrapped(call, "replication")?)?;
    find(world, project, id)?;
    let now = world.now;
    if let Some(pair) = world.pairs.get_mut(id) {
        (pair.name, pair.updated_at) = (name, now);
    }
    show(world, project, id)
}
