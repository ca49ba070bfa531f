//! Has the provider's object been changed by somebody else? Adopt what is seen, mint, hold.
//! It must not fight: the operator never puts a role back.

use super::draft::Draft;
use crate::Reason;

/// Adopts what the provider shows while no operation of ours runs.
///
/// Any change of the fingerprint mints, not only a change of role: two role changes between two looks leave the role as it was, and only
/// the fingerprint tells of them. A passage (`Changing`) is adopted too, but where production runs is judged when the provider is at rest.
pub(super) fn adopt(draft: &mut Draft<'_>) {
    let Some(seen) = draft.seen() else { return };
    let now = draft.now();
    draft.ledger.unsettled.retain(|call| call.may_arrive(now));
    if seen.fingerprint == draft.ledger.fingerprint {
        return;
    }
    let before = draft.ledger.active;
    let moved = seen.settled() && seen.active != before;
    draft.ledger.fingerprint = seen.fingerprint.clone();
    if seen.settled() {
        draft.ledger.active = seen.active;
    }
    if moved {
        draft.mint(Reason::ExternalRoleChange);
        let message = format!(
            "Production runs at {} (before: {before}); this operator did not move it. Adopted, a new token was minted, nothing is moved back",
            seen.active
        );
        draft.notice(true, Reason::ExternalRoleChange, message, None);
    } else {
        draft.mint(Reason::StateChanged);
        let message = format!(
            "The provider's object was changed by someone else (status {}); a new token was minted",
            seen.provider_status
        );
        draft.notice(false, Reason::StateChanged, message, None);
    }
}
