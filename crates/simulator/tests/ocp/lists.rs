//! Clusters, tenants and tasks: lists, pages, filters, order.
//! It must not change anything but tasks.

use serde_json::json;
use stationmaster_simulator::scenario::{OCP_EAST_ID, OCP_TENANTS, OCP_WEST_ID, many_tenants};

use crate::bench::{Ocp, refused, tasks};

#[tokio::test]
async fn pages_to_the_last() {
    let ocp = Ocp::of(many_tenants(23));
    let path = format!("/ob/clusters/{OCP_EAST_ID}/tenants");
    let first = ocp.data(&path).await;
    assert_eq!(
        first["contents"].as_array().expect("list").len(),
        10,
        "ten without a size"
    );
    assert_eq!(
        first["page"],
        json!({"number": 1, "size": 10, "totalElements": 23, "totalPages": 3})
    );
    let last = ocp.data(&format!("{path}?page=3&size=10")).await;
    assert_eq!(last["contents"].as_array().expect("list").len(), 3);
    let beyond = ocp.data(&format!("{path}?page=4&size=10")).await;
    assert_eq!(beyond["contents"], json!([]));
    assert_eq!(ocp.data("/ob/tenants?size=2000").await["page"]["totalElements"], 46);
    for wrong in ["page=0", "size=0", "size=2001", "page=x"] {
        refused(&ocp.get(&format!("/ob/tenants?{wrong}")).await, 400, "COM10001");
    }
}

#[tokio::test]
async fn filters_and_order() {
    let ocp = Ocp::two_sites();
    let names = async |query: &str| {
        let data = ocp.data(&format!("/ob/tenants?{query}")).await;
        let contents = data["contents"].as_array().expect("list").clone();
        contents
            .iter()
            .map(|t| t["name"].as_str().expect("name").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("clusterName=west").await, OCP_TENANTS);
    assert_eq!(names("name=ayment").await, ["payments", "payments"]);
    assert_eq!(names("mode=ORACLE").await, Vec::<String>::new());
    assert_eq!(
        names("status=NORMAL,CREATING&locked=false&readonly=false").await.len(),
        6
    );
    assert_eq!(
        names("clusterName=east&sort=name,desc").await,
        ["payments", "orders", "ledger"]
    );
    assert_eq!(names("clusterName=east&sort=id,asc").await, OCP_TENANTS);
}

#[tokio::test]
async fn a_tenant_shows_what_is_documented_and_no_role() {
    let ocp = Ocp::two_sites();
    let path = format!("/ob/clusters/{OCP_WEST_ID}/tenants/2000025");
    let tenant = ocp.data(&path).await;
    let shown = json!({
        "id": 2_000_025, "name": "payments", "clusterId": OCP_WEST_ID, "clusterName": "ob-west", "obClusterId": 2,
        "obTenantId": 1002, "mode": "MYSQL", "status": "NORMAL", "locked": false, "readonly": false,
    });
    for (key, value) in shown.as_object().expect("object") {
        assert_eq!(&tenant[key], value, "{key}");
    }
    let text = tenant.to_string();
    assert!(!text.contains("STANDBY") && !text.contains("ole\""), "{text}");
    ocp.set("ocp-role-field", "true");
    assert_eq!(ocp.data(&path).await["simulatorRole"], "STANDBY");
    refused(&ocp.get("/ob/clusters/1/tenants/2000025").await, 404, "OBE11001");
    let elsewhere = format!("/ob/clusters/{OCP_EAST_ID}/tenants/2000025");
    refused(&ocp.get(&elsewhere).await, 404, "OBE21003");
    refused(&ocp.get("/ob/clusters/x").await, 400, "COM10001");
}

#[tokio::test]
async fn tasks_are_found_by_tenant_state_and_name() {
    let ocp = Ocp::two_sites();
    ocp.east_is_down(true);
    let ids = tasks(&ocp.fail_over(&[2_000_025, 2_000_026, 2_000_027]).await);
    let found = async |query: &str| {
        let data = ocp.data(&format!("/tasks/instances?{query}")).await;
        let contents = data["contents"].as_array().expect("list").clone();
        contents
            .iter()
            .map(|t| t["id"].as_u64().expect("id"))
            .collect::<Vec<_>>()
    };
    assert_eq!(found("tenantId=2000026").await, [ids[1]]);
    assert_eq!(
        found("name=Failover").await,
        [ids[2], ids[1], ids[0]],
        "the newest first"
    );
    assert_eq!(found("status=RUNNING,FAILED&clusterId=3000010").await.len(), 3);
    assert_eq!(found("status=SUCCESSFUL").await, Vec::<u64>::new());
    assert_eq!(found("tenantName=ledger&cluterName=west").await, [ids[2]]);
    let listed = ocp.data("/tasks/instances?tenantId=2000025").await["contents"][0].clone();
    assert_eq!(
        listed["tenant"],
        json!({"id": 2_000_025, "name": "payments", "obTenantId": 1002, "mode": "MYSQL"})
    );
    let keys: Vec<&String> = listed["subtasks"][0].as_object().expect("object").keys().collect();
    assert_eq!(keys, ["description", "id", "name", "operation", "status"]);
    ocp.set("ocp-task-visible-after-seconds", "5");
    assert_eq!(found("tenantId=2000026").await, Vec::<u64>::new());
    refused(&ocp.get(&format!("/tasks/instances/{}", ids[0])).await, 404, "TSK10001");
    ocp.simulator.advance(5.0);
    assert_eq!(found("tenantId=2000026").await, [ids[1]]);
}
