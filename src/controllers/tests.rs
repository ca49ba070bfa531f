//! How many passes run side by side when every answer is slow, in virtual time.
//! It must not test what a pass does.

use super::feeds::Feeds;
use super::*;
use crate::chance::Chance;
use crate::client;
use crate::clock::Clock;
use crate::events::Events;
use crate::leader::LeadershipProof;
use crate::metrics::Metrics;
use crate::places::Places;
use crate::vendors::Vendors;
use crate::watch::tests::cluster::{Cluster, Mood, group};
use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use futures::StreamExt;
use kube::ResourceExt;
use kube::runtime::controller::{Action, Config, Controller};
use kube::{Api, Client};
use stationmaster_api::ProtectionGroup;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// How long each read of a single object takes.
const SLOW: Duration = Duration::from_secs(10);

/// How many slow reads are under way, were at most, and have ended.
#[derive(Clone, Default)]
struct Busy {
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    ended: Arc<AtomicUsize>,
}

impl Busy {
    async fn read(self) -> StatusCode {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        sleep(SLOW).await;
        self.now.fetch_sub(1, Ordering::SeqCst);
        self.ended.fetch_add(1, Ordering::SeqCst);
        StatusCode::INTERNAL_SERVER_ERROR
    }

    fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

/// What controllers share, over an API server in the same process.
pub fn context(
    client: Client,
    stores: Stores,
    metrics: Arc<Metrics>,
    vendors: Arc<dyn Vendors>,
    concurrency: u16,
) -> (Context, Woken) {
    let (events, publishing) = Events::new(client.clone(), "test", metrics.clone());
    tokio::spawn(publishing);
    let (wakes, woken) = Wakes::new();
    let context = Context {
        client,
        namespace: "system".to_owned(),
        instance: "test".to_owned(),
        clock: Clock::system(),
        chance: Chance::system(),
        vendors,
        stores,
        connections: Default::default(),
        others: Default::default(),
        lives: Default::default(),
        forced: Default::default(),
        working: Places::new(usize::from(concurrency)),
        connecting: provider::places(),
        claims: super::ClaimList::new("system", "claims"),
        leadership: LeadershipProof::always(),
        metrics,
        events,
        wakes,
        orders_guarded: false,
        rules: stationmaster_engine::pass::Rules::shipped,
        answers: super::Answers::new().0,
        ending: Default::default(),
        unwritten: Mutex::default(),
    };
    (context, woken)
}

/// An operator whose caches hold ten groups, each with a ProtectionProvider that does not exist, so that each has something to say.
async fn operator(concurrency: u16) -> (Arc<Context>, Feeds, Woken, Busy) {
    let (cluster, busy, metrics) = (Cluster::new(Mood::Well), Busy::default(), Metrics::new());
    for n in 0..10 {
        cluster.make(&format!("db-{n}"), group("otc"));
    }
    let counted = busy.clone();
    let single = "/apis/stationmaster.dev/v1alpha1/namespaces/{namespace}/protectiongroups/{name}";
    let app = Router::new()
        .route(single, get(async move || counted.read().await))
        .merge(cluster.router());
    let client = client::over(app, "shop", Duration::from_secs(30), &metrics);
    let mut tasks = JoinSet::new();
    let feeds = Feeds::start(&client, "system", &metrics, &mut tasks);
    tasks.detach_all();
    let vendors = Arc::new(crate::vendors::Served::new(stationmaster_transport::Reach::everywhere()));
    let (context, woken) = context(client, feeds.stores.clone(), metrics, vendors, concurrency);
    wakers::synced(&context).await;
    (Arc::new(context), feeds, woken, busy)
}

#[tokio::test(start_paused = true)]
async fn no_more_groups_are_worked_on_at_once_than_was_said() {
    for concurrency in [1, 3] {
        let (context, feeds, woken, busy) = operator(concurrency).await;
        tokio::spawn(group::run(context, feeds.groups, woken.groups));
        sleep(SLOW * 11).await;
        assert_eq!(busy.most(), usize::from(concurrency));
        assert!(busy.ended.load(Ordering::SeqCst) >= 10, "and all get their turn");
    }
}

async fn read(group: Arc<ProtectionGroup>, context: Arc<Context>) -> Result<Action, group::Error> {
    let groups: Api<ProtectionGroup> = Api::namespaced(context.client.clone(), "shop");
    let _ = groups.get_opt(&group.name_any()).await;
    Ok(Action::await_change())
}

/// The trap: all at once, however many there are.
#[tokio::test(start_paused = true)]
async fn a_controller_alone_works_on_all_at_once() {
    let (context, feeds, _woken, busy) = operator(1).await;
    tokio::spawn(
        Controller::for_stream(feeds.groups, context.stores.groups.clone())
            .with_config(Config::default())
            .run(read, |_, _, _| Action::await_change(), context)
            .for_each(|_| std::future::ready(())),
    );
    sleep(SLOW).await;
    assert_eq!(busy.most(), 10);
}

/// The operator's own limits are limits: 0 would mean none.
#[test]
fn every_limit_is_one() {
    const { assert!(provider::CONCURRENCY > 0) };
}
