//! `task-center`: failed tasks (`docs/vendors/sdrs.md#failed-tasks`).
//! It must not add any; jobs do.

use serde_json::{Value, json};

use super::{Handled, wire};
use crate::call::Call;
use crate::reply::Reply;
use crate::world::World;
use crate::world::job::FailureJob;

fn to_json(failure: &FailureJob) -> Value {
    json!({
        "job_status": "FAIL",
        "resource_id": failure.resource_id,
        "resource_name": failure.resource_name,
        "resource_type": failure.resource_type,
        "failure_status": failure.failure_status,
        "job_id": failure.job_id,
        "job_type": failure.job_type,
        "begin_time": wire::job_time(failure.begin),
        "error_code": failure.failed.code,
        "fail_reason": failure.failed.reason,
    })
}

pub(super) fn list(world: &World, call: &Call, project: &str) -> Handled {
    let filter = |key: &str| call.query(key);
    let (status, name) = (filter("failure_status"), filter("resource_name"));
    let (group, kind) = (filter("server_group_id"), filter("resource_type"));
    // Without any filter only failures of groups themselves are listed.
    let unfiltered = status.is_none() && name.is_none() && group.is_none() && kind.is_none();
    let fits = |f: &&FailureJob| {
        f.project == project
            && (!unfiltered || f.resource_type == "server_groups")
            && status.as_ref().is_none_or(|s| s == f.failure_status)
            && name.as_ref().is_none_or(|n| f.resource_name.contains(n.as_str()))
            && group.as_ref().is_none_or(|g| *g == f.group)
            && kind.as_ref().is_none_or(|k| k == f.resource_type)
    };
    let (shown, count) = wire::page(world, call, world.failures.values().filter(fits).map(to_json).collect())?;
    Ok(Reply::ok(json!({"failure_jobs": shown, "count": count})))
}

/// Deletes what fits; nothing to delete is no error.
pub(super) fn delete(world: &mut World, project: &str, fits: impl Fn(&FailureJob) -> bool) -> Reply {
    world.failures.retain(|_, f| f.project != project || !fits(f));
    Reply::no_content()
}
