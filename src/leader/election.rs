//! Standing for election: waiting for the lease and taking it.
//! It must not decide what the leader does, nor go on as leader after a loss.

use super::absence::Watch;
use super::claim::{Claim, Observed, claim};
use super::leadership::Leadership;
use super::lease::{LeaseFile, Written, transitions};
use super::proof::Term;
use super::renew::{self, Held};
use super::standing::Standing;
use super::timings::Timings;
use super::watchdog::Watchdog;
use crate::clock::Clock;
use crate::telemetry::error_chain;
use k8s_openapi::api::coordination::v1::Lease;
use kube::Client;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

/// One process standing for one lease.
#[derive(Debug)]
pub struct Election {
    file: Arc<LeaseFile>,
    standing: watch::Sender<Standing>,
    watchdog: bool,
}

/// What a process that stands for election has seen so far.
#[derive(Debug, Default)]
struct Candidate {
    observed: Option<Observed>,
    watch: Watch,
    /// When it last could read.
    read: Option<Instant>,
}

impl Election {
    /// Stands for the Lease `namespace`/`lease_name` as `replica` with a random suffix: a container that is started again keeps its
    /// pod's name, and must not take its predecessor's lease for its own. `client` should serve nothing else, so that no other
    /// traffic delays a renewal.
    pub fn new(
        client: Client,
        namespace: &str,
        lease_name: impl Into<String>,
        replica: impl AsRef<str>,
        timings: Timings,
    ) -> Election {
        let identity = format!("{}_{:08x}", replica.as_ref(), rand::random::<u32>());
        Election::with_clock(client, namespace, lease_name.into(), identity, timings, Clock::system())
    }

    /// Stands as `identity`, which must be nobody else's, and writes times of `wall` into the lease.
    pub fn with_clock(
        client: Client,
        namespace: &str,
        lease_name: String,
        identity: String,
        timings: Timings,
        wall: Clock,
    ) -> Election {
        let file = LeaseFile::new(client, namespace, lease_name, identity, timings, wall);
        Election {
            file: Arc::new(file),
            standing: watch::Sender::new(Standing::Unknown),
            watchdog: true,
        }
    }

    /// Without the thread that aborts the process: only where several elections share one process, as in tests.
    #[must_use]
    pub fn without_watchdog(mut self) -> Election {
        self.watchdog = false;
        self
    }

    /// Where this process stands, now and after each change.
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.standing.subscribe()
    }

    /// Who this process is in the lease.
    pub fn identity(&self) -> &str {
        self.file.me()
    }

    /// The name of the lease.
    pub fn lease_name(&self) -> &str {
        self.file.name()
    }

    /// Waits until this process leads. Errors are logged and tried again; it returns only as leader. Dropping the future stops
    /// standing; if a write was under way the lease may then stay taken until it expires.
    pub async fn acquire(&self) -> Leadership {
        let mut candidate = Candidate::default();
        loop {
            let sent = Instant::now();
            let attempt = self.attempt(&mut candidate);
            match timeout(self.file.timings().renew_deadline(), attempt).await {
                Ok(Ok(Some((lease, sent)))) => return self.lead(lease, sent),
                Ok(Ok(None)) => {}
                Ok(Err(error)) => {
                    tracing::warn!(
                        lease = self.file.name(),
                        error = error_chain(&error),
                        "the lease cannot be read or written"
                    );
                }
                Err(_) => tracing::warn!(
                    lease = self.file.name(),
                    error = "no answer within the renew deadline",
                    "the lease cannot be read or written"
                ),
            }
            sleep(self.pause(sent, candidate.observed.as_ref())).await;
        }
    }

    /// One read and, where that is due, one guarded write. Returns the lease that is ours, and when its write was sent.
    async fn attempt(&self, candidate: &mut Candidate) -> Result<Option<(Lease, Instant)>, kube::Error> {
        let lease = self.file.read().await?;
        let now = Instant::now();
        candidate.watch.sees(lease.as_ref(), now, self.file.wall());
        let spec = lease.as_ref().and_then(|lease| lease.spec.as_ref());
        let timings = self.file.timings();
        let mut seen = Observed::after(candidate.observed.as_ref(), spec, timings.lease(), now);
        if candidate
            .read
            .is_some_and(|read| now >= read + timings.renew_deadline())
        {
            seen.respected_until(now + timings.renew_deadline() * 3 / 4);
        }
        candidate.read = Some(now);
        let judgement = claim(&seen, self.file.me(), now);
        if let Claim::Wait(_) = judgement {
            self.stand_by(&seen.holder);
        }
        candidate.observed = Some(seen);
        let handed_over = match (judgement, &lease) {
            (Claim::Wait(_), _) => return Ok(None),
            // Our own write whose answer we never saw.
            (Claim::Held, Some(lease)) => transitions(lease),
            (Claim::Take, Some(lease)) => transitions(lease).saturating_add(1),
            (Claim::Held | Claim::Take, None) => 0,
        };
        self.file.tell(candidate.watch.absent_until(now, self.file.wall()));
        let sent = Instant::now();
        match self.file.hold(lease.as_ref(), handed_over).await {
            Written::Acknowledged(lease) => Ok(Some((*lease, sent))),
            Written::Conflict => Ok(None),
            Written::Failed(error) => Err(error),
        }
    }

    fn lead(&self, lease: Lease, sent: Instant) -> Leadership {
        let transitions = transitions(&lease);
        tracing::info!(
            lease = self.file.name(),
            identity = self.file.me(),
            transitions,
            absent_until = self.file.absent_until().map(tracing::field::display),
            "leading"
        );
        let term = Term::new(sent, *self.file.timings());
        term.extend(sent + self.file.timings().renew_deadline());
        let watchdog = self.watchdog.then(|| Watchdog::abort_process(self.file.timings()));
        let limit = self.file.timings().lease();
        let beating = watchdog.as_ref().map(|dog| tokio::spawn(dog.beat().keep(limit)));
        self.standing.send_replace(Standing::Leading);
        let held = Held {
            file: self.file.clone(),
            term: term.clone(),
            standing: self.standing.clone(),
        };
        let renewing = tokio::spawn(renew::keep(held, lease, sent));
        Leadership {
            file: self.file.clone(),
            term,
            standing: self.standing.clone(),
            renewing,
            watchdog: watchdog.zip(beating),
            transitions,
        }
    }

    fn stand_by(&self, leader: &str) {
        let standing = Standing::Standby {
            leader: leader.to_owned(),
        };
        self.standing.send_if_modified(|now| {
            let news = *now != standing;
            if news {
                tracing::info!(lease = self.file.name(), leader, "standing by");
                *now = standing;
            }
            news
        });
    }

    /// Until the next attempt: the retry period, or less when a lease that is not renewed expires before.
    fn pause(&self, sent: Instant, observed: Option<&Observed>) -> std::time::Duration {
        let retry = self.file.timings().retry();
        let next = sent + retry;
        let now = Instant::now();
        let expiry = observed.and_then(|seen| match claim(seen, self.file.me(), now) {
            Claim::Wait(end) => Some(end),
            Claim::Take | Claim::Held => None,
        });
        // Up to a tenth of the period apart by their names, so that candidates do not all ask at the same moment.
        let mut hasher = DefaultHasher::new();
        self.file.me().hash(&mut hasher);
        let jitter = retry / 10 * u32::from(hasher.finish() as u8) / 256;
        expiry
            .map_or(next, |end| end.min(next))
            .max(now + retry / 10)
            .saturating_duration_since(now)
            + jitter
    }
}
