//! Clusters as OCP lists them.
//! It must not change one.

use serde_json::{Value, json};

use super::codes::Refused;
use super::{Answer, Handled, paging, wire};
use crate::call::Call;
use crate::world::World;
use crate::world::ocp::model::Cluster;

fn body(world: &World, cluster: &Cluster) -> Value {
    let zone = |name: &String| json!({"name": name, "clusterId": cluster.id, "serverCount": 1});
    json!({
        "id": cluster.id,
        "name": cluster.name,
        "obClusterId": cluster.ob_cluster_id,
        "type": "PRIMARY",
        "status": cluster.status,
        "obVersion": cluster.ob_version,
        "fullVersion": cluster.ob_version,
        "createTime": wire::time(&world.switches.ocp, cluster.created_at),
        "zones": cluster.zones.iter().map(zone).collect::<Vec<_>>(),
    })
}

pub(super) fn list(world: &World, call: &Call) -> Handled {
    let wanted = |c: &&Cluster| paging::fuzzy(call, "name", &c.name) && paging::among(call, "status", &c.status);
    let found = world
        .ocp
        .clusters
        .values()
        .filter(wanted)
        .map(|c| body(world, c))
        .collect();
    paging::page(world, call, found)
}

pub(super) fn show(world: &World, id: u64) -> Handled {
    find(world, id).map(|cluster| Answer::of(body(world, cluster)))
}

/// The cluster of a path.
pub(super) fn find(world: &World, id: u64) -> Result<&Cluster, Refused> {
    world.ocp.clusters.get(&id).ok_or_else(|| Refused::new("OBE11001"))
}
