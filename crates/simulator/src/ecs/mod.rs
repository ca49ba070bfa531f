//! ECS: server states, and stopping and starting servers (`docs/vendors/sdrs.md#servers`).
//! It must not create or delete servers.

mod wire;

use serde_json::{Value, json};

use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::routes::{Operation, Route};
use crate::world::World;
use crate::world::job::Work;
use crate::world::model::power;

type Handled = Result<Reply, Refusal>;

/// Answers an ECS call whose caller may use the project.
pub(crate) fn handle(world: &mut World, call: &Call, route: &Route) -> Handled {
    let project = route.project.as_deref().unwrap_or_default();
    let id = route.id.as_deref().unwrap_or_default();
    match route.operation {
        Operation::ListServersDetails => list(world, call, project),
        Operation::ShowServer => show(world, project, id),
        Operation::ServersAction => action(world, call, project),
        _ => Err(Refusal::no_such_api()),
    }
}

fn not_found(id: &str) -> Refusal {
    Refusal::service(404, "Ecs.0114", format!("Instance[{id}] could not be found."))
}

fn invalid(what: &str) -> Refusal {
    Refusal::service(400, "Ecs.0005", format!("Invalid parameter values: {what}."))
}

fn show(world: &World, project: &str, id: &str) -> Handled {
    let server = world
        .servers
        .get(id)
        .filter(|s| s.project == project)
        .ok_or_else(|| not_found(id))?;
    Ok(Reply::ok(
        json!({"server": wire::server(&wire::Owners::of(world), server)}),
    ))
}

/// `offset` is a page number from 1 here, unlike in SDRS; 0 is the first page too.
fn list(world: &World, call: &Call, project: &str) -> Handled {
    let number = |key: &str, default: usize| -> Result<usize, Refusal> {
        call.query(key)
            .map_or(Ok(default), |text| text.parse().map_err(|_| invalid(key)))
    };
    let limit = number("limit", 25)?.min(1000);
    let page = number("offset", 1)?.max(1) - 1;
    let (name, status) = (call.query("name"), call.query("status"));
    let found: Vec<_> = world
        .servers
        .values()
        .filter(|s| s.project == project)
        .filter(|s| name.as_ref().is_none_or(|n| s.name.contains(n.as_str())))
        .filter(|s| {
            status
                .as_ref()
                .is_none_or(|wanted| s.status.eq_ignore_ascii_case(wanted))
        })
        .collect();
    let owners = wire::Owners::of(world);
    let page = found.iter().skip(page.saturating_mul(limit)).take(limit);
    let shown: Vec<Value> = page.map(|s| wire::server(&owners, s)).collect();
    Ok(Reply::ok(json!({"count": found.len(), "servers": shown})))
}

fn action(world: &mut World, call: &Call, project: &str) -> Handled {
    let body: Value = serde_json::from_slice(&call.body).map_err(|_| invalid("the body is not JSON"))?;
    let (on, given) = match (body.get("os-start"), body.get("os-stop")) {
        (Some(given), None) => (true, given),
        (None, Some(given)) => (false, given),
        _ => return Err(invalid("one of os-start and os-stop is expected")),
    };
    let ids: Vec<String> = given
        .get("servers")
        .and_then(Value::as_array)
        .map(|servers| {
            servers
                .iter()
                .filter_map(|s| Some(s.get("id")?.as_str()?.to_owned()))
                .collect()
        })
        .unwrap_or_default();
    if ids.is_empty() || ids.len() > 1000 {
        return Err(invalid("servers"));
    }
    for id in &ids {
        let server = world
            .servers
            .get(id)
            .filter(|s| s.project == project)
            .ok_or_else(|| not_found(id))?;
        let fits = if on {
            server.status == power::SHUTOFF
        } else {
            server.status != "ERROR"
        };
        if !fits || on && fenced(world, id) {
            return Err(Refusal::service(
                400,
                "Ecs.0100",
                "The ECS status does not meet requirements.",
            ));
        }
    }
    let now = world.now;
    for id in &ids {
        let Some(server) = world.servers.get_mut(id) else {
            continue;
        };
        server.task = Some(if on { "powering-on" } else { "powering-off" }.into());
        server.updated_at = now;
        if on {
            server.started_at = Some(now);
        }
    }
    let job_type = if on { "startServer" } else { "stopServer" };
    let entities = vec![("server_id".into(), ids.join(","))];
    let work = Work::Power { servers: ids, on };
    let seconds = world.switches.server_power_seconds;
    let job = world.start_job(project, job_type, work, entities, seconds, call.fate.clone());
    Ok(Reply::job(200, &job))
}

/// Whether the server belongs to the lost site of a group that was failed over and not re-protected yet.
fn fenced(world: &World, id: &str) -> bool {
    world.switches.fence_after_failover
        && world.instances.values().any(|i| {
            let lost = i.server_at(i.priority_station.other()) == id;
            let group = world.groups.get(&i.group).map(|g| g.status.as_str());
            lost && matches!(group, Some("failed-over" | "reprotecting" | "error-reprotecting"))
        })
}
