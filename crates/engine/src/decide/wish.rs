//! Is this wish one of now? Generations, withdrawal, the starting deadline; then its start.
//! It must not read a station alone as a wish: only a quoted present token arms it.

use super::{Draft, Why, begin, finish, later};
use crate::ledger::{ArmedWish, Origin};
use crate::{Depth, Fact, OperationType, OwnRequest, Permit, Reason, StepKind};

/// Reads the wish against the ledger: arms it, keeps it, or holds it.
pub(super) fn read(draft: &mut Draft<'_>) {
    let group = draft.input.group;
    let gap = group.generation.saturating_sub(draft.ledger.judged_generation);
    draft.ledger.judged_generation = group.generation;
    let missed = !(0..=1).contains(&gap);

    // An operation that does not move production leaves the token, so that a wish can wait beside it: it is read as ever, and not started.
    if draft
        .ledger
        .operation
        .as_ref()
        .is_some_and(|o| o.kind.moves_production())
    {
        hold_unstarted(draft, missed);
        return;
    }
    if missed {
        // One of the changes that nobody saw may have been a withdrawal.
        draft.mint(Reason::ChangesMissed);
    }
    let asks = group
        .wish
        .as_ref()
        .filter(|w| Some(w.station) != draft.ledger.active.known());
    let acting = asks.filter(|w| w.token.is_some() && w.token == draft.ledger.token);
    match (acting, draft.ledger.wish.clone()) {
        (Some(wish), Some(armed)) if wish.station == armed.station => lapse(draft, &armed),
        (Some(wish), _) => arm(draft, wish.station),
        (None, Some(armed)) => {
            draft.mint(Reason::WishWithdrawn);
            let message = format!("The wish for {} was withdrawn before it started", armed.station);
            draft.notice(false, Reason::WishWithdrawn, message, None);
        }
        (None, None) => {}
    }
}

fn arm(draft: &mut Draft<'_>, station: crate::Station) {
    let Some(token) = draft.ledger.token.clone() else {
        return;
    };
    draft.ledger.wish = Some(ArmedWish {
        station,
        token,
        first_seen: draft.now(),
    });
    let message = format!("Production should run at {station}, and the present token was quoted");
    draft.notice(false, Reason::WishArmed, message, None);
}

fn lapse(draft: &mut Draft<'_>, armed: &ArmedWish) {
    let deadline = later(armed.first_seen, i64::from(draft.input.group.starting_deadline_seconds));
    if draft.now() < deadline {
        draft.wake_at(deadline);
        return;
    }
    draft.mint(Reason::WishLapsed);
    let seconds = draft.input.group.starting_deadline_seconds;
    let message = format!(
        "The wish for {} could not start within {seconds} s and has lapsed",
        armed.station
    );
    draft.notice(true, Reason::WishLapsed, message, None);
}

/// While an operation runs that a wish asked for and none of its calls has left, taking the wish back cancels it. Later it only keeps a call
/// that proves to have done nothing from being made again: a revert that puts the wish back is not a person who asks once more.
fn hold_unstarted(draft: &mut Draft<'_>, missed: bool) {
    let group = draft.input.group;
    let Some(operation) = &mut draft.ledger.operation else {
        return;
    };
    if operation.origin != Origin::Wish {
        return;
    }
    let asks = |w: &crate::Wish| w.station == operation.target && w.token.as_ref() == Some(&operation.token);
    let stands = group.wish.as_ref().is_some_and(asks);
    operation.withdrawn |= missed || !stands;
    if operation.submitted() || !operation.withdrawn {
        return;
    }
    if missed {
        finish::cancel(
            draft,
            Reason::ChangesMissed,
            "The spec was changed more than once while nobody looked",
        );
    } else {
        finish::cancel(draft, Reason::WishWithdrawn, "The wish was withdrawn before it started");
    }
}

/// Starts the armed wish if nothing stands in its way.
pub(super) fn start(draft: &mut Draft<'_>) {
    let Some(armed) = draft.ledger.wish.clone() else { return };
    if obstacle(draft).is_some() {
        return;
    }
    let name = own_name(&draft.input.group.name, &armed.token);
    let own = OwnRequest {
        name,
        operation: OperationType::PlannedFailover,
        target: armed.station,
        token: armed.token.clone(),
        requested_by: "spec.priorityStation".to_owned(),
    };
    let start_by = later(armed.first_seen, i64::from(draft.input.group.starting_deadline_seconds));
    begin::wish(draft, own, start_by);
}

/// `<group>-<token>`, within the 253 bytes of a name; of a group whose name is too long for that, its beginning.
fn own_name(group: &str, token: &crate::Token) -> String {
    let room = 252usize.saturating_sub(token.as_str().len());
    let start = crate::text::start(room, group);
    format!("{}-{token}", start.trim_end_matches(['.', '-']))
}

/// What keeps the armed wish from starting. The report says the same, from the same rule.
pub(crate) fn standing_in_the_way(input: &crate::Input<'_>, station: crate::Station) -> Option<Why> {
    if input.group.suspend {
        return Some(Why::new(Reason::Suspended, "spec.suspend is true"));
    }
    let seen = match input.sight {
        crate::Sight::Seen(seen) => seen,
        crate::Sight::Unseen { reason, message } => return Some(Why::new(*reason, message.clone())),
    };
    if let Permit::Closed { reason, message } = seen.permit(OperationType::PlannedFailover) {
        return Some(Why::new(reason, message));
    }
    if seen.active.known() != Some(station.other()) {
        return Some(Why::new(
            Reason::ActiveStationUnknown,
            format!("production runs at {}", seen.active),
        ));
    }
    if seen.depth != Depth::Full {
        return Some(Why::new(
            Reason::NotObserved,
            "the group is read once more before it is moved",
        ));
    }
    let plan = (input.plan)(OperationType::PlannedFailover, station);
    if plan.is_empty() {
        return Some(Why::new(
            Reason::ProviderNotSupported,
            "the provider has no planned failover",
        ));
    }
    plan.iter().find_map(|step| match &step.kind {
        StepKind::Check { fact } => match seen.facts.get(fact) {
            Some(Fact::Fails { reason, message }) => Some(Why::new(*reason, message.clone())),
            _ => None,
        },
        _ => None,
    })
}

fn obstacle(draft: &Draft<'_>) -> Option<Why> {
    let armed = draft.ledger.wish.as_ref()?;
    standing_in_the_way(&draft.input, armed.station)
}
