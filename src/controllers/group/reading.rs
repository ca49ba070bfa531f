//! Readings of the provider within a pass, and what cuts them short.
//! It must not cut short anything but a reading.

use super::drive::with_env;
use super::kept::Objects;
use crate::controllers::Context;
use crate::observe::time_of;
use kube::ResourceExt;
use stationmaster_engine::pass::{Next, Observes, Seen};
use stationmaster_engine::{Pass, text};
use std::time::Duration;

/// The pause after a reading that was cut short by a forced order: the order may have reached the caches before the API server's list.
const ARRIVED: Duration = Duration::from_millis(100);
/// How many forced orders of a namespace may wait until the readings for them are spared.
const MANY: usize = 8;

/// A reading, or what to do where the process ends, or a forced order arrives while a reading for something else hangs.
pub async fn cut_short<T>(context: &Context, objects: &Objects, reading: impl Future<Output = T>) -> Result<T, Next> {
    let (namespace, name) = (objects.group.namespace().unwrap_or_default(), objects.group.name_any());
    let arrives = async {
        match objects.is_forced() {
            true => std::future::pending().await,
            false => {
                let haste = || context.forced.haste(&context.stores, &namespace, &name);
                context.forced.arrives(haste).await;
            }
        }
    };
    tokio::select! {
        read = context.ending.cuts(reading) => read.ok_or(Next::OnChange),
        () = arrives => Err(Next::In(ARRIVED)),
    }
}

/// Reads the provider as far as the engine asks for it.
pub async fn observe(context: &Context, objects: &Objects, at: Observes) -> Pass {
    let Some(connection) = &objects.link.connection else {
        return with_env(context, objects, |env| at.listed(env));
    };
    let at = match by_the_list(context, objects, at) {
        Ok(pass) => return pass,
        Err(at) => at,
    };
    let found = match &at.look().lost {
        Some(lost) => connection.find(lost).await.unwrap_or_default(),
        None => None,
    };
    let (mut jobs, mut unread) = (Vec::new(), None);
    for job in &at.look().jobs {
        match connection.poll(&job.action, job.operation, &job.job).await {
            Ok(report) => jobs.push(report),
            Err(fault) => {
                tracing::warn!(job = job.job, error = fault.message, "the job could not be read");
                unread = Some(text::word(256, &fault.message));
            }
        }
    }
    let begun_at = context.clock.now();
    let sight = match at.reads_the_object() {
        true => objects.observe(connection, at.look().forced).await,
        // It may have been listed anew while the API server was read.
        false => connection.sight(&objects.link.object),
    };
    let seen = Seen {
        found,
        jobs,
        unread,
        sight,
        begun_at,
        ended_at: context.clock.now(),
    };
    with_env(context, objects, |env| at.take(seen, env))
}

/// Where many forced orders wait, what was seen last is enough to record a call by, if the engine thinks so: then the last look is the only
/// reading of its order.
fn by_the_list(context: &Context, objects: &Objects, at: Observes) -> Result<Pass, Box<Observes>> {
    let listed_at = objects.link.listed_at.filter(|_| many(context, objects));
    match listed_at.and_then(|begun| time_of(begun, context.clock.now())) {
        Some(begun_at) => with_env(context, objects, |env| at.by_the_list(begun_at, env)),
        None => Err(Box::new(at)),
    }
}

/// Whether so many forced orders of the namespace wait that each read counts.
fn many(context: &Context, objects: &Objects) -> bool {
    let namespace = objects.group.namespace().unwrap_or_default();
    context.forced.waiting(&namespace) > MANY
}
