//! One call of the running operation, and the rules about whether it may be recorded, repeated and sent.
//! It must not decide anything new right before a call is sent: there it only withholds.

use super::violation::when;
use crate::ledger::{ATTEMPTS, Operation, Step, StepState};
use crate::{Depth, Fact, Fingerprint, Observation, Permit, Reason, Resolution, Sight, StepKind, Why, pace};
use jiff::{SignedDuration, Timestamp};

/// How long after its record a call may be sent at the latest: the looks before it take their time on a bad day. What a provider's dead time
/// counts on is narrower and its own affair: it refuses to sign, and to write, later than that.
pub const SEND_BUDGET: SignedDuration = SignedDuration::from_secs(120);

/// A call, and all that a rule may look at.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// The operation that makes it.
    pub operation: &'a Operation,
    /// Its step.
    pub step: &'a Step,
    /// The state that it is bound to: what was seen when it was recorded, or when the attempt that it repeats was.
    pub before: &'a Fingerprint,
    /// What the provider shows.
    pub sight: &'a Sight,
    /// `spec.suspend`. No list for sending asks for it, nor for what follows.
    pub suspended: bool,
    /// Whether the operation's object exists.
    pub object_exists: bool,
    /// Now.
    pub now: Timestamp,
}

/// The check of the operation that was passed and does not hold now: its index, and why.
pub fn failed_check(operation: &Operation, seen: &Observation) -> Option<(usize, Why)> {
    let passed = operation
        .steps
        .iter()
        .enumerate()
        .filter(|(_, s)| s.state == StepState::Succeeded);
    passed.into_iter().find_map(|(index, step)| {
        let StepKind::Check { fact } = &step.spec.kind else {
            return None;
        };
        let why = match seen.facts.get(fact) {
            Some(Fact::Holds) => return None,
            Some(Fact::Fails { reason, message }) => Why::new(*reason, message.clone()),
            // A person's word stands where nothing can be seen, and only there.
            _ if step.confirmed => return None,
            Some(Fact::CannotTell { question }) => Why::new(Reason::AwaitingConfirmation, question.clone()),
            None => Why::new(Reason::NotObserved, format!("{fact} could not be read")),
        };
        Some((index, why))
    })
}

impl<'a> Call<'a> {
    /// Whether no other step of the operation has made a call that left, or may have.
    pub(super) fn is_first(&self) -> bool {
        let mut others = self
            .operation
            .steps
            .iter()
            .filter(|s| s.spec.name != self.step.spec.name);
        !others.any(|s| s.submissions.iter().any(|s| s.state.may_have_left()))
    }

    fn seen(&self) -> Option<&'a Observation> {
        self.sight.seen()
    }

    fn resolution(&self) -> Option<Resolution> {
        match &self.step.spec.kind {
            StepKind::Call(spec) => Some(spec.resolution),
            _ => None,
        }
    }
}

fn withheld(violated: bool, why: &str) -> Option<Why> {
    when(violated, Reason::CallWithheld, || why)
}

/// The rule of `spec.suspend`, whatever is asked.
pub(super) fn switched_off(suspended: bool) -> Option<Why> {
    suspended.then(|| Why::new(Reason::Suspended, "spec.suspend is true: no mutating call is made"))
}

/// The rule of depth, whatever is asked.
pub(super) fn a_listing(seen: &Observation) -> Option<Why> {
    (seen.depth != Depth::Full).then(|| {
        Why::new(
            Reason::NotObserved,
            "the group is read once more before it is commanded",
        )
    })
}

/// The rule of the provider's permit, whatever is asked.
pub(super) fn closed(permit: Permit) -> Option<Why> {
    match permit {
        Permit::Open => None,
        Permit::Closed { reason, message } => Some(Why::new(reason, message)),
    }
}

pub(super) fn suspended(call: &Call<'_>) -> Option<Why> {
    switched_off(call.suspended)
}

pub(super) fn unseen(call: &Call<'_>) -> Option<Why> {
    call.sight.unseen()
}

pub(super) fn listed_only(call: &Call<'_>) -> Option<Why> {
    a_listing(call.seen()?)
}

pub(super) fn not_permitted(call: &Call<'_>) -> Option<Why> {
    closed(call.seen()?.permit(call.operation.kind))
}

/// Between two calls of one operation somebody else can have moved production: then the next call would move it back, or overwrite the side
/// where it runs now. While it moves, a provider need not tell where it runs.
pub(super) fn moved_away(call: &Call<'_>) -> Option<Why> {
    let active = call.seen()?.active.known()?;
    let (moves, there) = (call.operation.kind.moves_production(), active == call.operation.target);
    let since = if moves { "already" } else { "by now" };
    when(moves == there, Reason::ExternalRoleChange, || {
        format!("production runs at {active} {since}: no call is made")
    })
}

pub(super) fn moved_away_for_good(call: &Call<'_>) -> Option<Why> {
    moved_away(call).filter(|_| call.seen().is_some_and(Observation::settled))
}

/// It is not known where production runs, and that should stay.
pub(super) fn place_unknown(call: &Call<'_>) -> Option<Why> {
    let seen = call.seen()?;
    let unknown = !call.operation.kind.moves_production() && seen.active.known().is_none();
    when(unknown, Reason::ActiveStationUnknown, || {
        format!("where production runs is not known (status {})", seen.provider_status)
    })
}

/// Where an operation could begin anew, its first call has left no trace: somebody has taken it back, or the provider does not show it yet.
pub(super) fn no_trace(call: &Call<'_>) -> Option<Why> {
    let seen = call.seen()?;
    when(
        seen.permit(call.operation.kind) == Permit::Open,
        Reason::StateChanged,
        || {
            let status = &seen.provider_status;
            format!("nothing is seen of the first call (status {status}): it was taken back, or is not shown yet")
        },
    )
}

/// But for the grace: what is not seen yet may be seen in a moment.
pub(super) fn no_trace_for_long(call: &Call<'_>) -> Option<Why> {
    no_trace(call).filter(|_| pace::outcome_overdue(call.step, call.now))
}

pub(super) fn check_open(call: &Call<'_>) -> Option<Why> {
    failed_check(call.operation, call.seen()?).map(|(_, why)| why)
}

pub(super) fn object_changed(call: &Call<'_>) -> Option<Why> {
    let seen = call.seen()?;
    when(seen.fingerprint != *call.before, Reason::StateChanged, || {
        let (status, active) = (&seen.provider_status, seen.active);
        format!("the provider's object has changed: status {status}, active {active}")
    })
}

pub(super) fn refused_before(call: &Call<'_>) -> Option<Why> {
    let said = call.step.refusal()?;
    withheld(true, &format!("the provider refused the repeat ({said})"))
}

pub(super) fn withdrawn(call: &Call<'_>) -> Option<Why> {
    withheld(
        call.operation.withdrawn,
        "it was taken back, and an earlier attempt may have left",
    )
}

pub(super) fn object_gone(call: &Call<'_>) -> Option<Why> {
    withheld(!call.object_exists, "its object was deleted")
}

pub(super) fn time_over(call: &Call<'_>) -> Option<Why> {
    withheld(call.now >= call.operation.start_by, "the time for it is over")
}

pub(super) fn tried_enough(call: &Call<'_>) -> Option<Why> {
    let tries = call.step.attempts;
    withheld(tries >= ATTEMPTS, &format!("it was tried {tries} times"))
}

/// A repeat must arrive while the provider still drops it: the time in which it may be sent comes off, and where it is known how late a sent
/// request can take effect, all of that.
pub(super) fn dropped_no_more(call: &Call<'_>) -> Option<Why> {
    let StepKind::Call(spec) = &call.step.spec.kind else {
        return None;
    };
    if spec.resolution != Resolution::Token {
        return None;
    }
    let dead = SignedDuration::from_secs(i64::from(spec.dead_time_seconds.unwrap_or(0)));
    let until = call.step.dropped_until(spec)?.checked_sub(SEND_BUDGET.max(dead)).ok();
    let over = until.is_none_or(|until| call.now >= until);
    withheld(over, "the provider does not surely drop a repeat any more")
}

pub(super) fn known_made(call: &Call<'_>) -> Option<Why> {
    withheld(call.step.made(), "it is known that the call was made")
}

pub(super) fn not_droppable(call: &Call<'_>) -> Option<Why> {
    let droppable = matches!(call.resolution(), Some(Resolution::Token | Resolution::Revision));
    withheld(!droppable, "an earlier attempt may have left")
}
