//! The time that the in-process API server writes into objects: a fixed start plus what tokio's clock has gone on.
//! It must not read the machine's clock, unless it is told to by a test.

use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// When every server begins, unless it is told otherwise: 2026-01-01T00:00:00Z, in seconds.
const BEGINNING: i64 = 1_767_225_600;

/// A clock.
#[derive(Clone)]
pub(crate) enum Clock {
    /// Goes with tokio's clock, which a test may pause.
    Tokio { began: Instant, at: Timestamp },
    /// Whatever a test says.
    Given(Arc<dyn Fn() -> Timestamp + Send + Sync>),
}

impl Default for Clock {
    fn default() -> Self {
        Self::starting_at(Timestamp::from_second(BEGINNING).unwrap_or(Timestamp::UNIX_EPOCH))
    }
}

impl Clock {
    pub fn starting_at(at: Timestamp) -> Self {
        Self::Tokio {
            began: Instant::now(),
            at,
        }
    }

    pub fn now(&self) -> Timestamp {
        match self {
            Self::Tokio { began, at } => {
                let gone = SignedDuration::try_from(began.elapsed()).unwrap_or(SignedDuration::ZERO);
                at.saturating_add(gone).unwrap_or(*at)
            }
            Self::Given(now) => now(),
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}
