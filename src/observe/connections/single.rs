//! A reading of one object beside the bulk readings, and which of the two is the youngest.
//! It must not read anything.

use super::super::Snapshot;
use jiff::{SignedDuration, Timestamp};
use stationmaster_engine::{Reason, Sight};
use tokio::time::Instant;

/// A reading of one object, made before or during an operation.
pub(super) struct Single {
    /// When it was begun.
    pub(super) begun: Instant,
    /// When it had ended: what it shows is older.
    pub(super) ended: Instant,
    pub(super) sight: Sight,
}

/// The time of day at which a reading was begun.
pub fn time_of(begun: Instant, now: Timestamp) -> Option<Timestamp> {
    let ago = SignedDuration::try_from(begun.elapsed()).ok()?;
    now.saturating_sub(ago).ok()
}

/// What is known of an object, and when that reading was begun: a bulk reading that was begun before a single one had ended may show what was
/// before it.
pub(super) fn youngest(
    latest: Option<&Snapshot>,
    single: Option<&Single>,
    listed: impl Fn(&Snapshot) -> Sight,
) -> (Sight, Option<Instant>) {
    match (latest, single) {
        (Some(snapshot), Some(single)) if snapshot.begun <= single.ended => (single.sight.clone(), Some(single.begun)),
        (Some(snapshot), _) => (listed(snapshot), Some(snapshot.begun)),
        (None, Some(single)) => (single.sight.clone(), Some(single.begun)),
        (None, None) => {
            let message = "the provider has not been read yet".to_owned();
            let reason = Reason::ProviderNotReady;
            (Sight::Unseen { reason, message }, None)
        }
    }
}
