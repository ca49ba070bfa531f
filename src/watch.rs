//! A watch that recovers by itself: malformed objects are passed over, a start that keeps failing leads to a fresh list.
//! It must not swallow an error: each one is logged and counted.

use crate::metrics::Metrics;
use futures::{Stream, StreamExt, stream};
use kube::api::Api;
use kube::core::DeserializeGuard;
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Resource, ResourceExt};
use serde::de::DeserializeOwned;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

/// How long the API server may keep a watch open before it must be renewed; a frozen watch is noticed 5 s after it.
const WATCH_SECONDS: u32 = 60;
/// After how many failures in a row the list is taken anew. kube-runtime 5.0 repeats a watch start that is answered by HTTP 410 for ever.
const FAILURES_BEFORE_RELIST: u32 = 3;
/// The pause after a failure.
const PAUSE: Duration = Duration::from_secs(1);

/// The events of `api`, without end. Errors are logged and counted, never yielded.
pub fn events<K>(
    api: Api<DeserializeGuard<K>>,
    kind: &'static str,
    metrics: Arc<Metrics>,
) -> impl Stream<Item = Event<K>> + Send + 'static
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    let watching = Watching {
        stream: start(&api),
        api,
        kind,
        metrics,
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
    metrics: Arc<Metrics>,
    stream: Raw<K>,
    failures: u32,
}

fn start<K>(api: &Api<DeserializeGuard<K>>) -> Raw<K>
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    let config = watcher::Config::default().timeout(WATCH_SECONDS);
    watcher(api.clone(), config).boxed()
}

impl<K> Watching<K>
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    async fn next(&mut self) -> Event<K> {
        loop {
            match self.stream.next().await {
                Some(Ok(event)) => {
                    self.failures = 0;
                    self.metrics.watch_alive(self.kind);
                    if let Some(event) = self.unguard(event) {
                        return event;
                    }
                }
                Some(Err(error)) => self.failed(&error).await,
                None => self.stream = start(&self.api),
            }
        }
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
        if self.failures >= FAILURES_BEFORE_RELIST {
            tracing::warn!(kind = self.kind, "the list is taken anew");
            self.failures = 0;
            self.stream = start(&self.api);
        }
        tokio::time::sleep(PAUSE).await;
    }

    /// One object that cannot be read must not hide the others.
    fn unguard(&self, event: Event<DeserializeGuard<K>>) -> Option<Event<K>> {
        let read = |guard: DeserializeGuard<K>| match guard.0 {
            Ok(object) => Some(object),
            Err(invalid) => {
                self.metrics.watch_error(self.kind);
                let name = invalid.metadata.name.clone().unwrap_or_default();
                tracing::error!(
                    kind = self.kind,
                    name,
                    error = invalid.error,
                    "an object cannot be read and is passed over"
                );
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

/// Leaves out what nobody here reads, so that a thousand objects cost no more memory than they must.
pub fn slim<K: Resource>(mut event: Event<K>) -> Event<K> {
    if let Event::Apply(object) | Event::InitApply(object) = &mut event {
        object.managed_fields_mut().clear();
    }
    event
}
