//! `GET jobs/{job_id}`: a job with its sub-jobs (`docs/vendors/sdrs.md#jobs`).
//! It must not list jobs: the vendor has no such call.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Handled, wire};
use crate::clock::later;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::switches::OpenEndTime;
use crate::world::World;
use crate::world::job::{Failed, Job, job_status};

/// Shows a job of any service.
pub(crate) fn show(world: &World, project: &str, id: &str) -> Handled {
    let readable = |job: &&Job| {
        let s = &world.switches;
        let seen = world.now >= later(job.begin, s.job_visible_after_seconds);
        let kept = s.job_retention_seconds <= 0.0
            || job
                .end
                .is_none_or(|end| world.now < later(end, s.job_retention_seconds));
        job.project == project && seen && kept
    };
    let job = world.jobs.get(id).filter(readable).ok_or_else(|| {
        let code = &world.switches.unknown_job_code;
        let message = crate::world::codes::describe(code).1;
        Refusal::service(world.switches.unknown_job_status as u16, code, message)
    })?;
    let mut entities = strings(&job.entities);
    if !job.subs.is_empty() {
        let subs: Vec<Value> = job
            .subs
            .iter()
            .map(|sub| {
                let times = (sub.begin, sub.end);
                body(
                    world,
                    &sub.id,
                    &sub.job_type,
                    times,
                    sub.failed.as_ref(),
                    strings(&sub.entities),
                )
            })
            .collect();
        // A job that fans out names nothing but its sub-jobs.
        entities = Map::from_iter([("sub_jobs".to_owned(), Value::Array(subs))]);
    }
    Ok(Reply::ok(body(
        world,
        &job.id,
        &job.job_type,
        (job.begin, job.end),
        job.failed.as_ref(),
        entities,
    )))
}

fn strings(entities: &[(String, String)]) -> Map<String, Value> {
    entities
        .iter()
        .map(|(key, value)| (key.clone(), Value::String(value.clone())))
        .collect()
}

fn body(
    world: &World,
    id: &str,
    job_type: &str,
    (begin, end): (Timestamp, Option<Timestamp>),
    failed: Option<&Failed>,
    entities: Map<String, Value>,
) -> Value {
    let status = job_status(begin, end, failed.is_some(), world.now, world.switches.job_init_seconds);
    let mut body = json!({
        "status": status,
        "entities": entities,
        "job_id": id,
        "job_type": job_type,
        "begin_time": wire::job_time(begin),
        "error_code": failed.map(|f| &f.code),
        "fail_reason": failed.map(|f| &f.reason),
    });
    match (end, world.switches.end_time_while_running) {
        (Some(end), _) => body["end_time"] = json!(wire::job_time(end)),
        (None, OpenEndTime::Absent) => {}
        (None, OpenEndTime::Null) => body["end_time"] = Value::Null,
        (None, OpenEndTime::Empty) => body["end_time"] = json!(""),
    }
    body
}
