//! What is held against the promises: a call that was carried out, a success that was written.
//! It must not know how the engine came to it: it looks at the provider's journal and at what the ledger can tell a person.

use super::state::{Broken, OBJECT, State};
use jiff::{SignedDuration, Timestamp};
use stationmaster_engine::ledger::{Ending, Ledger};
use stationmaster_engine::{CallRequest, OperationType, Phase, Reason};
use stationmaster_provider_proof::{self as proof, At, variant};

/// A request was carried out. Was this to happen?
pub fn judge(state: &mut State, request: &CallRequest) {
    let by = request.operation_name.as_str();
    let journal = state.world.journal();
    let same = |e: &&proof::Entry| e.by == by && e.action == request.action;
    if journal.iter().filter(same).count() > 1 {
        return state.breaks(Broken::Twice);
    }
    let ledger = state.ledger();
    let Some(completed) = ledger.completed.iter().find(|v| v.name == by) else {
        let there = state
            .other_ledger()
            .map(|l| (l, l.operation.as_ref().filter(|o| o.name == by)));
        match there {
            // It is the other group's. Whether that one still waits for it or not, this one knows nothing of it.
            Some((_, Some(running))) if journal.iter().any(|e| rearmed(e, by, running.recorded_at)) => {
                state.breaks(Broken::AfterRearming);
            }
            Some((_, Some(_))) => {}
            Some((ledger, None)) if ledger.completed.iter().any(|v| v.name == by) => {}
            _ if ledger.operation.as_ref().is_some_and(|o| o.name == by) => {}
            _ => state.breaks(Broken::NotNamed),
        }
        return;
    };
    if journal.iter().any(|e| rearmed(e, by, completed.finished_at)) {
        state.breaks(Broken::AfterRearming);
    } else if !ledger.pending_calls.iter().any(|late| late.operation == by) {
        state.breaks(Broken::NotNamed);
    }
}

/// Whether an operation has made the provider ready again for what another one's call does, since a moment.
fn rearmed(entry: &proof::Entry, by: &str, since: Timestamp) -> bool {
    entry.by != by && !entry.foreign() && entry.asked != OperationType::Failover && entry.at >= since
}

/// What is now called a success must be so at the provider.
pub fn verified(state: &mut State, before: &Ledger, after: &Ledger) {
    let new = after.completed.last().filter(|v| v.ending == Ending::Succeeded);
    let Some(completed) = new.filter(|v| before.completed.iter().all(|b| b.name != v.name)) else {
        return;
    };
    let there = completed.record.as_deref().is_some_and(|record| {
        state.world.object(OBJECT).is_some_and(|object| {
            let phase = match object.at {
                At::Available => Phase::Unprotected,
                At::Protected => Phase::Protected,
                At::FailedOver => Phase::FailedOver,
                At::Half(_) | At::Moved(_) | At::Working(_) | At::Error(_) => Phase::Unknown,
            };
            let at = record.outcome().is(phase);
            at && object.station == record.target
        })
    });
    if !there {
        state.breaks(Broken::NotVerified);
    }
}

/// Nothing is at work, nothing has happened that leaves a doubt, and yet a person is asked what became of a call.
pub fn called_unknown_for_nothing(state: &State) -> bool {
    let current = state.ledger().operation.as_ref().and_then(|o| o.current());
    state.clear
        && state.idle()
        && !state.on_the_way()
        && current.is_some_and(|s| s.reason == Some(Reason::SubmissionUnknown) && s.doubt().is_some())
}

/// Every time in which anything could have been learnt of a call is over, and it is in doubt: only a person can end that.
pub fn stays_in_doubt(state: &State) -> bool {
    let current = state.ledger().operation.as_ref().and_then(|o| o.current());
    let doubt = current.filter(|s| s.reason == Some(Reason::SubmissionUnknown));
    let first = doubt.and_then(|s| s.doubts().next());
    let over = SignedDuration::from_secs(i64::from(variant::DEDUPE_SECONDS));
    state.idle() && first.is_some_and(|s| state.now.duration_since(s.recorded_at) > over)
}
