//! Something happens to the whole control plane, or to the lease, in the middle of operations.
//! It must not be over before it has had its effect: each story says how that is seen.

use crate::moment::{Asked, Moment, Ready};
use crate::scope;
use crate::stage::within;
use crate::tally::stories;
use crate::world::{BOUND, LEASE, THIEF, World};
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
    etcd_stopped,
    lease_stolen_every_second,
    lease_deleted_every_second,
    api_server_gone_for_longer_than_a_lease,
    rights_revoked,
    api_server_killed_and_started_again,
];

/// The name of the operator's rights.
const RIGHTS: &str = "stationmaster";
/// How long somebody plays with the lease.
const PLAY: Duration = Duration::from_secs(16);
/// How long a leader may take to notice, beyond what it is hurt for anyway. It gives up after two thirds of its lease of 12 s.
const NOTICED: Duration = Duration::from_secs(60);
const TRIES: usize = 3;

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

/// Breaks something and mends it when a leader has noticed, but not before `least`. One that was ended in between by something else cannot
/// notice: then another is waited for, and it begins anew, a few times.
async fn until_noticed(world: &World, what: &str, least: Duration, mut hurt: impl AsyncFnMut(Hurt)) {
    for _ in 0..TRIES {
        world.somebody_leads().await;
        let (began, before) = (Instant::now(), world.losses());
        hurt(Hurt::Begin).await;
        let noticed = async || {
            while world.losses() == before && began.elapsed() < least + NOTICED {
                sleep(Duration::from_millis(200)).await;
            }
            world.losses() > before
        };
        let noticed = noticed().await;
        sleep(least.saturating_sub(began.elapsed())).await;
        hurt(Hurt::End).await;
        if noticed {
            return;
        }
        eprintln!("nobody has noticed {what} yet");
    }
    panic!("nobody has noticed {what}");
}

enum Hurt {
    Begin,
    End,
}

/// The slow answers come while nothing can be written down, and the leader gives up.
pub async fn api_server_gone_for_longer_than_a_lease() {
    struck("api-server-gone", async |world| {
        let plane = world.installation.control_plane();
        let least = Duration::from_secs(20);
        until_noticed(world, "that the API server was gone", least, async |hurt| match hurt {
            Hurt::Begin => plane.kill(Component::ApiServer).unwrap(),
            Hurt::End => plane.launch(Component::ApiServer).await.unwrap(),
        })
        .await;
    })
    .await;
}

/// The API server takes requests and answers none; with `--all` for a minute.
pub async fn etcd_stopped() {
    struck("etcd-stopped", async |world| {
        let plane = world.installation.control_plane();
        let least = Duration::from_secs(if scope::is_whole() { 60 } else { 20 });
        until_noticed(world, "that etcd was stopped", least, async |hurt| match hurt {
            Hurt::Begin => plane.pause(Component::Etcd).unwrap(),
            Hurt::End => plane.resume(Component::Etcd).unwrap(),
        })
        .await;
    })
    .await;
}

/// Both bindings are deleted and put back.
pub async fn rights_revoked() {
    struck("rights-revoked", async |world| {
        let client = world.installation.control_plane().client().await.unwrap();
        let everywhere = Api::<ClusterRoleBinding>::all(client.clone());
        let at_home = Api::<RoleBinding>::namespaced(client, INSTALL_NAMESPACE);
        let (wide, narrow) = (
            everywhere.get(RIGHTS).await.unwrap(),
            at_home.get(RIGHTS).await.unwrap(),
        );
        everywhere.delete(RIGHTS, &DeleteParams::default()).await.unwrap();
        at_home.delete(RIGHTS, &DeleteParams::default()).await.unwrap();
        sleep(Duration::from_secs(14)).await;
        let refused = |log: String| log.contains("forbidden");
        within(BOUND, "somebody is refused something", async || {
            world.replicas.iter().any(|replica| refused(replica.log().unwrap()))
        })
        .await;
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
        let own = world.installation.own_namespace().await.unwrap();
        let steal = async || {
            let now = format!("{:.6}", jiff::Timestamp::now());
            let theft = json!({"spec": {"holderIdentity": THIEF, "renewTime": now}});
            let stolen: Result<Lease, _> = own.patch(LEASE, &theft).await;
            stolen.is_ok()
        };
        world.somebody_leads().await;
        let (before, began) = (world.losses(), Instant::now());
        every_second(steal).await;
        // One that was ended by something else cannot notice: then it is stolen from whoever leads next.
        while world.losses() == before {
            assert!(began.elapsed() < BOUND, "nobody has noticed that the lease was stolen");
            let holder = own
                .find::<Lease>(LEASE)
                .await
                .ok()
                .flatten()
                .and_then(|lease| lease.spec);
            if holder.is_some_and(|spec| spec.holder_identity.as_deref() != Some(THIEF)) {
                steal().await;
            }
            sleep(Duration::from_secs(1)).await;
        }
    })
    .await;
}

/// Somebody deletes the lease each second: whoever is first makes it again.
pub async fn lease_deleted_every_second() {
    struck("lease-deleted", async |world| {
        let own = world.installation.own_namespace().await.unwrap();
        let first: Lease = own.get(LEASE).await.unwrap();
        every_second(async || own.delete::<Lease>(LEASE).await.is_ok()).await;
        let made_again = async || own.find::<Lease>(LEASE).await.unwrap().map(|lease| lease.uid());
        within(BOUND, "the lease is made again", async || {
            made_again().await.is_some_and(|uid| uid != first.uid())
        })
        .await;
    })
    .await;
}

/// Does it each second for a while, and for so long that it has worked some times.
async fn every_second(mut play: impl AsyncFnMut() -> bool) {
    let (began, mut worked) = (Instant::now(), 0);
    while began.elapsed() < PLAY || worked <= PLAY.as_secs() / 3 {
        assert!(began.elapsed() < BOUND, "it worked {worked} times");
        worked += u64::from(play().await);
        sleep(Duration::from_secs(1)).await;
    }
}
