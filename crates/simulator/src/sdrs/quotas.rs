//! `sdrs/quotas`: what a project may have and has.
//! It must not enforce anything; the creating calls do.

use serde_json::json;

use crate::reply::Reply;
use crate::world::World;

pub(super) fn show(world: &World, project: &str) -> Reply {
    let groups = world.groups.values().filter(|g| g.project == project).count();
    let pairs = world.pairs.values().filter(|p| p.project == project).count();
    let row =
        |kind: &str, used: usize, quota: i64| json!({"type": kind, "used": used, "quota": quota, "min": 0, "max": -1});
    Reply::ok(json!({"quotas": {"resources": [
        row("server_groups", groups, world.quotas.server_groups),
        row("replications", pairs, world.quotas.replications),
    ]}}))
}
