//! Keeping the lease: one renewal after the other until one is too late or the lease is another's.
//! It must not win a lost lease back: whoever led in between has begun work of its own.

use super::absence::went_back;
use super::lease::{LeaseFile, Written, holder, transitions};
use super::proof::Term;
use super::standing::Standing;
use super::watchdog::Beat;
use crate::telemetry::error_chain;
use futures::future::{Either, select};
use k8s_openapi::api::coordination::v1::Lease;
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

/// What the renewing task works with.
pub(super) struct Held {
    pub(super) file: Arc<LeaseFile>,
    pub(super) term: Arc<Term>,
    pub(super) standing: watch::Sender<Standing>,
    pub(super) beat: Option<Beat>,
}

enum Renewal {
    /// The server has it, and when the request was sent that it answered.
    Acknowledged(Box<Lease>, Instant),
    /// The lease is another's, or nobody's.
    Taken(String),
    /// The lease is ours, and older than what we wrote into it: the API server was put back.
    WentBack(Box<Lease>),
    /// Nothing is known.
    Failed(String),
}

/// Renews until leadership is lost. `lease` was acknowledged just now; its write was sent at `sent`.
pub(super) async fn keep(held: Held, mut lease: Lease, mut sent: Instant) {
    let timings = *held.file.timings();
    let mut acknowledged = Instant::now();
    // When the first attempt after the last acknowledged one was sent.
    let mut began: Option<Instant> = None;
    loop {
        // Slow answers alone must not lose the lease, so the deadline runs from the first attempt. What the leader may still begin
        // in the meantime is the proof's concern, and that ends sooner.
        let first = began.unwrap_or(sent + timings.retry()).max(acknowledged);
        let give_up = (first + timings.renew_deadline()).min(acknowledged + timings.lease());
        sleep_until((sent + timings.retry()).min(give_up)).await;
        if Instant::now() >= give_up {
            return lose(&held, "no renewal was acknowledged within the renew deadline");
        }
        sent = Instant::now();
        began.get_or_insert(sent);
        match timeout_at(give_up, renew(&held.file, &lease)).await {
            Ok(Renewal::Acknowledged(renewed, counted_from)) => {
                acknowledged = Instant::now();
                began = None;
                held.term.extend(counted_from + timings.renew_deadline());
                if let Some(beat) = &held.beat {
                    beat.acknowledged();
                }
                lease = *renewed;
            }
            Ok(Renewal::Taken(by)) => return lose(&held, &format!("the lease is held by {by:?}")),
            Ok(Renewal::WentBack(found)) => {
                // Told before it goes: whoever leads next must not take an old intent for one of now. Then all caches are filled anew.
                held.file.tell(Some(held.file.wall()));
                let told = timeout_at(give_up, held.file.hold(Some(&found), transitions(&found))).await;
                if !matches!(told, Ok(Written::Acknowledged(_))) {
                    tracing::warn!(lease = held.file.name(), "the lease could not be told of it");
                }
                return lose(&held, "the API server was put back to an older state");
            }
            Ok(Renewal::Failed(error)) => tracing::warn!(
                lease = held.file.name(),
                error,
                "the lease was not renewed; it is tried again"
            ),
            Err(_) => return lose(&held, "no renewal was acknowledged within the renew deadline"),
        }
    }
}

fn lose(held: &Held, why: &str) {
    held.term.end_saying(|| {
        tracing::error!(
            lease = held.file.name(),
            error = why,
            "leadership is lost; the process must exit"
        );
    });
    held.standing.send_replace(Standing::Lost);
}

/// One renewal. Where it has no answer after half the renew deadline, a second one is sent beside it: a connection may be dead. Both
/// are guarded, so at most one of them is written.
async fn renew(file: &LeaseFile, lease: &Lease) -> Renewal {
    let first = pin!(at_once(file, lease));
    let second = pin!(async {
        sleep(file.timings().renew_deadline() / 2).await;
        after_reading(file, lease).await
    });
    match select(first, second).await {
        Either::Left((renewal, _)) => renewal,
        Either::Right((Renewal::Failed(_), first)) => first.await,
        Either::Right((renewal, _)) => renewal,
    }
}

async fn at_once(file: &LeaseFile, lease: &Lease) -> Renewal {
    let sent = Instant::now();
    match file.hold(Some(lease), transitions(lease)).await {
        Written::Acknowledged(lease) => Renewal::Acknowledged(lease, sent),
        // Somebody wrote, or it was deleted: see who holds it.
        Written::Conflict => after_reading(file, lease).await,
        Written::Failed(error) => Renewal::Failed(error_chain(&error)),
    }
}

async fn after_reading(file: &LeaseFile, acknowledged: &Lease) -> Renewal {
    let lease = match file.read().await {
        Ok(lease) => lease,
        Err(error) => return Renewal::Failed(error_chain(&error)),
    };
    if let Some(lease) = &lease
        && holder(lease) != file.me()
    {
        return Renewal::Taken(holder(lease).to_owned());
    }
    if let Some(lease) = &lease
        && went_back(acknowledged, lease)
    {
        return Renewal::WentBack(Box::new(lease.clone()));
    }
    let sent = Instant::now();
    match file
        .hold(lease.as_ref(), lease.as_ref().map(transitions).unwrap_or_default())
        .await
    {
        Written::Acknowledged(lease) => Renewal::Acknowledged(lease, sent),
        Written::Conflict => Renewal::Failed("the lease was written by another in the same moment".to_owned()),
        Written::Failed(error) => Renewal::Failed(error_chain(&error)),
    }
}
