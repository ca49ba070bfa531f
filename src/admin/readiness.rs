//! Whether this replica does what it is there for: lead with fresh caches, or stand by within reach of the API server.
//! It must not turn false because of a provider.

use crate::metrics::Metrics;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;

/// How old a cache may be. An idle watch shows a sign of life when it ends, every 50 s, and its renewal may wait for one dead connection;
/// the kubelet needs up to 10 s to hear of it, so that a frozen watch is known within 90 s.
const OLDEST_CACHE: Duration = Duration::from_secs(80);
/// How long the API server may be silent towards a replica that stands by and asks every few seconds.
const LONGEST_SILENCE: Duration = Duration::from_secs(60);

/// What the operator says of itself. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<State>);

#[derive(Debug, Default)]
struct State {
    role: AtomicU8,
    synced: AtomicBool,
}

const STARTING: u8 = 0;
const STANDBY: u8 = 1;
const LEADER: u8 = 2;
const ENDING: u8 = 3;

impl Readiness {
    /// Of a process that starts: not ready.
    pub fn new() -> Readiness {
        Readiness::default()
    }

    /// It waits for the lease. It is ready as soon as the API server has answered.
    pub fn set_standby(&self) {
        self.0.role.store(STANDBY, Ordering::SeqCst);
    }

    /// It leads. It is ready as soon as the caches are filled.
    pub fn set_leader(&self) {
        self.0.role.store(LEADER, Ordering::SeqCst);
    }

    /// All caches are filled.
    pub fn set_synced(&self) {
        self.0.synced.store(true, Ordering::SeqCst);
    }

    /// It ends, and is not ready any more.
    pub fn set_ending(&self) {
        self.0.role.store(ENDING, Ordering::SeqCst);
    }

    /// In one word.
    pub(super) fn role(&self) -> &'static str {
        match self.0.role.load(Ordering::SeqCst) {
            STARTING => "starting",
            STANDBY => "standby",
            LEADER => "leader",
            _ => "ending",
        }
    }

    /// Why it is not ready; empty when it is.
    pub(super) fn not_ready(&self, metrics: &Metrics) -> Vec<String> {
        match self.0.role.load(Ordering::SeqCst) {
            STARTING => vec!["it is starting".to_owned()],
            STANDBY => match metrics.api_silence() {
                None => vec!["the API server has not answered yet".to_owned()],
                Some(silence) if silence > LONGEST_SILENCE => {
                    vec![format!("the API server has not answered for {} s", silence.as_secs())]
                }
                Some(_) => Vec::new(),
            },
            LEADER if !self.0.synced.load(Ordering::SeqCst) => vec!["the caches are not filled yet".to_owned()],
            LEADER => match metrics.oldest_cache() {
                Some((resource, age)) if age > OLDEST_CACHE => {
                    vec![format!(
                        "the cache of {resource} had no sign of life for {} s",
                        age.as_secs()
                    )]
                }
                _ => Vec::new(),
            },
            _ => vec!["it is ending".to_owned()],
        }
    }

    /// Why it has not started; empty once it has, for ever.
    pub(super) fn not_started(&self, metrics: &Metrics) -> Vec<String> {
        match (self.0.role.load(Ordering::SeqCst), metrics.api_silence()) {
            (STARTING, _) => vec!["it is starting".to_owned()],
            (_, None) => vec!["the API server has not answered yet".to_owned()],
            (_, Some(_)) => Vec::new(),
        }
    }
}
