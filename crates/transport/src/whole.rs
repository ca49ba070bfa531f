//! A reading, or a login, that is given up when its time is over: the fault is the same everywhere, the sentence is the caller's.
//! It must not be used for a call: only the transport knows whether one has left.

use stationmaster_engine::Reason;
use stationmaster_provider::{Fault, FaultClass};
use std::time::Duration;

/// Nothing of several requests takes longer, whatever each of them may take.
const WHOLE: Duration = Duration::from_secs(60);

/// The reading, given up after a minute.
///
/// # Errors
/// What the reading fails with, or that it took too long.
pub async fn whole<T>(what: &str, reading: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    let late = || format!("{what} took longer than {} s", WHOLE.as_secs());
    within(WHOLE, late, reading).await
}

/// The reading, given up after `limit` in the words of `late`.
///
/// # Errors
/// What the reading fails with, or that it took too long.
pub async fn within<T, E: From<Fault>>(
    limit: Duration,
    late: impl FnOnce() -> String,
    reading: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    match tokio::time::timeout(limit, reading).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Fault::new(FaultClass::Transient, Reason::ProviderUnreachable, late()).into()),
    }
}
