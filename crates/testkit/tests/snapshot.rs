//! Going back to a snapshot of etcd: what was written since is gone, and who was connected goes on with older data.
//! It must not know the operator.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::api::{ObjectMeta, PostParams};
use stationmaster_testkit::control_plane::{ControlPlane, Options};

#[tokio::test]
async fn a_restored_snapshot_holds_what_was_there_and_nothing_that_came_later() {
    let options = Options {
        controller_manager: false,
        ..Options::default()
    };
    let plane = ControlPlane::start(options).await.unwrap();
    let endpoint = plane.endpoint();
    let maps = Api::<ConfigMap>::namespaced(plane.client().await.unwrap(), "default");
    let make = async |name: &str| {
        let map = ConfigMap {
            metadata: ObjectMeta {
                name: Some(name.into()),
                ..ObjectMeta::default()
            },
            ..ConfigMap::default()
        };
        maps.create(&PostParams::default(), &map).await.unwrap()
    };
    make("before").await;
    let snapshot = plane.save_snapshot("first").await.unwrap();
    let mut later = make("later").await;
    // More than an API server writes by itself when it starts.
    for number in 0..400 {
        later = make(&format!("later-{number}")).await;
    }

    plane.restore_snapshot(&snapshot).await.unwrap();
    assert_eq!(plane.endpoint(), endpoint);
    assert!(
        maps.get_opt("before").await.unwrap().is_some(),
        "the same client, the same certificates"
    );
    assert!(maps.get_opt("later").await.unwrap().is_none());
    let version = |map: &ConfigMap| map.metadata.resource_version.clone().unwrap().parse::<u64>().unwrap();
    assert!(version(&make("last").await) < version(&later), "revisions go back");
    plane.shutdown().await;
}
