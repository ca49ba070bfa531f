//! How many requests in a second a connection sends: a second's worth at once, then at the rate; what is urgent goes first, a call at once.
//! It must not refuse anything.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// See the module. A connection that has no limit waits for nothing.
#[derive(Default)]
pub struct Limits(Mutex<BTreeMap<String, Limit>>);

struct Limit {
    interval: Duration,
    burst: u32,
    /// When a second's worth could be sent at once again.
    full_at: Instant,
    tickets: u64,
    /// Who waits: the urgent ones first, then the older first.
    waiting: BTreeSet<(bool, u64)>,
}

/// One that waits; whoever gives up leaves the line.
struct Ticket<'a> {
    limits: &'a Limits,
    connection: &'a str,
    place: (bool, u64),
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if let Some(limit) = self.limits.all().get_mut(self.connection) {
            limit.waiting.remove(&self.place);
        }
    }
}

impl Limits {
    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Limit>> {
        self.0.lock().unwrap()
    }

    /// From now on a connection sends so many requests in a second.
    pub fn set(&self, connection: &str, per_second: u32) {
        let limit = Limit {
            interval: Duration::from_secs(1) / per_second,
            burst: per_second,
            full_at: Instant::now(),
            tickets: 0,
            waiting: BTreeSet::new(),
        };
        self.all().insert(connection.to_owned(), limit);
    }

    /// A call is sent. It does not wait, and counts.
    pub fn calls(&self, connection: &str) {
        if let Some(limit) = self.all().get_mut(connection) {
            limit.full_at = limit.full_at.max(Instant::now()) + limit.interval;
        }
    }

    /// Waits until a read may be sent.
    pub async fn admits(&self, connection: &str, urgent: bool) {
        let Some(ticket) = self.ticket(connection, urgent) else {
            return;
        };
        loop {
            let pause = {
                let mut all = self.all();
                let Some(limit) = all.get_mut(connection) else { return };
                let now = Instant::now();
                let full_at = limit.full_at.max(now) + limit.interval;
                let at = full_at.checked_sub(limit.interval * limit.burst).unwrap_or(now);
                let first = limit.waiting.first() == Some(&ticket.place);
                if first && at <= now {
                    limit.full_at = full_at;
                    None
                } else {
                    Some(at.saturating_duration_since(now).max(limit.interval / 10))
                }
            };
            match pause {
                None => return,
                Some(pause) => sleep(pause).await,
            }
        }
    }

    fn ticket<'a>(&'a self, connection: &'a str, urgent: bool) -> Option<Ticket<'a>> {
        let mut all = self.all();
        let limit = all.get_mut(connection)?;
        limit.tickets += 1;
        let place = (!urgent, limit.tickets);
        limit.waiting.insert(place);
        Some(Ticket {
            limits: self,
            connection,
            place,
        })
    }
}
