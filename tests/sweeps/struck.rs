//! Something happens to the whole control plane, or to the lease, in the middle of operations.
//! It must not be over before it has had its effect: each story says how that is seen.

use crate::moment::{Asked, Moment, Ready};
use crate::tally::stories;
use crate::world::World;
use futures::future::join_all;
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::rbac::v1::{ClusterRoleBinding, RoleBinding};
use kube::api::{DeleteParams, PostParams};
use kube::{Api, ResourceExt};
use serde_json::json;
use stationmaster_api::names::INSTALL_NAMESPACE;
use stationmaster_testkit::control_plane::Component;
use std::time::{Duration, Instant};
use tokio::time::sleep;

stories![
    etcd_stopped_for_a_minute,
    lease_stolen_every_second,
    lease_deleted_every_second,
    api_server_gone_for_longer_than_a_lease,
    rights_revoked,
    api_server_killed_and_started_again,
];

/// The name of lease and of the operator's rights.
const NAME: &str = "stationmaster";
/// How long somebody plays with the lease.
const PLAY: Duration = Duration::from_secs(16);

/// Brings every operation to every moment at once, strikes, and judges each of them when it is over.
async fn struck(story: &str, strike: impl AsyncFnOnce(&World)) {
    let world = World::of_two().await;
    let places = Asked::ALL
        .into_iter()
        .flat_map(|asked| Moment::ALL.map(|moment| (asked, moment)));
    let set = places.map(|(asked, moment)| Ready::set(&world.installation, story, asked, moment));
    let ready = join_all(set).await;
    let points = join_all(ready.into_iter().map(Ready::reach)).await;
    let over = async {
        strike(&world).await;
        join_all(points.iter().map(|point| async {
            point.go_on().await;
            point.settles().await;
        }))
        .await;
    };
    world.while_replicas_are_kept(over).await;
}

/// Long enough that the API server is back when the cloud's slow answers come.
pub async fn api_server_killed_and_started_again() {
    struck("api-server-killed", async |world| {
        world
            .installation
            .control_plane()
            .restart(Component::ApiServer)
            .await
            .unwrap();
    })
    .await;
}

/// The slow answers come while nothing can be written down, and the leader gives up.
pub async fn api_server_gone_for_longer_than_a_lease() {
    struck("api-server-gone", async |world| {
        let plane = world.installation.control_plane();
        plane.kill(Component::ApiServer).unwrap();
        sleep(Duration::from_secs(20)).await;
        plane.launch(Component::ApiServer).await.unwrap();
        assert!(world.losses() > 0, "nobody has noticed that the API server was gone");
    })
    .await;
}

/// The API server takes requests and answers none.
pub async fn etcd_stopped_for_a_minute() {
    struck("etcd-stopped", async |world| {
        let plane = world.installation.control_plane();
        plane.pause(Component::Etcd).unwrap();
        sleep(Duration::from_secs(60)).await;
        plane.resume(Component::Etcd).unwrap();
        assert!(world.losses() > 0, "nobody has noticed that etcd was stopped");
    })
    .await;
}

/// Both bindings are deleted and put back.
pub async fn rights_revoked() {
    struck("rights-revoked", async |world| {
        let client = world.installation.control_plane().client().await.unwrap();
        let everywhere = Api::<ClusterRoleBinding>::all(client.clone());
        let at_home = Api::<RoleBinding>::namespaced(client, INSTALL_NAMESPACE);
        let (wide, narrow) = (everywhere.get(NAME).await.unwrap(), at_home.get(NAME).await.unwrap());
        everywhere.delete(NAME, &DeleteParams::default()).await.unwrap();
        at_home.delete(NAME, &DeleteParams::default()).await.unwrap();
        sleep(Duration::from_secs(14)).await;
        let refused = |log: String| log.contains("forbidden");
        assert!(
            world.replicas.iter().any(|replica| refused(replica.log().unwrap())),
            "nobody was refused anything"
        );
        everywhere
            .create(&PostParams::default(), &made_anew(wide))
            .await
            .unwrap();
        at_home
            .create(&PostParams::default(), &made_anew(narrow))
            .await
            .unwrap();
    })
    .await;
}

/// What the server gave the object that was deleted is not for the next one.
fn made_anew<K: kube::Resource>(mut object: K) -> K {
    let meta = object.meta_mut();
    (meta.resource_version, meta.uid, meta.managed_fields) = (None, None, None);
    object
}

/// Somebody writes another name into the lease each second: nobody leads for longer than that.
pub async fn lease_stolen_every_second() {
    struck("lease-stolen", async |world| {
        every_second(async || {
            let own = world.installation.own_namespace().await.unwrap();
            let now = format!("{:.6}", jiff::Timestamp::now());
            let theft = json!({"spec": {"holderIdentity": "thief", "renewTime": now}});
            let stolen: Result<Lease, _> = own.patch(NAME, &theft).await;
            stolen.is_ok()
        })
        .await;
        assert!(world.losses() > 0, "nobody has noticed that the lease was stolen");
    })
    .await;
}

/// Somebody deletes the lease each second: whoever is first makes it again.
pub async fn lease_deleted_every_second() {
    struck("lease-deleted", async |world| {
        let own = world.installation.own_namespace().await.unwrap();
        let first: Lease = own.get(NAME).await.unwrap();
        every_second(async || own.delete::<Lease>(NAME).await.is_ok()).await;
        let made_again = async || own.find::<Lease>(NAME).await.unwrap().map(|lease| lease.uid());
        crate::stage::until("the lease is made again", async || {
            made_again().await.is_some_and(|uid| uid != first.uid())
        })
        .await;
    })
    .await;
}

/// Does it each second for a while; most of the times it must work.
async fn every_second(mut play: impl AsyncFnMut() -> bool) {
    let (began, mut worked) = (Instant::now(), 0);
    while began.elapsed() < PLAY {
        worked += u64::from(play().await);
        sleep(Duration::from_secs(1)).await;
    }
    assert!(worked > PLAY.as_secs() / 3, "it worked {worked} times");
}
