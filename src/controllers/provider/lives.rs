//! What this process keeps of each ProtectionProvider: the client, whether it is connected, how often it failed, for how long its Secret cannot be read.
//! It must not keep a secret, nor anything of a ProtectionProvider that is gone.

use super::connect::Unread;
use crate::observe::{Allowance, Connection, NotReady};
use jiff::{SignedDuration, Timestamp};
use stationmaster_provider::{ConnectionFacts, Provider};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// For how long a connection is kept whose Secret or CA bundle is not there or cannot be read: a rotation by deleting and making it anew, or
/// an API server that is away, must not cost the connection in the hour in which it is needed.
pub(super) const KEPT: Duration = Duration::from_secs(600);
/// The pauses after failures: the first is short, since most failures are over in a moment.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// The least time between two tries for a forced order.
pub(super) const URGENT_PAUSE: Duration = Duration::from_secs(2);

/// What a ProtectionProvider is connected with.
pub(super) struct Live {
    pub(super) connection: Arc<Connection>,
    pub(super) facts: ConnectionFacts,
    /// How many objects it keeps that nobody asks about. Held while it is listed.
    pub(super) allowance: tokio::sync::Mutex<Allowance>,
}

/// What was made of a ProtectionProvider. The client outlives a failure: it remembers that the provider refused the credentials, and
/// accounts are locked after a few wrong tries.
#[derive(Clone)]
pub(super) struct Made {
    pub(super) uid: String,
    /// Of the spec alone.
    pub(super) spec: String,
    /// Of spec, Secret and CA bundle.
    pub(super) fingerprint: String,
    pub(super) client: Arc<dyn Provider>,
    pub(super) live: Option<Arc<Live>>,
    pub(super) pace: Pace,
    pub(super) kept: Option<Held>,
}

/// How often it failed in a row, and when it is tried again.
#[derive(Clone, Debug, Default)]
pub(super) struct Pace {
    failures: u32,
    tried: Option<Instant>,
    /// Why, as it was said first: the words may differ each time.
    why: Option<NotReady>,
}

/// A connection that is kept although its Secret or CA bundle cannot be read.
#[derive(Clone, Debug)]
pub(super) struct Held {
    since: Instant,
    /// Until when.
    pub(super) until: Timestamp,
    /// Why.
    pub(super) why: NotReady,
}

/// What was made, by namespace and name.
#[derive(Default)]
pub struct Lives(Mutex<HashMap<(String, String), Made>>);

impl Pace {
    /// How long until it may be tried; none when it may be now.
    pub(super) fn pause(&self, urgent: bool) -> Option<Duration> {
        let tried = self.tried.filter(|_| self.failures > 0)?;
        let grown = FIRST_PAUSE * 2_u32.saturating_pow(self.failures.saturating_sub(1).min(10));
        let pause = if urgent {
            grown.min(URGENT_PAUSE)
        } else {
            grown.min(LONGEST_PAUSE)
        };
        Some((tried + pause).saturating_duration_since(Instant::now())).filter(|left| !left.is_zero())
    }

    /// A try has ended; the failure in the words in which it was told first.
    pub(super) fn ended(&mut self, why: Option<NotReady>) -> Option<NotReady> {
        let Some(why) = why else {
            *self = Pace::default();
            return None;
        };
        self.tried = Some(Instant::now());
        self.failures = self.failures.saturating_add(1);
        if self.why.as_ref().is_none_or(|told| told.reason != why.reason) {
            self.why = Some(why);
        }
        self.why.clone()
    }
}

impl Made {
    /// Whether the connection stays although its Secret or CA bundle was not read: `now` is the time of day.
    pub(super) fn stays(&mut self, spec: &str, unread: &Unread, now: Timestamp) -> bool {
        if unread.forbidden || self.spec != spec || self.live.is_none() {
            return false;
        }
        let begun = || Held {
            since: Instant::now(),
            until: now + SignedDuration::try_from(KEPT).unwrap_or_default(),
            why: unread.why.clone(),
        };
        let held = self.kept.get_or_insert_with(begun);
        if held.why.reason != unread.why.reason {
            held.why = unread.why.clone();
        }
        held.since.elapsed() < KEPT
    }
}

impl Lives {
    pub(super) fn get(&self, key: &(String, String)) -> Option<Made> {
        self.lock().get(key).cloned()
    }

    pub(super) fn put(&self, key: &(String, String), made: Made) {
        self.lock().insert(key.clone(), made);
    }

    /// Forgets a ProtectionProvider: client, credentials and all that was read over it.
    pub fn forget(&self, namespace: &str, name: &str) {
        self.lock().remove(&(namespace.to_owned(), name.to_owned()));
    }

    /// Forgets those that `is_there` does not know.
    pub fn retain(&self, is_there: impl Fn(&str, &str) -> bool) {
        self.lock().retain(|(namespace, name), _| is_there(namespace, name));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(String, String), Made>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stationmaster_engine::Reason;

    fn failed(words: &str) -> Option<NotReady> {
        Some(NotReady::new(Reason::ProviderUnreachable, words))
    }

    #[tokio::test(start_paused = true)]
    async fn the_pause_grows_and_an_emergency_does_not_wait_for_it() {
        let mut pace = Pace::default();
        assert_eq!(pace.pause(false), None);
        let mut pauses = Vec::new();
        for _ in 0..9 {
            pace.ended(failed("x"));
            assert!(pace.pause(true).unwrap() <= URGENT_PAUSE);
            let pause = pace.pause(false).unwrap();
            pauses.push(pause.as_secs());
            tokio::time::sleep(pause).await;
            assert_eq!(pace.pause(false), None, "and then it is tried");
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        pace.ended(None);
        assert_eq!(pace.pause(false), None);
    }

    #[test]
    fn the_same_failure_is_told_in_the_same_words() {
        let mut pace = Pace::default();
        assert_eq!(pace.ended(failed("request 1")), failed("request 1"));
        assert_eq!(pace.ended(failed("request 2")), failed("request 1"));
        let other = Some(NotReady::new(Reason::AuthenticationFailed, "request 3"));
        assert_eq!(pace.ended(other.clone()), other);
        assert_eq!(pace.ended(failed("request 4")), failed("request 4"));
        pace.ended(None);
        assert_eq!(pace.ended(failed("request 5")), failed("request 5"));
    }
}
