//! Group actions: whether each is allowed, and the start of its job (`docs/vendors/sdrs.md#group-actions`).
//! It must not change the group beyond starting the job.

use serde_json::Value;

use super::{Handled, groups};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::scenario::Station;
use crate::switches::{RefuseOrAllow, ReverseToActive};
use crate::world::World;
use crate::world::job::{GroupAction, JobFate};
use crate::world::model::{replication, status};

const START: &str = "start-server-group";
const STOP: &str = "stop-server-group";
const FAILOVER: &str = "failover-server-group";
const REVERSE: &str = "reverse-server-group";

pub(super) fn handle(world: &mut World, call: &Call, project: &str, id: &str) -> Handled {
    let body = call.json()?;
    let object = body.as_object().ok_or_else(|| Refusal::sdrs("SDRS.0201"))?;
    let mut keys = object.iter();
    let (Some((key, arguments)), None) = (keys.next(), keys.next()) else {
        return Err(Refusal::sdrs("SDRS.0206"));
    };
    groups::find(world, project, id)?;
    let job = start(world, id, key, arguments, call.fate.clone())?;
    Ok(Reply::job(200, &job))
}

/// Starts an action as somebody at the console would: the same rules, no credentials.
pub(crate) fn console(world: &mut World, group: &str, key: &str, station: Option<Station>) -> Result<String, Refusal> {
    let active = world.groups.get(group).map(|g| g.priority_station).unwrap_or_default();
    let to = station.unwrap_or_else(|| active.other());
    let arguments = serde_json::json!({"priority_station": to});
    start(world, group, key, &arguments, JobFate::default())
}

fn start(world: &mut World, id: &str, key: &str, arguments: &Value, mut fate: JobFate) -> Result<String, Refusal> {
    let group = world.groups.get(id).ok_or_else(|| Refusal::sdrs("SDRS.1013"))?;
    let (status, active) = (group.status.clone(), group.priority_station);
    let (action, to) = match key {
        START if GroupAction::Enable.allowed_from().contains(&status.as_str()) => (GroupAction::Enable, active),
        START if GroupAction::Reprotect.allowed_from().contains(&status.as_str()) => (GroupAction::Reprotect, active),
        START => return Err(wrong_status(world, &status, &world.switches.code_start_refused)),
        STOP => (GroupAction::Disable, active),
        FAILOVER => (GroupAction::Failover, active.other()),
        REVERSE => (GroupAction::Reverse, wanted_station(arguments)?),
        _ => return Err(Refusal::sdrs("SDRS.0206")),
    };
    if !action.allowed_from().contains(&status.as_str()) {
        let s = &world.switches;
        let code = match action {
            GroupAction::Reverse => &s.code_reverse_refused,
            GroupAction::Failover => &s.code_failover_refused,
            _ => &s.code_stop_refused,
        };
        return Err(wrong_status(world, &status, code));
    }
    let mut target = to;
    if action == GroupAction::Reverse && to == active {
        match world.switches.reverse_to_active {
            ReverseToActive::Refuse => return Err(Refusal::sdrs("SDRS.0216")),
            ReverseToActive::Nothing => fate.without_effect = true,
            ReverseToActive::Flip => target = active.other(),
        }
    }
    check(world, id, action, active)?;
    world
        .start_group_job(id, action, target, fate)
        .ok_or_else(|| Refusal::sdrs("SDRS.1013"))
}

/// The refusal of an action that the status does not allow.
fn wrong_status(world: &World, status: &str, code: &str) -> Refusal {
    let busy = &world.switches.code_busy;
    let running = !busy.is_empty() && status::is_transient(status);
    Refusal::sdrs(if running { busy } else { code })
}

fn wanted_station(arguments: &Value) -> Result<Station, Refusal> {
    match arguments.get("priority_station").and_then(Value::as_str) {
        Some("source") => Ok(Station::Source),
        Some("target") => Ok(Station::Target),
        _ => Err(Refusal::sdrs("SDRS.0216")),
    }
}

/// Everything that an action needs besides the group's status.
fn check(world: &World, id: &str, action: GroupAction, active: Station) -> Result<(), Refusal> {
    let s = &world.switches;
    let refuse = |code: &str| Err(Refusal::sdrs(code));
    let pairs = || world.pairs.values().filter(|p| p.group == id);
    if pairs().next().is_none() {
        return refuse(&s.code_no_pairs);
    }
    if world.instances.values().any(|i| i.group == id && i.status == "invalid") {
        return refuse("SDRS.1314");
    }
    let syncing = pairs().any(|p| p.replication_status == replication::COPYING);
    let while_syncing = match action {
        GroupAction::Reverse => s.reverse_while_syncing,
        GroupAction::Failover => s.failover_while_syncing,
        GroupAction::Disable => s.disable_while_syncing,
        GroupAction::Enable | GroupAction::Reprotect => RefuseOrAllow::Allow,
    };
    if syncing && while_syncing == RefuseOrAllow::Refuse {
        return refuse("SDRS.1830");
    }
    let running = |station: Station| {
        world
            .servers_at(id, station)
            .iter()
            .any(|server| world.servers.get(server).is_some_and(|s| !s.stopped()))
    };
    match action {
        GroupAction::Reverse if running(active) => refuse(&s.code_production_running),
        GroupAction::Reverse if s.reverse_needs_all_stopped && running(active.other()) => refuse("SDRS.1342"),
        GroupAction::Reprotect if running(active.other()) => refuse("SDRS.1342"),
        GroupAction::Reprotect if s.reprotect_needs_all_stopped && running(active) => {
            refuse(&s.code_production_running)
        }
        GroupAction::Failover
            if s.failover_link_down == RefuseOrAllow::Refuse && pairs().any(|p| p.fault_level == "5") =>
        {
            refuse("SDRS.1824")
        }
        _ => Ok(()),
    }
}
