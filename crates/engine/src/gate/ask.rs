//! Asks the lists: each question of the engine, and which list answers it.
//! It must not hold a rule.

use super::call::Call;
use super::case::Case;
use super::lists::{
    FIRST_CALL_MAY_BE_RECORDED, FIRST_CALL_MAY_BE_SENT, FORCED_ORDER_MAY_BEGIN, FURTHER_CALL_MAY_BE_RECORDED,
    FURTHER_CALL_MAY_BE_SENT, INTENT_MAY_BEGIN, ORDER_MAY_BEGIN, PART_CALL_MAY_BE_RECORDED, PART_CALL_MAY_BE_SENT,
    RECORDED_CALL_MAY_BE_SENT, REPEAT_MAY_BE_RECORDED, REPEAT_MAY_BE_SENT,
};
use super::standing::Sending;
use super::violation::{Violation, first};
use crate::input::Watch;
use crate::ledger::{Ledger, SubmissionState};
use crate::{Observation, OperationType, Reason, Sight, Why};

/// What keeps the planned failover of an armed intent from beginning.
pub fn intent_may_begin(case: &Case<'_>) -> Option<Violation> {
    first(INTENT_MAY_BEGIN, case)
}

/// What keeps an operation that a person filed from beginning.
pub fn order_may_begin(case: &Case<'_>) -> Option<Violation> {
    match case.asked.operation {
        OperationType::Failover => first(FORCED_ORDER_MAY_BEGIN, case),
        _ => first(ORDER_MAY_BEGIN, case),
    }
}

/// What keeps the call from being recorded.
pub fn may_be_recorded(call: &Call<'_>) -> Option<Violation> {
    if call.step.part.is_some() {
        return first(PART_CALL_MAY_BE_RECORDED, call);
    }
    match call.is_first() {
        true => first(FIRST_CALL_MAY_BE_RECORDED, call),
        false => first(FURTHER_CALL_MAY_BE_RECORDED, call),
    }
}

/// What keeps a call that perhaps happened from being recorded once more.
pub fn may_be_repeated(call: &Call<'_>) -> Option<Violation> {
    first(REPEAT_MAY_BE_RECORDED, call).or_else(|| last_look(call))
}

/// Whether the recorded call may be sent.
///
/// # Errors
/// What stands in the way; the call is then provably not sent.
pub fn may_be_sent(sending: &Sending<'_>) -> Result<(), Why> {
    let call = sending.call;
    still_true(sending.ledger, &call.step, call.attempt, sending.seen, sending.watch)?;
    let violated = RECORDED_CALL_MAY_BE_SENT.iter().find_map(|rule| rule(sending));
    violated.map_or(Ok(()), Err)
}

/// Whether what the ledger records for `step` and `attempt` is still true, given a fresh full observation: the last look.
///
/// # Errors
/// What has changed.
pub fn still_true(ledger: &Ledger, step: &str, attempt: u32, seen: &Observation, watch: Watch) -> Result<(), Why> {
    let gone = || Why::new(Reason::CallWithheld, "the ledger no longer records this call");
    let operation = ledger.operation.as_ref().ok_or_else(gone)?;
    let step = operation.step(step).ok_or_else(gone)?;
    let recorded = step.submissions.last().ok_or_else(gone)?;
    if recorded.attempt != attempt || recorded.state != SubmissionState::Recorded {
        return Err(gone());
    }
    let repeats = step.made() || step.doubts().count() > 1;
    let call = Call {
        operation,
        step,
        before: &recorded.before,
        sight: &Sight::Seen(seen.clone()),
        suspended: false,
        held: None,
        jobs: &[],
        // A repeat rests on what was seen before the first attempt, and nobody knows what that one did.
        watch: if repeats { Watch::default() } else { watch },
        object_exists: true,
        now: recorded.recorded_at,
    };
    let repeat = repeats.then(|| first(REPEAT_MAY_BE_SENT, &call)).flatten();
    match repeat.or_else(|| last_look(&call)) {
        Some(Violation { why, .. }) => Err(why),
        None => Ok(()),
    }
}

fn last_look(call: &Call<'_>) -> Option<Violation> {
    if call.step.part.is_some() {
        return first(PART_CALL_MAY_BE_SENT, call);
    }
    match call.is_first() {
        true => first(FIRST_CALL_MAY_BE_SENT, call),
        false => first(FURTHER_CALL_MAY_BE_SENT, call),
    }
}
