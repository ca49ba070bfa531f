//! A watch that recovers by itself: malformed objects are passed over, a start that is refused or keeps failing leads to a fresh list.
//! It must not swallow an error, nor take its own attempts for news: each error is logged and counted, and only what the API server
//! sent keeps a cache young.

#[cfg(test)]
pub(crate) mod tests;

use crate::metrics::Metrics;
use futures::channel::mpsc::UnboundedSender;
use futures::{Stream, StreamExt, stream};
use kube::api::Api;
use kube::core::DeserializeGuard;
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Resource, ResourceExt};
use serde::de::DeserializeOwned;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// An object that cannot be read, as far as it can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The plural of its kind.
    pub kind: &'static str,
    /// Namespace; empty where there is none.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Uid.
    pub uid: String,
    /// What is wrong with it.
    pub error: String,
}

/// Where it is told that an object cannot be read.
pub type Complaints = UnboundedSender<Unreadable>;

/// How long the API server may keep a watch open before it must be renewed. An idle watch shows no more than its bookmark, 2 s before
/// this, and its end.
pub(crate) const WATCH_SECONDS: u32 = 50;
/// After how much silence a watch counts as frozen and the list is taken anew. kube-runtime would start the watch again a second later
/// and say nothing of it; but a watch that was accepted proves nothing, and a list does.
const SILENCE: Duration = Duration::from_secs(WATCH_SECONDS as u64 + 4);
/// After how many failures in a row the list is taken anew; where the API server says that the version is gone, after the first.
/// kube-runtime 5.0 repeats a watch start that is answered by HTTP 410 for ever.
const FAILURES_BEFORE_RELIST: u32 = 3;
/// The pause after a failure.
const PAUSE: Duration = Duration::from_secs(1);

/// The events of `api`, without end. Errors are logged and counted, never yielded.
pub fn events<K>(
    api: Api<DeserializeGuard<K>>,
    kind: &'static str,
    metrics: Arc<Metrics>,
    complaints: Complaints,
) -> impl Stream<Item = Event<K>> + Send + 'static
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    watched(api, kind, None, metrics, Some(complaints))
}

/// The events of the one object of a name, without end. Nothing else of its kind is read.
pub fn named<K>(
    api: Api<DeserializeGuard<K>>,
    kind: &'static str,
    name: &str,
    metrics: Arc<Metrics>,
) -> impl Stream<Item = Event<K>> + Send + 'static
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    watched(api, kind, Some(name.to_owned()), metrics, None)
}

fn watched<K>(
    api: Api<DeserializeGuard<K>>,
    kind: &'static str,
    name: Option<String>,
    metrics: Arc<Metrics>,
    complaints: Option<Complaints>,
) -> impl Stream<Item = Event<K>> + Send + 'static
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    let watching = Watching {
        stream: start(&api, name.as_deref()),
        begun: Instant::now(),
        api,
        kind,
        name,
        metrics,
        complaints,
        failures: 0,
    };
    stream::unfold(watching, |mut watching| async move {
        let event = watching.next().await;
        Some((event, watching))
    })
}

type Raw<K> = std::pin::Pin<Box<dyn Stream<Item = watcher::Result<Event<DeserializeGuard<K>>>> + Send>>;

struct Watching<K> {
    api: Api<DeserializeGuard<K>>,
    kind: &'static str,
    name: Option<String>,
    metrics: Arc<Metrics>,
    complaints: Option<Complaints>,
    stream: Raw<K>,
    /// When the stream was begun.
    begun: Instant,
    failures: u32,
}

fn start<K>(api: &Api<DeserializeGuard<K>>, name: Option<&str>) -> Raw<K>
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    let mut config = watcher::Config::default().timeout(WATCH_SECONDS);
    if let Some(name) = name {
        config = config.fields(&format!("metadata.name={name}"));
    }
    watcher(api.clone(), config).boxed()
}

impl<K> Watching<K>
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    async fn next(&mut self) -> Event<K> {
        loop {
            let Ok(news) = timeout(SILENCE.saturating_sub(self.silent()), self.stream.next()).await else {
                // Bookmarks are signs of life and no news.
                if self.silent() >= SILENCE {
                    self.frozen();
                }
                continue;
            };
            match news {
                // Told before anything is asked: it says nothing of the API server.
                Some(Ok(Event::Init)) => return Event::Init,
                Some(Ok(event)) => {
                    self.failures = 0;
                    self.metrics.watch_alive(self.kind);
                    if let Some(event) = self.unguard(event) {
                        return event;
                    }
                }
                Some(Err(error)) => self.failed(&error).await,
                None => self.relist(),
            }
        }
    }

    /// For how long nothing has come. A stream that was just begun has its time too.
    fn silent(&self) -> Duration {
        let age = self.metrics.cache_age(self.kind).unwrap_or(Duration::MAX);
        age.min(self.begun.elapsed())
    }

    fn frozen(&mut self) {
        self.metrics.watch_error(self.kind);
        let silent_seconds = self.silent().as_secs();
        tracing::warn!(
            kind = self.kind,
            silent_seconds,
            "the watch says nothing any more: the list is taken anew"
        );
        self.relist();
    }

    fn relist(&mut self) {
        self.failures = 0;
        self.stream = start(&self.api, self.name.as_deref());
        self.begun = Instant::now();
    }

    async fn failed(&mut self, error: &watcher::Error) {
        self.failures += 1;
        self.metrics.watch_error(self.kind);
        tracing::warn!(
            kind = self.kind,
            failures = self.failures,
            error = crate::telemetry::error_chain(error),
            "watch failed"
        );
        if self.failures >= FAILURES_BEFORE_RELIST || start_is_gone(error) {
            tracing::warn!(kind = self.kind, "the list is taken anew");
            self.relist();
        }
        tokio::time::sleep(PAUSE).await;
    }

    /// One object that cannot be read must not hide the others.
    fn unguard(&self, event: Event<DeserializeGuard<K>>) -> Option<Event<K>> {
        let read = |guard: DeserializeGuard<K>| match guard.0 {
            Ok(object) => Some(object),
            Err(invalid) => {
                self.metrics.watch_error(self.kind);
                let metadata = invalid.metadata;
                let unreadable = Unreadable {
                    kind: self.kind,
                    namespace: metadata.namespace.unwrap_or_default(),
                    name: metadata.name.unwrap_or_default(),
                    uid: metadata.uid.unwrap_or_default(),
                    error: invalid.error,
                };
                tracing::error!(
                    kind = self.kind,
                    namespace = unreadable.namespace,
                    name = unreadable.name,
                    error = unreadable.error,
                    "an object cannot be read and is passed over"
                );
                if let Some(complaints) = &self.complaints {
                    // Nobody listens any more: the process is ending.
                    let _ = complaints.unbounded_send(unreadable);
                }
                None
            }
        };
        match event {
            Event::Apply(guard) => read(guard).map(Event::Apply),
            Event::InitApply(guard) => read(guard).map(Event::InitApply),
            Event::Delete(guard) => read(guard).map(Event::Delete),
            Event::Init => Some(Event::Init),
            Event::InitDone => Some(Event::InitDone),
        }
    }
}

/// Whether the version that a watch should start from is not kept any more.
fn start_is_gone(error: &watcher::Error) -> bool {
    matches!(error, watcher::Error::WatchStartFailed(kube::Error::Api(status)) if status.code == 410)
}

/// Leaves out what nobody here reads, so that a thousand objects cost no more memory than they must.
pub fn slim<K: Resource>(mut event: Event<K>) -> Event<K> {
    if let Event::Apply(object) | Event::InitApply(object) = &mut event {
        object.managed_fields_mut().clear();
    }
    event
}
