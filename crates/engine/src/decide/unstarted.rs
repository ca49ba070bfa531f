//! An operation whose first call has not left: it can still be taken back, overtaken by the world, lapse, or lose its object.
//! It must not touch an operation whose call may have left: that is carried to its end.

use super::decided::Act;
use super::running::{End, Running, Turn};
use super::world;
use crate::ledger::{Ending, Origin};
use crate::{OwnRequest, Reason, Why};

/// Whether the operation goes on. The deadline comes before the object: an operation whose object cannot be made must not wait for ever, nor
/// start when at last it can.
pub(super) fn stands(run: &mut Running<'_, '_>) -> Turn {
    if run.operation.submitted() {
        return Turn::Done;
    }
    if run.operation.without_a_call() {
        // What people do at the provider is what it waits for. It is a change by others all the same: it issues a token.
        world::adopt(run.draft);
    }
    for ended in [taken_back, changed_before_start, expired] {
        if let Some(end) = ended(run) {
            return Turn::Ended(end);
        }
    }
    run.draft.wake_at(run.operation.expiry);
    if run.draft.unjudged && run.operation.origin == Origin::Intent {
        return Turn::Waits;
    }
    has_object(run)
}

/// What was taken back while a call was in doubt is not made again when the call proves to have done nothing.
fn taken_back(run: &Running<'_, '_>) -> Option<End> {
    let reason = match run.operation.origin {
        Origin::Intent => Reason::IntentWithdrawn,
        Origin::Person => Reason::GroupRecreated,
    };
    let message = "It was taken back while its call was in doubt, and the call did nothing";
    let end = End::new(Ending::Cancelled, reason, message);
    run.operation.withdrawn.then_some(end)
}

/// Before its first call an operation is bound to the state that its author saw.
fn changed_before_start(run: &Running<'_, '_>) -> Option<End> {
    let seen = run.draft.seen()?;
    let message = "The provider's object was changed by someone else before the first call";
    let end = End::new(Ending::Cancelled, Reason::StateChanged, message);
    (seen.fingerprint != run.draft.ledger.fingerprint).then_some(End {
        adopts_world: true,
        ..end
    })
}

/// An operation that could not make its first call in time.
fn expired(run: &Running<'_, '_>) -> Option<End> {
    let reason = match run.operation.origin {
        Origin::Intent => Reason::IntentLapsed,
        Origin::Person => Reason::Expired,
    };
    let waited = run.operation.current().map_or("", |s| s.message.as_str());
    let message = match waited {
        "" => "The operation could not make its first call in time".to_owned(),
        waited => format!("The operation could not make its first call in time; it waited for this: {waited}"),
    };
    let end = End::new(Ending::Expired, reason, message);
    // What people have begun goes on until it has come about, or a person ends it.
    (run.draft.now() >= run.operation.expiry && !run.operation.under_way()).then_some(end)
}

/// The operator's own operation has an object before it makes a call; an object that is gone cancels an operation that has not. The making is
/// recorded before it is tried: a process that finds neither an object nor the word that none was made cannot tell whether a person deleted it.
fn has_object(run: &mut Running<'_, '_>) -> Turn {
    let operation = &mut run.operation;
    let found = run.draft.input.requests.iter().find(|r| r.name == operation.name);
    match (&operation.uid, found) {
        (Some(uid), Some(object)) if object.uid == *uid => Turn::Done,
        (Some(_), _) => End::cancelled(Reason::OperationDeleted, "Its object was deleted before it made a call"),
        (None, None) => {
            let Some(from) = operation.to_make else {
                let message = "Its object is not there: it was deleted, or the operator stopped before it was made; ask once more";
                return End::cancelled(Reason::OperationDeleted, message);
            };
            if run.draft.now() < from {
                run.draft.wake_at(from);
                let told = operation.steps.first().map(|s| s.message.clone());
                run.draft.blocked = Some(Why::new(Reason::OperationNotMade, told.unwrap_or_default()));
                return Turn::Waits;
            }
            operation.to_make = None;
            run.draft.act = Act::CreateOperation(OwnRequest {
                name: operation.name.clone(),
                operation: operation.kind,
                target: operation.target,
                token: operation.token.clone(),
                requested_by: operation.requested_by.clone(),
            });
            Turn::Waits
        }
        (None, Some(object)) => {
            let same = operation.origin == Origin::Intent
                && object.operation == operation.kind
                && object.target == Some(operation.target)
                && object.token.as_ref() == Some(&operation.token)
                && object.group_uid == run.draft.input.group.uid;
            if !same {
                let message = format!("RecoveryOperation {} exists with another content", object.name);
                run.draft.blocked = Some(Why::new(Reason::OperationNameTaken, message));
                return Turn::Waits;
            }
            operation.uid = Some(object.uid.clone());
            operation.to_make = None;
            Turn::Done
        }
    }
}
