//! How fast and how many at once: a token bucket and places for the reads of one connection. Urgent reads go first.
//! It must not hold back a mutating request.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex as Line, Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// A provider that asks for a pause is heeded by urgent reads too, but for no longer than this.
const LONGEST_URGENT_PAUSE: Duration = Duration::from_secs(5);

/// The limits of one connection.
pub(crate) struct Limiter {
    interval: Duration,
    burst: u32,
    bucket: Mutex<Bucket>,
    /// The places of all reads.
    slots: Semaphore,
    /// The places of urgent reads alone.
    kept: Semaphore,
    /// Only the first of a line looks at the bucket, so that no read is promised a moment which an urgent one needs.
    line: Line<()>,
    urgent_line: Line<()>,
    urgent_waiting: AtomicUsize,
    queue_timeout: Duration,
}

/// When the bucket will be full again: the later, the more was taken (the generic cell rate algorithm). A pause that the provider asks for is
/// written for each kind of read apart; what is taken counts for both.
struct Bucket {
    full_at: Instant,
    urgent_full_at: Instant,
}

/// A read had to wait for longer than it may.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct QueueFull;

impl Limiter {
    pub(crate) fn new(per_second: u32, concurrent: u32, queue_timeout: Duration) -> Limiter {
        let per_second = per_second.max(1);
        let now = Instant::now();
        Limiter {
            interval: Duration::from_secs(1) / per_second,
            burst: per_second,
            bucket: Mutex::new(Bucket {
                full_at: now,
                urgent_full_at: now,
            }),
            slots: Semaphore::new(concurrent.max(1).try_into().unwrap_or(1)),
            kept: Semaphore::new((concurrent / 4).max(1).try_into().unwrap_or(1)),
            line: Line::new(()),
            urgent_line: Line::new(()),
            urgent_waiting: AtomicUsize::new(0),
            queue_timeout,
        }
    }

    /// Waits until a read may go; the permit is held until it has ended.
    pub(crate) async fn admit(&self, urgent: bool) -> Result<SemaphorePermit<'_>, QueueFull> {
        let deadline = Instant::now() + self.queue_timeout;
        let place = async {
            match (urgent, self.slots.try_acquire()) {
                (_, Ok(permit)) => Ok(permit),
                (false, Err(_)) => self.slots.acquire().await,
                (true, Err(_)) => tokio::select! {
                    permit = self.kept.acquire() => permit,
                    permit = self.slots.acquire() => permit,
                },
            }
        };
        let permit = tokio::time::timeout_at(deadline, place).await;
        let permit = permit.map_err(|_| QueueFull)?.map_err(|_| QueueFull)?;
        self.pace(urgent, deadline).await?;
        Ok(permit)
    }

    /// Waits for the bucket alone: for the repeat of a read that holds its permit already.
    pub(crate) async fn pace(&self, urgent: bool, deadline: Instant) -> Result<(), QueueFull> {
        let _waits = urgent.then(|| Waiting::new(&self.urgent_waiting));
        let line = if urgent { &self.urgent_line } else { &self.line };
        let turn = tokio::time::timeout_at(deadline, line.lock()).await;
        let _turn = turn.map_err(|_| QueueFull)?;
        loop {
            let at = match self.take(urgent) {
                None => return Ok(()),
                Some(at) if at > deadline => return Err(QueueFull),
                Some(at) => at,
            };
            tokio::time::sleep_until(at).await;
        }
    }

    /// Counts a request that does not wait.
    pub(crate) fn count(&self) {
        let now = Instant::now();
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        bucket.add(now, self.interval);
    }

    /// Lets nothing go before `wait` has passed: the provider has asked for it. Urgent reads wait for a few seconds of it.
    pub(crate) fn pause(&self, wait: Duration) {
        let rest = self.interval * (self.burst - 1);
        let until = |wait| Instant::now() + wait + rest;
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        bucket.full_at = bucket.full_at.max(until(wait));
        bucket.urgent_full_at = bucket.urgent_full_at.max(until(wait.min(LONGEST_URGENT_PAUSE)));
    }

    /// Takes one out of the bucket; where there is none, or an urgent read waits, the moment at which to ask again.
    fn take(&self, urgent: bool) -> Option<Instant> {
        let now = Instant::now();
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let full_at = if urgent { bucket.urgent_full_at } else { bucket.full_at };
        let then_full = full_at.max(now) + self.interval;
        let at = then_full.checked_sub(self.interval * self.burst).filter(|at| *at > now);
        if at.is_some() {
            return at;
        }
        if !urgent && self.urgent_waiting.load(Ordering::Acquire) > 0 {
            return Some(now + self.interval);
        }
        bucket.add(now, self.interval);
        None
    }
}

impl Bucket {
    fn add(&mut self, now: Instant, interval: Duration) {
        self.full_at = self.full_at.max(now) + interval;
        self.urgent_full_at = self.urgent_full_at.max(now) + interval;
    }
}

/// Counts an urgent read for as long as it waits.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Waiting<'a> {
        count.fetch_add(1, Ordering::AcqRel);
        Waiting(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    async fn pass(limiter: &Limiter) -> Duration {
        let began = Instant::now();
        drop(limiter.admit(false).await.unwrap());
        began.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_s_worth_goes_at_once_and_then_at_the_rate() {
        let limiter = Limiter::new(4, 8, Duration::from_secs(60));
        let began = Instant::now();
        for _ in 0..4 {
            assert_eq!(pass(&limiter).await, Duration::ZERO);
        }
        for _ in 0..8 {
            pass(&limiter).await;
        }
        let took = began.elapsed();
        assert!(
            took >= Duration::from_millis(2000) && took < Duration::from_millis(2100),
            "{took:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_mutating_request_counts_but_does_not_wait() {
        let limiter = Limiter::new(1, 8, Duration::from_secs(60));
        limiter.count();
        limiter.count();
        assert!(pass(&limiter).await >= Duration::from_millis(1900));
    }

    #[tokio::test(start_paused = true)]
    async fn a_queue_that_is_too_long_is_refused_and_takes_nothing() {
        let limiter = Limiter::new(1, 8, Duration::from_secs(2));
        limiter.pause(Duration::from_secs(10));
        assert!(limiter.admit(false).await.is_err());
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(pass(&limiter).await, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn only_so_many_at_once() {
        let limiter = Limiter::new(100, 2, Duration::from_secs(2));
        let first = limiter.admit(false).await.unwrap();
        let _second = limiter.admit(false).await.unwrap();
        assert!(limiter.admit(false).await.is_err());
        drop(first);
        assert!(limiter.admit(false).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn an_urgent_read_goes_before_all_that_wait() {
        let limiter = Arc::new(Limiter::new(1, 64, Duration::from_secs(60)));
        pass(&limiter).await;
        let began = Instant::now();
        let routine: Vec<_> = (0..20)
            .map(|_| {
                tokio::spawn({
                    let limiter = limiter.clone();
                    async move { limiter.admit(false).await.is_ok() }
                })
            })
            .collect();
        tokio::time::advance(Duration::from_millis(10)).await;
        tokio::task::yield_now().await;
        for nth in 1..=3u64 {
            drop(limiter.admit(true).await.unwrap());
            assert!(
                began.elapsed() <= Duration::from_secs(nth) + Duration::from_millis(100),
                "{nth}: {:?}",
                began.elapsed()
            );
        }
        for routine in routine {
            assert!(routine.await.unwrap());
        }
        assert!(
            began.elapsed() >= Duration::from_secs(23),
            "the rate holds for all: {:?}",
            began.elapsed()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn an_urgent_read_has_a_place_where_all_places_are_taken() {
        let limiter = Limiter::new(100, 2, Duration::from_secs(2));
        let _all = (limiter.admit(false).await.unwrap(), limiter.admit(false).await.unwrap());
        assert!(limiter.admit(true).await.is_ok());
        assert!(limiter.admit(false).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_keeps_an_urgent_read_for_a_few_seconds_only() {
        let limiter = Limiter::new(10, 8, Duration::from_secs(60));
        limiter.pause(Duration::from_secs(30));
        let began = Instant::now();
        drop(limiter.admit(true).await.unwrap());
        assert_eq!(began.elapsed().as_secs(), 5);
        pass(&limiter).await;
        assert_eq!(began.elapsed().as_secs(), 30);
    }
}
