//! The installation: what is applied, who the operator is, and what the handles to the simulator do.
//! They must not act as an administrator where the operator is meant.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

use std::time::Duration;

use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::Api;
use kube::api::ObjectMeta;
use stationmaster_api::{ProtectionGroup, ProtectionProvider, Station};
use stationmaster_simulator::{Act, FaultMatch, FaultRule, Station as Site};
use stationmaster_testkit::installation::{Connection, Error, Installation, Options, SimulatorOptions};
use stationmaster_testkit::process::ProcessId;
use tokio::sync::OnceCell;

/// One installation without an operator for all tests here.
async fn installation() -> &'static Installation {
    static INSTALLATION: OnceCell<Installation> = OnceCell::const_new();
    INSTALLATION
        .get_or_init(|| async { Installation::start(Options::default()).await.unwrap() })
        .await
}

#[tokio::test]
async fn the_committed_kinds_are_served_and_fresh_objects_show_that_nobody_has_looked() {
    let environment = installation()
        .await
        .environment("kinds", SimulatorOptions::default())
        .await
        .unwrap();
    let provider = environment.provider("cloud", &Connection::default());
    environment.cluster.create(&provider).await.unwrap();
    let group = environment.group("payments-db").await.unwrap();
    environment.cluster.create(&group).await.unwrap();
    let group: ProtectionGroup = environment.cluster.get("payments-db").await.unwrap();
    assert_eq!(group.status.unwrap().observed_generation, Some(-1));
    let provider: ProtectionProvider = environment.cluster.get("cloud").await.unwrap();
    assert_eq!(
        provider.spec.sdrs.unwrap().endpoint,
        environment.simulator.endpoints().sdrs
    );
}

#[tokio::test]
async fn the_operators_user_has_the_committed_rights_and_no_more() {
    let installation = installation().await;
    let environment = installation
        .environment("rights", SimulatorOptions::default())
        .await
        .unwrap();
    let [first, second] = Installation::operator_groups();
    let operator = installation
        .cluster_for(
            environment.cluster.namespace(),
            &Installation::operator_user(),
            &[&first, &second],
        )
        .await
        .unwrap();
    let group = environment.group("archive").await.unwrap();
    environment.cluster.create(&group).await.unwrap();
    operator.get::<ProtectionGroup>("archive").await.unwrap();
    let intent = serde_json::json!({"spec": {"suspend": true}});
    let refused = operator.patch::<ProtectionGroup>("archive", &intent).await.unwrap_err();
    assert_eq!(refused.status().unwrap().code, 403, "{refused}");
    let listed = Api::<Secret>::all(operator.client()).list(&Default::default()).await;
    assert!(
        matches!(listed, Err(kube::Error::Api(status)) if status.code == 403),
        "secrets are read by name only"
    );
}

#[tokio::test]
async fn what_is_waited_for_in_vain_is_shown_as_it_was_last_seen() {
    let cluster = installation().await.cluster("default").await.unwrap();
    let map = ConfigMap {
        metadata: ObjectMeta {
            name: Some("seen".into()),
            ..ObjectMeta::default()
        },
        data: Some([("key".to_owned(), "present value".to_owned())].into()),
        ..ConfigMap::default()
    };
    cluster.create(&map).await.unwrap();
    let short = cluster.within(Duration::from_millis(200));
    let never = short
        .wait_for("seen", "turns blue", |_: &ConfigMap| false)
        .await
        .unwrap_err();
    let text = format!("{never:?}");
    for part in [
        "ConfigMap default/seen: turns blue",
        "not within 0.2 s",
        "present value",
        "no operator",
    ] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
    assert!(!text.contains("managedFields"), "{text}");
    let absent = short
        .wait_for("absent", "is there", |_: &ConfigMap| true)
        .await
        .unwrap_err();
    assert!(absent.to_string().contains("no such object"), "{absent}");
    let changed = cluster
        .stays("seen", "has the key", Duration::from_secs(1), |map: &ConfigMap| {
            map.data.as_ref().is_some_and(|data| data.contains_key("other"))
        })
        .await
        .unwrap_err();
    assert!(matches!(changed, Error::Missed { .. }), "{changed}");
    cluster.delete::<ConfigMap>("seen").await.unwrap();
    cluster.wait_gone::<ConfigMap>("seen").await.unwrap();
}

#[tokio::test]
async fn the_intent_rule_is_at_work() {
    let environment = installation()
        .await
        .environment("rule", SimulatorOptions::default())
        .await
        .unwrap();
    let group = environment.group("payments-db").await.unwrap();
    environment.cluster.create(&group).await.unwrap();
    let refused = environment
        .intent("payments-db", Station::Target, "aaaa-aaaa")
        .await
        .unwrap_err();
    assert_eq!(refused.status().unwrap().code, 422, "{refused}");
}

#[tokio::test]
async fn a_cloud_user_stops_servers_and_the_journal_tells_it_from_what_moves_groups() {
    let installation = installation().await;
    for tls in [false, true] {
        let options = SimulatorOptions {
            tls,
            speed: 100.0,
            ..SimulatorOptions::default()
        };
        let simulator = installation.simulator(&format!("cloud-{tls}"), options).await.unwrap();
        assert_eq!(simulator.endpoints().ecs.starts_with("https://"), tls);
        let servers = simulator.servers("payments-db", Site::Source).await.unwrap();
        assert_eq!(servers.len(), 2);
        assert!(servers.iter().all(|server| server.status == "ACTIVE"), "{servers:?}");
        let ids: Vec<String> = servers.into_iter().map(|server| server.id).collect();
        simulator.sign_in().await.unwrap().stop_servers(&ids).await.unwrap();
        simulator.advance(60.0).await.unwrap();
        let servers = simulator.servers("payments-db", Site::Source).await.unwrap();
        assert!(servers.iter().all(|server| server.status == "SHUTOFF"), "{servers:?}");
        let journal = simulator.journal().await.unwrap();
        assert_eq!(journal.len(), 1, "{journal:?}");
        assert!(simulator.calls_on("payments-db").await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn the_control_api_is_at_hand() {
    let options = SimulatorOptions {
        speed: 0.0,
        ..SimulatorOptions::default()
    };
    let simulator = installation().await.simulator("control", options).await.unwrap();
    let rule = FaultRule::new(FaultMatch::action("reverse-server-group"), Act::DropAnswer {});
    let id = simulator.add_fault(rule).await.unwrap();
    assert_eq!(simulator.faults().await.unwrap()[0].id, id);
    simulator.clear_faults().await.unwrap();
    assert!(simulator.faults().await.unwrap().is_empty());
    simulator.set_switch("reverse-seconds", "5").await.unwrap();
    let wrong = simulator.set_switch("no-such-switch", "5").await.unwrap_err();
    assert!(wrong.to_string().contains("no-such-switch"), "{wrong}");
    simulator.set_servers("archive", Site::Target, "ACTIVE").await.unwrap();
    let servers = simulator.servers("archive", Site::Target).await.unwrap();
    assert!(servers.iter().all(|server| server.status == "ACTIVE"), "{servers:?}");
    assert_eq!(simulator.requests().await.unwrap().total, 0);
    assert_eq!(simulator.release().await.unwrap(), 0);
    simulator.load_built_in("groups:7").await.unwrap();
    assert_eq!(simulator.state().await.unwrap()["summary"]["groups"], 7);
    let scenario = stationmaster_simulator::scenario::three_groups();
    simulator.load(&scenario).await.unwrap();
    assert_eq!(simulator.group("archive").await.unwrap().priority_station, Site::Source);
    assert!(simulator.group("no-such-group").await.is_err());
}

#[tokio::test]
async fn a_simulator_comes_back_on_its_ports_and_ends_with_its_handle() {
    let options = SimulatorOptions {
        made: Some(stationmaster_simulator::scenario::many_groups(3)),
        ..SimulatorOptions::default()
    };
    let mut simulator = installation().await.simulator("again", options).await.unwrap();
    let before = simulator.endpoints().clone();
    simulator.kill().unwrap();
    assert!(matches!(simulator.journal().await, Err(Error::NoResponse(_))));
    simulator.start().await.unwrap();
    assert_eq!(simulator.endpoints().sdrs, before.sdrs);
    assert_eq!(simulator.endpoints().control, before.control);
    assert_eq!(simulator.state().await.unwrap()["summary"]["groups"], 3);
    let process: ProcessId = simulator.process().unwrap();
    drop(simulator);
    assert!(!process.is_running());
}
