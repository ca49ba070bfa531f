//! `GET /state`: everything the simulator knows, for people and checkers.
//! It must not show secrets.

use serde_json::{Value, json};

use crate::gateway::Gate;
use crate::world::World;
use crate::world::job::job_status;
use crate::world::ocp::model::Tenant;
use crate::world::ocp::task::{Subtask, Task};

/// The state as JSON.
pub(crate) fn show(gate: &Gate) -> Value {
    let world = &gate.world;
    let init = world.switches.job_init_seconds;
    let jobs: Vec<Value> = world
        .jobs
        .values()
        .map(|job| {
            json!({
                "id": job.id,
                "type": job.job_type,
                "status": job_status(job.begin, job.end, job.failed.is_some(), world.now, init),
                "begin": job.begin,
                "due": job.due,
                "end": job.end,
                "errorCode": job.failed.as_ref().map(|f| &f.code),
                "subJobs": job.subs.len(),
                "subJobsDone": job.subs.iter().filter(|sub| sub.end.is_some()).count(),
            })
        })
        .collect();
    let mut held: Vec<u64> = gate.held.keys().copied().collect();
    held.sort_unstable();
    json!({
        "summary": {
            "scenario": world.scenario_name,
            "groups": world.groups.len(),
            "instances": world.instances.len(),
            "pairs": world.pairs.len(),
            "servers": world.servers.len(),
            "tenants": world.ocp.tenants.len(),
            "now": world.now,
            "speed": world.clock.speed(),
        },
        "endpoints": world.endpoints,
        "groups": world.groups.values().collect::<Vec<_>>(),
        "instances": world.instances.values().collect::<Vec<_>>(),
        "pairs": world.pairs.values().collect::<Vec<_>>(),
        "servers": world.servers.values().collect::<Vec<_>>(),
        "volumes": world.volumes.values().collect::<Vec<_>>(),
        "drills": world.drills.values().collect::<Vec<_>>(),
        "jobs": jobs,
        "ocp": ocp(world),
        "held": held,
    })
}

fn ocp(world: &World) -> Value {
    let tenant = |tenant: &Tenant| {
        let mut shown = serde_json::to_value(tenant).unwrap_or_default();
        shown["syncScn"] = json!(world.ocp.sync_scn(tenant, world.now));
        shown["lagMs"] = json!(world.ocp.lag_ms(tenant, world.now));
        shown
    };
    let task = |task: &Task| {
        let subtask = |s: &Subtask| {
            json!({
                "id": s.id, "step": format!("{:?}", s.step), "status": s.status.word(),
                "operation": s.operation.word(), "runTime": s.run_time,
            })
        };
        json!({
            "id": task.id, "name": task.work.kind().name(false), "tenant": task.tenant.id,
            "status": task.status.word(), "operation": task.operation.word(),
            "created": task.created, "finished": task.finished,
            "subtasks": task.subtasks.iter().map(subtask).collect::<Vec<_>>(),
        })
    };
    json!({
        "clusters": world.ocp.clusters.values().collect::<Vec<_>>(),
        "tenants": world.ocp.tenants.values().map(tenant).collect::<Vec<_>>(),
        "tasks": world.ocp.tasks.values().map(task).collect::<Vec<_>>(),
    })
}
