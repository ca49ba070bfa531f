//! The group's controller: the only place where anything is decided and done.
//! It must not decide itself: `drive` answers what the engine's pass asks for.

mod act;
mod apply;
mod drive;
mod error;
mod held;
mod kept;
mod lag;
pub mod ledgers;
mod link;
mod news;
mod objects;
pub mod project;
pub mod put;
mod reading;
pub mod seen;
mod tell;
#[cfg(test)]
mod tests;
pub mod translate;
mod words;

pub use apply::reference;
pub use drive::write_kept;
pub use error::Error;
pub use kept::Kept;
pub use translate::{members, object};

use super::{Context, forced};
use crate::places::{Haste, Place};
use futures::{Stream, StreamExt};
use kube::ResourceExt;
use kube::runtime::controller::{Action, Config, Controller};
use kube::runtime::reflector::ObjectRef;
use kube::runtime::watcher;
use stationmaster_api::ProtectionGroup;
use stationmaster_engine::pass::Next;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How many passes one reconcile may make in a row before others get their turn.
const PASSES: u32 = 8;
/// The pause after a pass that failed.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(2);

/// Runs until the process ends; running passes are finished first.
pub async fn run(
    context: Arc<Context>,
    touched: impl Stream<Item = Result<ProtectionGroup, watcher::Error>> + Send + 'static,
    wakes: impl Stream<Item = ObjectRef<ProtectionGroup>> + Send + 'static,
) {
    Controller::for_stream(touched, context.stores.groups.clone())
        // None here: who waits for a place must not keep others from theirs.
        .with_config(Config::default().concurrency(0))
        .reconcile_on(wakes)
        .graceful_shutdown_on(context.ending.begun())
        .run(reconcile, after_error, Arc::clone(&context))
        .for_each(async |ended| super::ended::tell("protectiongroup", ended))
        .await;
}

async fn reconcile(group: Arc<ProtectionGroup>, context: Arc<Context>) -> Result<Action, Error> {
    let started = Instant::now();
    // What waits for its place is small; what works is not.
    let result = Box::pin(passes(&group, &context)).await;
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
    let Some(places) = context.ending.cuts(places(group, context)).await else {
        return Ok(Action::await_change());
    };
    for _ in 0..PASSES {
        if context.ending.has_begun() {
            return Ok(Action::await_change());
        }
        match drive::fresh(context, group).await? {
            Next::Again if gives_way(&places, group, context) => break,
            Next::Again => {}
            next => return Ok(action(next)),
        }
    }
    Ok(Action::requeue(Duration::ZERO))
}

/// Whether others have their turn after each pass: other forced orders, and everybody once the call of this one was made.
fn gives_way((ours, place): &(Option<Place>, Place), group: &ProtectionGroup, context: &Context) -> bool {
    let urgent = place.haste() == Haste::Urgent;
    urgent && (haste(group, context) == Haste::Routine || ours.as_ref().is_some_and(Place::is_awaited))
}

/// How pressing the group is.
fn haste(group: &ProtectionGroup, context: &Context) -> Haste {
    let namespace = group.namespace().unwrap_or_default();
    context.forced.haste(&context.stores, &namespace, &group.name_any())
}

/// A place of the connection, so that one that hangs leaves places to the others of its namespace, then one of the namespace.
async fn places(group: &ProtectionGroup, context: &Context) -> (Option<Place>, Place) {
    let (namespace, name) = (group.namespace().unwrap_or_default(), group.name_any());
    let now = || haste(group, context);
    let link = link::Link::of(&context.stores, &context.connections, group);
    let ours = match &link.connection {
        Some(connection) => {
            // Listed when nobody had asked about its object yet.
            if connection
                .latest()
                .is_some_and(|latest| latest.leaves_out(&link.object))
            {
                context.wakes.provider(&namespace, &group.spec.provider_ref.name);
            }
            Some(forced::place(&context.forced, &connection.places, "", &name, now).await)
        }
        None => {
            if now() == Haste::Urgent {
                context.wakes.provider(&namespace, &group.spec.provider_ref.name);
            }
            None
        }
    };
    (
        ours,
        forced::place(&context.forced, &context.working, &namespace, &name, now).await,
    )
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
