//! The rules about a forced failover that waits: what is remembered of it, and which tokens it may quote.
//! It must not say what follows: the lists do.

use super::call::a_listing;
use super::case::{self, Case, token_stale};
use super::risk::risk_not_accepted;
use super::violation::when;
use crate::ledger::{Ledger, NOTED, NOTED_IN_ALL, Operation};
use crate::{DataLoss, OperationType, Reason, Why};

/// The rules that judge by what the provider shows: on a listing none of them may speak.
const SHOWN: [fn(&Case<'_>) -> Option<Why>; 5] = [
    case::already_there,
    case::provider_works,
    case::not_permitted_at_all,
    risk_not_accepted,
    case::not_supported,
];

/// Another object of this name was noted: the one that is judged was made again, by a person or by whoever keeps files in step with the cluster.
pub(super) fn replayed(case: &Case<'_>) -> Option<Why> {
    let (name, uid) = (&case.asked.name, &case.asked.uid);
    let noted = case.ledger.noted.iter().find(|n| n.name == *name && n.uid != *uid)?;
    let message = format!(
        "another operation of the name {} was seen before (uid {}); give this one a name of its own",
        name, noted.uid
    );
    Some(Why::new(Reason::OperationReplayed, message))
}

/// Only so many orders are remembered; one that is not would be a standing order.
pub(super) fn not_noted(case: &Case<'_>) -> Option<Why> {
    let full = case.note().is_none() && !case.ledger.has_room_for_an_order();
    when(full, Reason::OperationRunning, || {
        format!(
            "{NOTED} forced failovers of this group are open, or {NOTED_IN_ALL} were filed whose notAfter is to come; this one waits for \
             room"
        )
    })
}

/// A planned failover that has made a call has used up the token that this order quotes: the order waits for its end.
pub(super) fn behind_a_planned_failover(case: &Case<'_>) -> Option<Why> {
    let running = planned_under_way(case.ledger)?;
    let quoted = case.asked.token.as_ref()?;
    case.ledger.consumer(quoted).filter(|name| *name == running.name)?;
    let (doubt, name) = (running.ambiguous(), &running.name);
    let message = if doubt {
        format!(
            "PlannedFailover {name} is in doubt; an OperationDecision on it lets this order go on, if production is then not at its target"
        )
    } else {
        format!(
            "PlannedFailover {name} has made its call; this order goes on when that has ended, if production is then not at its target"
        )
    };
    Some(Why::new(Reason::OperationRunning, message))
}

/// The planned failover that runs and has made a call.
pub fn planned_under_way(ledger: &Ledger) -> Option<&Operation> {
    let running = ledger.operation.as_ref()?;
    (running.kind == OperationType::PlannedFailover && running.submitted()).then_some(running)
}

/// The same for a forced failover: its author need not have seen what was issued since for an accident of an intent.
pub(super) fn order_stale(case: &Case<'_>) -> Option<Why> {
    let quoted = case.asked.token.as_ref()?;
    token_stale(case).filter(|_| !case.ledger.stands(quoted, case.note()))
}

/// A listing lets an order begin where it shows the object exactly as the ledger has it and nothing in it stands in the way: what has changed
/// since, the last look reads. How far the other side is behind must be read now.
pub(super) fn listing_not_enough(case: &Case<'_>) -> Option<Why> {
    let seen = case.seen()?;
    let enough = seen.fingerprint == case.ledger.fingerprint
        && !matches!(case.asked.data_loss, Some(DataLoss::Seconds(_)))
        && SHOWN.iter().all(|rule| rule(case).is_none());
    a_listing(seen).filter(|_| !enough)
}
