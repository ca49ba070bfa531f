//! How an operation ends: its result, the next token, the adopted state, calls that may still arrive.
//! It must not end an operation whose call may have left, unless the outcome is known or a person says so.

use super::draft::Draft;
use super::running::End;
use super::world;
use crate::ledger::{CompletedOperation, Ending, JOBS, Operation, StepState};
use crate::{Reason, text};

/// Ends an operation that was taken out of the ledger, and issues a token if it was to move production, whatever the ending is.
pub(super) fn finish(draft: &mut Draft<'_>, operation: Operation, end: End) {
    let adopts_world = end.adopts_world;
    let why = match end.ending {
        Ending::Cancelled | Ending::Expired => end.reason,
        _ => Reason::OperationEnded,
    };
    let moves = operation.kind.moves_production();
    let name = operation.name.clone();
    conclude(draft, operation, end, moves.then_some(why));
    draft.ledger.admit_those_behind(&name);
    if adopts_world {
        world::adopt(draft);
    }
}

/// Takes back the operation that runs, if one does; it has not made a call.
pub(super) fn cancel(draft: &mut Draft<'_>, reason: Reason, message: &str) {
    if let Some(operation) = draft.ledger.operation.take() {
        finish(draft, operation, End::new(Ending::Cancelled, reason, message));
    }
}

/// Takes back an operation that has not made a call, for a forced failover that quotes the present token: the token stays.
pub(super) fn supersede(draft: &mut Draft<'_>, by: &str) {
    if let Some(operation) = draft.ledger.operation.take() {
        let message = format!("The forced failover {by} took its place");
        let end = End::new(Ending::Cancelled, Reason::OperationSuperseded, message);
        conclude(draft, operation, end, None);
    }
}

fn conclude(draft: &mut Draft<'_>, mut operation: Operation, end: End, issues: Option<Reason>) {
    let now = draft.now();
    close_current_step(&mut operation, &end, now);
    for late in operation.pending_calls() {
        if late.may_arrive(now) {
            draft.ledger.owe(late);
        }
    }
    adopt(draft, &operation, &end);
    if let Some(why) = issues {
        draft.issue(why);
    }
    let End {
        ending,
        reason,
        message,
        ..
    } = end;
    let bad = !matches!(ending, Ending::Succeeded | Ending::Cancelled);
    let (kind, name) = (operation.kind, &operation.name);
    let told = format!("{kind} {name} ended {}: {message}", ending.as_str());
    draft.notice(bad, reason, told, Some(name));
    draft.ledger.remember(CompletedOperation {
        name: name.clone(),
        uid: operation.uid.clone(),
        kind,
        token: Some(operation.token.clone()),
        ending,
        reason,
        message: text::sentence(message),
        requested_by: operation.requested_by.clone(),
        // What provably never left has not begun: it has used nothing up.
        started_at: operation
            .started_at
            .filter(|_| operation.submitted() || operation.under_way()),
        finished_at: now,
        begun: true,
        jobs: operation.jobs().take(JOBS).collect(),
        record: Some(Box::new(operation)),
    });
}

/// The step that everything waited for carries the ending, so that the report shows where it happened.
fn close_current_step(operation: &mut Operation, end: &End, now: jiff::Timestamp) {
    let Some(step) = operation.steps.iter_mut().find(|s| !s.is_done()) else {
        return;
    };
    let state = match end.ending {
        Ending::Failed => StepState::Failed,
        Ending::Unknown => StepState::Unknown,
        Ending::Succeeded | Ending::Refused | Ending::Expired | Ending::Cancelled => return,
    };
    step.end(state, now);
    step.reason = Some(end.reason);
    step.message = text::sentence(end.message.as_str());
}

/// What is seen at the end of an operation is of its making. An operation that does not move production explains no change of role, and none at
/// all when it did nothing or nobody knows what it did: then nothing is adopted, and the next look tells of a change by someone else. A move
/// issues a token at its end, so that its token stands for whatever is seen.
fn adopt(draft: &mut Draft<'_>, operation: &Operation, end: &End) {
    let Some(seen) = draft.seen() else { return };
    // An operation that never made a call explains no change at all.
    if !operation.submitted() || !seen.settled() {
        return;
    }
    let did = end.ending == Ending::Succeeded || end.reason == Reason::JobFailed;
    if operation.kind.moves_production() || (did && seen.active == draft.ledger.active) {
        draft.ledger.adopt(&seen.fingerprint);
        draft.ledger.active = seen.active;
    }
}
