//! How fast and how many at once: a token bucket and places for the reads of one connection. Urgent reads go first.
//! It must not hold back a mutating request.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex as Line, Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// A provider that asks for a pause is heeded by urgent reads too, but for no longer than this.
const LONGEST_URGENT_PAUSE: Duration = Duration::from_secs(5);

/// While urgent reads wait, one routine read goes after so many of them: what was begun must be followed, and what is known must not grow old.
const URGENT_FOR_ONE: u32 = 5;

/// The limits of one connection.
pub struct Limiter {
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
    /// Until then the provider has asked for a pause.
    paused_until: Instant,
    /// How many urgent reads have gone since the last routine one.
    urgent_since: u32,
}

/// A read had to wait for longer than it may.
#[derive(Debug, PartialEq, Eq)]
pub struct QueueFull;

impl Limiter {
    /// So many reads in a second, as many at once, so many side by side, and how long a read may wait.
    pub fn new(per_second: u32, concurrent: u32, queue_timeout: Duration) -> Limiter {
        let per_second = per_second.max(1);
        let now = Instant::now();
        Limiter {
            interval: Duration::from_secs(1) / per_second,
            burst: per_second,
            bucket: Mutex::new(Bucket {
                full_at: now,
                urgent_full_at: now,
                paused_until: now,
                urgent_since: 0,
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
    ///
    /// # Errors
    /// It had to wait for too long.
    pub async fn admit(&self, urgent: bool) -> Result<SemaphorePermit<'_>, QueueFull> {
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
    pub fn count(&self) {
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
        bucket.paused_until = bucket.paused_until.max(Instant::now() + wait);
    }

    /// Takes one out of the bucket; where there is none, or an urgent read waits, the moment at which to ask again.
    fn take(&self, urgent: bool) -> Option<Instant> {
        let now = Instant::now();
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let urgent_waits = self.urgent_waiting.load(Ordering::Acquire) > 0;
        if !urgent && urgent_waits && bucket.urgent_since >= URGENT_FOR_ONE && bucket.paused_until <= now {
            // It is taken in advance: those who wait would never leave one over.
            bucket.routine(now, self.interval);
            return None;
        }
        let full_at = if urgent { bucket.urgent_full_at } else { bucket.full_at };
        let then_full = full_at.max(now) + self.interval;
        let at = then_full.checked_sub(self.interval * self.burst).filter(|at| *at > now);
        if at.is_some() {
            return at;
        }
        match urgent {
            true => {
                bucket.urgent_since = bucket.urgent_since.saturating_add(1);
                bucket.add(now, self.interval);
            }
            false if urgent_waits => return Some(now + self.interval),
            false => bucket.routine(now, self.interval),
        }
        None
    }
}

impl Bucket {
    fn routine(&mut self, now: Instant, interval: Duration) {
        self.urgent_since = 0;
        self.add(now, interval);
    }

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
mod tests;
