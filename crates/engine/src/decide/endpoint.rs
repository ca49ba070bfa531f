//! Does the connection lead to another endpoint than the ledger remembers? Then what is read there is a first sight: issue a token, hold.
//! It must not touch an operation whose call may have left, nor forget a call that may still arrive: the object is the same one.
//!
//! A person who quoted a token saw what the endpoint of before showed. Whether the other one shows the same is for a person to say.

use super::draft::Draft;
use super::finish;
use crate::Reason;

/// Takes back what was asked for before the endpoint was changed, once something is read at the new one.
pub(super) fn judge(draft: &mut Draft<'_>) {
    let (Some(endpoint), Some(_)) = (draft.input.endpoint, draft.seen()) else {
        return;
    };
    if draft.ledger.endpoint == endpoint {
        return;
    }
    let before = std::mem::replace(&mut draft.ledger.endpoint, endpoint.to_owned());
    if before.is_empty() {
        // The record is older than the memory of endpoints: nothing tells of a change.
        return;
    }
    hold(
        draft,
        Reason::EndpointChanged,
        "The ProtectionProvider's endpoint was changed before the first call",
    );
    let message = format!(
        "The ProtectionProvider leads to {endpoint} now (before: {before}): what is read there is a first sight, and what was asked for \
         before is held"
    );
    draft.notice(false, Reason::EndpointChanged, message, None);
}

/// What was asked for before is held; an operation that has not made its call is cancelled, and told this. One whose call may have left goes on.
pub(super) fn hold(draft: &mut Draft<'_>, why: Reason, cancelled: &str) {
    match &mut draft.ledger.operation {
        Some(operation) if operation.submitted() => operation.withdrawn = true,
        // It sends nothing, there or here.
        Some(operation) if operation.without_a_call() => {}
        Some(_) => finish::cancel(draft, why, cancelled),
        None => {}
    }
    // A move that may have left has used the token up, and its end issues the next.
    let moves = |o: &crate::ledger::Operation| o.kind.moves_production();
    if !draft.ledger.operation.as_ref().is_some_and(moves) {
        draft.issue(why);
    }
}
