//! Keeping the lease: one renewal after the other until the lease is another's.
//! It must not win a lost lease back: whoever led in between has begun work of its own.
//!
//! Where no renewal is acknowledged in time the proof runs out by itself and nothing is begun any more. The process lives on: it may wait for
//! the answer of a call, which only it can hear, and it alone can say that nobody led in between. A renewal that is acknowledged later says
//! so: each is guarded by the version that this process wrote or found under its own name.

use super::absence::went_back;
use super::lease::{LeaseFile, Written, holder, transitions};
use super::proof::Term;
use super::standing::Standing;
use crate::telemetry::error_chain;
use futures::future::{Either, select};
use k8s_openapi::api::coordination::v1::Lease;
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// What the renewing task works with.
pub(super) struct Held {
    pub(super) file: Arc<LeaseFile>,
    pub(super) term: Arc<Term>,
    pub(super) standing: watch::Sender<Standing>,
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

/// Renews until the lease is another's. `lease` was acknowledged just now; its write was sent at `sent`.
pub(super) async fn keep(held: Held, mut lease: Lease, mut sent: Instant) {
    let timings = *held.file.timings();
    let mut acknowledged = Instant::now();
    // When the first attempt after the last acknowledged one was sent.
    let mut began: Option<Instant> = None;
    let mut silent = false;
    loop {
        sleep_until(sent + timings.retry()).await;
        sent = Instant::now();
        // Slow answers alone are no silence, so it counts from the first attempt. What the leader may still begin in the meantime is the
        // proof's concern, and that ends sooner.
        let late = *began.get_or_insert(sent) + timings.renew_deadline();
        // After so long others may have led, and a lease that is gone does not say that nobody did.
        let expired = sent >= acknowledged + timings.lease();
        let renewal = timeout(timings.renew_deadline(), renew(&held.file, &lease, expired));
        let renewal = match silent {
            true => renewal.await,
            false => {
                let mut renewal = pin!(renewal);
                tokio::select! {
                    biased;
                    renewal = &mut renewal => renewal,
                    () = sleep_until(late) => {
                        silent = true;
                        fall_silent(&held);
                        renewal.await
                    }
                }
            }
        };
        match renewal {
            Ok(Renewal::Acknowledged(renewed, counted_from)) => {
                acknowledged = Instant::now();
                began = None;
                held.term.extend(counted_from + timings.renew_deadline());
                if std::mem::take(&mut silent) {
                    tracing::info!(
                        lease = held.file.name(),
                        "the lease is renewed again, nobody else held it meanwhile: work goes on"
                    );
                    held.standing.send_replace(Standing::Leading);
                }
                lease = *renewed;
            }
            Ok(Renewal::Taken(by)) => return lose(&held, &format!("the lease is held by {by:?}")),
            Ok(Renewal::WentBack(found)) => {
                // Told before it goes: whoever leads next must not take an old intent for one of now. Then all caches are filled anew.
                held.file.tell(Some(held.file.wall()));
                let told = held.file.hold(Some(&found), transitions(&found));
                let told = timeout(timings.renew_deadline(), told).await;
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
            Err(_) => tracing::warn!(
                lease = held.file.name(),
                error = "no answer within the renew deadline",
                "the lease was not renewed; it is tried again"
            ),
        }
    }
}

fn fall_silent(held: &Held) {
    tracing::error!(
        lease = held.file.name(),
        error = "no renewal was acknowledged within the renew deadline",
        "leadership is not proven any more: no call is made until the lease is renewed, or another replica holds it"
    );
    held.standing.send_replace(Standing::Unproven);
}

fn lose(held: &Held, why: &str) {
    held.term.end_saying(|| {
        tracing::error!(
            lease = held.file.name(),
            error = why,
            "leadership is lost; what is under way is ended, then the process must exit"
        );
    });
    held.standing.send_replace(Standing::Lost);
}

/// One renewal. Where it has no answer after half the renew deadline, a second one is sent beside it: a connection may be dead. Both
/// are guarded, so at most one of them is written.
async fn renew(file: &LeaseFile, lease: &Lease, expired: bool) -> Renewal {
    let first = pin!(at_once(file, lease, expired));
    let second = pin!(async {
        sleep(file.timings().renew_deadline() / 2).await;
        after_reading(file, lease, expired).await
    });
    match select(first, second).await {
        Either::Left((renewal, _)) => renewal,
        Either::Right((Renewal::Failed(_), first)) => first.await,
        Either::Right((renewal, _)) => renewal,
    }
}

async fn at_once(file: &LeaseFile, lease: &Lease, expired: bool) -> Renewal {
    let sent = Instant::now();
    match file.hold(Some(lease), transitions(lease)).await {
        Written::Acknowledged(lease) => Renewal::Acknowledged(lease, sent),
        // Somebody wrote, or it was deleted: see who holds it.
        Written::Conflict => after_reading(file, lease, expired).await,
        Written::Failed(error) => Renewal::Failed(error_chain(&error)),
    }
}

async fn after_reading(file: &LeaseFile, acknowledged: &Lease, expired: bool) -> Renewal {
    let lease = match file.read().await {
        Ok(lease) => lease,
        Err(error) => return Renewal::Failed(error_chain(&error)),
    };
    match &lease {
        Some(lease) if holder(lease) != file.me() => return Renewal::Taken(holder(lease).to_owned()),
        None if expired => return Renewal::Taken(String::new()),
        _ => {}
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
