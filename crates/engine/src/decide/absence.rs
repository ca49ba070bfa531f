//! Was nobody watching for a while? Then what was asked before is held, and a token is issued, once for each absence.
//! It must not touch an operation whose call may have left: that is carried to its end, and the end of a move issues a token.
//!
//! Who was away has seen no withdrawal, and cannot tell a late restart from an API server that was put back to an older state: both show an
//! intent that nobody may want any more. A provider without a revision shows nothing of what happened meanwhile.
//!
//! An absence is told apart by its end, which is compared for sameness alone: whoever wrote it down may have had another clock.

use super::draft::Draft;
use super::finish;
use crate::{OperationType, Reason, text};

/// Takes back an operation that was asked for before the absence and has made no call. One whose call may have left goes on, but a call of it
/// that proves to have done nothing is not made again.
pub(super) fn take_back(draft: &mut Draft<'_>) {
    if !news(draft) {
        return;
    }
    let tells = draft.ledger.revision_tells();
    match &mut draft.ledger.operation {
        Some(operation) if operation.submitted() => operation.withdrawn = true,
        // A forced failover stands if the object is as it was: that is seen before its first call. Without a revision nothing tells.
        Some(operation) if operation.kind == OperationType::Failover && tells => {}
        Some(_) => {
            let message = message(draft);
            finish::cancel(draft, Reason::OperatorAbsent, &message);
        }
        None => {}
    }
}

/// Issues a token, unless something else has told of a change already; from here on this absence is known.
pub(super) fn issue(draft: &mut Draft<'_>) {
    if !news(draft) {
        return;
    }
    draft.ledger.absence = draft.input.absent_until;
    let issued = draft.ledger.token.as_ref() == Some(draft.input.fresh);
    if draft.ledger.token.is_some() && !issued {
        let message = message(draft);
        draft.issue(Reason::OperatorAbsent);
        draft.notice(false, Reason::OperatorAbsent, message, None);
    }
}

fn news(draft: &Draft<'_>) -> bool {
    draft.input.absent_until.is_some() && draft.input.absent_until != draft.ledger.absence
}

fn message(draft: &Draft<'_>) -> String {
    let until = draft
        .input
        .absent_until
        .map_or_else(String::new, |until| format!(" until {}", text::moment(until)));
    format!("No operator was watching{until}; what was asked for before is held, and a new token was issued")
}
