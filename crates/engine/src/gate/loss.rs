//! The rules about the data that a forced failover loses: it is accepted by its author, or it is not made.
//! It must not guess a loss that the provider does not tell.

use super::case::Case;
use super::violation::when;
use crate::{DataLoss, Reason, Why};

pub(super) fn loss_not_accepted(case: &Case<'_>) -> Option<Why> {
    when(
        case.asked.data_loss.is_none(),
        Reason::DataLossNotAccepted,
        || "spec.dataLoss is missing",
    )
}

pub(super) fn loss_unknown(case: &Case<'_>) -> Option<Why> {
    let bounded = matches!(case.asked.data_loss, Some(DataLoss::Seconds(_)));
    let told = case.seen().and_then(|s| s.replication.lag_seconds);
    when(
        bounded && told.is_none(),
        Reason::DataLossUnknown,
        || "the provider tells no lag: accept it with spec.dataLoss.acceptUnknown",
    )
}

pub(super) fn loss_too_large(case: &Case<'_>) -> Option<Why> {
    let Some(DataLoss::Seconds(most)) = case.asked.data_loss else {
        return None;
    };
    let lag = case.seen()?.replication.lag_seconds?;
    when(lag > most, Reason::DataLossTooLarge, || {
        format!("{lag} s would be lost, {most} s were accepted")
    })
}
