//! A plain thread that aborts the process when its leadership has certainly run out and it is still there.
//! It must not depend on the async runtime, whose starvation it watches for, nor on a clock that tests can stop.

use super::timings::Timings;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The thread. It goes on after a loss until it is dismissed: a process that should exit and does not is aborted as well.
#[derive(Debug)]
pub(super) struct Watchdog {
    shared: Arc<Shared>,
}

/// Tells the watchdog of each acknowledged renewal.
#[derive(Clone, Debug)]
pub(super) struct Beat {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    acknowledged: Instant,
    dismissed: bool,
}

impl Watchdog {
    /// Aborts the process (SIGABRT, exit code 134) when no renewal was acknowledged for the lease duration: that is the renew deadline
    /// and a grace that ends when others may lead.
    pub(super) fn abort_process(timings: &Timings) -> Watchdog {
        Watchdog::start(timings.lease(), || {
            eprintln!(
                "stationmaster: aborted by the watchdog: leadership ran out and the process was starved, frozen or did not exit"
            );
            std::process::abort()
        })
    }

    pub(super) fn start(limit: Duration, bite: impl FnOnce() + Send + 'static) -> Watchdog {
        let state = State {
            acknowledged: Instant::now(),
            dismissed: false,
        };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            changed: Condvar::new(),
        });
        let watched = shared.clone();
        let spawned = thread::Builder::new().name("lease-watchdog".to_owned()).spawn(move || {
            if watched.wait(limit) {
                bite();
            }
        });
        if let Err(error) = spawned {
            // Without a thread there is no watchdog; the renewing task still gives up in time when it is scheduled.
            tracing::error!(
                error = crate::telemetry::error_chain(&error),
                "no watchdog thread could be started"
            );
        }
        Watchdog { shared }
    }

    pub(super) fn beat(&self) -> Beat {
        Beat {
            shared: self.shared.clone(),
        }
    }

    /// Ends the thread without a bite.
    pub(super) fn dismiss(self) {
        self.shared.lock().dismissed = true;
        self.shared.changed.notify_all();
    }
}

impl Beat {
    pub(super) fn acknowledged(&self) {
        self.shared.lock().acknowledged = Instant::now();
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True when `limit` has passed since the last acknowledged renewal, false when dismissed.
    fn wait(&self, limit: Duration) -> bool {
        let mut state = self.lock();
        loop {
            if state.dismissed {
                return false;
            }
            let left = limit.saturating_sub(state.acknowledged.elapsed());
            if left.is_zero() {
                return true;
            }
            state = self
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}
