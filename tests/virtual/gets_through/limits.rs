//! How many requests in a second a connection sends: the limiter that is shipped, before a provider whose reads take no time.
//! It must not refuse anything, nor be kinder than what is shipped.

use stationmaster_transport::Limiter;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// See the module. A connection that has no limit waits for nothing.
#[derive(Default)]
pub struct Limits(Mutex<BTreeMap<String, Arc<Limiter>>>);

/// So many reads are under way at most, and for so long one may wait, by default.
const CONCURRENT: u32 = 16;
const LONGEST: Duration = Duration::from_secs(60);

impl Limits {
    fn of(&self, connection: &str) -> Option<Arc<Limiter>> {
        self.0.lock().unwrap().get(connection).cloned()
    }

    /// From now on a connection sends so many requests in a second.
    pub fn set(&self, connection: &str, per_second: u32) {
        let limiter = Limiter::new(per_second, CONCURRENT, LONGEST);
        self.0.lock().unwrap().insert(connection.to_owned(), Arc::new(limiter));
    }

    /// A call is sent. It does not wait, and counts.
    pub fn calls(&self, connection: &str) {
        if let Some(limiter) = self.of(connection) {
            limiter.count();
        }
    }

    /// Waits until a read may be sent. False where that takes too long.
    pub async fn admits(&self, connection: &str, urgent: bool) -> bool {
        match self.of(connection) {
            Some(limiter) => limiter.admit(urgent).await.is_ok(),
            None => true,
        }
    }
}
