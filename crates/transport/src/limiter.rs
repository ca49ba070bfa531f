//! How fast and how many at once: a token bucket and a semaphore for the reads of one connection.
//! It must not hold back a mutating request.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// The limits of one connection.
pub(crate) struct Limiter {
    interval: Duration,
    burst: u32,
    /// When the bucket will be full again: the later, the more was taken (the generic cell rate algorithm).
    full_at: Mutex<Instant>,
    slots: Semaphore,
    queue_timeout: Duration,
}

/// A read had to wait for longer than it may.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct QueueFull;

impl Limiter {
    pub(crate) fn new(per_second: u32, concurrent: u32, queue_timeout: Duration) -> Limiter {
        let per_second = per_second.max(1);
        Limiter {
            interval: Duration::from_secs(1) / per_second,
            burst: per_second,
            full_at: Mutex::new(Instant::now()),
            slots: Semaphore::new(concurrent.max(1).try_into().unwrap_or(1)),
            queue_timeout,
        }
    }

    /// Waits until a read may go; the permit is held until it has ended.
    pub(crate) async fn admit(&self) -> Result<SemaphorePermit<'_>, QueueFull> {
        let deadline = Instant::now() + self.queue_timeout;
        let slot = tokio::time::timeout_at(deadline, self.slots.acquire()).await;
        let permit = slot.map_err(|_| QueueFull)?.map_err(|_| QueueFull)?;
        self.pace(deadline).await?;
        Ok(permit)
    }

    /// Waits for the bucket alone: for the repeat of a read that holds its permit already.
    pub(crate) async fn pace(&self, deadline: Instant) -> Result<(), QueueFull> {
        let at = self.take(deadline).ok_or(QueueFull)?;
        tokio::time::sleep_until(at).await;
        Ok(())
    }

    /// Counts a request that does not wait.
    pub(crate) fn count(&self) {
        let now = Instant::now();
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        *full_at = (*full_at).max(now) + self.interval;
    }

    /// Lets nothing go before `wait` has passed: the provider has asked for it.
    pub(crate) fn pause(&self, wait: Duration) {
        let until = Instant::now() + wait + self.interval * (self.burst - 1);
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        *full_at = (*full_at).max(until);
    }

    /// When the next read may go; none, and nothing taken, if that is after the deadline.
    fn take(&self, deadline: Instant) -> Option<Instant> {
        let now = Instant::now();
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let then_full = (*full_at).max(now) + self.interval;
        let at = then_full
            .checked_sub(self.interval * self.burst)
            .map_or(now, |at| at.max(now));
        if at > deadline {
            return None;
        }
        *full_at = then_full;
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn pass(limiter: &Limiter) -> Duration {
        let began = Instant::now();
        drop(limiter.admit().await.unwrap());
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
        assert!(limiter.admit().await.is_err());
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(pass(&limiter).await, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn only_so_many_at_once() {
        let limiter = Limiter::new(100, 2, Duration::from_secs(2));
        let first = limiter.admit().await.unwrap();
        let _second = limiter.admit().await.unwrap();
        assert!(limiter.admit().await.is_err());
        drop(first);
        assert!(limiter.admit().await.is_ok());
    }
}
