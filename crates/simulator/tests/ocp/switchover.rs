//! Switchovers, single and in a batch: what they need, the window of two standbys, the way back.
//! It must not test faults; `faults` does.

use serde_json::json;
use stationmaster_simulator::TenantAct;
use stationmaster_simulator::scenario::{OCP_EAST_ID, OCP_PRIMARY_IDS, OCP_STANDBY_IDS, OCP_WEST_ID};

use crate::bench::{Ocp, done, line, refused, tasks};

fn pairs() -> Vec<(u64, u64)> {
    OCP_PRIMARY_IDS.into_iter().zip(OCP_STANDBY_IDS).collect()
}

#[tokio::test]
async fn a_batch_there_and_one_back() {
    let ocp = Ocp::two_sites();
    let ids = tasks(&ocp.switch_over(&pairs()).await);
    for id in &ids {
        assert_eq!(ocp.ended(*id).await["status"], "SUCCESSFUL");
    }
    for name in ["payments", "orders", "ledger"] {
        assert_eq!(ocp.roles(name), ["STANDBY", "PRIMARY"]);
    }
    assert_eq!(
        ocp.tenant(OCP_WEST_ID, "payments")["service"],
        "svc_payments",
        "a switchover keeps the name"
    );
    let back = json!({"tenantId": 2_000_025, "standbyTenantId": 2_000_015});
    let path = format!("/ob/clusters/{OCP_WEST_ID}/tenants/2000025/switchover");
    let task = done(&ocp.post(&path, back).await);
    assert_eq!(task["name"], "Switchover ob tenant for network mode");
    ocp.ended(task["id"].as_u64().expect("id")).await;
    assert_eq!(ocp.roles("payments"), ["PRIMARY", "STANDBY"]);
    let actions: Vec<_> = ocp
        .simulator
        .journal()
        .into_iter()
        .map(|e| (e.operation, e.resource))
        .collect();
    assert_eq!(actions[1], ("SwitchoverTenant".into(), Some("2000025".into())));
}

#[tokio::test]
async fn for_a_while_both_are_standbys_and_nothing_is_lost() {
    let ocp = Ocp::two_sites();
    let id = tasks(&ocp.switch_over(&pairs()[..1]).await)[0];
    let mut seen = vec![ocp.roles("payments")];
    while ocp.task(id).await["status"] == "RUNNING" {
        ocp.simulator.advance(1.0);
        let roles = ocp.roles("payments");
        if seen.last() != Some(&roles) {
            seen.push(roles);
        }
    }
    let words = |a: &str, b: &str| [a.to_owned(), b.to_owned()];
    assert_eq!(
        seen,
        [
            words("PRIMARY", "STANDBY"),
            words("STANDBY", "STANDBY"),
            words("STANDBY", "PRIMARY")
        ]
    );
    let scn = |cluster: u64| ocp.tenant(cluster, "payments")["syncScn"].as_i64().expect("number");
    assert!(scn(OCP_WEST_ID) >= scn(OCP_EAST_ID));
    ocp.simulator.advance(10.0);
    assert_eq!(
        ocp.tenant(OCP_EAST_ID, "payments")["lagMs"],
        200.0,
        "the old primary follows"
    );
}

#[tokio::test]
async fn the_kernel_writes_the_role_of_the_old_primary_first() {
    let ocp = Ocp::two_sites();
    let id = tasks(&ocp.switch_over(&pairs()[..1]).await)[0];
    ocp.ended(id).await;
    let history = ocp.simulator.tenant_history();
    let steps: Vec<_> = history
        .iter()
        .map(|h| (h.tenant, &*h.role[1], &*h.switchover_status[1]))
        .collect();
    let (old, new) = pairs()[0];
    assert_eq!(
        steps,
        [
            (old, "STANDBY", "SWITCHING TO STANDBY"),
            (old, "STANDBY", "NORMAL"),
            (new, "STANDBY", "PREPARE SWITCHING TO PRIMARY"),
            (new, "STANDBY", "FLASHBACK"),
            (new, "STANDBY", "SWITCHING TO PRIMARY"),
            (new, "PRIMARY", "NORMAL"),
        ]
    );
}

#[tokio::test]
async fn the_precheck_tells_what_the_call_would_say() {
    let ocp = Ocp::two_sites();
    let path = format!("/ob/clusters/{OCP_EAST_ID}/tenants/2000015/switchoverPreCheck");
    let body = json!({"tenantId": 2_000_015, "standbyTenantId": 2_000_025});
    let check = done(&ocp.post(&path, body.clone()).await);
    assert_eq!(
        (&check["valid"], &check["standbyCheckResults"][0]["tenantId"]),
        (&json!(true), &json!(2_000_025))
    );
    let scn = check["standbyCheckResults"][0]["syncScn"].as_i64();
    assert_eq!(scn, ocp.tenant(OCP_WEST_ID, "payments")["syncScn"].as_i64());
    ocp.act(TenantAct {
        tenant: Some("ob-west/payments".into()),
        paused: Some(true),
        ..Default::default()
    });
    ocp.simulator.advance(5.0);
    assert_eq!(done(&ocp.post(&path, body.clone()).await)["valid"], false);
    refused(&ocp.switch_over(&pairs()[..1]).await, 400, "OBE26007");
    ocp.set("ocp-standby-results", "object");
    ocp.set("ocp-sync-scn", "delay-ms");
    assert_eq!(
        done(&ocp.post(&path, body).await)["standbyCheckResults"]["syncScn"],
        5200
    );
    ocp.set("ocp-lag-refused", "allow");
    let id = tasks(&ocp.switch_over(&pairs()[..1]).await)[0];
    let task = ocp.ended(id).await;
    assert_eq!((&task["status"], &*line(&task)[0].1), (&json!("FAILED"), "FAILED"));
}

#[tokio::test]
async fn what_else_refuses() {
    let ocp = Ocp::two_sites();
    refused(&ocp.switch_over(&[(2_000_025, 2_000_015)]).await, 404, "OBE21003");
    refused(&ocp.switch_over(&[(2_000_015, 2_000_026)]).await, 400, "OBE26013");
    refused(&ocp.switch_over(&[(2_000_015, 9)]).await, 404, "OBE21003");
    refused(&ocp.switch_over(&[]).await, 400, "COM10001");
    let id = tasks(&ocp.switch_over(&pairs()[..1]).await)[0];
    refused(&ocp.switch_over(&pairs()[..1]).await, 409, "OBE11020");
    ocp.ended(id).await;
    ocp.east_is_down(true);
    refused(&ocp.switch_over(&pairs()[1..]).await, 500, "OBE22000");
}

#[tokio::test]
async fn a_primary_that_dies_in_between_leaves_two_standbys() {
    let ocp = Ocp::two_sites();
    let id = tasks(&ocp.switch_over(&pairs()[..1]).await)[0];
    while ocp.roles("payments")[0] == "PRIMARY" || line(&ocp.task(id).await)[1].1 != "SUCCESSFUL" {
        ocp.simulator.advance(1.0);
    }
    ocp.east_is_down(true);
    let task = ocp.ended(id).await;
    assert_eq!((&task["status"], &*line(&task)[2].1), (&json!("FAILED"), "FAILED"));
    assert_eq!(ocp.roles("payments"), ["STANDBY", "STANDBY"]);
    let id = tasks(&ocp.fail_over(&[2_000_025]).await)[0];
    assert_eq!(ocp.ended(id).await["status"], "SUCCESSFUL");
    assert_eq!(ocp.roles("payments"), ["STANDBY", "PRIMARY"]);
}
