//! Tokens and access keys against the simulator: one login for many, renewed in time, held off when refused, the project found by name.
//! It must not look at what is read, only at how often IAM is asked.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod bench;

use bench::{Auth, PROJECT, SimulatorBench, connection, respond_as_gateway};
use secrecy::SecretString;
use stationmaster_engine::Reason;
use stationmaster_provider::FaultClass;
use stationmaster_provider::contract::Bench;
use stationmaster_provider_sdrs::{Sdrs, SdrsAuth, SdrsConfig, SignatureForm};
use stationmaster_simulator::{FaultMatch, FaultRule, Service};
use std::time::Duration;

fn logins(bench: &SimulatorBench) -> u64 {
    count(bench, "/v3/auth/tokens")
}

fn count(bench: &SimulatorBench, route: &str) -> u64 {
    bench.requests(|r| r.route == route)
}

#[tokio::test]
async fn many_readers_log_in_once() {
    let bench = SimulatorBench::new(Auth::Password, false).await;
    let provider = bench.provider();
    let reads = (0..20).map(|_| provider.list());
    for outcome in futures::future::join_all(reads).await {
        assert_eq!(outcome.unwrap().len(), 3);
    }
    assert_eq!(logins(&bench), 1);
}

#[tokio::test]
async fn a_token_is_renewed_at_four_fifths_of_its_life() {
    let bench = SimulatorBench::new(Auth::Password, false).await;
    bench.simulator.set_switch("token-lifetime-seconds", "10").unwrap();
    let provider = bench.provider();
    provider.list().await.unwrap();
    tokio::time::sleep(Duration::from_millis(2000)).await;
    provider.list().await.unwrap();
    assert_eq!(logins(&bench), 1);
    tokio::time::sleep(Duration::from_millis(6400)).await;
    provider.list().await.unwrap();
    assert_eq!(logins(&bench), 2);
    let refused = bench
        .simulator
        .requests()
        .routes
        .into_iter()
        .any(|r| r.statuses.contains_key("401"));
    assert!(!refused, "it waited for the refusal");
}

#[tokio::test]
async fn a_token_in_its_last_fifth_serves_while_iam_is_away() {
    let bench = SimulatorBench::new(Auth::Password, false).await;
    bench.simulator.set_switch("token-lifetime-seconds", "10").unwrap();
    let provider = bench.provider();
    provider.list().await.unwrap();
    let iam = FaultMatch {
        service: Some(Service::Iam),
        ..FaultMatch::default()
    };
    let rule = FaultRule::new(iam, respond_as_gateway(503)).count(0);
    bench.simulator.add_fault(rule);
    tokio::time::sleep(Duration::from_millis(8400)).await;
    assert_eq!(provider.list().await.unwrap().len(), 3);
    assert_eq!(logins(&bench), 2);
}

#[tokio::test]
async fn a_lapsed_token_costs_one_refusal_and_one_login() {
    let bench = SimulatorBench::new(Auth::Password, false).await;
    let provider = bench.provider();
    provider.list().await.unwrap();
    bench.simulator.expire_tokens();
    bench.simulator.clear_requests();
    provider.list().await.unwrap();
    assert_eq!((logins(&bench), bench.simulator.requests().total), (1, 3));
}

#[tokio::test]
async fn a_wrong_password_is_tried_once_and_then_held_off() {
    let bench = SimulatorBench::new(Auth::Password, false).await;
    let provider = bench
        .flawed(stationmaster_provider::contract::Flaw::WrongCredentials)
        .await
        .unwrap();
    for _ in 0..10 {
        let fault = provider.list().await.unwrap_err();
        assert_eq!(
            (fault.class, fault.reason),
            (FaultClass::Denied, Reason::AuthenticationFailed)
        );
    }
    assert_eq!(logins(&bench), 1);
}

#[tokio::test]
async fn a_wrong_key_does_not_lock_the_key() {
    let bench = SimulatorBench::new(Auth::AccessKey, false).await;
    let mut config = bench.config();
    config.project_id = Some(PROJECT.to_owned());
    config.project_name = None;
    if let SdrsAuth::AccessKey { secret_key, .. } = &mut config.auth {
        *secret_key = SecretString::from("notTheSecretKey");
    }
    let wrong = connection(config);
    for _ in 0..10 {
        assert_eq!(wrong.list().await.unwrap_err().reason, Reason::AuthenticationFailed);
    }
    assert_eq!(bench.simulator.requests().total, 2, "asked again once, at once");
    assert_eq!(bench.provider().list().await.unwrap().len(), 3, "the key is locked");
}

#[tokio::test]
async fn the_project_is_found_by_its_name_and_must_fit_its_id() {
    for auth in [Auth::Password, Auth::AccessKey] {
        let bench = SimulatorBench::new(auth, false).await;
        let with = |id: Option<&str>, name: Option<&str>| {
            let mut config = bench.config();
            config.project_id = id.map(str::to_owned);
            config.project_name = name.map(str::to_owned);
            connection(config)
        };
        for good in [
            (Some(PROJECT), None),
            (None, Some("demo")),
            (Some(PROJECT), Some("demo")),
        ] {
            let identity = with(good.0, good.1).identity().await.unwrap();
            assert_eq!(identity.as_str(), PROJECT, "{good:?}");
        }
        let fault = with(Some(PROJECT), Some("other")).identity().await.unwrap_err();
        assert_eq!(
            (fault.class.clone(), fault.reason),
            (FaultClass::Denied, Reason::ProjectNotFound),
            "{fault}"
        );
        let fault = with(None, Some("other")).identity().await.unwrap_err();
        assert_eq!(fault.class, FaultClass::Denied, "{fault}");
    }
}

#[tokio::test]
async fn the_project_is_looked_up_once() {
    let bench = SimulatorBench::new(Auth::AccessKey, false).await;
    let provider = bench.provider();
    for _ in 0..3 {
        provider.list().await.unwrap();
    }
    assert_eq!(count(&bench, "/v3/projects"), 1);
}

#[tokio::test]
async fn a_name_beside_the_id_is_compared_with_it_until_iam_has_told_that_they_fit() {
    let bench = SimulatorBench::new(Auth::AccessKey, false).await;
    let mut config = bench.config();
    config.project_id = Some(PROJECT.to_owned());
    let provider = connection(config.clone());
    let away = FaultMatch::operation("ListProjects");
    let rule = FaultRule::new(away, respond_as_gateway(503)).count(0);
    bench.simulator.add_fault(rule);
    provider.identity().await.unwrap();
    bench.simulator.clear_faults();
    bench.simulator.clear_requests();
    for _ in 0..3 {
        provider.connect().await.unwrap();
        provider.identity().await.unwrap();
    }
    assert_eq!(count(&bench, "/v3/projects"), 1);
    config.project_name = Some("other".to_owned());
    let other = connection(config);
    for _ in 0..2 {
        assert_eq!(other.identity().await.unwrap_err().reason, Reason::ProjectNotFound);
    }
    assert_eq!(
        count(&bench, "/v3/projects"),
        3,
        "a name that does not fit is asked for again"
    );
}

#[tokio::test]
async fn an_access_key_with_the_project_s_id_needs_no_iam() {
    let bench = SimulatorBench::new(Auth::AccessKey, false).await;
    let mut config = bench.config();
    config.iam_endpoint = None;
    config.project_name = None;
    config.project_id = Some(PROJECT.to_owned());
    connection(config).observe_for_failover(bench::GROUP).await.unwrap();
    let routes = bench.simulator.requests().routes;
    assert!(routes.iter().all(|r| r.service == "sdrs"), "{routes:?}");
}

#[tokio::test]
async fn the_legacy_form_of_signature_is_taken() {
    let bench = SimulatorBench::new(Auth::AccessKey, false).await;
    for region in [None, Some("eu-de".to_owned())] {
        let mut config = bench.config();
        config.signature_form = SignatureForm::Credential;
        config.region = region;
        assert_eq!(connection(config).list().await.unwrap().len(), 3);
    }
}

#[test]
fn what_is_missing_is_named_before_anything_is_sent() {
    let password = |username: &str, password: &str, domain: &str| SdrsAuth::Password {
        username: username.to_owned(),
        password: SecretString::from(password),
        domain_name: domain.to_owned(),
    };
    let config = |auth| {
        let mut config = SdrsConfig::new("https://sdrs.example.com", auth);
        config.iam_endpoint = Some("https://iam.example.com".to_owned());
        config.project_id = Some("p".to_owned());
        config
    };
    let good = || config(password("u", "hunter2", "d"));
    Sdrs::new(good()).unwrap();
    let cases = [
        (
            SdrsConfig {
                endpoint: "sdrs.example.com".to_owned(),
                ..good()
            },
            Reason::EndpointInvalid,
        ),
        (
            SdrsConfig {
                iam_endpoint: None,
                ..good()
            },
            Reason::EndpointInvalid,
        ),
        (
            SdrsConfig {
                ecs_endpoint: Some("ecs".to_owned()),
                ..good()
            },
            Reason::EndpointInvalid,
        ),
        (
            SdrsConfig {
                project_id: None,
                ..good()
            },
            Reason::ProjectNotFound,
        ),
        (config(password("", "hunter2", "d")), Reason::SecretInvalid),
        (config(password("u", " ", "d")), Reason::SecretInvalid),
        (config(password("u", "hunter2", "")), Reason::SecretInvalid),
    ];
    for (config, reason) in cases {
        assert!(!format!("{config:?}").contains("hunter2"));
        let fault = Sdrs::new(config).unwrap_err();
        assert_eq!(
            (fault.class, fault.reason),
            (FaultClass::NotSent, reason),
            "{}",
            fault.message
        );
    }
    let mut bad_bundle = good();
    bad_bundle.transport.tls.ca_bundle_pem = Some(b"no pem".to_vec());
    assert_eq!(Sdrs::new(bad_bundle).unwrap_err().reason, Reason::CABundleNotFound);
}
