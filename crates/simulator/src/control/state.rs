//! `GET /state`: everything the simulator knows, for people and checkers.
//! It must not show secrets.

use serde_json::{Value, json};

use crate::gateway::Gate;
use crate::world::job::job_status;

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
        "held": held,
    })
}
