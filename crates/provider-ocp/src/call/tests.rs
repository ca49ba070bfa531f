//! Orders as they stand on the wire, and answers to them.
//! They must not send anything.

use super::answer::{Came, class};
use super::order::Order;
use super::*;
use http::StatusCode;
use serde_json::json;
use stationmaster_engine::{PartAction, PartCall};
use stationmaster_transport::{Headers, Response};

fn failover() -> Order {
    Order::Failover {
        cluster: 3_000_010,
        standbys: vec![(2_000_025, Some("serviceA".to_owned())), (2_000_026, None)],
    }
}

fn orders() -> [Order; 5] {
    let switchover = Order::Switchover {
        cluster: 3_000_010,
        pairs: vec![(1, 2)],
    };
    let (task, part) = (12_022_226, 13_025_788);
    let back = Order::RollBack { task };
    let [retry, skip] = [Order::RetryPart { task, part }, Order::SkipPart { task, part }];
    [failover(), switchover, back, retry, skip]
}

fn answered(order: &Order, status: u16, body: &str, header: Option<(http::HeaderName, &str)>) -> Answer {
    let mut headers = Headers::new();
    if let Some((name, value)) = header {
        headers.set(name, value).unwrap();
    }
    let response = Response {
        status: StatusCode::from_u16(status).unwrap(),
        headers,
        body: body.to_owned().into(),
    };
    class(order, &response, Timestamp::UNIX_EPOCH, |text| {
        text.replace("hunter22", "*")
    })
}

fn outcome(order: &Order, status: u16, body: &str) -> CallOutcome {
    match answered(order, status, body, None).came {
        Came::Out(outcome) => outcome,
        Came::PrimaryAlive { code, message } => panic!("{code} {message}"),
    }
}

fn error(code: &str) -> String {
    format!(
        r#"{{"successful":false,"traceId":"abc","server":"s1","error":{{"code":"{code}","message":"no, hunter22"}}}}"#
    )
}

#[test]
fn each_order_has_its_path_and_body() {
    let paths = orders().map(|order| order.path().join("/"));
    assert_eq!(
        paths,
        [
            "ob/clusters/3000010/tenants/failover",
            "ob/clusters/3000010/tenants/switchover",
            "tasks/instances/12022226/rollback",
            "tasks/instances/12022226/subtasks/13025788/retry",
            "tasks/instances/12022226/subtasks/13025788/skip",
        ]
    );
    let bodies = orders().map(|order| order.body());
    let items = json!([{ "tenantId": 2_000_025, "serviceName": "serviceA" }, { "tenantId": 2_000_026 }]);
    assert_eq!(bodies[0], Some(json!({ "failoverTenantItemList": items })));
    assert_eq!(
        bodies[1],
        Some(json!({ "tenantParamList": [{ "tenantId": 1, "standbyTenantId": 2 }] }))
    );
    assert!(bodies[2..].iter().all(Option::is_none));
}

#[test]
fn a_part_names_one_order_or_none() {
    let asked = |job: &str, part: &str, action| {
        Order::of_part(&PartCall {
            job: job.to_owned(),
            part: part.to_owned(),
            action,
            before: None,
        })
    };
    let actions = [PartAction::Rollback, PartAction::Retry, PartAction::Skip];
    let told = actions.map(|action| asked("12022226", "13025788", action));
    assert_eq!(told.into_iter().flatten().collect::<Vec<_>>(), orders()[2..]);
    assert_eq!(asked("x", "13025788", PartAction::Retry), None);
    assert_eq!(asked("12022226", "1/2", PartAction::Skip), None);
}

#[test]
fn the_documented_answer_is_accepted_and_a_tenant_without_a_task_is_told() {
    let answer = answered(&failover(), 200, include_str!("../wire/golden/failover.json"), None);
    let jobs = vec!["12022226".to_owned()];
    assert_eq!(answer.came, Came::Out(CallOutcome::Accepted { jobs }));
    assert_eq!(
        (&answer.tasks[..], &answer.left_out[..]),
        (&[(12_022_226, 2_000_025)][..], &[2_000_026][..])
    );
    assert_eq!(answer.trace.trace.as_deref(), Some("2692bd8d54b25810"));
    assert_eq!(answer.trace.server.as_deref(), Some("3af57a8e6b"));
}

#[test]
fn a_success_without_a_task_of_ours_is_none() {
    for body in [
        "",
        "{}",
        "<html>",
        r#"{"data":{"contents":[]}}"#,
        r#"{"data":{"contents":[{"id":1,"tenantId":9}]}}"#,
        r#"{"data":{"contents":[{"tenantId":2000025}]}}"#,
        r#"{"data":{"contents":[{"id":1}]}}"#,
    ] {
        assert!(
            matches!(outcome(&failover(), 200, body), CallOutcome::Ambiguous { .. }),
            "{body}"
        );
    }
    let one = Order::Failover {
        cluster: 1,
        standbys: vec![(5, None)],
    };
    for body in [
        r#"{"data":{"id":7}}"#,
        r#"{"data":{"contents":[{"id":7}]}}"#,
        r#"{"data":{"id":"7","tenant":{"id":5}}}"#,
    ] {
        let jobs = vec!["7".to_owned()];
        assert_eq!(outcome(&one, 200, body), CallOutcome::Accepted { jobs }, "{body}");
    }
    for order in &orders()[2..] {
        let jobs = vec!["12022226".to_owned()];
        assert_eq!(
            outcome(order, 200, r#"{"successful":true}"#),
            CallOutcome::Accepted { jobs }
        );
        assert!(matches!(outcome(order, 200, "<html>"), CallOutcome::Ambiguous { .. }));
    }
}

/// Each class with each order; the codes themselves are tried beside their table.
#[test]
fn each_order_hears_each_class() {
    for order in orders() {
        for status in [200, 400, 409, 500] {
            let CallOutcome::Refused { code, message } = outcome(&order, status, &error("OBE26013")) else {
                panic!("{status}")
            };
            assert_eq!(code, "OBE26013");
            assert_eq!(message, format!("no, * (HTTP {status}, trace abc, server s1)"));
            let busy = outcome(&order, status, &error("OBE11020"));
            assert!(
                matches!(
                    busy,
                    CallOutcome::TurnedAway {
                        reason: Reason::CallTurnedAway,
                        after_seconds: Some(10),
                        ..
                    }
                ),
                "{busy:?}"
            );
            for code in ["COM10004", "COM10999", "TSK10012"] {
                let doubt = outcome(&order, status, &error(code));
                assert!(matches!(doubt, CallOutcome::Ambiguous { .. }), "{code} {status}");
            }
        }
        let denied = outcome(&order, 401, &error("IAM10004"));
        assert!(matches!(
            denied,
            CallOutcome::TurnedAway {
                reason: Reason::AuthenticationFailed,
                after_seconds: Some(30),
                ..
            }
        ));
        for status in [302, 400, 404, 408, 500, 502, 503, 504] {
            assert!(
                matches!(
                    outcome(&order, status, "<html>no</html>"),
                    CallOutcome::Ambiguous { .. }
                ),
                "{status}"
            );
        }
        assert!(matches!(
            outcome(&order, 200, r#"{"successful":false}"#),
            CallOutcome::Ambiguous { .. }
        ));
    }
}

#[test]
fn throttling_says_for_how_long() {
    let body = include_str!("../wire/golden/throttled.json");
    let wait = |name: &'static str| {
        let header = Some((http::HeaderName::from_static(name), "7"));
        match answered(&failover(), 429, body, header).came {
            Came::Out(CallOutcome::TurnedAway {
                reason, after_seconds, ..
            }) => (reason, after_seconds),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(wait("retry-after"), (Reason::CallTurnedAway, Some(7)));
    assert_eq!(wait("ratelimit-reset"), (Reason::CallTurnedAway, Some(7)));
    assert_eq!(wait("x-other"), (Reason::CallTurnedAway, None));
}

#[test]
fn a_living_primary_is_told_apart_of_a_failover_alone() {
    let came = answered(&failover(), 400, &error("OBE26019"), None).came;
    assert!(
        matches!(came, Came::PrimaryAlive { ref code, .. } if code == "OBE26019"),
        "{came:?}"
    );
    for order in &orders()[1..] {
        assert!(matches!(
            outcome(order, 400, &error("OBE26019")),
            CallOutcome::Refused { .. }
        ));
    }
}
