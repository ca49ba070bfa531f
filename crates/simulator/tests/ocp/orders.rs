//! Retry, rollback, skip and cancel, and the three traps of the task model.
//! It must not test how a fault is matched.

use serde_json::{Value, json};
use stationmaster_simulator::scenario::OCP_WEST_ID;
use stationmaster_simulator::{Act, FaultMatch, FaultRule, SubtaskFault};

use crate::bench::{Ocp, line, refused, subtask, tasks};

const NAMES: [&str; 5] = [
    "Reset log restore source",
    "Failover to primary tenant",
    "Upgrade tenant data version",
    "Create tenant service name",
    "Update primary tenant info task",
];

/// A failover that has failed at a subtask, from 1.
async fn failed_at(place: usize, runs: u32) -> (Ocp, u64) {
    let ocp = Ocp::two_sites();
    ocp.east_is_down(true);
    let fault = SubtaskFault {
        runs,
        ..SubtaskFault::fail(place)
    };
    ocp.simulator
        .add_fault(FaultRule::new(FaultMatch::action("failover"), Act::Subtask(fault)));
    let id = tasks(&ocp.fail_over(&[2_000_025]).await)[0];
    let task = ocp.ended(id).await;
    assert_eq!(task["status"], "FAILED");
    let states: Vec<String> = line(&task).into_iter().map(|(_, status, _)| status).collect();
    assert_eq!(states[place - 1], "FAILED");
    assert!(states[..place - 1].iter().all(|s| s == "SUCCESSFUL") && states[place..].iter().all(|s| s == "PENDING"));
    (ocp, id)
}

#[tokio::test]
async fn a_failed_subtask_is_retried_alone() {
    for place in 1..=5 {
        let (ocp, id) = failed_at(place, 1).await;
        let failed = subtask(&ocp.task(id).await, NAMES[place - 1]);
        let answer = ocp.order(&format!("{id}/subtasks/{failed}/retry")).await.json();
        assert_eq!(
            (&answer["data"]["id"], &answer["data"]["operation"]),
            (&json!(failed), &json!("RETRY"))
        );
        assert_eq!(answer["data"]["runTime"], 1, "a subtask's retry does not count");
        let task = ocp.ended(id).await;
        assert_eq!(
            (&task["status"], &task["operation"]),
            (&json!("SUCCESSFUL"), &json!("EXECUTE"))
        );
        assert_eq!(ocp.roles("payments")[1], "PRIMARY");
    }
}

#[tokio::test]
async fn a_task_is_retried_and_counts() {
    let (ocp, id) = failed_at(3, 1).await;
    let answer = ocp.order(&format!("{id}/retry")).await.json();
    assert_eq!(
        (&answer["data"]["status"], &answer["data"]["operation"]),
        (&json!("RUNNING"), &json!("RETRY"))
    );
    refused(&ocp.order(&format!("{id}/retry")).await, 400, "TSK10007");
    let task = ocp.ended(id).await;
    assert_eq!(
        (&task["status"], &task["operation"]),
        (&json!("SUCCESSFUL"), &json!("RETRY"))
    );
    let third = subtask(&task, NAMES[2]);
    let runs = task["subtasks"]
        .as_array()
        .expect("list")
        .iter()
        .find(|s| s["id"] == third)
        .expect("one")["runTime"]
        .clone();
    assert_eq!(runs, 2);
    let log = ocp.data(&format!("/tasks/instances/{id}/subtasks/{third}/log")).await["log"].clone();
    let log = log.as_str().expect("text");
    assert!(
        log.starts_with("############{EXECUTE}{2024-07-23T17:42:") && log.contains("############{RETRY}{"),
        "{log}"
    );
    assert!(
        log.contains("[OBE10002]") && log.ends_with("state: SUCCESSFUL\n"),
        "{log}"
    );
}

#[tokio::test]
async fn a_rollback_ends_as_a_success_that_is_none() {
    let (ocp, id) = failed_at(1, 1).await;
    assert_eq!(ocp.task(id).await["prohibitRollback"], false);
    let answer = ocp.order(&format!("{id}/rollback")).await.json();
    assert_eq!(answer["data"]["operation"], "ROLLBACK");
    let task = ocp.ended(id).await;
    assert_eq!(
        (&task["status"], &task["operation"]),
        (&json!("SUCCESSFUL"), &json!("ROLLBACK"))
    );
    assert!(line(&task).iter().all(|(_, status, _)| status == "PENDING"));
    assert_eq!(ocp.roles("payments")[1], "STANDBY");
    refused(&ocp.order(&format!("{id}/rollback")).await, 400, "TSK10007");
    assert_eq!(
        ocp.tenant(OCP_WEST_ID, "payments")["source"],
        2_000_015,
        "it follows again"
    );
    assert_eq!(
        tasks(&ocp.fail_over(&[2_000_025]).await).len(),
        1,
        "it may be asked for again"
    );
}

#[tokio::test]
async fn after_the_point_of_no_return_there_is_no_rollback() {
    let ocp = Ocp::two_sites();
    ocp.east_is_down(true);
    let submitted = ocp.fail_over(&[2_000_025]).await.json()["data"]["contents"][0].clone();
    assert_eq!(submitted["prohibitRollback"], false, "worthless at submission");
    for place in 2..=5 {
        let (ocp, id) = failed_at(place, 1).await;
        assert_eq!(ocp.task(id).await["prohibitRollback"], true);
        refused(&ocp.order(&format!("{id}/rollback")).await, 400, "TSK10009");
    }
}

#[tokio::test]
async fn a_skipped_subtask_did_not_happen() {
    let (ocp, id) = failed_at(2, 1).await;
    let failed = subtask(&ocp.task(id).await, NAMES[1]);
    let answer = ocp.order(&format!("{id}/subtasks/{failed}/skip")).await.json();
    assert_eq!((&answer["successful"], answer.get("data")), (&json!(true), None));
    let task = ocp.ended(id).await;
    assert_eq!(
        (&task["status"], &task["operation"]),
        (&json!("SUCCESSFUL"), &json!("EXECUTE"))
    );
    assert_eq!(line(&task)[1], (NAMES[1].into(), "SUCCESSFUL".into(), "SKIP".into()));
    assert_eq!(
        ocp.roles("payments"),
        ["PRIMARY", "STANDBY"],
        "the task succeeded, the role did not change"
    );
}

#[tokio::test]
async fn a_running_subtask_is_cancelled_and_fails() {
    let ocp = Ocp::two_sites();
    ocp.east_is_down(true);
    let id = tasks(&ocp.fail_over(&[2_000_025]).await)[0];
    let first = subtask(&ocp.task(id).await, NAMES[0]);
    refused(
        &ocp.order(&format!("{id}/subtasks/{first}/cancel")).await,
        400,
        "TSK10007",
    );
    refused(
        &ocp.order(&format!("{id}/subtasks/{first}/skip")).await,
        400,
        "TSK10007",
    );
    refused(&ocp.order(&format!("{id}/subtasks/7/retry")).await, 404, "TSK10001");
    refused(&ocp.order("7/retry").await, 404, "TSK10001");
    ocp.simulator.advance(1.0);
    assert_eq!(line(&ocp.task(id).await)[0].1, "RUNNING");
    assert_eq!(ocp.order(&format!("{id}/subtasks/{first}/cancel")).await.status, 200);
    assert_eq!(line(&ocp.task(id).await)[0].1, "CANCELING");
    let task = ocp.ended(id).await;
    assert_eq!(line(&task)[0], (NAMES[0].into(), "FAILED".into(), "CANCEL".into()));
}

#[tokio::test]
async fn the_answer_of_a_rollback_may_have_no_data() {
    let (ocp, id) = failed_at(1, 1).await;
    ocp.set("ocp-rollback-data", "false");
    assert_eq!(
        ocp.order(&format!("{id}/rollback")).await.json().get("data"),
        None::<&Value>
    );
}

#[tokio::test]
async fn a_subtask_that_fails_for_good_fails_each_time() {
    let (ocp, id) = failed_at(3, 0).await;
    for _ in 0..3 {
        ocp.order(&format!("{id}/retry")).await;
        assert_eq!(ocp.ended(id).await["status"], "FAILED");
    }
}

/// A failover whose rollback failed at its first subtask.
async fn rollback_failed() -> (Ocp, u64, u64) {
    let (ocp, id) = failed_at(1, 1).await;
    let back = SubtaskFault {
        rollback: true,
        ..SubtaskFault::fail(1)
    };
    ocp.simulator
        .add_fault(FaultRule::new(FaultMatch::action("rollback"), Act::Subtask(back)));
    assert_eq!(ocp.order(&format!("{id}/rollback")).await.status, 200);
    let task = ocp.ended(id).await;
    assert_eq!(
        (&task["status"], &task["operation"]),
        (&json!("FAILED"), &json!("ROLLBACK"))
    );
    let first = subtask(&task, NAMES[0]);
    (ocp, id, first)
}

#[tokio::test]
async fn a_failed_rollback_is_skipped_or_where_the_console_is_right_retried() {
    let (ocp, id, first) = rollback_failed().await;
    refused(&ocp.order(&format!("{id}/retry")).await, 400, "TSK10007");
    refused(
        &ocp.order(&format!("{id}/subtasks/{first}/retry")).await,
        400,
        "TSK10007",
    );
    assert_eq!(ocp.order(&format!("{id}/subtasks/{first}/skip")).await.status, 200);
    let task = ocp.ended(id).await;
    assert_eq!(
        (&task["status"], &task["operation"]),
        (&json!("SUCCESSFUL"), &json!("ROLLBACK"))
    );
    assert_eq!(
        line(&task)[0],
        (NAMES[0].into(), "PENDING".into(), "ROLLBACK_SKIP".into())
    );
    let (ocp, id, _) = rollback_failed().await;
    ocp.set("ocp-retry-failed-rollback", "allow");
    assert_eq!(ocp.order(&format!("{id}/retry")).await.status, 200);
    let task = ocp.ended(id).await;
    assert_eq!(
        (&task["status"], &task["operation"]),
        (&json!("SUCCESSFUL"), &json!("ROLLBACK"))
    );
    assert_eq!(ocp.tenant(OCP_WEST_ID, "payments")["source"], 2_000_015);
}

#[tokio::test]
async fn a_switchover_is_rolled_back_while_it_may_be() {
    for (place, roles) in [(2, ["PRIMARY", "STANDBY"]), (3, ["STANDBY", "STANDBY"])] {
        let ocp = Ocp::two_sites();
        let matching = FaultMatch::action("switchover");
        let fault = SubtaskFault::fail(place);
        ocp.simulator.add_fault(FaultRule::new(matching, Act::Subtask(fault)));
        let id = tasks(&ocp.switch_over(&[(2_000_015, 2_000_025)]).await)[0];
        assert_eq!(ocp.ended(id).await["status"], "FAILED");
        assert_eq!(ocp.roles("payments"), roles);
        let answer = ocp.order(&format!("{id}/rollback")).await;
        if place == 3 {
            refused(&answer, 400, "TSK10009");
            ocp.order(&format!("{id}/retry")).await;
            assert_eq!(ocp.ended(id).await["status"], "SUCCESSFUL");
            assert_eq!(ocp.roles("payments"), ["STANDBY", "PRIMARY"]);
        } else {
            assert_eq!(ocp.ended(id).await["status"], "SUCCESSFUL");
            assert_eq!(ocp.roles("payments"), ["PRIMARY", "STANDBY"]);
        }
    }
}
