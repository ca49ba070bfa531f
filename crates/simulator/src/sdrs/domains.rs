//! `active-domains`: the pairs of availability zones that a group may use.
//! It must not filter by caller.

use serde_json::{Value, json};

use crate::reply::Reply;
use crate::world::World;

pub(super) fn list(world: &World) -> Reply {
    let domains: Vec<Value> = world
        .domains
        .iter()
        .map(|d| {
            json!({
                "id": d.id, "name": d.name, "description": d.description, "sold_out": d.sold_out,
                "local_replication_cluster": {"availability_zone": d.source_availability_zone},
                "remote_replication_cluster": {"availability_zone": d.target_availability_zone},
            })
        })
        .collect();
    Reply::ok(json!({"domains": domains}))
}
