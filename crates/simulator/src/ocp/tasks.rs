//! Reading tasks, and the orders about them.
//! It must not decide what an order does; `world::ocp::orders` does.

use serde_json::json;

use super::codes::Refused;
use super::{Answer, Handled, paging, task_wire, wire};
use crate::call::Call;
use crate::clock::later;
use crate::routes::Operation;
use crate::world::World;
use crate::world::ocp::orders::Order;
use crate::world::ocp::task::Task;

fn is_visible(world: &World, task: &Task) -> bool {
    world.now >= later(task.created, world.switches.ocp.task_visible_after_seconds)
}

fn find(world: &World, id: u64) -> Result<&Task, Refused> {
    let task = world.ocp.tasks.get(&id).filter(|task| is_visible(world, task));
    task.ok_or_else(|| Refused::new("TSK10001"))
}

/// The newest first.
pub(super) fn list(world: &World, call: &Call) -> Handled {
    let chinese = wire::is_chinese(world, call);
    let wanted = |t: &&Task| {
        is_visible(world, t)
            && paging::fuzzy(call, "name", t.work.kind().name(chinese))
            && paging::among(call, "status", t.status.word())
            && paging::among(call, "type", "MANUAL")
            && paging::among(call, "clusterId", &t.cluster.id.to_string())
            && paging::fuzzy(call, "cluterName", &t.cluster.name)
            && paging::among(call, "tenantId", &t.tenant.id.to_string())
            && paging::fuzzy(call, "tenantName", &t.tenant.name)
    };
    let found = world.ocp.tasks.values().rev().filter(wanted);
    paging::page(
        world,
        call,
        found.map(|t| task_wire::listed(world, t, chinese)).collect(),
    )
}

pub(super) fn show(world: &World, call: &Call, id: u64) -> Handled {
    let task = find(world, id)?;
    Ok(Answer::of(task_wire::read(world, task, wire::is_chinese(world, call))))
}

pub(super) fn order(world: &mut World, call: &Call, operation: Operation, id: u64, subtask: u64) -> Handled {
    find(world, id)?;
    let order = match operation {
        Operation::RetryTask => Order::RetryTask,
        Operation::RollBackTask => Order::RollBackTask,
        Operation::RetrySubtask => Order::RetrySubtask(subtask),
        Operation::SkipSubtask => Order::SkipSubtask(subtask),
        _ => Order::CancelSubtask(subtask),
    };
    world.order(id, order, &call.fate).map_err(Refused::new)?;
    let chinese = wire::is_chinese(world, call);
    let task = find(world, id)?;
    let data = match order {
        Order::RetryTask => Some(task_wire::read(world, task, chinese)),
        Order::RollBackTask if world.switches.ocp.rollback_data => Some(task_wire::read(world, task, chinese)),
        Order::RetrySubtask(subtask) => task_wire::one(world, task, subtask, chinese),
        _ => None,
    };
    Ok(Answer { data, jobs: vec![id] })
}

pub(super) fn log(world: &World, id: u64, subtask: u64) -> Handled {
    let task = find(world, id)?;
    let found = task.subtasks.iter().find(|s| s.id == subtask);
    let found = found.ok_or_else(|| Refused::new("TSK10001"))?;
    Ok(Answer::of(json!({"log": found.log})))
}
