//! Tenants that are made and dropped by calls.
//! It must not use the console for that.

use serde_json::{Value, json};
use stationmaster_simulator::scenario::{OCP_EAST_ID, OCP_WEST_ID};

use crate::bench::{Ocp, done, refused};

fn standby(name: &str) -> Value {
    let pool = json!({"unitSpecName": "S1", "unitCount": 1});
    json!({
        "name": name, "primaryTenantId": 2_000_015, "logTransportMode": "NETWORK",
        "zones": [{"name": "zone1", "replicaType": "FULL", "resourcePool": pool}],
    })
}

#[tokio::test]
async fn a_standby_is_made_and_follows() {
    let ocp = Ocp::two_sites();
    let path = format!("/ob/clusters/{OCP_WEST_ID}/tenants/createStandbyTenant");
    let task = done(&ocp.post(&path, standby("copy")).await);
    let (id, tenant) = (task["id"].as_u64().expect("id"), task["tenantId"].as_u64().expect("id"));
    let url = format!("/ob/clusters/{OCP_WEST_ID}/tenants/{tenant}");
    assert_eq!(ocp.data(&url).await["status"], "CREATING");
    let ended = ocp.ended(id).await;
    assert_eq!(ended["status"], "SUCCESSFUL");
    let split: Vec<i64> = ended["subtasks"]
        .as_array()
        .expect("list")
        .iter()
        .filter_map(|s| s["parallelIdx"].as_i64().filter(|index| *index >= 0))
        .collect();
    assert_eq!(split.len(), 3, "one for each zone, side by side");
    assert_eq!(ocp.data(&url).await["status"], "NORMAL");
    let made = ocp.tenant(OCP_WEST_ID, "copy");
    assert_eq!((&made["role"], &made["source"]), (&json!("STANDBY"), &json!(2_000_015)));
    refused(&ocp.post(&path, standby("copy")).await, 409, "COM10006");
    refused(&ocp.post(&path, standby("c")).await, 400, "COM10001");
    let mut wrong = standby("other");
    wrong["primaryTenantId"] = json!(9);
    refused(&ocp.post(&path, wrong).await, 404, "OBE26025");
}

#[tokio::test]
async fn a_tenant_with_standbys_is_not_dropped() {
    let ocp = Ocp::two_sites();
    let delete = async |cluster: u64, id: u64| {
        let path = format!("/ob/clusters/{cluster}/tenants/{id}");
        ocp.send("DELETE", &path, Value::Null).await
    };
    refused(&delete(OCP_EAST_ID, 2_000_015).await, 400, "OBE22123");
    let task = done(&delete(OCP_WEST_ID, 2_000_025).await);
    assert_eq!(
        ocp.ended(task["id"].as_u64().expect("id")).await["status"],
        "SUCCESSFUL"
    );
    refused(&delete(OCP_WEST_ID, 2_000_025).await, 404, "OBE21003");
    let task = done(&delete(OCP_EAST_ID, 2_000_015).await);
    ocp.ended(task["id"].as_u64().expect("id")).await;
    assert_eq!(ocp.data("/ob/tenants?name=payments").await["page"]["totalElements"], 0);
}
