//! Creating and deleting protected instances, one or several at a time (`docs/vendors/sdrs.md#member-operations`).
//! It must not attach further pairs; `attachments` does.

use serde_json::Value;

use super::{Handled, groups, instances, wire};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::scenario::Station;
use crate::world::World;
use crate::world::job::Work;
use crate::world::model::{Attachment, Group, Instance, Pair, Server, power, replication, status};

/// Instance statuses that allow deletion.
const DELETABLE: &[&str] = &[
    "available",
    "protected",
    "failed-over",
    "error",
    "error-starting",
    "error-stopping",
    "error-reversing",
    "error-failing-over",
    "error-deleting",
    "error-reprotecting",
    "error-resizing",
    "invalid",
    "fault",
];

pub(super) fn create(world: &mut World, call: &Call, project: &str) -> Handled {
    let given = wire::wrapped(call, "protected_instance")?;
    let name = wire::name(&given)?;
    let server = wire::text(&given, "server_id", "SDRS.0210")?;
    let group = open_group(world, project, &given)?;
    let id = add(world, &group, &given, name, &server)?;
    let entities = vec![("protected_instance_id".into(), id.clone())];
    let seconds = world.switches.create_instance_seconds;
    let work = Work::CreateInstances { instances: vec![id] };
    let job = world.start_job(
        project,
        "createProtectedInstanceNoCG",
        work,
        entities,
        seconds,
        call.fate.clone(),
    );
    Ok(Reply::job(200, &job))
}

pub(super) fn create_batch(world: &mut World, call: &Call, project: &str) -> Handled {
    let given = wire::wrapped(call, "protected_instances")?;
    let prefix = wire::text(&given, "name_prefix", "SDRS.0202")?;
    let group = open_group(world, project, &given)?;
    let servers = given
        .get("servers")
        .and_then(Value::as_array)
        .filter(|s| !s.is_empty() && s.len() <= 5);
    let servers = servers.ok_or_else(|| Refusal::sdrs("SDRS.0201"))?;
    let ids = servers
        .iter()
        .map(|s| wire::text(s, "server_id", "SDRS.0210"))
        .collect::<Result<Vec<_>, _>>()?;
    for server in &ids {
        check_server(world, &group, server)?;
    }
    let mut created = Vec::new();
    for (index, server) in ids.iter().enumerate() {
        created.push(add(
            world,
            &group,
            &given,
            format!("{prefix}-{:04}", index + 1),
            server,
        )?);
    }
    let seconds = world.switches.create_instance_seconds;
    let work = Work::CreateInstances { instances: created };
    let entities = vec![("server_group_id".into(), group.id)];
    let job = world.start_job(
        project,
        "batchCreateProtectedInstanceNoCG",
        work,
        entities,
        seconds,
        call.fate.clone(),
    );
    Ok(Reply::job(world.switches.batch_status as u16, &job))
}

pub(super) fn delete(world: &mut World, call: &Call, project: &str, id: &str) -> Handled {
    let body = if call.body.is_empty() {
        Value::Null
    } else {
        call.json()?
    };
    check_deletion(world, project, id, &body)?;
    let job = start_deletion(
        world,
        call,
        project,
        vec![id.to_owned()],
        &body,
        "deleteProtectedInstanceNoCG",
    );
    Ok(Reply::job(200, &job))
}

pub(super) fn delete_batch(world: &mut World, call: &Call, project: &str) -> Handled {
    let body = call.json()?;
    let given = body
        .get("protected_instances")
        .and_then(Value::as_array)
        .filter(|i| !i.is_empty() && i.len() <= 20);
    let given = given.ok_or_else(|| Refusal::sdrs("SDRS.0201"))?;
    let ids = given
        .iter()
        .map(|i| wire::text(i, "id", "SDRS.0208"))
        .collect::<Result<Vec<_>, _>>()?;
    for id in &ids {
        check_deletion(world, project, id, &body)?;
    }
    let job = start_deletion(world, call, project, ids, &body, "batchDeleteProtectedInstanceNoCG");
    Ok(Reply::job(world.switches.batch_status as u16, &job))
}

fn open_group(world: &World, project: &str, given: &Value) -> Result<Group, Refusal> {
    let id = wire::text(given, "server_group_id", "SDRS.0207")?;
    let group = groups::find(world, project, &id)?.clone();
    let open = matches!(group.status.as_str(), "available" | "protected");
    if open {
        Ok(group)
    } else {
        Err(Refusal::sdrs("SDRS.1323"))
    }
}

fn check_server(world: &World, group: &Group, id: &str) -> Result<(), Refusal> {
    let server = world.servers.get(id).filter(|s| s.project == group.project);
    let server = server.ok_or_else(|| Refusal::sdrs("SDRS.1326"))?;
    let used = world
        .instances
        .values()
        .any(|i| i.source_server == id || i.target_server == id);
    let code = if used {
        "SDRS.1305"
    } else if server.availability_zone != group.active_zone() {
        "SDRS.1303"
    } else if server.vpc_id != group.source_vpc_id {
        "SDRS.1304"
    } else if !matches!(server.status.as_str(), power::ACTIVE | power::SHUTOFF) {
        "SDRS.1333"
    } else {
        return Ok(());
    };
    Err(Refusal::sdrs(code))
}

/// Adds the instance, its server at the other site and one pair for the system disk.
fn add(world: &mut World, group: &Group, given: &Value, name: String, server: &str) -> Result<String, Refusal> {
    check_server(world, group, server)?;
    let description = wire::description(given)?;
    let (id, twin, pair) = (world.ids.uuid(), world.ids.uuid(), world.ids.uuid());
    let (now, project) = (world.now, group.project.clone());
    let production = group.priority_station;
    let other_zone = match production {
        Station::Source => &group.target_availability_zone,
        Station::Target => &group.source_availability_zone,
    };
    let own_name = world.servers.get(server).map(|s| s.name.clone()).unwrap_or_default();
    world.servers.insert(
        twin.clone(),
        Server {
            id: twin.clone(),
            project: project.clone(),
            name: own_name,
            status: power::SHUTOFF.into(),
            task: None,
            availability_zone: other_zone.clone(),
            vpc_id: group.source_vpc_id.clone(),
            created_at: now,
            updated_at: now,
            started_at: None,
        },
    );
    let (source_server, target_server) = match production {
        Station::Source => (server.to_owned(), twin),
        Station::Target => (twin, server.to_owned()),
    };
    let tags = given.get("tags").and_then(Value::as_array).into_iter().flatten();
    let tags = tags
        .filter_map(|t| Some((t.get("key")?.as_str()?.into(), t.get("value")?.as_str()?.into())))
        .collect();
    let instance = Instance {
        id: id.clone(),
        project: project.clone(),
        group: group.id.clone(),
        name: name.clone(),
        description,
        status: status::CREATING.into(),
        priority_station: production,
        source_server,
        target_server,
        tags,
        created_at: now,
        updated_at: now,
    };
    world.instances.insert(id.clone(), instance);
    let volumes = [world.ids.uuid(), world.ids.uuid()];
    let [source_volume, target_volume] = volumes;
    world.pairs.insert(
        pair.clone(),
        Pair {
            id: pair,
            project,
            group: group.id.clone(),
            name,
            description: None,
            status: status::CREATING.into(),
            replication_status: replication::INACTIVE.into(),
            priority_station: production,
            source_volume,
            target_volume,
            attachment: Some(Attachment {
                instance: id.clone(),
                device: "/dev/vda".into(),
            }),
            fault_level: "0".into(),
            failure_detail: None,
            size_gb: 40,
            volume_type: "SATA".into(),
            bootable: true,
            created_at: now,
            updated_at: now,
            sync: None,
        },
    );
    Ok(id)
}

fn flag(body: &Value, key: &str) -> bool {
    body.get(key).and_then(Value::as_bool).unwrap_or_default()
}

fn check_deletion(world: &World, project: &str, id: &str, body: &Value) -> Result<(), Refusal> {
    let instance = instances::find(world, project, id).map_err(|_| Refusal::sdrs("SDRS.1301"))?;
    if !DELETABLE.contains(&instance.status.as_str()) {
        return Err(Refusal::sdrs("SDRS.1301"));
    }
    let moved = instance.priority_station == Station::Target;
    if moved && flag(body, "delete_target_server") {
        return Err(Refusal::sdrs("SDRS.1330"));
    }
    if moved && flag(body, "delete_target_eip") {
        return Err(Refusal::sdrs("SDRS.1338"));
    }
    Ok(())
}

fn start_deletion(
    world: &mut World,
    call: &Call,
    project: &str,
    ids: Vec<String>,
    body: &Value,
    job_type: &str,
) -> String {
    let now = world.now;
    for id in &ids {
        if let Some(instance) = world.instances.get_mut(id) {
            (instance.status, instance.updated_at) = (status::DELETING.into(), now);
        }
    }
    let entities = match ids.as_slice() {
        [one] => vec![("protected_instance_id".into(), one.clone())],
        _ => Vec::new(),
    };
    let work = Work::DeleteInstances {
        instances: ids,
        delete_server: flag(body, "delete_target_server"),
    };
    world.start_job(
        project,
        job_type,
        work,
        entities,
        world.switches.create_instance_seconds,
        call.fate.clone(),
    )
}
