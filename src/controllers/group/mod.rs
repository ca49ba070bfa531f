//! The group's controller: the only place where anything is decided and done.
//! It must not decide itself: `drive` answers what the engine's pass asks for.

mod act;
mod apply;
mod drive;
mod error;
mod kept;
pub mod ledgers;
mod link;
mod news;
mod objects;
pub mod project;
pub mod put;
pub mod seen;
mod tell;
#[cfg(test)]
mod tests;
pub mod translate;
mod words;

pub use apply::reference;
pub use error::Error;
pub use kept::Kept;
pub use translate::object;

use super::Context;
use futures::{Stream, StreamExt};
use kube::ResourceExt;
use kube::runtime::controller::{Action, Config, Controller};
use kube::runtime::reflector::ObjectRef;
use kube::runtime::watcher;
use stationmaster_api::ProtectionGroup;
use stationmaster_engine::pass::Next;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;

/// How many passes one reconcile may make in a row before others get their turn.
const PASSES: u32 = 8;
/// The pause before a group asks again for one of its connection's places.
const BUSY: Duration = Duration::from_millis(300);
/// The pause after a pass that failed.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(2);

/// Runs until `shutdown` is done; running passes are finished first.
pub async fn run(
    context: Arc<Context>,
    touched: impl Stream<Item = Result<ProtectionGroup, watcher::Error>> + Send + 'static,
    wakes: impl Stream<Item = ObjectRef<ProtectionGroup>> + Send + 'static,
    concurrency: u16,
    shutdown: impl Future<Output = ()> + Send + Sync + 'static,
) {
    Controller::for_stream(touched, context.stores.groups.clone())
        .with_config(Config::default().concurrency(concurrency))
        .reconcile_on(wakes)
        .graceful_shutdown_on(shutdown)
        .run(reconcile, after_error, Arc::clone(&context))
        .for_each(async |ended| super::ended::tell("protectiongroup", ended))
        .await;
}

async fn reconcile(group: Arc<ProtectionGroup>, context: Arc<Context>) -> Result<Action, Error> {
    let started = Instant::now();
    let result = passes(&group, &context).await;
    context
        .metrics
        .reconcile("protectiongroup", result.is_ok(), started.elapsed());
    result
}

async fn passes(group: &ProtectionGroup, context: &Context) -> Result<Action, Error> {
    if group.metadata.deletion_timestamp.is_some() {
        return Ok(Action::await_change());
    }
    if let Some(next @ (Next::In(_) | Next::OnChange)) = drive::resume(context, group).await? {
        return Ok(action(next));
    }
    if let Some(next) = drive::glance(context, group).await? {
        return Ok(action(next));
    }
    let connection = link::Link::of(&context.stores, &context.connections, group).connection;
    let slot = connection.as_ref().map(|c| c.slots.try_acquire());
    if let Some(Err(_)) = slot {
        // The others' turn: a connection that hangs must not take every place.
        return Ok(Action::requeue(BUSY));
    }
    for _ in 0..PASSES {
        if context.stopping.load(Ordering::Acquire) {
            return Ok(Action::await_change());
        }
        match drive::fresh(context, group).await? {
            Next::Again => {}
            next => return Ok(action(next)),
        }
    }
    Ok(Action::requeue(Duration::ZERO))
}

fn action(next: Next) -> Action {
    match next {
        Next::Again => Action::requeue(Duration::ZERO),
        Next::In(pause) => Action::requeue(pause),
        Next::OnChange => Action::await_change(),
    }
}

fn after_error(group: Arc<ProtectionGroup>, error: &Error, _: Arc<Context>) -> Action {
    let name = group.name_any();
    let namespace = group.namespace().unwrap_or_default();
    if error.conflict() {
        tracing::debug!(namespace, name, "someone else wrote first; looked at again");
        return Action::requeue(Duration::from_millis(50));
    }
    tracing::warn!(
        namespace,
        name,
        error = crate::telemetry::error_chain(error),
        "the pass failed and is made again"
    );
    Action::requeue(PAUSE_AFTER_ERROR)
}
