//! Protection groups: create, list, show, rename, delete (`docs/vendors/sdrs.md#groups`).
//! It must not start or judge actions.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{Handled, wire};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::scenario::Station;
use crate::switches::ProgressStyle;
use crate::world::World;
use crate::world::job::Work;
use crate::world::model::{Group, Pair, status};

/// The group of that id in the project.
pub(super) fn find<'w>(world: &'w World, project: &str, id: &str) -> Result<&'w Group, Refusal> {
    world
        .groups
        .get(id)
        .filter(|g| g.project == project)
        .ok_or_else(|| Refusal::sdrs("SDRS.1013"))
}

/// The members of all groups, counted once for a whole list: a thousand groups have five thousand.
struct Members<'w> {
    instances: HashMap<&'w str, usize>,
    pairs: HashMap<&'w str, Vec<&'w Pair>>,
}

impl<'w> Members<'w> {
    fn of(world: &'w World) -> Self {
        let mut members = Self {
            instances: HashMap::new(),
            pairs: HashMap::new(),
        };
        for instance in world.instances.values() {
            *members.instances.entry(instance.group.as_str()).or_default() += 1;
        }
        for pair in world.pairs.values() {
            members.pairs.entry(pair.group.as_str()).or_default().push(pair);
        }
        members
    }
}

/// Synchronization progress of a group in percent.
fn progress(world: &World, group: &Group, members: &Members<'_>) -> u32 {
    if let Some(job) = group.job.as_ref().and_then(|id| world.jobs.get(id)) {
        let share = match world.switches.progress_style {
            ProgressStyle::Linear => job.elapsed(world.now),
            ProgressStyle::Zero => 0.0,
            ProgressStyle::Steps if job.subs.is_empty() => 0.0,
            ProgressStyle::Steps => job.subs.iter().filter(|s| s.end.is_some()).count() as f64 / job.subs.len() as f64,
        };
        return (share * 100.0).min(99.0) as u32;
    }
    let pairs = members.pairs.get(group.id.as_str()).map_or(&[][..], Vec::as_slice);
    match pairs.len() as u32 {
        0 => 0,
        n => pairs.iter().map(|p| super::pairs::progress(world, p)).sum::<u32>() / n,
    }
}

fn to_json(world: &World, group: &Group, members: &Members<'_>) -> Value {
    json!({
        "id": group.id,
        "name": group.name,
        "description": group.description,
        "source_availability_zone": group.source_availability_zone,
        "target_availability_zone": group.target_availability_zone,
        "domain_id": group.domain_id,
        "domain_name": group.domain_name,
        "status": group.status,
        "protected_status": null,
        "replication_status": null,
        "health_status": null,
        "progress": progress(world, group, members),
        "priority_station": group.priority_station,
        "protected_instance_num": members.instances.get(group.id.as_str()).copied().unwrap_or_default(),
        "replication_num": members.pairs.get(group.id.as_str()).map_or(0, Vec::len),
        "disaster_recovery_drill_num": world.drills.values().filter(|d| d.group == group.id).count(),
        "source_vpc_id": group.source_vpc_id,
        "target_vpc_id": group.source_vpc_id,
        "test_vpc_id": null,
        "dr_type": "migration",
        "server_type": "ECS",
        "created_at": wire::group_time(group.created_at),
        "updated_at": wire::group_time(group.updated_at),
        "protection_type": "replication-pair",
        "replication_model": null,
    })
}

pub(super) fn list(world: &World, call: &Call, project: &str) -> Handled {
    let filters = wire::Filters::of(world, call);
    let drilled = |g: &Group| world.drills.values().any(|d| d.group == g.id);
    let groups = world
        .groups
        .values()
        .filter(|g| g.project == project && filters.pass(&g.status, &g.name, g.active_zone(), drilled(g)));
    let (shown, count) = wire::page(world, call, groups.collect())?;
    let members = Members::of(world);
    let shown: Vec<Value> = shown.into_iter().map(|g| to_json(world, g, &members)).collect();
    Ok(Reply::ok(json!({"server_groups": shown, "count": count})))
}

pub(super) fn show(world: &World, project: &str, id: &str) -> Handled {
    let group = find(world, project, id)?;
    Ok(Reply::ok(
        json!({"server_group": to_json(world, group, &Members::of(world))}),
    ))
}

pub(super) fn rename(world: &mut World, call: &Call, project: &str, id: &str) -> Handled {
    let name = wire::name(&wire::wrapped(call, "server_group")?)?;
    let group = find(world, project, id)?;
    if world.switches.rename_needs_rest && status::is_transient(&group.status) {
        return Err(Refusal::sdrs(&world.switches.code_wrong_state));
    }
    let now = world.now;
    if let Some(group) = world.groups.get_mut(id) {
        (group.name, group.updated_at) = (name, now);
    }
    show(world, project, id)
}

pub(super) fn create(world: &mut World, call: &Call, project: &str) -> Handled {
    let given = wire::wrapped(call, "server_group")?;
    let name = wire::name(&given)?;
    let description = wire::description(&given)?;
    let source = wire::text(&given, "source_availability_zone", "SDRS.0203")?;
    let target = wire::text(&given, "target_availability_zone", "SDRS.0203")?;
    let domain_id = wire::text(&given, "domain_id", "SDRS.0205")?;
    let vpc = wire::text(&given, "source_vpc_id", "SDRS.0204")?;
    if given
        .get("dr_type")
        .and_then(Value::as_str)
        .is_some_and(|t| t != "migration")
    {
        return Err(Refusal::sdrs("SDRS.0217"));
    }
    let domain = world
        .domains
        .iter()
        .find(|d| d.id == domain_id)
        .ok_or_else(|| Refusal::sdrs("SDRS.0205"))?;
    let zones = [&domain.source_availability_zone, &domain.target_availability_zone];
    if source == target || !zones.contains(&&source) || !zones.contains(&&target) {
        return Err(Refusal::sdrs("SDRS.0203"));
    }
    let domain_name = domain.name.clone();
    let used = world.groups.values().filter(|g| g.project == project).count() as i64;
    if (0..=used).contains(&world.quotas.server_groups) {
        return Err(Refusal::sdrs("SDRS.0305"));
    }
    let id = world.ids.uuid();
    let group = Group {
        id: id.clone(),
        project: project.into(),
        name,
        description,
        source_availability_zone: source,
        target_availability_zone: target,
        domain_id,
        domain_name,
        status: status::CREATING.into(),
        priority_station: Station::Source,
        source_vpc_id: vpc,
        created_at: world.now,
        updated_at: world.now,
        job: None,
    };
    world.groups.insert(id.clone(), group);
    let entities = vec![("server_group_id".into(), id.clone())];
    let seconds = world.switches.create_group_seconds;
    let work = Work::CreateGroup { group: id };
    let job = world.start_job(
        project,
        "createProtectionGroupNoCG",
        work,
        entities,
        seconds,
        call.fate.clone(),
    );
    Ok(Reply::job(200, &job))
}

pub(super) fn delete(world: &mut World, call: &Call, project: &str, id: &str) -> Handled {
    let group = find(world, project, id)?;
    let settled = !status::is_transient(&group.status);
    if !settled && !world.switches.delete_group_from_any {
        return Err(Refusal::sdrs(&world.switches.code_wrong_state));
    }
    let refused = if world.instances.values().any(|i| i.group == id) {
        Some("SDRS.1001")
    } else if world.pairs.values().any(|p| p.group == id) {
        Some("SDRS.1010")
    } else if world.drills.values().any(|d| d.group == id) {
        Some("SDRS.1003")
    } else {
        None
    };
    if let Some(code) = refused {
        return Err(Refusal::sdrs(code));
    }
    let entities = vec![("server_group_id".into(), id.to_owned())];
    let seconds = world.switches.create_group_seconds;
    let work = Work::DeleteGroup { group: id.into() };
    let job = world.start_job(
        project,
        "deleteProtectionGroupNoCG",
        work,
        entities,
        seconds,
        call.fate.clone(),
    );
    world.move_group(id, Some(status::DELETING), None, &job);
    Ok(Reply::job(200, &job))
}
