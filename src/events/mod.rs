//! Kubernetes events: told to a queue, published by a task of its own.
//! It must not fail or delay a pass; what cannot be told is counted and dropped. Events vanish after an hour, so nothing rests on them.
//!
//! Each namespace has a queue and a budget of its own, and they take turns: whoever fills one keeps nobody else's events from being told.

mod budget;

use crate::metrics::Metrics;
use crate::telemetry::error_chain;
use budget::Budgets;
use k8s_openapi::api::core::v1::ObjectReference;
use kube::Client;
use kube::runtime::events::{Event, EventType, Recorder, Reporter};
use stationmaster_engine::text;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, timeout};

/// What can become of an event, for the metric.
pub const OUTCOMES: [&str; 3] = ["published", "dropped", "failed"];

/// The largest note that the API server takes, in bytes.
pub const NOTE: usize = 1024;

/// How long one publication may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a repetition is told as a series. The recorder's own memory is as long.
const SERIES: Duration = Duration::from_secs(360);

/// Tells events. Clones share the queues.
#[derive(Clone, Debug)]
pub struct Events {
    queues: Arc<Queues>,
    metrics: Arc<Metrics>,
    /// Goes with the last clone.
    _open: mpsc::Sender<()>,
}

#[derive(Debug, Default)]
struct Queues {
    waiting: Mutex<Budgets<Told>>,
    news: Notify,
}

#[derive(Debug)]
struct Told {
    about: ObjectReference,
    warning: bool,
    reason: &'static str,
    action: &'static str,
    note: String,
}

impl Events {
    /// The queue, and what publishes its events: the caller runs it; it ends with the last clone. `instance` is the name of this
    /// replica.
    pub fn new(
        client: Client,
        instance: &str,
        metrics: Arc<Metrics>,
    ) -> (Events, impl Future<Output = ()> + Send + 'static) {
        let (open, closed) = mpsc::channel(1);
        let queues = Arc::new(Queues::default());
        let reporter = Reporter {
            controller: "stationmaster.dev/operator".to_owned(),
            instance: Some(instance.to_owned()),
        };
        let publishing = publish(Arc::clone(&queues), closed, client, reporter, metrics.clone());
        let events = Events {
            queues,
            metrics,
            _open: open,
        };
        (events, publishing)
    }

    /// Tells an event about an object. `reason` and `action` are CamelCase words of at most 128 characters; a longer `note` than
    /// [`NOTE`] bytes is cut. Returns at once; where the namespace's queue is full or
    /// its budget spent the event is dropped and counted.
    pub fn publish(
        &self,
        about: ObjectReference,
        warning: bool,
        reason: &'static str,
        action: &'static str,
        note: String,
    ) {
        let told = Told {
            about,
            warning,
            reason,
            action,
            note: text::cut(NOTE, note),
        };
        let namespace = told.about.namespace.clone().unwrap_or_default();
        let taken = self.queues.lock().enter(&namespace, told, Instant::now());
        if taken {
            self.queues.news.notify_one();
        } else {
            self.metrics.event("dropped");
        }
    }
}

impl Queues {
    fn lock(&self) -> MutexGuard<'_, Budgets<Told>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next event; none when nobody can tell one any more.
    async fn next(&self, closed: &mut mpsc::Receiver<()>) -> Option<Told> {
        loop {
            if let Some(told) = self.lock().leave() {
                return Some(told);
            }
            tokio::select! {
                () = self.news.notified() => {}
                // Nothing is ever sent: it ends with the last who tells.
                _ = closed.recv() => return self.lock().leave(),
            }
        }
    }
}

/// What makes two events one series, but for the note.
type Series = (
    Option<String>,
    Option<String>,
    Option<String>,
    &'static str,
    &'static str,
    bool,
);

/// kube's recorder takes events for one series that differ only in their notes and keeps the first note, so that later steps of an
/// operation would never be read. Hence a recorder for each series, and a new one when the note is another.
struct Recorders {
    client: Client,
    reporter: Reporter,
    known: HashMap<Series, (String, Recorder, Instant)>,
}

impl Recorders {
    fn of(&mut self, told: &Told) -> Recorder {
        let now = Instant::now();
        self.known.retain(|_, (_, _, used)| now < *used + SERIES);
        let (client, reporter) = (&self.client, &self.reporter);
        let fresh = || (told.note.clone(), Recorder::new(client.clone(), reporter.clone()), now);
        let entry = self.known.entry(series(told)).or_insert_with(fresh);
        if entry.0 != told.note {
            *entry = fresh();
        }
        entry.2 = now;
        entry.1.clone()
    }

    /// The series' object may be gone: the next event begins a new one.
    fn forget(&mut self, told: &Told) {
        self.known.remove(&series(told));
    }
}

fn series(told: &Told) -> Series {
    (
        told.about.uid.clone(),
        told.about.namespace.clone(),
        told.about.name.clone(),
        told.reason,
        told.action,
        told.warning,
    )
}

async fn publish(
    queues: Arc<Queues>,
    mut closed: mpsc::Receiver<()>,
    client: Client,
    reporter: Reporter,
    metrics: Arc<Metrics>,
) {
    let mut recorders = Recorders {
        client,
        reporter,
        known: HashMap::new(),
    };
    while let Some(told) = queues.next(&mut closed).await {
        let recorder = recorders.of(&told);
        let event = Event {
            type_: if told.warning {
                EventType::Warning
            } else {
                EventType::Normal
            },
            reason: told.reason.to_owned(),
            note: Some(told.note.clone()),
            action: told.action.to_owned(),
            secondary: None,
        };
        let error = match timeout(PATIENCE, recorder.publish(&event, &told.about)).await {
            Ok(Ok(())) => {
                metrics.event("published");
                continue;
            }
            Ok(Err(error)) => error_chain(&error),
            Err(_) => "no answer in time".to_owned(),
        };
        metrics.event("failed");
        recorders.forget(&told);
        tracing::debug!(
            reason = told.reason,
            name = told.about.name,
            error,
            "an event could not be published"
        );
    }
}

#[cfg(test)]
mod tests;
