//! Calls through the contract: what is sent, once, and what came of it; and the search for a lost one.
//! They must not send twice to be sure.

use super::{Bench, SET, call, row};
use crate::sql::fake::Odd;
use serde_json::{Value, json};
use stationmaster_engine::{JobStatus, OperationType, PartAction, PartCall, Reason};
use stationmaster_provider::{CallOutcome, CallRequest, FaultClass, LostCall, Provider};

async fn send(ocp: &crate::Ocp, call: &CallRequest) -> CallOutcome {
    ocp.prepare(call).await.unwrap().send().await
}

fn tasks(ids: &[(i64, i64)]) -> String {
    let tasks: Vec<Value> = ids
        .iter()
        .map(|(id, tenant)| json!({ "id": id, "tenantId": tenant, "name": "Failover tenant", "status": "RUNNING" }))
        .collect();
    json!({ "data": { "contents": tasks }, "successful": true, "traceId": "t1", "server": "s1" }).to_string()
}

fn refusal(code: &str) -> String {
    json!({ "successful": false, "error": { "code": code, "message": "no" } }).to_string()
}

#[tokio::test]
async fn a_batch_failover_is_one_call_with_the_service_names() {
    let bench = Bench::new().await;
    bench
        .ocp
        .set(|world| world.answer = Some((200, tasks(&[(7, 2_000_125), (8, 2_000_126)]))));
    let ocp = bench.provider();
    ocp.observe(SET).await.unwrap();
    let outcome = send(&ocp, &call(OperationType::Failover)).await;
    let jobs = vec!["7".to_owned(), "8".to_owned()];
    assert_eq!(outcome, CallOutcome::Accepted { jobs });
    let came = bench.ocp.came("/failover");
    let [came] = &came[..] else { panic!("{came:?}") };
    assert_eq!(
        (came.method.as_str(), came.path.as_str()),
        ("POST", "/api/v2/ob/clusters/3000020/tenants/failover")
    );
    let kept = ocp.answered("op");
    let [kept] = &kept[..] else { panic!("{kept:?}") };
    assert_eq!(
        (kept.trace.as_deref(), kept.server.as_deref()),
        (Some("t1"), Some("s1"))
    );
    assert_eq!(
        (&kept.tasks[..], kept.attempt),
        (&[(7, 2_000_125), (8, 2_000_126)][..], 1)
    );
    let wanted = json!({ "failoverTenantItemList": [{ "tenantId": 2_000_125 }, { "tenantId": 2_000_126, "serviceName": "orders" }] });
    assert_eq!(serde_json::from_str::<Value>(&came.body).unwrap(), wanted);
    assert_eq!(came.headers["accept-language"], "en-US");
    assert!(
        came.headers["authorization"]
            .to_str()
            .unwrap()
            .starts_with("OCP-ACCESS-KEY-HMACSHA1 ak:")
    );
}

#[tokio::test]
async fn a_batch_switchover_is_one_call_at_the_primarys_cluster() {
    let bench = Bench::new().await;
    bench
        .ocp
        .set(|world| world.answer = Some((200, tasks(&[(7, 2_000_025), (8, 2_000_126)]))));
    let outcome = send(&bench.provider(), &call(OperationType::PlannedFailover)).await;
    assert!(
        matches!(outcome, CallOutcome::Accepted { ref jobs } if jobs.len() == 2),
        "{outcome:?}"
    );
    let came = bench.ocp.came("/api/v2/ob/clusters/3000010/tenants/switchover");
    assert_eq!(came.len(), 1);
    assert!(came[0].body.contains("2000026") && came[0].body.contains("2000126"));
}

#[tokio::test]
async fn who_is_a_primary_there_already_is_not_failed_over_again() {
    let bench = Bench::new().await;
    bench.source.odd(Odd::HangsUp);
    bench.target.put(&[
        row("1004", "orders", "PRIMARY", "4", super::SCN),
        row("1006", "stock", "STANDBY", "3", super::EARLIER),
    ]);
    bench
        .ocp
        .set(|world| world.answer = Some((200, tasks(&[(8, 2_000_126)]))));
    let ocp = bench.provider();
    ocp.observe(SET).await.unwrap();
    send(&ocp, &call(OperationType::Failover)).await;
    let body = &bench.ocp.came("/failover")[0].body;
    assert!(body.contains("2000126") && !body.contains("2000125"), "{body}");
    bench.target.put(&[
        row("1004", "orders", "PRIMARY", "4", super::SCN),
        row("1006", "stock", "PRIMARY", "4", super::SCN),
    ]);
    let nobody = async || {
        ocp.observe(SET).await.unwrap();
        let fault = ocp.prepare(&call(OperationType::Failover)).await.err().unwrap();
        assert_eq!((fault.class, fault.reason), (FaultClass::NotSent, Reason::CallNotSent));
    };
    nobody().await;
    // Nor where the new site cannot be read for a while.
    bench.target.odd(Odd::HangsUp);
    nobody().await;
}

#[tokio::test]
async fn a_living_primary_is_believed_where_the_database_shows_it() {
    let bench = Bench::new().await;
    bench.ocp.set(|world| world.answer = Some((400, refusal("OBE26019"))));
    let ocp = bench.provider();
    ocp.observe(SET).await.unwrap();
    let outcome = send(&ocp, &call(OperationType::Failover)).await;
    assert!(
        matches!(outcome, CallOutcome::Refused { ref code, .. } if code == "OBE26019"),
        "{outcome:?}"
    );
    bench.source.odd(Odd::HangsUp);
    ocp.observe(SET).await.unwrap();
    let outcome = send(&ocp, &call(OperationType::Failover)).await;
    let CallOutcome::TurnedAway {
        message,
        after_seconds: Some(30),
        ..
    } = outcome
    else {
        panic!("{outcome:?}")
    };
    assert!(message.contains("decouple"), "{message}");
}

#[tokio::test]
async fn a_call_that_does_not_fit_or_is_old_is_not_sent() {
    let bench = Bench::new().await;
    let ocp = bench.provider();
    let good = || call(OperationType::Failover);
    let old = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(61);
    for wrong in [
        CallRequest {
            action: "switchover".to_owned(),
            ..good()
        },
        CallRequest {
            endpoint: "sdrs".to_owned(),
            ..good()
        },
        CallRequest {
            operation: OperationType::Reprotect,
            ..good()
        },
        CallRequest {
            object: "x".to_owned(),
            ..good()
        },
        CallRequest {
            recorded_at: old,
            ..good()
        },
    ] {
        assert!(ocp.prepare(&wrong).await.is_err(), "{wrong:?}");
    }
    assert!(ocp.prepare(&good()).await.is_ok());
    assert_eq!(bench.ocp.count(), 0);
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent_and_a_gateways_word_is_no_refusal() {
    let bench = Bench::new().await;
    let ocp = bench.provider();
    for status in [302, 404, 502, 503, 504] {
        bench
            .ocp
            .set(|world| world.answer = Some((status, "<html>".to_owned())));
        let outcome = send(&ocp, &call(OperationType::Failover)).await;
        assert!(matches!(outcome, CallOutcome::Ambiguous { .. }), "{status} {outcome:?}");
    }
    assert_eq!(bench.ocp.came("/failover").len(), 5, "each was sent once");
    let mut config = bench.config();
    config.endpoint = "http://127.0.0.1:1".to_owned();
    let outcome = send(&crate::Ocp::new(config).unwrap(), &call(OperationType::Failover)).await;
    assert!(matches!(outcome, CallOutcome::NotSent { .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_part_of_a_task_is_retried_by_one_call() {
    let bench = Bench::new().await;
    bench.ocp.set(|world| {
        world.answer = Some((
            200,
            json!({ "data": { "id": 13_025_786 }, "successful": true }).to_string(),
        ))
    });
    let part = PartCall {
        job: "12022226".to_owned(),
        part: "13025786".to_owned(),
        action: PartAction::Retry,
        before: None,
    };
    let asked = |action: &str| CallRequest {
        action: action.to_owned(),
        part: Some(part.clone()),
        ..call(OperationType::Failover)
    };
    let misfit = bench.provider().prepare(&asked("skip-subtask")).await.err();
    assert_eq!(misfit.map(|fault| fault.class), Some(FaultClass::NotSent));
    let outcome = send(&bench.provider(), &asked("retry-subtask")).await;
    let jobs = vec!["12022226".to_owned()];
    assert_eq!(outcome, CallOutcome::Accepted { jobs });
    let came = bench
        .ocp
        .came("/api/v2/tasks/instances/12022226/subtasks/13025786/retry");
    assert_eq!((came.len(), came[0].body.as_str()), (1, ""));
}

#[tokio::test]
async fn a_lost_answer_is_found_tenant_by_tenant_and_the_worst_is_told() {
    let bench = Bench::new().await;
    let ocp = bench.provider();
    ocp.observe(SET).await.unwrap();
    let now = jiff::Timestamp::now();
    let task = |id: i64, tenant: i64, status: &str| {
        json!({ "id": id, "name": "Failover tenant", "status": status, "operation": "EXECUTE", "tenant": { "id": tenant }, "startTime": now.to_string(),
            "subtasks": [{ "id": id * 10, "status": status, "upstreams": [], "prohibitRollback": true }] })
    };
    bench.ocp.set(|world| {
        world.tasks = vec![
            task(7, 2_000_125, "SUCCESSFUL"),
            task(8, 2_000_126, "FAILED"),
            task(9, 5, "FAILED"),
        ]
    });
    let lost = |held: &[&str]| LostCall {
        request: call(OperationType::Failover),
        held_jobs: held.iter().map(|id| (*id).to_owned()).collect(),
    };
    let found = ocp.find(&lost(&[])).await.unwrap().unwrap();
    assert_eq!((found.id.as_str(), found.expected_type), ("8", true));
    assert!(matches!(found.status, JobStatus::Waiting { .. }));
    let found = ocp.find(&lost(&["8"])).await.unwrap().unwrap();
    assert_eq!((found.id.as_str(), found.status), ("7", JobStatus::Succeeded));
    assert_eq!(ocp.find(&lost(&["7", "8"])).await.unwrap(), None);
    // What the task has promoted meanwhile is no reason not to look for it.
    bench.target.put(&[
        row("1004", "orders", "PRIMARY", "4", super::SCN),
        row("1006", "stock", "PRIMARY", "4", super::SCN),
    ]);
    ocp.observe(SET).await.unwrap();
    assert!(ocp.find(&lost(&[])).await.unwrap().is_some());
    assert_eq!(
        ocp.poll("failover", OperationType::Failover, "1234")
            .await
            .unwrap()
            .status,
        JobStatus::Gone
    );
    assert_eq!(ocp.connect().await.unwrap().api_version.as_deref(), Some("4.3.1"));
}
