//! Tenants as OCP lists them (`docs/vendors/ocp.md#tenants`).
//! It must not show what no document shows, unless a switch says so.

use serde_json::{Value, json};

use super::codes::Refused;
use super::{Answer, Handled, clusters, paging, wire};
use crate::call::Call;
use crate::world::World;
use crate::world::ocp::model::Tenant;

fn body(world: &World, tenant: &Tenant) -> Value {
    let cluster = world.ocp.clusters.get(&tenant.cluster);
    let zones: Vec<&str> = cluster.iter().flat_map(|c| &c.zones).map(String::as_str).collect();
    let locality: Vec<String> = zones.iter().map(|zone| format!("FULL{{1}}@{zone}")).collect();
    let mut body = json!({
        "id": tenant.id,
        "name": tenant.name,
        "clusterId": tenant.cluster,
        "clusterName": cluster.map(|c| &c.name),
        "obClusterId": cluster.map(|c| c.ob_cluster_id),
        "obTenantId": tenant.ob_tenant_id,
        "clusterType": "PRIMARY",
        "clusterStatus": cluster.map(|c| &c.status),
        "mode": tenant.mode,
        "status": tenant.status,
        "locked": tenant.locked,
        "readonly": false,
        "createTime": wire::time(&world.switches.ocp, tenant.created_at),
        "primaryZone": zones.join(";"),
        "zoneList": zones.join(";"),
        "locality": locality.join(", "),
        "obVersion": cluster.map(|c| &c.ob_version),
        "description": Value::Null,
    });
    if world.switches.ocp.role_field {
        body["simulatorRole"] = json!(tenant.role.word());
    }
    body
}

pub(super) fn list(world: &World, call: &Call, cluster: Option<u64>) -> Handled {
    if let Some(id) = cluster {
        clusters::find(world, id)?;
    }
    let wanted = |t: &&Tenant| {
        cluster.is_none_or(|id| t.cluster == id)
            && paging::fuzzy(call, "name", &t.name)
            && paging::among(call, "mode", &t.mode)
            && paging::among(call, "status", &t.status)
            && paging::among(call, "locked", &t.locked.to_string())
            && paging::among(call, "readonly", "false")
            && world
                .ocp
                .clusters
                .get(&t.cluster)
                .is_none_or(|c| paging::fuzzy(call, "clusterName", &c.name))
    };
    let found = world
        .ocp
        .tenants
        .values()
        .filter(wanted)
        .map(|t| body(world, t))
        .collect();
    paging::page(world, call, found)
}

pub(super) fn show(world: &World, cluster: u64, id: u64) -> Handled {
    let tenant = find(world, cluster, id)?;
    let mut body = body(world, tenant);
    let zones = world
        .ocp
        .clusters
        .get(&cluster)
        .map(|c| c.zones.clone())
        .unwrap_or_default();
    let zone = |name: &String| json!({"name": name, "replicaType": "FULL", "resourcePool": {"unitCount": 1}});
    body["charset"] = json!("utf8mb4");
    body["collation"] = json!("utf8mb4_general_ci");
    body["whitelist"] = json!("%");
    body["zones"] = zones.iter().map(zone).collect();
    Ok(Answer::of(body))
}

/// A tenant of the path's cluster.
pub(super) fn find(world: &World, cluster: u64, id: u64) -> Result<&Tenant, Refused> {
    clusters::find(world, cluster)?;
    let tenant = world.ocp.tenants.get(&id).filter(|t| t.cluster == cluster);
    tenant.ok_or_else(|| Refused::new("OBE21003"))
}
