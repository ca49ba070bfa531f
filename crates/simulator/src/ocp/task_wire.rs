//! A task in its three shapes: submitted, read, listed (`docs/vendors/ocp.md#tasks`).
//! It must not choose which shape.

use serde_json::{Value, json};

use super::wire;
use crate::world::World;
use crate::world::ocp::task::{Named, Subtask, Task};

/// Where tasks run.
const EXECUTOR: &str = "127.0.0.1";

fn subtask(world: &World, subtask: &Subtask, chinese: bool, read: bool) -> Value {
    let time = |at| wire::time(&world.switches.ocp, at);
    let name = subtask.step.name(chinese);
    let (parallel, downstreams) = if world.switches.ocp.table_keys {
        ("paralleIdx", "downstream")
    } else {
        ("parallelIdx", "downstreams")
    };
    let mut body = json!({
        "id": subtask.id,
        "seriesId": subtask.series,
        "name": name,
        "description": name,
        "timeout": subtask.step.timeout(),
        "status": subtask.status.word(),
        "operation": subtask.operation.word(),
        "runTime": subtask.run_time,
        "nodeType": "JAVA_TASK",
        parallel: subtask.parallel,
        "upstreams": subtask.upstreams,
        downstreams: subtask.downstreams,
        "prohibitRollback": subtask.step.prohibits_rollback(),
    });
    if read {
        body["executor"] = json!(subtask.started.map(|_| EXECUTOR));
        body["createTime"] = json!(time(subtask.created));
        body["startTime"] = json!(subtask.started.map(time));
        body["finishTime"] = json!(subtask.finished.map(time));
    }
    body
}

fn shown(task: &Task) -> impl Iterator<Item = &Subtask> {
    task.shown.iter().filter_map(|place| task.subtasks.get(*place))
}

fn common(world: &World, task: &Task, chinese: bool) -> Value {
    json!({
        "id": task.id,
        "name": task.work.kind().name(chinese),
        "status": task.status.word(),
        "startTime": wire::time(&world.switches.ocp, task.created),
    })
}

/// What the executing server and the definition add.
fn about(body: &mut Value, task: &Task) {
    body["type"] = json!("MANUAL");
    body["operation"] = json!(task.operation.word());
    body["executor"] = json!(EXECUTOR);
    body["taskDefinitionId"] = json!(-1);
    body["prohibitRollback"] = json!(task.prohibits_rollback());
}

/// In the answer of the call that made it.
pub(super) fn submitted(world: &World, task: &Task, chinese: bool) -> Value {
    let mut body = common(world, task, chinese);
    about(&mut body, task);
    body["creator"] = json!(task.creator);
    body["clusterId"] = json!(task.cluster.id);
    body["tenantId"] = json!(task.tenant.id);
    body["subtasks"] = shown(task).map(|s| subtask(world, s, chinese, false)).collect();
    body
}

fn places(world: &World, body: &mut Value, task: &Task) {
    let Named { id, name, ob_id, .. } = &task.cluster;
    body["cluster"] = json!({"id": id, "name": name, "obClusterId": ob_id, "type": "PRIMARY"});
    let Named { id, name, ob_id, mode } = &task.tenant;
    body["tenant"] = json!({"id": id, "name": name, "obTenantId": ob_id, "mode": mode});
    body["creator"] = if world.switches.ocp.creator_object {
        json!({"id": 100, "name": task.creator})
    } else {
        json!(task.creator)
    };
    body["finishTime"] = json!(task.finished.map(|at| wire::time(&world.switches.ocp, at)));
}

/// When it is read by its id.
pub(super) fn read(world: &World, task: &Task, chinese: bool) -> Value {
    let mut body = common(world, task, chinese);
    about(&mut body, task);
    places(world, &mut body, task);
    body["createTime"] = json!(wire::time(&world.switches.ocp, task.created));
    body["subtasks"] = shown(task).map(|s| subtask(world, s, chinese, true)).collect();
    body
}

/// One subtask, as the answer of an order about it.
pub(super) fn one(world: &World, task: &Task, id: u64, chinese: bool) -> Option<Value> {
    let found = task.subtasks.iter().find(|s| s.id == id)?;
    Some(subtask(world, found, chinese, true))
}

/// Among others.
pub(super) fn listed(world: &World, task: &Task, chinese: bool) -> Value {
    let mut body = common(world, task, chinese);
    places(world, &mut body, task);
    let brief = |s: &Subtask| {
        let name = s.step.name(chinese);
        json!({
            "id": s.id, "name": name, "description": name, "status": s.status.word(),
            "operation": s.operation.word(),
        })
    };
    body["subtasks"] = shown(task).map(brief).collect();
    body
}
