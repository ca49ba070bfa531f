//! A plain thread that aborts the process when the async runtime has not turned for as long as a lease lasts.
//! It must not depend on the async runtime, whose starvation it watches for, nor on a clock that tests can stop.

use super::timings::Timings;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How many times within its limit the thread looks.
const LOOKS: u32 = 8;

/// The thread. It goes on until it is dismissed.
///
/// It counts its own looks, not the time: where the whole process was frozen, the thread was too, and the process goes on with what it
/// remembers once it thaws. Its proof has then run out by itself.
#[derive(Debug)]
pub(super) struct Watchdog {
    shared: Arc<Shared>,
}

/// Tells the watchdog that the runtime turns.
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
    /// Looks since the last beat.
    looks: u32,
    dismissed: bool,
}

impl Watchdog {
    /// Aborts the process (SIGABRT, exit code 134) when the runtime has not turned for the lease duration: then others may lead, and nothing
    /// here may be what it was looked at.
    pub(super) fn abort_process(timings: &Timings) -> Watchdog {
        Watchdog::start(timings.lease(), || {
            eprintln!("stationmaster: aborted by the watchdog: the process was starved for longer than its lease");
            std::process::abort()
        })
    }

    pub(super) fn start(limit: Duration, bite: impl FnOnce() + Send + 'static) -> Watchdog {
        let state = State {
            looks: 0,
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
            // Without a thread there is no watchdog; what is proven still runs out by the clock.
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
    /// Beats for as long as the runtime turns; `limit` is the watchdog's.
    pub(super) async fn keep(self, limit: Duration) {
        loop {
            self.beat();
            tokio::time::sleep(limit / LOOKS).await;
        }
    }

    pub(super) fn beat(&self) {
        self.shared.lock().looks = 0;
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True after so many looks without a beat between them, false when dismissed.
    fn wait(&self, limit: Duration) -> bool {
        let mut state = self.lock();
        while state.looks < LOOKS {
            let next = Instant::now() + limit / LOOKS;
            while !state.dismissed {
                let left = next.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    break;
                }
                state = self
                    .changed
                    .wait_timeout(state, left)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0;
            }
            if state.dismissed {
                return false;
            }
            state.looks += 1;
        }
        true
    }
}
