//! The longest time that a whole reading of a provider may take, whatever it consists of.
//! It must not cut short a call that changes something.

use stationmaster_engine::Reason;
use stationmaster_provider::{Fault, FaultClass};
use std::time::Duration;

/// Longer than a login and a list of many pages at the usual limits; shorter than a server that answers nothing could hold a place by the
/// single requests' own times.
pub const LONGEST_READING: Duration = Duration::from_secs(45);

/// The reading, or that it took too long; `what` names it.
///
/// # Errors
/// The reading's own, and `ProviderUnreachable` after [`LONGEST_READING`].
pub async fn within<T>(what: &str, reading: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    tokio::time::timeout(LONGEST_READING, reading)
        .await
        .unwrap_or_else(|_| {
            let message = format!(
                "{what} was not over within {} s: the provider answers too slowly",
                LONGEST_READING.as_secs()
            );
            Err(Fault::new(FaultClass::Transient, Reason::ProviderUnreachable, message))
        })
}
