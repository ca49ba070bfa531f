//! An operation whose first call has not left: it can still be taken back, overtaken by the world, lapse, or lose its object.
//! It must not touch an operation whose call may have left: that is carried to its end.

use super::{Act, Draft, Why, finish, world};
use crate::ledger::{Ending, Origin};
use crate::{OwnRequest, Reason};

/// Whether the operation goes on. The deadline comes before the object: an operation whose object cannot be made must not wait for ever, nor
/// start when at last it can.
pub(super) fn stands(draft: &mut Draft<'_>) -> bool {
    !taken_back(draft) && !changed_before_start(draft) && !expired(draft) && has_object(draft)
}

/// A call that provably did nothing leaves a move without a call and the group without a token. A fresh one is shown, so that a forced
/// failover can quote it and take the move's place; the old one does not come back, because what quoted it may have been refused meanwhile.
pub(super) fn mint(draft: &mut Draft<'_>) {
    let unstarted = |o: &crate::ledger::Operation| o.kind.moves_production() && !o.submitted();
    if draft.ledger.token.is_none() && draft.ledger.operation.as_ref().is_some_and(unstarted) {
        draft.mint(Reason::CallNotSent);
    }
}

/// The operator's own operation has an object before it makes a call; an object that is gone cancels an operation that has not.
fn has_object(draft: &mut Draft<'_>) -> bool {
    let Some(operation) = &draft.ledger.operation else {
        return false;
    };
    let found = draft.input.requests.iter().find(|r| r.name == operation.name);
    match (&operation.uid, found) {
        (Some(uid), Some(object)) if object.uid == *uid => true,
        (Some(_), _) if operation.submitted() => true,
        (Some(_), _) => {
            finish::cancel(
                draft,
                Reason::OperationDeleted,
                "Its object was deleted before it made a call",
            );
            false
        }
        (None, None) => {
            draft.act = Act::CreateOperation(OwnRequest {
                name: operation.name.clone(),
                operation: operation.kind,
                target: operation.target,
                token: operation.token.clone(),
                requested_by: operation.requested_by.clone(),
            });
            false
        }
        (None, Some(object)) => {
            let same = operation.origin == Origin::Wish
                && object.operation == operation.kind
                && object.target == Some(operation.target)
                && object.token.as_ref() == Some(&operation.token)
                && object.group_uid == draft.input.group.uid;
            if !same {
                let message = format!("RecoveryOperation {} exists with another content", object.name);
                draft.blocked = Some(Why::new(Reason::OperationNameTaken, message));
                return false;
            }
            let uid = object.uid.clone();
            if let Some(operation) = &mut draft.ledger.operation {
                operation.uid = Some(uid);
            }
            true
        }
    }
}

/// What was taken back while a call was in doubt is not made again when the call proves to have done nothing.
fn taken_back(draft: &mut Draft<'_>) -> bool {
    let Some(operation) = draft
        .ledger
        .operation
        .as_ref()
        .filter(|o| o.withdrawn && !o.submitted())
    else {
        return false;
    };
    let reason = match operation.origin {
        Origin::Wish => Reason::WishWithdrawn,
        Origin::Person => Reason::GroupRecreated,
    };
    finish::cancel(
        draft,
        reason,
        "It was taken back while its call was in doubt, and the call did nothing",
    );
    true
}

/// Before its first call an operation is bound to the state that its author saw.
fn changed_before_start(draft: &mut Draft<'_>) -> bool {
    let Some(operation) = &draft.ledger.operation else {
        return false;
    };
    let Some(seen) = draft.seen() else { return false };
    if operation.submitted() || seen.fingerprint == draft.ledger.fingerprint {
        return false;
    }
    finish::cancel(
        draft,
        Reason::StateChanged,
        "The provider's object was changed by someone else before the first call",
    );
    world::adopt(draft);
    true
}

/// An operation that could not make its first call in time.
fn expired(draft: &mut Draft<'_>) -> bool {
    let Some(operation) = &draft.ledger.operation else {
        return false;
    };
    if operation.submitted() || draft.now() < operation.start_by {
        if !operation.submitted() {
            let start_by = operation.start_by;
            draft.wake_at(start_by);
        }
        return false;
    }
    let reason = if operation.origin == Origin::Wish {
        Reason::WishLapsed
    } else {
        Reason::Expired
    };
    finish::finish(
        draft,
        Ending::Expired,
        reason,
        "The operation could not make its first call in time",
    );
    true
}
