//! How long a reading of several requests may take as a whole.
//! It must not be used for a call: only the transport knows whether one has left.

use stationmaster_engine::Reason;
use stationmaster_provider::{Fault, FaultClass};
use std::time::Duration;

/// Nothing of several requests takes longer, whatever each of them may take.
const WHOLE: Duration = Duration::from_secs(60);

/// The reading, given up after a minute.
pub(crate) async fn within<T>(what: &str, reading: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    tokio::time::timeout(WHOLE, reading).await.unwrap_or_else(|_| {
        let message = format!("{what} took longer than {} s", WHOLE.as_secs());
        Err(Fault::new(FaultClass::Transient, Reason::ProviderUnreachable, message))
    })
}
