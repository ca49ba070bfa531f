//! What was refused before: it never outranks a person, and what one endpoint refuses says nothing of another.
//! It must not look at what is read, only whether it is read and how often credentials are tried.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod bench;

use bench::{Auth, GROUP, PROJECT, SimulatorBench, connection, respond};
use secrecy::SecretString;
use serde_json::{Value, json};
use stationmaster_engine::Reason;
use stationmaster_provider::FaultClass;
use stationmaster_provider::contract::Bench;
use stationmaster_provider_sdrs::SdrsAuth;
use stationmaster_simulator::{Act, FaultMatch, FaultRule, Service};
use std::time::Duration;

const BOTH: [Auth; 2] = [Auth::Password, Auth::AccessKey];

/// Answers `count` requests to a service so; 0 is without end.
fn answers(bench: &SimulatorBench, service: Service, count: u64, status: u16, body: Value) {
    let matching = FaultMatch {
        service: Some(service),
        ..FaultMatch::default()
    };
    fault(bench, matching, count, status, body);
}

fn fault(bench: &SimulatorBench, matching: FaultMatch, count: u64, status: u16, body: Value) {
    let rule = FaultRule::new(matching, respond(status, body)).count(count);
    bench.simulator.add_fault(rule);
}

fn tried(bench: &SimulatorBench, service: &str) -> u64 {
    bench.requests(|r| r.service == service)
}

fn refusal() -> Value {
    json!({"error_code": "APIG.0301", "error_msg": "Incorrect IAM authentication information"})
}

#[tokio::test]
async fn what_ecs_refuses_holds_off_no_reading_of_sdrs() {
    for auth in BOTH {
        for status in [401, 403] {
            let bench = SimulatorBench::new(auth, false).await;
            let provider = bench.provider();
            provider.connect().await.unwrap();
            answers(&bench, Service::Ecs, 0, status, refusal());
            for _ in 0..3 {
                provider.observe(GROUP).await.unwrap();
                provider.observe_for_failover(GROUP).await.unwrap();
                provider.list().await.unwrap();
            }
            let logins = bench.requests(|r| r.route == "/v3/auth/tokens");
            assert!(logins <= 1, "{auth:?} {status}: a token that SDRS takes was given up");
        }
    }
}

/// Five wrong signatures in a row lock a key, for SDRS too.
#[tokio::test]
async fn many_servers_are_not_many_tries() {
    for auth in BOTH {
        let bench = SimulatorBench::new(auth, false).await;
        let provider = bench.provider();
        bench
            .ready_for(stationmaster_engine::OperationType::PlannedFailover)
            .await;
        answers(&bench, Service::Ecs, 0, 401, refusal());
        for _ in 0..5 {
            provider.observe(GROUP).await.unwrap();
        }
        assert!(tried(&bench, "ecs") <= 2, "{auth:?}: {}", tried(&bench, "ecs"));
    }
}

#[tokio::test]
async fn one_refusal_that_means_nothing_is_not_even_noticed() {
    for auth in BOTH {
        let bench = SimulatorBench::new(auth, false).await;
        let provider = bench.provider();
        provider.list().await.unwrap();
        answers(&bench, Service::Sdrs, 1, 401, refusal());
        provider.observe(GROUP).await.unwrap();
        provider.list().await.unwrap();
    }
}

#[tokio::test]
async fn an_urgent_reading_waits_for_no_pause_and_tries_three_times_in_all() {
    let bench = SimulatorBench::new(Auth::AccessKey, false).await;
    let mut config = bench.config();
    config.project_id = Some(PROJECT.to_owned());
    let provider = connection(config);
    answers(&bench, Service::Sdrs, 0, 401, refusal());
    assert_eq!(provider.list().await.unwrap_err().reason, Reason::AuthenticationFailed);
    let held = tried(&bench, "sdrs");
    assert!(provider.list().await.is_err());
    assert_eq!(tried(&bench, "sdrs"), held, "a routine reading waits");
    for wave in 1..=5 {
        let all = (0..20).map(|_| provider.observe_for_failover(GROUP));
        for outcome in futures::future::join_all(all).await {
            let fault = outcome.unwrap_err();
            assert_eq!(
                (fault.class, fault.reason),
                (FaultClass::Denied, Reason::AuthenticationFailed)
            );
        }
        assert_eq!(
            tried(&bench, "sdrs") - held,
            wave.min(3),
            "one try for all who wait, three in five minutes"
        );
    }
}

#[tokio::test]
async fn an_urgent_reading_is_good_as_soon_as_the_credentials_are() {
    for auth in BOTH {
        let bench = SimulatorBench::new(auth, false).await;
        let mut config = bench.config();
        config.project_id = Some(PROJECT.to_owned());
        let provider = connection(config);
        answers(&bench, Service::Sdrs, 2, 401, refusal());
        assert!(provider.list().await.is_err());
        assert!(provider.list().await.is_err(), "held off");
        let all = (0..20).map(|_| provider.observe_for_failover(GROUP));
        for outcome in futures::future::join_all(all).await {
            outcome.unwrap();
        }
        provider.list().await.unwrap();
    }
}

#[tokio::test]
async fn an_urgent_login_is_tried_whatever_was_refused_before_and_its_answer_is_shared() {
    let bench = SimulatorBench::new(Auth::Password, false).await;
    let mut config = bench.config();
    if let SdrsAuth::Password { password, .. } = &mut config.auth {
        *password = SecretString::from("notThePassword");
    }
    let provider = connection(config);
    assert!(provider.list().await.is_err());
    assert!(provider.list().await.is_err());
    assert_eq!(tried(&bench, "iam"), 1);
    for wave in 1..=5 {
        let all = (0..20).map(|_| provider.observe_for_failover(GROUP));
        for outcome in futures::future::join_all(all).await {
            assert_eq!(outcome.unwrap_err().class, FaultClass::Denied);
        }
        assert_eq!(tried(&bench, "iam") - 1, wave.min(3));
    }
}

#[tokio::test]
async fn a_token_is_used_until_sdrs_refuses_it_whatever_comes_from_the_way_to_iam() {
    let html = || json!("<html><h1>404 Not Found</h1></html>");
    let denial =
        || json!({"error": {"code": 401, "message": "The username or password is wrong.", "title": "Unauthorized"}});
    for (status, body) in [
        (404, html()),
        (401, html()),
        (403, json!("")),
        (503, html()),
        (201, json!("no json")),
        (404, json!({"code": 404, "message": "no route"})),
        (401, denial()),
    ] {
        let bench = SimulatorBench::new(Auth::Password, false).await;
        bench.simulator.set_switch("token-lifetime-seconds", "4").unwrap();
        let provider = bench.provider();
        provider.list().await.unwrap();
        answers(&bench, Service::Iam, 0, status, body.clone());
        tokio::time::sleep(Duration::from_millis(3300)).await;
        for _ in 0..3 {
            provider
                .list()
                .await
                .unwrap_or_else(|fault| panic!("{status} {body}: {fault}"));
            provider.observe_for_failover(GROUP).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_refused_token_is_used_on_where_iam_gives_no_other() {
    let bench = SimulatorBench::new(Auth::Password, false).await;
    let provider = bench.provider();
    provider.list().await.unwrap();
    answers(&bench, Service::Iam, 0, 404, json!("<html>"));
    answers(&bench, Service::Sdrs, 1, 401, refusal());
    provider.list().await.unwrap();
    // Now it has really lapsed; as soon as IAM is back, so is the reading: nothing was held off.
    bench.simulator.expire_tokens();
    assert!(provider.list().await.is_err());
    bench.simulator.clear_faults();
    provider.list().await.unwrap();
}

#[tokio::test]
async fn what_is_no_answer_of_iam_is_no_denial() {
    for (status, body) in [
        (404, json!("<html>")),
        (400, json!("<html>")),
        (401, json!("")),
        (403, json!({"error": "x"})),
    ] {
        for auth in BOTH {
            let bench = SimulatorBench::new(auth, false).await;
            let provider = bench.provider();
            answers(&bench, Service::Iam, 0, status, body.clone());
            let fault = provider.list().await.unwrap_err();
            assert_eq!(
                (fault.class.clone(), fault.reason),
                (FaultClass::Transient, Reason::ProviderError),
                "{status} {body}: {fault}"
            );
            bench.simulator.clear_faults();
            provider.observe_for_failover(GROUP).await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_only_informs_keeps_no_connection_from_being_ready() {
    for operation in ["ShowQuota", "ListApiVersions"] {
        let spoilt = [
            (200, json!({"quotas": null, "versions": null})),
            (200, json!({"quotas": {"resources": null}, "versions": [null]})),
            (200, json!("<html>")),
            (401, refusal()),
            (403, json!({"error": {"code": "SDRS.0003", "message": "x"}})),
            (503, json!("<html>")),
        ];
        for (status, body) in spoilt {
            let bench = SimulatorBench::new(Auth::AccessKey, false).await;
            fault(&bench, FaultMatch::operation(operation), 0, status, body.clone());
            let provider = bench.provider();
            let facts = provider.connect().await;
            assert_eq!(facts.unwrap().scope, PROJECT, "{operation} {status} {body}");
            provider.list().await.unwrap();
        }
        let bench = SimulatorBench::new(Auth::AccessKey, false).await;
        let hang = FaultRule::new(FaultMatch::operation(operation), Act::Hang { apply: false }).count(0);
        bench.simulator.add_fault(hang);
        bench.provider().connect().await.unwrap();
    }
}

#[tokio::test]
async fn a_project_that_is_known_by_its_id_needs_no_word_of_iam() {
    for (status, body) in [
        (
            403,
            json!({"error": {"code": 403, "message": "forbidden", "title": "Forbidden"}}),
        ),
        (404, json!("<html>")),
        (500, json!("")),
        (200, json!({"projects": null})),
    ] {
        let bench = SimulatorBench::new(Auth::AccessKey, false).await;
        let mut config = bench.config();
        config.project_id = Some(PROJECT.to_owned());
        config.project_name = Some("demo".to_owned());
        let provider = connection(config);
        answers(&bench, Service::Iam, 0, status, body);
        assert_eq!(provider.connect().await.unwrap().scope, PROJECT);
        assert_eq!(provider.identity().await.unwrap().as_str(), PROJECT);
        provider.list().await.unwrap();
        provider.observe_for_failover(GROUP).await.unwrap();
    }
}
