//! Which ProtectionProvider is connected to what, by namespace and name.
//! It must not connect by itself: the provider controller does, and puts the result here.

mod not_ready;
mod readings;
#[cfg(test)]
mod tests;

pub use not_ready::NotReady;

use super::{Snapshot, within};
use crate::places::Places;
use jiff::Timestamp;
pub use readings::time_of;
use readings::{Readings, Single};
use stationmaster_engine::pass::Watched;
use stationmaster_engine::{JobReport, OperationType, Sight};
use stationmaster_provider::{CallRequest, Fault, LostCall, PreparedCall, Provider, Scope};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio::time::Instant;

/// How many groups of one connection are read singly side by side: one that hangs must not take all that its namespace has.
const PLACES: usize = 12;
/// The same for groups with a forced order besides.
const KEPT: usize = 4;

/// A working connection, at least once.
pub struct Connection {
    /// The translation.
    pub provider: Arc<dyn Provider>,
    /// What its objects are known by besides their ids.
    pub scope: Scope,
    /// The places for passes that may read single groups, so that one connection that hangs leaves places to the others.
    pub places: Places,
    /// Whether its Secret cannot be read and it is only kept.
    kept: AtomicBool,
    /// Under one lock: of two, one who reads and one who writes would wait for each other.
    readings: RwLock<Readings>,
}

/// What a reading of one object is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A decision that may need everything.
    Everything,
    /// A forced failover that waits: only what that needs is read, before all else.
    BeforeFailover,
    /// One that has made its call: no more than that, in its turn.
    AfterFailover,
}

impl Need {
    /// Before a call, of a forced failover or of another operation.
    pub fn before(forced: bool) -> Need {
        if forced { Need::BeforeFailover } else { Need::Everything }
    }
}

/// All connections of this process.
#[derive(Default)]
pub struct Connections {
    by_name: RwLock<HashMap<(String, String), Attempt>>,
}

/// A connection, or why there is none.
type Attempt = Result<Arc<Connection>, NotReady>;

impl Connection {
    /// A connection that has not listed yet.
    pub fn new(provider: Arc<dyn Provider>, scope: Scope) -> Connection {
        Connection {
            provider,
            scope,
            places: Places::of_one(PLACES, KEPT),
            kept: AtomicBool::new(false),
            readings: RwLock::default(),
        }
    }

    /// The latest bulk reading.
    pub fn latest(&self) -> Option<Arc<Snapshot>> {
        self.known().latest.clone()
    }

    /// Publishes a bulk reading. The objects of which a single reading was the youngest until now: what was last told of them is that, so
    /// that they have to be looked at again also where the list shows what the list before it showed.
    pub fn publish(&self, snapshot: Arc<Snapshot>) -> Vec<String> {
        self.learn().publish(snapshot)
    }

    /// What this process has seen of one object before, as far as that is remembered, with the time of day at which each reading was begun.
    pub fn watched(&self, object: &str, now: Timestamp) -> Vec<Watched> {
        self.known().watched(object, now)
    }

    fn known(&self) -> RwLockReadGuard<'_, Readings> {
        self.readings.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn learn(&self) -> RwLockWriteGuard<'_, Readings> {
        self.readings.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is only kept, since its Secret or CA bundle cannot be read: for readings, operations that have begun and forced orders.
    pub fn is_kept(&self) -> bool {
        self.kept.load(Ordering::Acquire)
    }

    /// From here on it is kept, or not any more.
    pub fn keep(&self, kept: bool) {
        self.kept.store(kept, Ordering::Release);
    }

    /// Reads one object, and remembers what was seen.
    pub async fn observe(&self, object: &str, need: Need) -> Sight {
        let begun = Instant::now();
        let reading = async {
            match need {
                Need::Everything => self.provider.observe(object).await,
                Need::BeforeFailover => self.provider.observe_for_failover(object).await,
                Need::AfterFailover => self.provider.observe_after_failover(object).await,
            }
        };
        let sight = match within(&format!("the reading of {object}"), reading).await {
            Ok(seen) => Sight::Seen(seen),
            Err(fault) => self.unseen(object, fault),
        };
        let single = Single {
            begun,
            ended: Instant::now(),
            sight: sight.clone(),
        };
        self.learn().singles.insert(object.to_owned(), single);
        sight
    }

    /// Why it is not seen, in the words in which that was told first: they may differ each time, and what they mean is the news.
    fn unseen(&self, object: &str, fault: Fault) -> Sight {
        match self.sight(object) {
            Sight::Unseen { reason, message } if reason == fault.reason => Sight::Unseen { reason, message },
            _ => Sight::Unseen {
                reason: fault.reason,
                message: fault.message,
            },
        }
    }

    /// The report of a job that the call `action` started, or that it took too long.
    pub async fn poll(&self, action: &str, operation: OperationType, job: &str) -> Result<JobReport, Fault> {
        let what = format!("the reading of job {job}");
        within(&what, self.provider.poll(action, operation, job)).await
    }

    /// The job of a lost call, if it is found in time.
    pub async fn find(&self, lost: &LostCall) -> Result<Option<JobReport>, Fault> {
        within("the search for the lost call's job", self.provider.find(lost)).await
    }

    /// Makes a call ready; it may log in first.
    pub async fn prepare(&self, request: &CallRequest) -> Result<Box<dyn PreparedCall>, Fault> {
        within("making the call ready", self.provider.prepare(request)).await
    }

    /// The youngest that is known of one object: a bulk reading that was begun before a single one had ended may show what was before it,
    /// and time must not run backwards.
    pub fn sight(&self, object: &str) -> Sight {
        self.sighted(object).0
    }

    /// The same, and when that reading was begun.
    pub fn sighted(&self, object: &str) -> (Sight, Option<Instant>) {
        self.known().youngest(object)
    }
}

impl Connections {
    /// The connection of a ProtectionProvider, or why there is none.
    pub fn get(&self, namespace: &str, name: &str) -> Option<Attempt> {
        let map = self.by_name.read().unwrap_or_else(PoisonError::into_inner);
        map.get(&(namespace.to_owned(), name.to_owned())).cloned()
    }

    /// Whether there is a connection whose last list succeeded.
    pub fn works(&self, namespace: &str, name: &str) -> bool {
        match self.get(namespace, name) {
            Some(Ok(connection)) => connection.latest().is_some_and(|latest| latest.objects.is_ok()),
            _ => false,
        }
    }

    /// Puts a connection, or why there is none; tells whether that is news.
    pub fn put(&self, namespace: &str, name: &str, connection: Attempt) -> bool {
        let mut map = self.by_name.write().unwrap_or_else(PoisonError::into_inner);
        let key = (namespace.to_owned(), name.to_owned());
        let same = match (map.get(&key), &connection) {
            (Some(Ok(old)), Ok(new)) => Arc::ptr_eq(old, new),
            // Who puts a failure keeps the words in which it was told first; other words are news.
            (Some(Err(old)), Err(new)) => old == new,
            _ => false,
        };
        map.insert(key, connection);
        !same
    }

    /// Forgets those that `is_there` does not know.
    pub fn retain(&self, is_there: impl Fn(&str, &str) -> bool) {
        let mut map = self.by_name.write().unwrap_or_else(PoisonError::into_inner);
        map.retain(|(namespace, name), _| is_there(namespace, name));
    }

    /// Forgets a ProtectionProvider that is gone.
    pub fn forget(&self, namespace: &str, name: &str) -> bool {
        let mut map = self.by_name.write().unwrap_or_else(PoisonError::into_inner);
        map.remove(&(namespace.to_owned(), name.to_owned())).is_some()
    }
}
