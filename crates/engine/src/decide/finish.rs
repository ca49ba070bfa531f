//! How an operation ends: its verdict, the next token, the adopted state, calls that may still arrive.
//! It must not end an operation whose call may have left, unless the outcome is known or a person says so.

use super::{Draft, cut};
use crate::Reason;
use crate::ledger::{Ending, StepState, Verdict};

/// Ends the running operation and mints if it was to move production, whatever the ending is.
pub(super) fn finish(draft: &mut Draft<'_>, ending: Ending, reason: Reason, message: &str) {
    end(draft, ending, reason, message, true);
}

/// Takes back an operation that has not made a call.
pub(super) fn cancel(draft: &mut Draft<'_>, reason: Reason, message: &str) {
    end(draft, Ending::Cancelled, reason, message, true);
}

/// Takes back an operation that has not made a call, for a forced failover that quotes the present token: the token stays.
pub(super) fn supersede(draft: &mut Draft<'_>, by: &str) {
    let message = format!("The forced failover {by} took its place");
    end(draft, Ending::Cancelled, Reason::OperationSuperseded, &message, false);
}

fn end(draft: &mut Draft<'_>, ending: Ending, reason: Reason, message: &str, mint: bool) {
    let now = draft.now();
    let Some(mut operation) = draft.ledger.operation.take() else {
        return;
    };
    close_current_step(&mut operation, ending, reason, message, now);
    for late in operation.late_calls() {
        if late.may_arrive(now) {
            draft.ledger.owe(late);
        }
    }
    adopt(draft, &operation, ending, reason);
    let moves = operation.operation.moves_production();
    if mint && moves {
        let why = match ending {
            Ending::Cancelled | Ending::Expired => reason,
            _ => Reason::OperationEnded,
        };
        draft.mint(why);
    }
    let bad = !matches!(ending, Ending::Succeeded | Ending::Cancelled);
    let text = format!(
        "{} {} ended {}: {message}",
        operation.operation,
        operation.name,
        ending.as_str()
    );
    draft.notice(bad, reason, text, Some(&operation.name));
    draft.ledger.remember(Verdict {
        name: operation.name.clone(),
        uid: operation.uid.clone(),
        operation: operation.operation,
        token: Some(operation.token.clone()),
        ending,
        reason,
        message: cut(message),
        requested_by: operation.requested_by.clone(),
        started_at: operation.started_at,
        finished_at: now,
        begun: true,
        record: Some(Box::new(operation)),
    });
}

/// The step that everything waited for carries the ending, so that the report shows where it happened.
fn close_current_step(
    operation: &mut crate::ledger::Operation,
    ending: Ending,
    reason: Reason,
    message: &str,
    now: jiff::Timestamp,
) {
    let Some(step) = operation.steps.iter_mut().find(|s| s.state != StepState::Succeeded) else {
        return;
    };
    let state = match ending {
        Ending::Failed => StepState::Failed,
        Ending::Unknown => StepState::Unknown,
        Ending::Succeeded | Ending::Refused | Ending::Expired | Ending::Cancelled => return,
    };
    step.end(state, now);
    step.reason = Some(reason);
    step.message = cut(message);
}

/// What is seen at the end of an operation is of its making. An operation that does not move production explains no change of role, and none at
/// all when it did nothing or nobody knows what it did: then nothing is adopted, and the next look tells of a change by someone else. A move
/// mints at its end, so that its token stands for whatever is seen.
fn adopt(draft: &mut Draft<'_>, operation: &crate::ledger::Operation, ending: Ending, reason: Reason) {
    let Some(seen) = draft.seen() else { return };
    // An operation that never made a call explains no change at all.
    if !operation.submitted() || !seen.settled() {
        return;
    }
    let did = ending == Ending::Succeeded || reason == Reason::JobFailed;
    if operation.operation.moves_production() || (did && seen.active == draft.ledger.active) {
        draft.ledger.fingerprint = seen.fingerprint.clone();
        draft.ledger.active = seen.active;
    }
}
