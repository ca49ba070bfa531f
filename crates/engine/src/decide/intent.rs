//! Is this intent one of now? Generations, withdrawal, the starting deadline; then its start.
//! It must not read a station alone as an intent: only a quoted present token arms it.

use super::delivery::{self, Delivery};
use super::draft::Draft;
use super::{begin, finish};
use crate::gate;
use crate::ledger::{ArmedIntent, Origin};
use crate::pace::{Waits, later};
use crate::{Intent, Reason, Station};

/// Reads the intent against the ledger: arms it, keeps it, or holds it. Each edit that the watch delivered is judged for itself.
pub(super) fn read(draft: &mut Draft<'_>) {
    let group = draft.input.group;
    let delivery = delivery::since(group, draft.ledger.judged_generation);
    let between = match delivery {
        Delivery::Awaited => {
            // One of the edits that are on their way may be a withdrawal: until it is known nothing is armed, and nothing is begun.
            draft.unjudged = true;
            draft.look_after(Waits::Turn);
            return;
        }
        Delivery::Missed => &[],
        Delivery::Complete(between) => between,
    };
    let missed = matches!(delivery, Delivery::Missed);
    draft.ledger.judged_generation = group.generation;

    // An operation that does not move production leaves the token, so that an intent can wait beside it: it is read as ever, and not started.
    if draft.ledger.moving() {
        for intent in between.iter().map(|edit| &edit.intent).chain([&group.intent]) {
            hold_unstarted(draft, intent.as_ref(), missed);
        }
        return;
    }
    if missed {
        // One of the changes that nobody saw may have been a withdrawal.
        let armed = draft.ledger.intent.is_some();
        draft.issue(Reason::ChangesMissed);
        if armed {
            let message = "The spec was changed more than once while nobody looked: the intent that waited is held";
            draft.notice(true, Reason::ChangesMissed, message, None);
        }
    }
    for intent in between.iter().map(|edit| &edit.intent).chain([&group.intent]) {
        judge(draft, intent.as_ref());
    }
}

fn judge(draft: &mut Draft<'_>, intent: Option<&Intent>) {
    let asks = intent.filter(|w| Some(w.station) != draft.ledger.active.known());
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
fn hold_unstarted(draft: &mut Draft<'_>, intent: Option<&Intent>, missed: bool) {
    let operation = draft.ledger.operation.as_mut();
    let Some(operation) = operation.filter(|o| o.origin == Origin::Intent) else {
        return;
    };
    let asks = |w: &Intent| w.station == operation.target && w.token.as_ref() == Some(&operation.token);
    let stands = intent.is_some_and(asks);
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
    if draft.unjudged {
        return;
    }
    let Some(asked) = gate::intent_as_order(draft.input.group, &draft.ledger) else {
        return;
    };
    let case = gate::Case::new(&draft.input, &draft.ledger, &asked);
    let begins = gate::intent_may_begin(&case).is_none();
    if let (true, Some(target), Some(token)) = (begins, asked.target, &asked.token) {
        begin::begin(draft, &asked, Origin::Intent, target, token.clone());
    }
}
