//! The launcher against the real programs: readiness, RBAC, audit, many side by side, faults, and nothing left behind.
//! They must not leave a process or a directory behind.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Secret};
use kube::Api;
use kube::api::{ListParams, ObjectMeta, PostParams};
use stationmaster_testkit::control_plane::{Component, ControlPlane, Error, Existing, Lifetime, Options, shared};
use stationmaster_testkit::process::ProcessId;

/// Bound for whatever must happen soon; far above what it takes.
const SOON: Duration = Duration::from_secs(60);

fn without_controller_manager() -> Options {
    Options {
        controller_manager: false,
        ..Options::default()
    }
}

async fn readyz(plane: &ControlPlane) -> Result<String, kube::Error> {
    let request = http::Request::get("/readyz")
        .body(Vec::new())
        .expect("a fixed request is well formed");
    plane.client().await.unwrap().request_text(request).await
}

async fn eventually(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !condition().await {
        assert!(started.elapsed() < SOON, "not within {SOON:?}: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn config_map(name: &str) -> ConfigMap {
    ConfigMap {
        metadata: ObjectMeta {
            name: Some(name.into()),
            ..ObjectMeta::default()
        },
        ..ConfigMap::default()
    }
}

#[tokio::test]
async fn a_started_control_plane_is_ready_and_every_component_runs() {
    let plane = shared().await.unwrap();
    assert_eq!(readyz(plane).await.unwrap(), "ok");
    for component in Component::ALL {
        let pid = plane.pid(component).unwrap();
        assert!(ProcessId::of(pid).is_some(), "{component}");
    }
    assert!(plane.kubeconfig().is_file());
}

#[tokio::test]
async fn nobody_gets_in_without_a_certificate_and_a_stranger_may_do_nothing() {
    let plane = shared().await.unwrap();
    let namespace = plane.create_namespace("rbac").await.unwrap();

    let mut config = plane.client_config_for("nobody", &[]).await.unwrap();
    config.auth_info = kube::config::AuthInfo::default();
    let anonymous = Api::<Secret>::namespaced(kube::Client::try_from(config).unwrap(), &namespace);
    let kube::Error::Api(status) = anonymous.list(&ListParams::default()).await.unwrap_err() else {
        panic!("no answer")
    };
    assert_eq!(status.code, 401);

    let stranger = Api::<Secret>::namespaced(plane.client_for("stranger", &["others"]).await.unwrap(), &namespace);
    let kube::Error::Api(status) = stranger.list(&ListParams::default()).await.unwrap_err() else {
        panic!("no answer")
    };
    assert_eq!(status.code, 403);
    assert!(
        status.message.contains(r#"User "stranger" cannot list"#),
        "{}",
        status.message
    );
}

#[tokio::test]
async fn the_audit_log_tells_who_did_what_and_what_was_answered() {
    let plane = shared().await.unwrap();
    let namespace = plane.create_namespace("audit").await.unwrap();
    let auditor = plane.client_for("auditor-test", &["one", "two"]).await.unwrap();
    let maps = Api::<ConfigMap>::namespaced(auditor, &namespace);
    maps.create(&PostParams::default(), &config_map("refused"))
        .await
        .unwrap_err();

    eventually("the refusal is in the audit log", async || {
        plane.audit_events().unwrap().iter().any(|event| {
            event.user == "auditor-test"
                && event.groups.starts_with(&["one".into(), "two".into()])
                && (event.verb.as_str(), event.resource.as_str()) == ("create", "configmaps")
                && event.namespace == namespace
                && event.code == 403
                && event.is_write()
        })
    })
    .await;
}

#[tokio::test]
async fn the_controller_manager_empties_and_removes_a_deleted_namespace() {
    let plane = shared().await.unwrap();
    let namespace = plane.create_namespace("short-lived").await.unwrap();
    let client = plane.client().await.unwrap();
    Api::<ConfigMap>::namespaced(client.clone(), &namespace)
        .create(&PostParams::default(), &config_map("content"))
        .await
        .unwrap();
    let namespaces = Api::<Namespace>::all(client);
    namespaces.delete(&namespace, &Default::default()).await.unwrap();
    eventually("the namespace is gone", async || {
        namespaces.get_opt(&namespace).await.unwrap().is_none()
    })
    .await;
}

#[tokio::test]
async fn two_run_side_by_side_and_one_ends_without_the_other() {
    let (one, two) = tokio::join!(
        ControlPlane::start(without_controller_manager()),
        ControlPlane::start(without_controller_manager())
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_ne!(one.endpoint(), two.endpoint());
    assert_ne!(one.etcd_endpoint(), two.etcd_endpoint());
    assert_ne!(one.directory(), two.directory());

    one.create_namespace("only-in-one").await.unwrap();
    let of_two = Api::<Namespace>::all(two.client().await.unwrap())
        .list(&ListParams::default())
        .await
        .unwrap();
    let foreign = |name: &String| name.starts_with("only-in-one");
    assert!(
        !of_two
            .items
            .iter()
            .any(|namespace| namespace.metadata.name.as_ref().is_some_and(foreign))
    );

    let directory = one.directory().to_path_buf();
    let pids: Vec<u32> = Component::ALL
        .iter()
        .filter_map(|component| one.pid(*component))
        .collect();
    assert_eq!(pids.len(), 2);
    one.shutdown().await;
    assert!(pids.iter().all(|pid| ProcessId::of(*pid).is_none()));
    assert!(!directory.exists(), "a temporary directory goes with its control plane");
    assert_eq!(readyz(&two).await.unwrap(), "ok");
}

#[tokio::test]
async fn components_can_be_killed_frozen_and_started_again_with_their_data() {
    let plane = ControlPlane::start(without_controller_manager()).await.unwrap();
    let client = plane.client().await.unwrap();
    let maps = Api::<ConfigMap>::namespaced(client, "default");
    maps.create(&PostParams::default(), &config_map("kept")).await.unwrap();

    let before = plane.pid(Component::ApiServer).unwrap();
    plane.kill(Component::ApiServer).unwrap();
    assert_eq!(plane.pid(Component::ApiServer), None);
    assert!(readyz(&plane).await.is_err(), "nobody answers");
    assert!(matches!(
        plane.kill(Component::ApiServer),
        Err(Error::NotRunning(Component::ApiServer))
    ));
    plane.launch(Component::ApiServer).await.unwrap();
    assert_ne!(plane.pid(Component::ApiServer), Some(before));
    assert!(matches!(
        plane.launch(Component::ApiServer).await,
        Err(Error::AlreadyRunning(Component::ApiServer))
    ));

    plane.pause(Component::Etcd).unwrap();
    let (params, late) = (PostParams::default(), config_map("late"));
    let answer = tokio::time::timeout(Duration::from_secs(2), maps.create(&params, &late)).await;
    assert!(
        !matches!(answer, Ok(Ok(_))),
        "a write cannot be made while etcd is frozen"
    );
    plane.resume(Component::Etcd).unwrap();
    eventually("writes go on", async || {
        maps.create(&PostParams::default(), &config_map("after")).await.is_ok()
    })
    .await;

    plane.restart(Component::Etcd).await.unwrap();
    eventually("the data are there", async || maps.get("kept").await.is_ok()).await;
    plane.shutdown().await;
}

#[tokio::test]
async fn a_component_that_refuses_to_start_is_an_error_with_its_own_words() {
    let apiserver_flags = vec!["--no-such-flag".to_owned()];
    let error = ControlPlane::start(Options {
        apiserver_flags,
        ..without_controller_manager()
    })
    .await
    .unwrap_err();
    let text = error.to_string();
    assert!(
        matches!(
            error,
            Error::Ended {
                component: Component::ApiServer,
                ..
            }
        ),
        "{text}"
    );
    assert!(text.contains("unknown flag: --no-such-flag"), "{text}");
}

#[tokio::test]
async fn a_detached_one_is_found_by_its_directory_and_starts_again_with_its_data() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("plane with a blank");
    let options = Options {
        directory: Some(directory.clone()),
        lifetime: Lifetime::Detached,
        ..without_controller_manager()
    };
    assert!(Existing::open(&directory).unwrap().is_none());

    let plane = ControlPlane::start(options.clone()).await.unwrap();
    let maps = Api::<ConfigMap>::namespaced(plane.client().await.unwrap(), "default");
    maps.create(&PostParams::default(), &config_map("kept")).await.unwrap();
    plane.leave_running();

    let existing = Existing::open(&directory).unwrap().unwrap();
    let _guard = KillOnPanic(
        existing
            .components()
            .filter_map(|(_, pid)| ProcessId::of(pid?))
            .collect(),
    );
    existing.check_ready().await.unwrap();
    let error = ControlPlane::start(options.clone()).await.unwrap_err();
    assert!(
        matches!(error, Error::InUse { .. }),
        "a second one in the same directory: {error}"
    );
    assert_eq!(existing.stop().await, [Component::ApiServer, Component::Etcd]);
    assert!(!existing.is_running());
    assert!(existing.check_ready().await.is_err());

    let plane = ControlPlane::start(options).await.unwrap();
    assert_eq!(plane.endpoint(), existing.endpoint(), "a copied kubeconfig stays true");
    Api::<ConfigMap>::namespaced(plane.client().await.unwrap(), "default")
        .get("kept")
        .await
        .unwrap();
    plane.shutdown().await;
    assert!(directory.exists(), "a directory that was given is kept");
}

/// What runs detached would outlive a failed test.
struct KillOnPanic(Vec<ProcessId>);

impl Drop for KillOnPanic {
    fn drop(&mut self) {
        for process in &self.0 {
            process.signal(nix::sys::signal::Signal::SIGKILL);
        }
    }
}
