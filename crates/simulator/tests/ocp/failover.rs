//! A batch failover: what it needs, its graph, what is left behind.
//! It must not test faults; `faults` does.

use serde_json::{Value, json};
use stationmaster_simulator::TenantAct;
use stationmaster_simulator::scenario::{OCP_EAST_ID, OCP_STANDBY_IDS, OCP_WEST_ID};

use crate::bench::{Ocp, done, line, refused, tasks};

#[tokio::test]
async fn three_tenants_in_one_call_each_with_its_graph() {
    let ocp = Ocp::two_sites();
    ocp.east_is_down(true);
    let ids = tasks(&ocp.fail_over(&OCP_STANDBY_IDS).await);
    assert_eq!(ids.len(), 3);
    for id in &ids {
        let task = ocp.ended(*id).await;
        assert_eq!(
            (&task["status"], &task["operation"]),
            (&json!("SUCCESSFUL"), &json!("EXECUTE"))
        );
        let names: Vec<String> = line(&task).into_iter().map(|(name, ..)| name).collect();
        assert_eq!(
            names,
            [
                "Reset log restore source",
                "Failover to primary tenant",
                "Upgrade tenant data version",
                "Create tenant service name",
                "Update primary tenant info task"
            ]
        );
    }
    for name in ["payments", "orders", "ledger"] {
        assert_eq!(
            ocp.roles(name),
            ["PRIMARY", "PRIMARY"],
            "the old primary is what it was"
        );
    }
    assert_eq!(ocp.tenant(OCP_WEST_ID, "orders")["service"], "svc_2000026");
    let journal = ocp.simulator.journal();
    assert_eq!(journal.len(), 1, "one call");
    assert_eq!(journal[0].action.as_deref(), Some("failover"));
    assert_eq!(journal[0].resource.as_deref(), Some("2000025,2000026,2000027"));
    assert_eq!(
        journal[0].job_id,
        Some(ids.iter().map(u64::to_string).collect::<Vec<_>>().join(","))
    );
}

#[tokio::test]
async fn the_graph_is_in_no_order_of_place_id_or_series() {
    let ocp = Ocp::two_sites();
    ocp.east_is_down(true);
    for id in tasks(&ocp.fail_over(&OCP_STANDBY_IDS).await) {
        let task = ocp.task(id).await;
        let subtasks = task["subtasks"].as_array().expect("subtasks");
        let order: Vec<&Value> = {
            let names = line(&task);
            names
                .iter()
                .map(|(n, ..)| subtasks.iter().find(|s| s["name"] == **n).expect("one"))
                .collect()
        };
        let sorted = |key: &str| order.is_sorted_by_key(|s| s[key].as_u64());
        assert!(!sorted("id") || !sorted("seriesId"), "{task}");
        assert_ne!(
            order.iter().map(|s| &s["id"]).collect::<Vec<_>>(),
            subtasks.iter().map(|s| &s["id"]).collect::<Vec<_>>()
        );
    }
}

#[tokio::test]
async fn a_living_primary_refuses_and_so_does_one_whose_death_is_not_seen() {
    let ocp = Ocp::two_sites();
    refused(&ocp.fail_over(&[2_000_025]).await, 400, "OBE26019");
    let path = format!("/ob/clusters/{OCP_WEST_ID}/tenants/failoverPreCheck");
    let check = done(&ocp.post(&path, Value::Null).await)["contents"][0].clone();
    assert_eq!(
        (&check["valid"], &check["checkResults"][0]["name"]),
        (&json!(false), &json!("OBE26019"))
    );
    ocp.set("ocp-death-seen-after-seconds", "30");
    ocp.east_is_down(true);
    refused(&ocp.fail_over(&[2_000_025]).await, 400, "OBE26019");
    ocp.simulator.advance(30.0);
    let check = done(&ocp.post(&path, Value::Null).await)["contents"][0].clone();
    assert_eq!(
        (&check["valid"], &check["primaryTenantServiceName"]),
        (&json!(true), &json!("svc_payments"))
    );
    assert_eq!(tasks(&ocp.fail_over(&[2_000_025]).await).len(), 1);
}

#[tokio::test]
async fn the_alive_check_may_be_the_tasks_or_nobodys() {
    let ocp = Ocp::two_sites();
    ocp.set("ocp-alive", "task");
    let id = tasks(&ocp.fail_over(&[2_000_025]).await)[0];
    assert_eq!(ocp.ended(id).await["status"], "FAILED");
    assert_eq!(ocp.roles("payments"), ["PRIMARY", "STANDBY"]);
    ocp.set("ocp-alive", "allow");
    let id = tasks(&ocp.fail_over(&[2_000_026]).await)[0];
    assert_eq!(ocp.ended(id).await["status"], "SUCCESSFUL");
    assert_eq!(ocp.roles("orders"), ["PRIMARY", "PRIMARY"]);
}

#[tokio::test]
async fn what_else_refuses() {
    let ocp = Ocp::two_sites();
    ocp.east_is_down(true);
    let west = |act: TenantAct| {
        let tenant = Some("ob-west/payments".into());
        ocp.act(TenantAct { tenant, ..act });
    };
    refused(&ocp.fail_over(&[7]).await, 404, "OBE21003");
    refused(&ocp.fail_over(&[2_000_015]).await, 404, "OBE21003");
    refused(&ocp.fail_over(&[]).await, 400, "COM10001");
    refused(&ocp.fail_over(&[2_000_025, 2_000_025]).await, 400, "COM10001");
    west(TenantAct {
        locked: Some(true),
        ..Default::default()
    });
    refused(&ocp.fail_over(&[2_000_025]).await, 400, "OBE21009");
    west(TenantAct {
        locked: Some(false),
        set_status: Some("MODIFYING".into()),
        ..Default::default()
    });
    refused(&ocp.fail_over(&[2_000_025]).await, 400, "OBE21005");
    west(TenantAct {
        set_status: Some("NORMAL".into()),
        ..Default::default()
    });
    let id = tasks(&ocp.fail_over(&[2_000_025]).await)[0];
    refused(&ocp.fail_over(&[2_000_025]).await, 409, "OBE11020");
    assert_eq!(
        tasks(&ocp.fail_over(&[2_000_026]).await).len(),
        1,
        "another tenant is free"
    );
    ocp.set("ocp-busy-scope", "cluster");
    refused(&ocp.fail_over(&[2_000_027]).await, 409, "OBE11020");
    ocp.ended(id).await;
    refused(&ocp.fail_over(&[2_000_025]).await, 400, "OBE26013");
    ocp.act(TenantAct {
        cluster: Some("ob-west".into()),
        set_status: Some("STOPPED".into()),
        ..Default::default()
    });
    refused(&ocp.fail_over(&[2_000_027]).await, 400, "OBE11007");
}

#[tokio::test]
async fn one_bad_item_refuses_the_batch_or_only_itself() {
    let ocp = Ocp::two_sites();
    ocp.east_is_down(true);
    refused(&ocp.fail_over(&[2_000_025, 7]).await, 404, "OBE21003");
    assert_eq!(ocp.data("/tasks/instances").await["page"]["totalElements"], 0);
    ocp.set("ocp-batch-rule", "each");
    assert_eq!(tasks(&ocp.fail_over(&[2_000_025, 7]).await).len(), 1);
    ocp.set("ocp-empty-batch", "allow");
    assert_eq!(tasks(&ocp.fail_over(&[]).await), Vec::<u64>::new());
}

#[tokio::test]
async fn the_service_name_is_lost_unless_it_is_given_again() {
    let ocp = Ocp::two_sites();
    ocp.east_is_down(true);
    let path = format!("/ob/clusters/{OCP_WEST_ID}/tenants/failover");
    let without = json!({"failoverTenantItemList": [{"tenantId": 2_000_025}]});
    let id = tasks(&ocp.post(&path, without.clone()).await)[0];
    assert_eq!(line(&ocp.ended(id).await).len(), 5);
    assert_eq!(ocp.tenant(OCP_WEST_ID, "payments")["service"], Value::Null);
    ocp.set("ocp-service-step", "named");
    let without = json!({"failoverTenantItemList": [{"tenantId": 2_000_026}]});
    let id = tasks(&ocp.post(&path, without).await)[0];
    assert_eq!(line(&ocp.ended(id).await).len(), 4);
}

#[tokio::test]
async fn a_late_standby_loses_what_it_had_not_got() {
    let ocp = Ocp::two_sites();
    ocp.act(TenantAct {
        tenant: Some("ob-west/payments".into()),
        lag_seconds: Some(7.0),
        ..Default::default()
    });
    ocp.simulator.advance(100.0);
    let scn = |cluster: u64| ocp.tenant(cluster, "payments")["syncScn"].as_i64().expect("number");
    assert_eq!(scn(OCP_EAST_ID) - scn(OCP_WEST_ID), 7_000_000_000);
    let reached = scn(OCP_WEST_ID);
    let later = |seconds: f64| {
        let tenant = Some("ob-west/payments".into());
        let lag_seconds = Some(seconds);
        ocp.act(TenantAct {
            tenant,
            lag_seconds,
            ..Default::default()
        });
    };
    later(50.0);
    assert_eq!(scn(OCP_WEST_ID), reached, "what it has it keeps");
    later(7.0);
    ocp.east_is_down(true);
    let (end, reached) = (scn(OCP_EAST_ID), scn(OCP_WEST_ID));
    ocp.simulator.advance(60.0);
    assert_eq!(
        (scn(OCP_EAST_ID), scn(OCP_WEST_ID)),
        (end, reached),
        "nothing is written or read any more"
    );
    let id = tasks(&ocp.fail_over(&[2_000_025]).await)[0];
    ocp.ended(id).await;
    assert!(scn(OCP_WEST_ID) > end, "the new primary writes");
    ocp.east_is_down(false);
    assert_eq!(
        ocp.roles("payments"),
        ["PRIMARY", "PRIMARY"],
        "the old one is back, and writes too"
    );
    ocp.simulator.advance(1.0);
    assert!(scn(OCP_EAST_ID) > end);
}

#[tokio::test]
async fn the_kernel_passes_through_its_states() {
    let ocp = Ocp::two_sites();
    ocp.east_is_down(true);
    let before = ocp.tenant(OCP_WEST_ID, "payments")["switchoverEpoch"].as_i64();
    let id = tasks(&ocp.fail_over(&[2_000_025]).await)[0];
    ocp.ended(id).await;
    let history = ocp.simulator.tenant_history();
    let steps: Vec<_> = history
        .iter()
        .map(|h| (&*h.role[1], &*h.switchover_status[1]))
        .collect();
    assert_eq!(
        steps,
        [
            ("STANDBY", "PREPARE FLASHBACK"),
            ("STANDBY", "FLASHBACK"),
            ("STANDBY", "SWITCHING TO PRIMARY"),
            ("PRIMARY", "NORMAL")
        ]
    );
    assert!(history.iter().all(|h| h.cause == id.to_string()));
    assert!(ocp.tenant(OCP_WEST_ID, "payments")["switchoverEpoch"].as_i64() > before);
}
