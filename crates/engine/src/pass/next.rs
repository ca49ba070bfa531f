//! When a group is looked at again, whatever wakes it before.
//! It must not be a reason to act: it only paces reading.

use super::Reading;
use crate::{Decided, Depth, Ledger, pace};
use std::time::Duration;

/// After somebody else wrote the ledger first.
pub(super) const CONFLICT: Duration = Duration::from_millis(50);
/// After the API server did not do what was asked.
pub(super) const FAILED: Duration = Duration::from_secs(2);
/// While an intent waits or an operation is pending: the way may become free without the list showing it.
const WAITING: Duration = Duration::from_secs(5);
/// No sooner than this, whatever was asked for.
const SOONEST: Duration = Duration::from_millis(100);

/// What follows a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Next {
    /// Another pass at once.
    Again,
    /// Another pass after a while.
    In(Duration),
    /// Another pass when something wakes the group.
    OnChange,
}

pub(super) fn after(reading: &Reading, decided: &Decided, ledger: Option<&Ledger>) -> Next {
    let now = reading.moment.now;
    let running = ledger.and_then(|l| pace::pause(l, now));
    let waiting = (reading.look.depth == Depth::Full && running.is_none()).then_some(WAITING);
    let woken = decided
        .wake
        .map(|at| Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO));
    match [running, waiting, woken].into_iter().flatten().min() {
        Some(pause) => Next::In(pause.max(SOONEST)),
        None => Next::OnChange,
    }
}
