//! The right to start work, and until when it is proven.
//! It must not be extended by anything but an acknowledged renewal, counted from the moment it was sent.

use super::timings::Timings;
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// One term of leadership, from winning to losing it.
#[derive(Debug)]
pub(super) struct Term {
    began: Instant,
    timings: Timings,
    /// Nanoseconds after `began` until which leadership is proven; 0 once it is over.
    proven: AtomicU64,
    over: watch::Sender<bool>,
}

impl Term {
    /// A term that is not proven yet and began at `began`, no later than the first renewal was sent.
    pub(super) fn new(began: Instant, timings: Timings) -> Arc<Term> {
        Arc::new(Term {
            began,
            timings,
            proven: AtomicU64::new(0),
            over: watch::Sender::new(false),
        })
    }

    /// Proves the term until `end`, unless it is over.
    pub(super) fn extend(&self, end: Instant) {
        let nanos = u64::try_from(end.saturating_duration_since(self.began).as_nanos()).unwrap_or(u64::MAX);
        // Under the lock of `over`, so that a term that is over is never proven again.
        self.over.send_if_modified(|over| {
            if !*over {
                self.proven.store(nanos, Ordering::SeqCst);
            }
            // Whoever waits for a proof looks again.
            true
        });
    }

    /// Ends the term at once and for good.
    pub(super) fn end(&self) {
        self.end_saying(|| {});
    }

    /// The same, and says why once nothing is proven any more and before anybody hears that it is over: whoever hears it ends the process,
    /// and what is said after that may never be written.
    pub(super) fn end_saying(&self, say: impl FnOnce()) {
        self.over.send_if_modified(|over| {
            self.proven.store(0, Ordering::SeqCst);
            say();
            !std::mem::replace(over, true)
        });
    }

    /// Returns when the term is over.
    pub(super) async fn ended(&self) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.over.subscribe().wait_for(|over| *over).await;
    }

    fn remaining(&self) -> Duration {
        let end = self.began + Duration::from_nanos(self.proven.load(Ordering::SeqCst));
        end.saturating_duration_since(Instant::now())
    }
}

/// A cheap, cloneable handle that tells whether leadership is proven to last.
///
/// Ask right before each call that changes something outside; an answer is good for `budget` and no longer.
#[derive(Clone, Debug)]
pub struct LeadershipProof {
    term: Option<Arc<Term>>,
    absent_until: Option<Timestamp>,
}

impl LeadershipProof {
    pub(super) fn of(term: Arc<Term>, absent_until: Option<Timestamp>) -> LeadershipProof {
        LeadershipProof {
            term: Some(term),
            absent_until,
        }
    }

    /// Until when nobody was watching, as far as the lease tells; none if there never was such a time. Without an election nobody can tell.
    pub fn absent_until(&self) -> Option<Timestamp> {
        self.absent_until
    }

    /// The proof for a process that runs without election: always good. Whoever switches election off vouches for it.
    pub fn always() -> LeadershipProof {
        LeadershipProof {
            term: None,
            absent_until: None,
        }
    }

    /// Whether work that ends within `budget` from now ends while leadership is proven:
    /// now + budget < last acknowledged renewal (when it was sent) + renew deadline, on the monotonic clock.
    ///
    /// With the default timings a proof that was just renewed is good for less than 10 s: bound the work by [`remaining`] instead
    /// of asking for more than can ever be proven.
    ///
    /// [`remaining`]: LeadershipProof::remaining
    pub fn proves(&self, budget: Duration) -> bool {
        budget < self.remaining()
    }

    /// Whether a call that is sent now leaves while leadership is proven, as far as that can be said beforehand. What follows is safe
    /// without it: others respect the lease for longer than it is proven.
    pub fn proves_a_call(&self) -> bool {
        self.term.as_ref().is_none_or(|term| self.proves(term.timings.call()))
    }

    /// The same, once the next renewal is acknowledged: a slow one leaves moments without a proof. False where that takes longer than the
    /// renew deadline.
    pub async fn soon_proves_a_call(&self) -> bool {
        let Some(term) = &self.term else { return true };
        let mut changes = term.over.subscribe();
        let proven = async {
            loop {
                let over = *changes.borrow_and_update();
                if self.proves_a_call() {
                    return true;
                }
                // The sender lives as long as the term.
                if over || changes.changed().await.is_err() {
                    return false;
                }
            }
        };
        tokio::time::timeout(term.timings.renew_deadline(), proven)
            .await
            .unwrap_or_default()
    }

    /// For how long leadership is proven from now; zero when it is not, [`Duration::MAX`] without election.
    pub fn remaining(&self) -> Duration {
        self.term.as_ref().map_or(Duration::MAX, |term| term.remaining())
    }

    /// Returns when leadership is lost; never without election.
    pub async fn lost(&self) {
        match &self.term {
            Some(term) => term.ended().await,
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_proof_is_good_strictly_before_its_end() {
        let term = Term::new(Instant::now(), Timings::default());
        let proof = LeadershipProof::of(term.clone(), None);
        assert!(!proof.proves(Duration::ZERO), "nothing is proven yet");
        term.extend(Instant::now() + Duration::from_secs(10));
        assert!(proof.proves(Duration::from_millis(9_999)));
        assert!(!proof.proves(Duration::from_secs(10)));
        tokio::time::advance(Duration::from_secs(9)).await;
        assert!(proof.proves(Duration::from_millis(999)));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!proof.proves(Duration::ZERO));
        assert!(!proof.proves(Duration::MAX), "no overflow");
    }

    #[tokio::test(start_paused = true)]
    async fn a_term_that_is_over_is_never_proven_again() {
        let term = Term::new(Instant::now(), Timings::default());
        let proof = LeadershipProof::of(term.clone(), None);
        term.extend(Instant::now() + Duration::from_secs(10));
        term.end();
        term.extend(Instant::now() + Duration::from_secs(10));
        assert!(!proof.proves(Duration::ZERO));
        proof.lost().await;
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_a_proof_has_it_with_the_next_renewal_and_not_after_the_end() {
        let term = Term::new(Instant::now(), Timings::default());
        let proof = LeadershipProof::of(term.clone(), None);
        assert!(!proof.soon_proves_a_call().await, "nobody renews");
        let waiting = tokio::spawn({
            let proof = proof.clone();
            async move { proof.soon_proves_a_call().await }
        });
        tokio::time::sleep(Duration::from_secs(5)).await;
        term.extend(Instant::now() + Duration::from_millis(900));
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(!waiting.is_finished(), "too short for a call");
        term.extend(Instant::now() + Duration::from_secs(2));
        assert!(waiting.await.unwrap());
        tokio::time::sleep(Duration::from_secs(2)).await;
        let waiting = tokio::spawn(async move { proof.soon_proves_a_call().await });
        tokio::time::sleep(Duration::from_secs(1)).await;
        let ended = Instant::now();
        term.end();
        assert!(!waiting.await.unwrap());
        assert_eq!(ended.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn without_election_it_always_holds() {
        let proof = LeadershipProof::always();
        assert!(proof.proves(Duration::from_secs(1_000_000)));
        assert!(
            tokio::time::timeout(Duration::from_secs(3600), proof.lost())
                .await
                .is_err()
        );
    }
}
