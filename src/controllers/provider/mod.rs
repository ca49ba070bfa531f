//! The provider's controller: connects, lists in bulk at an interval, wakes the groups whose part has changed.
//! It must not act on any group.

mod connect;
mod listed;
mod lives;
mod report;

#[cfg(test)]
mod tests;

pub use lives::Lives;

use super::group::Error;
use super::{Context, forced};
use crate::observe::NotReady;
use crate::places::{Haste, Places};
use connect::{Unread, fingerprint, spec_fingerprint};
use futures::{Stream, StreamExt};
use kube::ResourceExt;
use kube::runtime::controller::{Action, Config, Controller};
use kube::runtime::reflector::ObjectRef;
use kube::runtime::watcher;
use listed::{Listed, list, wake};
use lives::{Made, Pace, URGENT_PAUSE};
use stationmaster_api::ProtectionProvider;
use stationmaster_engine::Reason;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How many connections are connected or listed side by side.
pub const CONCURRENCY: u16 = 128;
/// The longest pause after a failure until the Secret is read again, so that a corrected one is used soon. The provider itself is asked at a
/// growing pace.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Runs until the process ends.
pub async fn run(
    context: Arc<Context>,
    touched: impl Stream<Item = Result<ProtectionProvider, watcher::Error>> + Send + 'static,
    wakes: impl Stream<Item = ObjectRef<ProtectionProvider>> + Send + 'static,
) {
    Controller::for_stream(touched, context.stores.providers.clone())
        // None here: who waits for a place must not keep others from theirs.
        .with_config(Config::default().concurrency(0))
        .reconcile_on(wakes)
        .graceful_shutdown_on(context.ending.begun())
        .run(reconcile, after_error, context)
        .for_each(async |ended| super::ended::tell("protectionprovider", ended))
        .await;
}

/// The places in which connections are connected and listed.
pub fn places() -> Places {
    Places::new(usize::from(CONCURRENCY))
}

async fn reconcile(object: Arc<ProtectionProvider>, context: Arc<Context>) -> Result<Action, Error> {
    let started = Instant::now();
    // It only reads; what it would have told, the next leader tells.
    let Some(result) = context.ending.cuts(Box::pin(pass(&object, &context))).await else {
        return Ok(Action::await_change());
    };
    context
        .metrics
        .reconcile("protectionprovider", result.is_ok(), started.elapsed());
    result.map(Action::requeue)
}

fn after_error(object: Arc<ProtectionProvider>, error: &Error, _: Arc<Context>) -> Action {
    let name = object.name_any();
    tracing::warn!(
        name,
        error = crate::telemetry::error_chain(error),
        "the provider could not be reported"
    );
    Action::requeue(PAUSE_AFTER_FAILURE)
}

/// What one try brought.
struct Tried {
    made: Option<Made>,
    /// The list, or why there is none.
    outcome: Result<Listed, NotReady>,
}

async fn pass(object: &ProtectionProvider, context: &Context) -> Result<Duration, Error> {
    let key = (object.namespace().unwrap_or_default(), object.name_any());
    let interval = Duration::from_secs(u64::from(object.spec.poll_interval_seconds));
    let read = inputs(object, context, &key).await;
    let haste = context.forced.haste_of_connection(&context.stores, &key.0, &key.1);
    let tried = match read {
        Ok(made) => {
            if let Some(left) = made.pace.pause(haste == Haste::Urgent) {
                return Ok(left.min(PAUSE_AFTER_FAILURE).min(interval));
            }
            try_it(object, context, &key, made).await
        }
        Err(why) => {
            let news = context.connections.put(&key.0, &key.1, Err(why.clone()));
            wake(context, object, news, None);
            Tried {
                made: None,
                outcome: Err(why),
            }
        }
    };
    if !still_there(object, context) {
        forget(context, &key);
        return Ok(interval);
    }
    let failed = tried.outcome.is_err();
    context.metrics.provider_up(&key.0, &key.1, !failed);
    let made = tried.made.as_ref();
    report::write(context, object, made, &tried.outcome).await?;
    let pause = match made.filter(|_| failed) {
        // It may be pressing by now.
        Some(made) => made.pace.pause(false).unwrap_or_default().min(PAUSE_AFTER_FAILURE),
        None if failed => PAUSE_AFTER_FAILURE,
        None => interval,
    };
    Ok(match haste {
        Haste::Urgent if failed => pause.min(URGENT_PAUSE),
        _ => pause.min(interval),
    })
}

/// The client as it is now: made anew when spec, Secret or CA bundle have changed; kept for a while where they cannot be read.
async fn inputs(object: &ProtectionProvider, context: &Context, key: &(String, String)) -> Result<Made, NotReady> {
    let (spec, uid) = (spec_fingerprint(object), object.uid().unwrap_or_default());
    let known = context.lives.get(key).filter(|made| made.uid == uid);
    let inputs = match connect::inputs(&context.client, object).await {
        Ok(inputs) => inputs,
        Err(unread) => return kept(context, key, known, &spec, unread),
    };
    let fingerprint = fingerprint(&spec, &inputs);
    let made = match known.filter(|made| made.fingerprint == fingerprint) {
        Some(mut made) => {
            made.kept = None;
            if let Some(live) = &made.live {
                live.connection.keep(false);
            }
            made
        }
        None => {
            // What was made of other credentials, or for another server, is used no more.
            context.lives.forget(&key.0, &key.1);
            if let Some(Ok(_)) = context.connections.get(&key.0, &key.1) {
                let why = NotReady::new(Reason::ProviderNotReady, "it has changed and is being connected anew");
                context.connections.put(&key.0, &key.1, Err(why));
            }
            Made {
                uid,
                spec,
                fingerprint,
                client: context
                    .vendors
                    .client(object, &inputs, &context.clock, &context.metrics)?,
                live: None,
                pace: Pace::default(),
                kept: None,
            }
        }
    };
    context.lives.put(key, made.clone());
    Ok(made)
}

fn kept(
    context: &Context,
    key: &(String, String),
    known: Option<Made>,
    spec: &str,
    unread: Unread,
) -> Result<Made, NotReady> {
    if let Some(mut made) = known
        && made.stays(spec, &unread, context.clock.now())
    {
        if let Some(live) = &made.live {
            live.connection.keep(true);
        }
        context.lives.put(key, made.clone());
        return Ok(made);
    }
    context.lives.forget(&key.0, &key.1);
    Err(unread.why)
}

/// Connects where that is due, and lists, in a place of its namespace.
async fn try_it(object: &ProtectionProvider, context: &Context, key: &(String, String), mut made: Made) -> Tried {
    let urgent = || context.forced.haste_of_connection(&context.stores, &key.0, &key.1);
    let _place = forced::place(&context.forced, &context.connecting, &key.0, &key.1, urgent).await;
    let connected = match &made.live {
        Some(live) => Ok(Arc::clone(live)),
        None => connect::connect(&made.client, context.others.of(&key.0))
            .await
            .map(Arc::new),
    };
    let tried = match connected {
        Ok(live) => {
            made.live = Some(Arc::clone(&live));
            let listed = list(context, object, &live).await;
            let failure = listed.failure();
            made.pace.ended(failure.clone());
            let news = context
                .connections
                .put(&key.0, &key.1, Ok(Arc::clone(&live.connection)));
            wake(context, object, news, Some(&listed));
            failure.map_or(Ok(listed), Err)
        }
        Err(why) => {
            let why = made.pace.ended(Some(why.clone())).unwrap_or(why);
            let news = context.connections.put(&key.0, &key.1, Err(why.clone()));
            wake(context, object, news, None);
            Err(why)
        }
    };
    context.lives.put(key, made.clone());
    Tried {
        made: Some(made),
        outcome: tried,
    }
}

/// It may have been deleted while its server was asked.
fn still_there(object: &ProtectionProvider, context: &Context) -> bool {
    let found = context.stores.providers.get(&ObjectRef::from_obj(object));
    found.is_some_and(|found| found.uid() == object.uid())
}

/// Forgets all that was made of a ProtectionProvider that is gone.
pub fn forget(context: &Context, key: &(String, String)) {
    context.lives.forget(&key.0, &key.1);
    context.connections.forget(&key.0, &key.1);
    context.metrics.forget_provider(&key.0, &key.1);
}
