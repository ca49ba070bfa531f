//! Protected instances: list, show, rename (`docs/vendors/sdrs.md#instances`).
//! It must not create or delete any.

use serde_json::{Value, json};

use super::{Handled, wire};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::scenario::Station;
use crate::world::World;
use crate::world::model::{AttachedPairs, Instance};

/// The instance of that id in the project.
pub(super) fn find<'w>(world: &'w World, project: &str, id: &str) -> Result<&'w Instance, Refusal> {
    world
        .instances
        .get(id)
        .filter(|i| i.project == project)
        .ok_or_else(|| Refusal::sdrs("SDRS.1320"))
}

fn to_json(world: &World, instance: &Instance, attached: &AttachedPairs<'_>) -> Value {
    let attachment: Vec<Value> = attached
        .of(&instance.id)
        .map(|(pair, device)| json!({"replication": pair.id, "device": device}))
        .collect();
    let tags: Vec<Value> = instance
        .tags
        .iter()
        .map(|(k, v)| json!({"key": k, "value": v}))
        .collect();
    let group = world.groups.get(&instance.group);
    let progress = group
        .and_then(|g| g.job.as_ref())
        .and_then(|id| world.jobs.get(id))
        .map(|j| j.elapsed(world.now));
    let (mut source, mut target) = (&instance.source_server, &instance.target_server);
    if world.switches.servers_swap && instance.priority_station == Station::Target {
        std::mem::swap(&mut source, &mut target);
    }
    json!({
        "id": instance.id,
        "name": instance.name,
        "description": instance.description,
        "server_group_id": instance.group,
        "status": instance.status,
        "progress": progress.map_or(0, |share| (share * 100.0).min(99.0) as u32),
        "source_server": source,
        "target_server": target,
        "created_at": wire::group_time(instance.created_at),
        "updated_at": wire::group_time(instance.updated_at),
        "priority_station": instance.priority_station,
        "attachment": attachment,
        "tags": tags,
        "metadata": {},
    })
}

pub(super) fn list(world: &World, call: &Call, project: &str) -> Handled {
    let filters = wire::Filters::of(world, call);
    let groups = wire::id_filter(call, "server_group_id", "server_group_ids")?;
    let ids = wire::id_filter(call, "protected_instance_id", "protected_instance_ids")?;
    let zone = |i: &Instance| {
        world
            .groups
            .get(&i.group)
            .map(|g| g.active_zone().to_owned())
            .unwrap_or_default()
    };
    // The group filter overrides the instance filter.
    let wanted = |i: &Instance| match (&groups, &ids) {
        (Some(groups), _) => groups.contains(&i.group),
        (None, Some(ids)) => ids.contains(&i.id),
        (None, None) => true,
    };
    let found = world
        .instances
        .values()
        .filter(|i| i.project == project && wanted(i) && filters.pass(&i.status, &i.name, &zone(i), false));
    let (shown, count) = wire::page(world, call, found.collect())?;
    let attached = AttachedPairs::of_all(world);
    let shown: Vec<Value> = shown.into_iter().map(|i| to_json(world, i, &attached)).collect();
    Ok(Reply::ok(json!({"protected_instances": shown, "count": count})))
}

pub(super) fn show(world: &World, project: &str, id: &str) -> Handled {
    let instance = find(world, project, id)?;
    Ok(Reply::ok(
        json!({"protected_instance": to_json(world, instance, &AttachedPairs::of_all(world))}),
    ))
}

pub(super) fn rename(world: &mut World, call: &Call, project: &str, id: &str) -> Handled {
    let name = wire::name(&wire::wrapped(call, "protected_instance")?)?;
    find(world, project, id)?;
    let now = world.now;
    if let Some(instance) = world.instances.get_mut(id) {
        (instance.name, instance.updated_at) = (name, now);
    }
    show(world, project, id)
}
