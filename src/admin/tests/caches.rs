//! What `/readyz` and the metric say of caches whose watches freeze, hang or fail: the real caches, in virtual time.
//! It must not test how a watch recovers; `watch` does.

use super::*;
use crate::controllers::feeds::Feeds;
use crate::watch::tests::cluster::{Cluster, GROUPS, Mood};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// What the kubelet needs at most to take a replica for not ready: two probes, 5 s apart (`deploy/deployment.yaml`).
const PROBES: Duration = Duration::from_secs(10);
/// Within this a frozen watch must be known outside.
const KNOWN: Duration = Duration::from_secs(90);

/// A leader whose caches are filled from `cluster`.
async fn leader(cluster: &Cluster) -> Operator {
    let operator = Operator::new();
    let mut tasks = JoinSet::new();
    let feeds = Feeds::start(
        &cluster.client(&operator.metrics),
        "system",
        &operator.metrics,
        &mut tasks,
    );
    operator.readiness.set_leader();
    while !feeds.stores.synced() {
        sleep(Duration::from_millis(20)).await;
    }
    operator.readiness.set_synced();
    // The receivers must live: a feed nobody listens to ends.
    tokio::spawn(async move {
        let _alive = (feeds, tasks);
        std::future::pending::<()>().await;
    });
    operator
}

/// The largest `stationmaster_cache_age_seconds` of a scrape.
fn oldest(operator: &Operator) -> f64 {
    let text = operator.metrics.encode();
    let ages = text
        .lines()
        .filter_map(|line| line.strip_prefix("stationmaster_cache_age_seconds{"));
    ages.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
        .fold(0.0, f64::max)
}

#[tokio::test(start_paused = true)]
async fn a_leader_in_an_idle_cluster_is_always_ready() {
    for mood in [Mood::Well, Mood::Taciturn] {
        let operator = leader(&Cluster::new(mood)).await;
        for _ in 0..180 {
            sleep(Duration::from_secs(5)).await;
            assert_eq!(operator.not_ready().await, None, "{mood:?}");
            assert!(oldest(&operator) <= 52.0, "{mood:?}: {}", oldest(&operator));
        }
    }
}

/// Whatever keeps the caches from being fed, it is seen in time, and for as long as it lasts.
#[tokio::test(start_paused = true)]
async fn a_leader_whose_caches_are_not_fed_is_not_ready_within_90_seconds() {
    for mood in [
        Mood::Hung,
        Mood::Refusing(500),
        Mood::Refusing(403),
        Mood::Refusing(429),
    ] {
        let cluster = Cluster::new(Mood::Well);
        let operator = leader(&cluster).await;
        sleep(Duration::from_secs(120)).await;
        cluster.set(mood);
        cluster.freeze_what_is_open();
        let began = Instant::now();
        while operator.not_ready().await.is_none() {
            sleep(Duration::from_secs(1)).await;
            assert!(began.elapsed() + PROBES <= KNOWN, "{mood:?}");
        }
        assert!(oldest(&operator) > 75.0, "{mood:?}: {}", oldest(&operator));
        for minute in 1..=5 {
            sleep(Duration::from_secs(60)).await;
            let why = operator.not_ready().await;
            assert!(
                why.as_ref().is_some_and(|why| why.contains("no sign of life")),
                "{mood:?}: {why:?}"
            );
            assert!(oldest(&operator) > 60.0 * f64::from(minute), "{mood:?}");
        }
        cluster.set(Mood::Well);
        sleep(Duration::from_secs(35)).await;
        assert_eq!(operator.not_ready().await, None, "{mood:?}: it heals by itself");
    }
}

/// One dead connection, or a proxy that swallows all that watches say, is mended by a list before it makes the leader not ready.
#[tokio::test(start_paused = true)]
async fn what_a_list_can_mend_leaves_a_leader_ready() {
    let cluster = Cluster::new(Mood::Well);
    let operator = leader(&cluster).await;
    sleep(Duration::from_secs(30)).await;
    cluster.freeze_what_is_open();
    let lists = cluster.requests(GROUPS, false);
    for _ in 0..60 {
        sleep(Duration::from_secs(5)).await;
        assert_eq!(operator.not_ready().await, None);
    }
    assert_eq!(cluster.requests(GROUPS, false), lists + 1);
    cluster.set(Mood::Frozen);
    for _ in 0..60 {
        sleep(Duration::from_secs(5)).await;
        assert_eq!(operator.not_ready().await, None);
        assert!(oldest(&operator) <= 60.0, "{}", oldest(&operator));
    }
}
