//! Has the provider's object been changed by somebody else? Adopt what is seen, issue a token, hold.
//! It must not fight: the operator never puts a role back.

use super::draft::Draft;
use crate::Reason;
use crate::ledger::Operation;

/// A revision that moved alone is noise where production cannot have been moved away and back unseen meanwhile: somebody has renamed the object,
/// or the provider counts what it does by itself. It is taken over, and no token is lost. After a longer gap it is a change.
pub(super) fn tolerate(draft: &mut Draft<'_>) {
    let Some(seen) = draft.seen() else { return };
    let started = draft.ledger.operation.as_ref().is_some_and(Operation::submitted);
    if draft
        .input
        .watch
        .tolerates(&draft.ledger.fingerprint, &seen.fingerprint)
        && !started
    {
        draft.ledger.fingerprint = seen.fingerprint.clone();
    }
}

/// Adopts what the provider shows while no operation of ours runs.
///
/// Any other change of the fingerprint issues a token, not only a change of role: two role changes between two looks leave the role as it was, and only
/// the fingerprint tells of them. A passage (`Changing`) is adopted too, but where production runs is judged when the provider is at rest.
pub(super) fn adopt(draft: &mut Draft<'_>) {
    let Some(seen) = draft.seen() else { return };
    let now = draft.now();
    draft.ledger.pending_calls.retain(|call| call.may_arrive(now));
    if seen.fingerprint == draft.ledger.fingerprint {
        return;
    }
    let before = draft.ledger.active;
    let moved = seen.settled() && seen.active != before;
    draft.ledger.adopt(&seen.fingerprint);
    if seen.settled() {
        draft.ledger.active = seen.active;
    }
    if moved {
        draft.issue(Reason::ExternalRoleChange);
        let late = draft.ledger.pending_calls.iter().rev().find(|call| call.moves);
        let by = match late {
            Some(call) => format!(
                "this may be the late effect of {}, which was never answered",
                call.described()
            ),
            None => "this operator did not move it".to_owned(),
        };
        let message = format!(
            "Production runs at {} (before: {before}); {by}. Adopted, a new token was issued, nothing is moved back",
            seen.active
        );
        draft.notice(true, Reason::ExternalRoleChange, message, None);
    } else {
        draft.issue(Reason::StateChanged);
        let message = format!(
            "The provider's object was changed by someone else (status {}); a new token was issued",
            seen.provider_status
        );
        draft.notice(false, Reason::StateChanged, message, None);
    }
}
