//! The provider's controller: connects, lists in bulk at an interval, wakes the groups whose part has changed.
//! It must not act on any group.

mod connect;
mod report;

use super::Context;
use crate::observe::{Changed, Connection, NotReady, Snapshot};
use crate::vendors::Inputs;
use connect::{Built, fingerprint};
use futures::{Stream, StreamExt};
use kube::ResourceExt;
use kube::runtime::controller::{Action, Config, Controller};
use kube::runtime::watcher;
use stationmaster_api::ProtectionProvider;
use stationmaster_provider::{ConnectionFacts, Provider};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

/// How many connections are read side by side: one that hangs keeps no other waiting.
pub const CONCURRENCY: u16 = 32;
/// The pause after a failure; the Secret is read again each time, so that a corrected one is used at once.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(5);

/// What a ProtectionProvider is connected with.
struct Live {
    connection: Arc<Connection>,
    facts: ConnectionFacts,
}

/// What was made of a ProtectionProvider. The client outlives a failure: it remembers that the provider refused the credentials, and
/// accounts are locked after a few wrong tries.
#[derive(Clone)]
struct Made {
    fingerprint: String,
    client: Arc<dyn Provider>,
    live: Option<Arc<Live>>,
}

/// What was made, by namespace and name.
#[derive(Default)]
struct Lives(Mutex<HashMap<(String, String), Made>>);

impl Lives {
    fn get(&self, key: &(String, String)) -> Option<Made> {
        let map = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        map.get(key).cloned()
    }

    fn put(&self, key: &(String, String), made: Made) {
        let mut map = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        map.insert(key.clone(), made);
    }
}

/// Why a pass failed: the status could not be written.
#[derive(Debug, thiserror::Error)]
#[error("report the provider")]
pub struct Error(#[source] Box<kube::Error>);

struct Shared {
    context: Arc<Context>,
    lives: Lives,
}

impl Shared {
    fn client(&self, object: &ProtectionProvider, inputs: &Inputs) -> Result<Arc<dyn Provider>, NotReady> {
        let context = &self.context;
        context.vendors.client(object, inputs, &context.clock, &context.metrics)
    }
}

/// Runs until the process ends.
pub async fn run(
    context: Arc<Context>,
    touched: impl Stream<Item = Result<ProtectionProvider, watcher::Error>> + Send + 'static,
) {
    let shared = Arc::new(Shared {
        context: Arc::clone(&context),
        lives: Lives::default(),
    });
    Controller::for_stream(touched, context.stores.providers.clone())
        .with_config(Config::default().concurrency(CONCURRENCY))
        .graceful_shutdown_on(context.ending.begun())
        .run(reconcile, after_error, shared)
        .for_each(async |ended| super::ended::tell("protectionprovider", ended))
        .await;
}

async fn reconcile(object: Arc<ProtectionProvider>, shared: Arc<Shared>) -> Result<Action, Error> {
    let started = Instant::now();
    // It only reads; what it would have told, the next leader tells.
    let Some(result) = shared.context.ending.cuts(pass(&object, &shared)).await else {
        return Ok(Action::await_change());
    };
    shared
        .context
        .metrics
        .reconcile("protectionprovider", result.is_ok(), started.elapsed());
    result.map(Action::requeue)
}

fn after_error(object: Arc<ProtectionProvider>, error: &Error, _: Arc<Shared>) -> Action {
    let name = object.name_any();
    tracing::warn!(
        name,
        error = crate::telemetry::error_chain(error),
        "the provider could not be reported"
    );
    Action::requeue(PAUSE_AFTER_FAILURE)
}

async fn pass(object: &ProtectionProvider, shared: &Shared) -> Result<Duration, Error> {
    let context = &shared.context;
    let key = (object.namespace().unwrap_or_default(), object.name_any());
    let read = read(object, shared, &key).await;
    let (connection, listed) = match &read {
        Ok(live) => (Ok(Arc::clone(&live.connection)), Ok(list(live).await)),
        Err(not_ready) => (Err(not_ready.clone()), Err(not_ready.clone())),
    };
    let news = context.connections.put(&key.0, &key.1, connection);
    wake(context, object, news, listed.as_ref().ok());
    let outcome = listed.and_then(Listed::outcome);
    context.metrics.provider_up(&key.0, &key.1, outcome.is_ok());
    let facts = read.as_ref().ok().map(|live| &live.facts);
    report::write(context, object, facts, &outcome)
        .await
        .map_err(|e| Error(Box::new(e)))?;
    Ok(match outcome {
        Ok(_) => Duration::from_secs(u64::from(object.spec.poll_interval_seconds)),
        Err(_) => PAUSE_AFTER_FAILURE.min(Duration::from_secs(u64::from(object.spec.poll_interval_seconds))),
    })
}

/// The connection as it is now: made anew when spec, Secret or CA bundle have changed.
async fn read(object: &ProtectionProvider, shared: &Shared, key: &(String, String)) -> Result<Arc<Live>, NotReady> {
    let inputs = connect::inputs(&shared.context.client, object).await?;
    let fingerprint = fingerprint(object, &inputs);
    let known = shared.lives.get(key).filter(|made| made.fingerprint == fingerprint);
    let mut made = match known {
        Some(Made { live: Some(live), .. }) => return Ok(live),
        Some(made) => made,
        None => Made {
            fingerprint,
            client: shared.client(object, &inputs)?,
            live: None,
        },
    };
    shared.lives.put(key, made.clone());
    let Built { connection, facts } = connect::connect(&made.client).await?;
    let live = Arc::new(Live {
        connection: Arc::new(connection),
        facts,
    });
    made.live = Some(Arc::clone(&live));
    shared.lives.put(key, made);
    Ok(live)
}

/// What one bulk list brought.
pub(super) struct Listed {
    snapshot: Arc<Snapshot>,
    before: Option<Arc<Snapshot>>,
    /// The objects that were read singly before it.
    overtaken: Vec<String>,
}

impl Listed {
    fn shows(&self, object: &str) -> bool {
        matches!(&self.snapshot.objects, Ok(objects) if objects.contains_key(object))
    }

    /// Whom it tells something new: also whoever was told of a single reading that it has overtaken.
    fn changed(&self) -> Changed {
        match self.snapshot.changed(self.before.as_deref()) {
            Changed::All => Changed::All,
            Changed::Some(ids) => Changed::Some(ids.into_iter().chain(self.overtaken.iter().cloned()).collect()),
        }
    }

    /// The listing, or why it failed.
    fn outcome(self) -> Result<Listed, NotReady> {
        match &self.snapshot.objects {
            Ok(_) => Ok(self),
            Err(fault) => Err(NotReady {
                reason: fault.reason,
                message: fault.message.clone(),
            }),
        }
    }
}

async fn list(live: &Live) -> Listed {
    let before = live.connection.latest();
    let begun = Instant::now();
    let objects = live.connection.provider.list().await;
    let number = before.as_ref().map_or(1, |b| b.number + 1);
    let snapshot = Arc::new(Snapshot { number, begun, objects });
    let overtaken = live.connection.publish(Arc::clone(&snapshot));
    Listed {
        snapshot,
        before,
        overtaken,
    }
}

/// Wakes the groups of this connection whose part has changed.
fn wake(context: &Context, object: &ProtectionProvider, news: bool, listed: Option<&Listed>) {
    let changed = match listed {
        Some(listed) if !news => listed.changed(),
        // The same reason for no connection as before is no news.
        None if !news => return,
        _ => Changed::All,
    };
    for group in context.stores.groups.state() {
        let ours = group.namespace() == object.namespace() && group.spec.provider_ref.name == object.name_any();
        if !ours {
            continue;
        }
        let (_, id) = super::group::object(&group);
        let (namespace, name) = (group.namespace().unwrap_or_default(), group.name_any());
        if listed.is_some_and(|listed| listed.shows(&id)) {
            context.metrics.group_observed(&namespace, &name, context.clock.now());
        }
        let touched = match &changed {
            Changed::All => true,
            Changed::Some(ids) => ids.contains(&id),
        };
        if touched {
            context.wakes.group(&namespace, &name);
        }
    }
}
