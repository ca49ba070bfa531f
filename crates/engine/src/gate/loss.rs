//! The rules about the data that a forced failover loses: it is accepted by its author, or it is not made.
//! It must not guess a loss that was never told: what was told once is lost together with all that was written since.

use super::case::Case;
use super::violation::when;
use crate::{DataLoss, Reason, Why};
use jiff::{SignedDuration, Timestamp};

pub(super) fn loss_not_accepted(case: &Case<'_>) -> Option<Why> {
    when(
        case.asked.data_loss.is_none(),
        Reason::DataLossNotAccepted,
        || "spec.dataLoss is missing",
    )
}

pub(super) fn loss_unknown(case: &Case<'_>) -> Option<Why> {
    let bounded = matches!(case.asked.data_loss, Some(DataLoss::Seconds(_)));
    when(
        bounded && told_now(case).is_none() && case.complete_at.is_none(),
        Reason::DataLossUnknown,
        || "the provider tells no lag: accept it with spec.dataLoss.acceptUnknown",
    )
}

pub(super) fn loss_too_large(case: &Case<'_>) -> Option<Why> {
    let Some(DataLoss::Seconds(most)) = case.asked.data_loss else {
        return None;
    };
    if let Some(lag) = told_now(case) {
        return when(lag > most, Reason::DataLossTooLarge, || {
            format!("{lag} s would be lost, {most} s were accepted")
        });
    }
    let complete_at = case.complete_at?;
    let loss = age(complete_at, case.now);
    when(loss > most, Reason::DataLossTooLarge, || {
        format!(
            "up to {loss} s would be lost, {most} s were accepted: the other side was last known to be complete at {complete_at:.0}, \
             and the provider tells no lag now"
        )
    })
}

/// The loss that the present reading tells.
fn told_now(case: &Case<'_>) -> Option<u64> {
    let replication = &case.seen()?.replication;
    let by_sync = || replication.last_sync.map(|at| age(at, case.now));
    replication.lag_seconds.or_else(by_sync)
}

/// Seconds since then, each begun one counted.
fn age(since: Timestamp, now: Timestamp) -> u64 {
    let begun = now.duration_since(since) + SignedDuration::from_nanos(999_999_999);
    u64::try_from(begun.as_secs()).unwrap_or(0)
}
