//! Is this intent one of now? Generations, withdrawal, the starting deadline; then its start.
//! It must not read a station alone as an intent: only a quoted present token arms it.

use super::draft::Draft;
use super::{begin, finish};
use crate::gate;
use crate::ledger::{ArmedIntent, Origin};
use crate::pace::later;
use crate::{Intent, Reason, Station};

/// Reads the intent against the ledger: arms it, keeps it, or holds it.
pub(super) fn read(draft: &mut Draft<'_>) {
    let group = draft.input.group;
    let gap = group.generation.saturating_sub(draft.ledger.judged_generation);
    draft.ledger.judged_generation = group.generation;
    let missed = !(0..=1).contains(&gap);

    // An operation that does not move production leaves the token, so that an intent can wait beside it: it is read as ever, and not started.
    if draft.ledger.moving() {
        hold_unstarted(draft, missed);
        return;
    }
    if missed {
        // One of the changes that nobody saw may have been a withdrawal.
        draft.issue(Reason::ChangesMissed);
    }
    let asks = group
        .intent
        .as_ref()
        .filter(|w| Some(w.station) != draft.ledger.active.known());
    let acting = asks.filter(|w| w.token.is_some() && w.token == draft.ledger.token);
    match (acting, draft.ledger.intent.clone()) {
        (Some(intent), Some(armed)) if intent.station == armed.station => lapse(draft, &armed),
        (Some(intent), _) => arm(draft, intent.station),
        (None, Some(armed)) => {
            draft.issue(Reason::IntentWithdrawn);
            let message = format!("The intent for {} was withdrawn before it started", armed.station);
            draft.notice(false, Reason::IntentWithdrawn, message, None);
        }
        (None, None) => {}
    }
}

fn arm(draft: &mut Draft<'_>, station: Station) {
    let Some(token) = draft.ledger.token.clone() else {
        return;
    };
    draft.ledger.intent = Some(ArmedIntent {
        station,
        token,
        first_seen: draft.now(),
    });
    let message = format!("Production should run at {station}, and the present token was quoted");
    draft.notice(false, Reason::IntentArmed, message, None);
}

fn lapse(draft: &mut Draft<'_>, armed: &ArmedIntent) {
    let deadline = later(armed.first_seen, i64::from(draft.input.group.starting_deadline_seconds));
    if draft.now() < deadline {
        draft.wake_at(deadline);
        return;
    }
    draft.issue(Reason::IntentLapsed);
    let seconds = draft.input.group.starting_deadline_seconds;
    let message = format!(
        "The intent for {} could not start within {seconds} s and has lapsed",
        armed.station
    );
    draft.notice(true, Reason::IntentLapsed, message, None);
}

/// While an operation runs that an intent asked for and none of its calls has left, taking the intent back cancels it. Later it only keeps a call
/// that proves to have done nothing from being made again: a revert that puts the intent back is not a person who asks once more.
fn hold_unstarted(draft: &mut Draft<'_>, missed: bool) {
    let group = draft.input.group;
    let operation = draft.ledger.operation.as_mut();
    let Some(operation) = operation.filter(|o| o.origin == Origin::Intent) else {
        return;
    };
    let asks = |w: &Intent| w.station == operation.target && w.token.as_ref() == Some(&operation.token);
    let stands = group.intent.as_ref().is_some_and(asks);
    operation.withdrawn |= missed || !stands;
    if operation.submitted() || !operation.withdrawn {
        return;
    }
    let (reason, message) = match missed {
        true => (
            Reason::ChangesMissed,
            "The spec was changed more than once while nobody looked",
        ),
        false => (Reason::IntentWithdrawn, "The intent was withdrawn before it started"),
    };
    finish::cancel(draft, reason, message);
}

/// Starts the armed intent if nothing stands in its way.
pub(super) fn start(draft: &mut Draft<'_>) {
    let Some(asked) = gate::intent_as_order(draft.input.group, &draft.ledger) else {
        return;
    };
    let case = gate::Case::new(&draft.input, &draft.ledger, &asked);
    let begins = gate::intent_may_begin(&case).is_none();
    if let (true, Some(target), Some(token)) = (begins, asked.target, &asked.token) {
        begin::begin(draft, &asked, Origin::Intent, target, token.clone());
    }
}
