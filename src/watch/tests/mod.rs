//! Watches against an API server in the same process that misbehaves, in virtual time; and what kube-runtime alone makes of the same.
//! It must not test what is done with an object.

pub(crate) mod cluster;

use super::*;
use cluster::{Cluster, GROUPS, Mood, group};
use serde_json::json;
use stationmaster_api::ProtectionGroup;
use std::sync::Mutex;
use tokio::time::sleep;

const NAME: &str = "orders-db";

/// What a watch has told, as it comes.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<(Instant, String)>>>);

impl Told {
    fn add(&self, object: &impl ResourceExt) {
        self.0.lock().unwrap().push((Instant::now(), object.name_any()));
    }

    fn names(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(|(_, name)| name.clone()).collect()
    }
}

/// Our watch, until the test ends.
fn ours(cluster: &Cluster) -> (Told, Arc<Metrics>) {
    let (metrics, told) = (Metrics::new(), Told::default());
    let api = Api::<DeserializeGuard<ProtectionGroup>>::all(cluster.client(&metrics));
    let (watched, telling) = (metrics.clone(), told.clone());
    tokio::spawn(async move {
        let mut events = std::pin::pin!(events(api, GROUPS, watched, futures::channel::mpsc::unbounded().0));
        while let Some(event) = events.next().await {
            if let Event::Apply(object) | Event::InitApply(object) = event {
                telling.add(&object);
            }
        }
    });
    (told, metrics)
}

/// kube-runtime's watch as its documentation shows it, each failure followed by a pause of a second. Errors are counted.
fn theirs(cluster: &Cluster, config: watcher::Config) -> (Told, Arc<Mutex<u32>>) {
    let (told, errors) = (Told::default(), Arc::new(Mutex::new(0)));
    let api = Api::<ProtectionGroup>::all(cluster.client(&Metrics::new()));
    let (telling, counted) = (told.clone(), errors.clone());
    tokio::spawn(async move {
        let mut events = watcher(api, config).boxed();
        while let Some(event) = events.next().await {
            match event {
                Ok(Event::Apply(object) | Event::InitApply(object)) => telling.add(&object),
                Ok(_) => {}
                Err(_) => {
                    *counted.lock().unwrap() += 1;
                    sleep(PAUSE).await;
                }
            }
        }
    });
    (told, errors)
}

fn renewing() -> watcher::Config {
    watcher::Config::default().timeout(WATCH_SECONDS)
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn errors(metrics: &Metrics) -> f64 {
    let line = format!("stationmaster_watch_errors_total{{resource=\"{GROUPS}\"}} ");
    let text = metrics.encode();
    let value = text.lines().find_map(|l| l.strip_prefix(&line)).unwrap_or("0");
    value.parse().unwrap()
}

/// A watch that runs well and then meets `mood` when it is renewed, while an object is made.
async fn meets(cluster: &Cluster, mood: Mood) {
    sleep(seconds(5)).await;
    cluster.set(mood);
    cluster.make(NAME, group("otc"));
    cluster.freeze_what_is_open();
}

#[tokio::test(start_paused = true)]
async fn a_watch_start_that_is_gone_is_followed_by_a_fresh_list() {
    let cluster = Cluster::new(Mood::Well);
    let (told, metrics) = ours(&cluster);
    meets(&cluster, Mood::RefusingWatches(410)).await;
    sleep(seconds(90)).await;
    assert_eq!(told.names()[0], NAME, "the list has shown it");
    assert!(cluster.requests(GROUPS, false) >= 2 && errors(&metrics) >= 1.0);

    // At once, not after three failures.
    let cluster = Cluster::new(Mood::RefusingWatches(410));
    let _watch = ours(&cluster);
    sleep(Duration::from_millis(1500)).await;
    assert_eq!(cluster.requests(GROUPS, false), 2);
}

/// The trap: half an hour of refusals and never a list.
#[tokio::test(start_paused = true)]
async fn kube_runtime_alone_never_lists_again_after_a_start_that_is_gone() {
    let cluster = Cluster::new(Mood::Well);
    let (told, errors) = theirs(&cluster, renewing());
    meets(&cluster, Mood::RefusingWatches(410)).await;
    sleep(seconds(1800)).await;
    assert_eq!(cluster.requests(GROUPS, false), 1);
    assert!(told.names().is_empty() && *errors.lock().unwrap() > 1000);
}

#[tokio::test(start_paused = true)]
async fn a_version_that_is_gone_within_a_watch_is_followed_by_a_fresh_list() {
    let cluster = Cluster::new(Mood::Well);
    let (told, metrics) = ours(&cluster);
    meets(&cluster, Mood::Erring(410)).await;
    sleep(seconds(90)).await;
    assert_eq!(told.names()[0], NAME);
    assert!(errors(&metrics) >= 1.0);
}

#[tokio::test(start_paused = true)]
async fn errors_within_every_watch_lead_to_a_fresh_list_and_are_counted() {
    let cluster = Cluster::new(Mood::Erring(500));
    let (told, metrics) = ours(&cluster);
    sleep(seconds(5)).await;
    cluster.make(NAME, group("otc"));
    sleep(seconds(10)).await;
    assert_eq!(told.names()[0], NAME);
    assert!(errors(&metrics) >= 3.0);
}

#[tokio::test(start_paused = true)]
async fn a_frozen_watch_is_noticed_told_and_replaced_within_90_seconds() {
    let cluster = Cluster::new(Mood::Well);
    let (told, metrics) = ours(&cluster);
    meets(&cluster, Mood::Well).await;
    let frozen = Instant::now();
    while told.names().is_empty() {
        sleep(seconds(1)).await;
        assert!(metrics.cache_age(GROUPS).unwrap() <= frozen.elapsed() + seconds(6));
    }
    assert!(frozen.elapsed() <= seconds(60), "{:?}", frozen.elapsed());
    assert_eq!(errors(&metrics), 1.0, "it is no quiet matter");
}

/// A proxy between the two that takes every watch and hands nothing on: only lists are true.
#[tokio::test(start_paused = true)]
async fn watches_that_are_all_frozen_are_replaced_by_lists() {
    let cluster = Cluster::new(Mood::Frozen);
    let (told, metrics) = ours(&cluster);
    sleep(seconds(3600)).await;
    let made = Instant::now();
    cluster.make(NAME, group("otc"));
    while told.names().is_empty() {
        sleep(seconds(1)).await;
    }
    assert!(made.elapsed() <= seconds(60), "{:?}", made.elapsed());
    assert!(errors(&metrics) > 60.0);
}

/// The trap, twice: five minutes by default; and for ever where each new watch is frozen too.
#[tokio::test(start_paused = true)]
async fn kube_runtime_alone_notices_a_frozen_watch_late_or_never() {
    let cluster = Cluster::new(Mood::Well);
    let (told, errors) = theirs(&cluster, watcher::Config::default());
    meets(&cluster, Mood::Well).await;
    sleep(seconds(240)).await;
    assert!(told.names().is_empty(), "four minutes");
    sleep(seconds(60)).await;
    assert_eq!(
        (told.names().len(), *errors.lock().unwrap()),
        (1, 0),
        "and not an error"
    );

    let cluster = Cluster::new(Mood::Frozen);
    let (told, errors) = theirs(&cluster, renewing());
    sleep(seconds(5)).await;
    cluster.make(NAME, group("otc"));
    sleep(seconds(3600)).await;
    assert!(
        told.names().is_empty() && *errors.lock().unwrap() == 0,
        "as if the cluster were idle"
    );
}

#[tokio::test(start_paused = true)]
async fn an_idle_watch_causes_no_list_and_no_error() {
    for mood in [Mood::Well, Mood::Taciturn] {
        let cluster = Cluster::new(mood);
        let (_told, metrics) = ours(&cluster);
        let mut oldest = Duration::ZERO;
        for _ in 0..3600 {
            sleep(seconds(1)).await;
            oldest = oldest.max(metrics.cache_age(GROUPS).unwrap());
        }
        assert_eq!(
            (cluster.requests(GROUPS, false), errors(&metrics)),
            (1, 0.0),
            "{mood:?}"
        );
        assert!(oldest <= seconds(u64::from(WATCH_SECONDS) + 1), "{mood:?}: {oldest:?}");
        let watches = cluster.requests(GROUPS, true);
        assert!((70..=73).contains(&watches), "{watches}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_ends_at_once_is_not_started_again_at_once() {
    let cluster = Cluster::new(Mood::Hasty);
    let _watch = ours(&cluster);
    sleep(seconds(60)).await;
    let starts = cluster.requests(GROUPS, true);
    assert!((50..=61).contains(&starts), "{starts}");
}

/// The trap: one object that cannot be read, and no object of its kind is ever seen.
#[tokio::test(start_paused = true)]
async fn kube_runtime_alone_sees_nothing_beside_a_malformed_object() {
    let cluster = Cluster::new(Mood::Well);
    cluster.make("malformed", json!({ "providerRef": 7 }));
    cluster.make(NAME, group("otc"));
    let (told, errors) = theirs(&cluster, renewing());
    sleep(seconds(600)).await;
    assert!(told.names().is_empty() && *errors.lock().unwrap() > 500);
}

#[tokio::test(start_paused = true)]
async fn a_malformed_object_hides_no_other_in_a_list_or_a_watch() {
    let cluster = Cluster::new(Mood::Well);
    cluster.make("malformed", json!({ "providerRef": 7 }));
    cluster.make(NAME, group("otc"));
    let (told, metrics) = ours(&cluster);
    sleep(seconds(5)).await;
    assert_eq!(told.names(), [NAME]);
    cluster.make("malformed-too", json!({}));
    cluster.make("web", group("otc"));
    sleep(seconds(5)).await;
    assert_eq!(told.names(), [NAME, "web"]);
    assert_eq!(errors(&metrics), 2.0, "each is told once");
    assert_eq!(cluster.requests(GROUPS, false), 1);
}
