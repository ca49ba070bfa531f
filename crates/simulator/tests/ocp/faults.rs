//! Faults at calls and subtasks: lost answers, refusals after a good precheck, a task that lies about the database.
//! It must not repeat what the tests of SDRS show of the gateway.

use serde_json::json;
use stationmaster_simulator::scenario::{OCP_STANDBY_IDS, OCP_WEST_ID};
use stationmaster_simulator::{Act, FaultMatch, FaultRule, SubtaskEnd, SubtaskFault, TenantAct};

use crate::bench::{Ocp, line, refused, tasks};

fn down() -> Ocp {
    let ocp = Ocp::two_sites();
    ocp.east_is_down(true);
    ocp
}

fn rule(ocp: &Ocp, act: Act) {
    ocp.simulator
        .add_fault(FaultRule::new(FaultMatch::action("failover"), act));
}

#[tokio::test]
async fn the_second_subtask_times_out_though_the_database_promoted() {
    let ocp = down();
    let fault = SubtaskFault {
        end: SubtaskEnd::Timeout,
        done: true,
        ..SubtaskFault::fail(2)
    };
    rule(&ocp, Act::Subtask(fault));
    let id = tasks(&ocp.fail_over(&[2_000_025]).await)[0];
    ocp.simulator.advance(20.0);
    assert_eq!(ocp.roles("payments")[1], "PRIMARY");
    assert_eq!(line(&ocp.task(id).await)[1].1, "RUNNING");
    ocp.simulator.advance(1800.0);
    let task = ocp.task(id).await;
    assert_eq!((&task["status"], &*line(&task)[1].1), (&json!("FAILED"), "FAILED"));
    assert_eq!(ocp.roles("payments")[1], "PRIMARY");
}

#[tokio::test]
async fn a_server_restarts_in_the_middle() {
    let ocp = down();
    let fault = SubtaskFault {
        end: SubtaskEnd::Restart,
        ..SubtaskFault::fail(2)
    };
    rule(&ocp, Act::Subtask(fault));
    let id = tasks(&ocp.fail_over(&[2_000_025]).await)[0];
    let task = ocp.ended(id).await;
    assert_eq!(task["status"], "FAILED");
    assert_eq!(ocp.roles("payments")[1], "STANDBY");
    assert_eq!(
        ocp.simulator
            .tenant_history()
            .last()
            .map(|h| h.switchover_status[1].clone()),
        Some("NORMAL".into())
    );
}

#[tokio::test]
async fn one_tenant_of_three_fails() {
    let ocp = down();
    let fault = SubtaskFault {
        tenant: Some("orders".into()),
        ..SubtaskFault::fail(2)
    };
    rule(&ocp, Act::Subtask(fault));
    let mut ends = Vec::new();
    for id in tasks(&ocp.fail_over(&OCP_STANDBY_IDS).await) {
        ends.push(ocp.ended(id).await["status"].clone());
    }
    assert_eq!(ends, ["SUCCESSFUL", "FAILED", "SUCCESSFUL"]);
}

#[tokio::test]
async fn an_answer_is_lost_and_the_task_is_there() {
    let ocp = down();
    rule(&ocp, Act::DropAnswer {});
    assert!(ocp.fail_over(&[2_000_025]).await.dropped);
    let found = ocp.data("/tasks/instances?tenantId=2000025&status=RUNNING").await;
    assert_eq!(found["contents"][0]["name"], "Failover tenant");
    let entry = &ocp.simulator.journal()[0];
    assert!(entry.accepted && !entry.answered && entry.job_id.is_some());
}

#[tokio::test]
async fn a_refusal_after_a_good_precheck_is_in_the_envelope() {
    let ocp = down();
    let refuse = |code: &str| Act::Refuse {
        code: code.into(),
        status: None,
        message: None,
    };
    rule(&ocp, refuse("OBE26019"));
    refused(&ocp.fail_over(&[2_000_025]).await, 400, "OBE26019");
    rule(
        &ocp,
        Act::Throttle {
            retry_after_seconds: Some(3),
        },
    );
    let answer = ocp.fail_over(&[2_000_025]).await;
    assert_eq!(
        (answer.status, answer.headers["retry-after"].to_str().ok()),
        (429, Some("3"))
    );
    let respond = |apply| Act::Respond {
        status: 503,
        headers: Default::default(),
        body: None,
        apply,
    };
    rule(&ocp, respond(false));
    refused(&ocp.fail_over(&[2_000_025]).await, 503, "COM10999");
    assert!(ocp.simulator.journal().iter().all(|e| !e.accepted));
}

#[tokio::test]
async fn a_held_call_arrives_later_and_a_tenant_is_matched_by_name() {
    let ocp = down();
    let matching = FaultMatch {
        resource: Some("payments".into()),
        ..FaultMatch::action("failover")
    };
    let hold = Act::Hold {
        seconds: Some(60.0),
        clock: stationmaster_simulator::FaultClock::Virtual,
    };
    ocp.simulator.add_fault(FaultRule::new(matching, hold));
    assert!(!ocp.fail_over(&[2_000_026]).await.dropped, "another tenant");
    assert!(ocp.fail_over(&[2_000_025]).await.dropped);
    assert_eq!(
        ocp.data("/tasks/instances?tenantId=2000025").await["page"]["totalElements"],
        0
    );
    ocp.simulator.advance(60.0);
    assert_eq!(
        ocp.data("/tasks/instances?tenantId=2000025").await["page"]["totalElements"],
        1
    );
}

#[tokio::test]
async fn the_old_primary_comes_back_right_before_the_call() {
    let ocp = down();
    let back = TenantAct {
        cluster: Some("ob-east".into()),
        down: Some(false),
        ..Default::default()
    };
    rule(&ocp, Act::Tenant(back));
    refused(&ocp.fail_over(&[2_000_025]).await, 400, "OBE26019");
}

#[tokio::test]
async fn a_task_may_never_end_and_faults_go_through_the_control_api() {
    let ocp = down();
    let rules = json!([
        {"match": {"service": "ocp", "action": "failover"}, "act": {"kind": "jobNeverEnds"}},
        {"match": {"action": "failover"}, "act": {"kind": "tenant", "tenant": "ob-west/ledger", "lagSeconds": 9.0}},
        {"match": {"action": "retry"}, "act": {"kind": "subtask", "subtask": 1, "end": "fail"}},
    ]);
    let router = ocp.simulator.control_router();
    let answer = crate::support::call(&router, "POST", "/faults", &[], &rules.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let id = tasks(&ocp.fail_over(&[2_000_025]).await)[0];
    assert_eq!(ocp.tenant(OCP_WEST_ID, "ledger")["lag"], 9.0);
    ocp.simulator.advance(90_000.0);
    assert_eq!(ocp.task(id).await["status"], "RUNNING");
    let act = json!({"cluster": "ob-east", "down": false}).to_string();
    assert_eq!(
        crate::support::call(&router, "POST", "/console", &[], &act)
            .await
            .status,
        200
    );
    let unknown = json!({"tenant": "nobody"}).to_string();
    assert_eq!(
        crate::support::call(&router, "POST", "/console", &[], &unknown)
            .await
            .status,
        400
    );
}
