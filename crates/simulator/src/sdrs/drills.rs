//! Disaster-recovery drills (`docs/vendors/sdrs.md#drills`).
//! It must not touch the group that is drilled.

use serde_json::{Value, json};

use super::{Handled, groups, wire};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::World;
use crate::world::job::Work;
use crate::world::model::{Drill, status};

const OPEN: &[&str] = &[
    "available",
    "protected",
    "failed-over",
    "error-starting",
    "error-stopping",
    "error-reversing",
    "error-failing-over",
    "error-reprotecting",
];

fn find<'w>(world: &'w World, project: &str, id: &str) -> Result<&'w Drill, Refusal> {
    world
        .drills
        .get(id)
        .filter(|d| d.project == project)
        .ok_or_else(|| Refusal::sdrs("SDRS.1902"))
}

fn to_json(drill: &Drill) -> Value {
    let servers: Vec<Value> = drill
        .servers
        .iter()
        .map(|(instance, server)| json!({"protected_instance": instance, "drill_server_id": server}))
        .collect();
    json!({
        "id": drill.id, "name": drill.name, "status": drill.status, "server_group_id": drill.group,
        "drill_vpc_id": drill.vpc, "created_at": wire::group_time(drill.created_at),
        "updated_at": wire::group_time(drill.updated_at), "drill_servers": servers,
    })
}

pub(super) fn create(world: &mut World, call: &Call, project: &str) -> Handled {
    let given = wire::wrapped(call, "disaster_recovery_drill")?;
    let name = wire::name(&given)?;
    let group_id = wire::text(&given, "server_group_id", "SDRS.0207")?;
    let group = groups::find(world, project, &group_id)?;
    if !OPEN.contains(&group.status.as_str()) {
        return Err(Refusal::sdrs(&world.switches.code_wrong_state));
    }
    let vpc = given.get("drill_vpc_id").and_then(Value::as_str).map(String::from);
    if vpc.as_ref() == Some(&group.source_vpc_id) {
        return Err(Refusal::sdrs("SDRS.1907"));
    }
    if vpc
        .as_ref()
        .is_some_and(|vpc| world.drills.values().any(|d| d.vpc == *vpc))
    {
        return Err(Refusal::sdrs("SDRS.1921"));
    }
    let (id, fresh_vpc) = (world.ids.uuid(), world.ids.uuid());
    let instances = world.instances_of(&group_id);
    let servers = instances
        .into_iter()
        .map(|instance| (instance, world.ids.uuid()))
        .collect();
    let drill = Drill {
        id: id.clone(),
        project: project.into(),
        group: group_id,
        name,
        status: status::CREATING.into(),
        vpc: vpc.unwrap_or(fresh_vpc),
        servers,
        created_at: world.now,
        updated_at: world.now,
    };
    world.drills.insert(id.clone(), drill);
    let entities = vec![("disaster_recovery_drill_id".into(), id.clone())];
    let seconds = world.switches.create_instance_seconds;
    let work = Work::CreateDrill { drill: id };
    let job = world.start_job(
        project,
        "createDisasterRecoveryDrill",
        work,
        entities,
        seconds,
        call.fate.clone(),
    );
    Ok(Reply::job(200, &job))
}

pub(super) fn delete(world: &mut World, call: &Call, project: &str, id: &str) -> Handled {
    let deletable =
        find(world, project, id).is_ok_and(|d| matches!(d.status.as_str(), "available" | "error" | "error-deleting"));
    if !deletable {
        return Err(Refusal::sdrs("SDRS.1913"));
    }
    if let Some(drill) = world.drills.get_mut(id) {
        drill.status = status::DELETING.into();
    }
    let entities = vec![("disaster_recovery_drill_id".into(), id.to_owned())];
    let seconds = world.switches.create_group_seconds;
    let work = Work::DeleteDrill { drill: id.into() };
    let job = world.start_job(
        project,
        "deleteDisasterRecoveryDrill",
        work,
        entities,
        seconds,
        call.fate.clone(),
    );
    Ok(Reply::job(200, &job))
}

pub(super) fn list(world: &World, call: &Call, project: &str) -> Handled {
    let filter = |key: &str| call.query(key);
    let (group, name) = (filter("server_group_id"), filter("name"));
    let (word, vpc) = (filter("status"), filter("drill_vpc_id"));
    let fits = |d: &&Drill| {
        d.project == project
            && group.as_ref().is_none_or(|g| *g == d.group)
            && name.as_ref().is_none_or(|n| d.name.contains(n.as_str()))
            && word.as_ref().is_none_or(|s| *s == d.status)
            && vpc.as_ref().is_none_or(|v| *v == d.vpc)
    };
    let (shown, count) = wire::page(world, call, world.drills.values().filter(fits).map(to_json).collect())?;
    Ok(Reply::ok(json!({"disaster_recovery_drills": shown, "count": count})))
}

pub(super) fn show(world: &World, project: &str, id: &str) -> Handled {
    Ok(Reply::ok(
        json!({"disaster_recovery_drill": to_json(find(world, project, id)?)}),
    ))
}

pub(super) fn rename(world: &mut World, call: &Call, project: &str, id: &str) -> Handled {
    let name = wire::name(&wire::wrapped(call, "disaster_recovery_drill")?)?;
    find(world, project, id)?;
    let now = world.now;
    if let Some(drill) = world.drills.get_mut(id) {
        (drill.name, drill.updated_at) = (name, now);
    }
    show(world, project, id)
}
