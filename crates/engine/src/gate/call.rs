//! One call of the running operation, and the rules about whether it may be recorded, repeated and sent.
//! It must not decide anything new right before a call is sent: there it only withholds.

use super::violation::when;
use crate::input::Watch;
use crate::ledger::{ATTEMPTS, GroupRef, Operation, Step, StepState};
use crate::plan::Holds;
use crate::{
    CallSpec, Depth, Fact, Fingerprint, Group, Held, JobReport, Observation, OperationType, Permit, Reason, Resolution,
    Risk, Sight, Station, StepKind, Why,
};
use jiff::{SignedDuration, Timestamp};

/// How long after its record a call may be sent at the latest. A provider's dead time counts on less, and the provider sees to that.
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
    /// The group, and what was read under the names of its provider objects. No list for sending asks for it: whoever takes one from a group
    /// removes or replaces its ledger first.
    pub held: Option<(&'a Held, &'a Group)>,
    /// The jobs that were read.
    pub jobs: &'a [JobReport],
    /// How closely the object was watched since `before`: a revision that moved alone can be noise. Nobody watched where it is the default.
    pub watch: Watch,
    /// Whether the operation's object exists.
    pub object_exists: bool,
    /// Now.
    pub now: Timestamp,
}

/// The check of the operation that was passed and does not hold now: its index, and why.
pub fn failed_check(call: &Call<'_>, seen: &Observation) -> Option<(usize, Why)> {
    let operation = call.operation;
    let passed = operation
        .steps
        .iter()
        .enumerate()
        .filter(|(_, s)| s.state == StepState::Succeeded);
    passed.into_iter().find_map(|(index, step)| {
        let StepKind::Check { fact, holds } = &step.spec.kind else {
            return None;
        };
        if !call.is_covered_by(holds) {
            return None;
        }
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

    pub(super) fn seen(&self) -> Option<&'a Observation> {
        self.sight.seen()
    }

    /// What the provider declared of it.
    pub(super) fn spec(&self) -> Option<&'a CallSpec> {
        match &self.step.spec.kind {
            StepKind::Call(spec) => Some(spec),
            _ => None,
        }
    }

    /// Whether a check that holds so long binds this call.
    fn is_covered_by(&self, holds: &Holds) -> bool {
        match holds {
            Holds::Throughout => true,
            Holds::FirstCall => self.is_first(),
            // A step that does not exist ends nothing.
            Holds::Step(last) => self
                .operation
                .step(last)
                .is_none_or(|s| s.state != StepState::Succeeded),
        }
    }
}

fn withheld(violated: bool, why: &str) -> Option<Why> {
    when(violated, Reason::CallWithheld, || why)
}

/// The rule of the claims, whatever is asked: a group acts only while each of its objects is known to be its own.
pub(super) fn unclaimed(held: &Held, group: &Group) -> Option<Why> {
    let me = group.reference();
    let (object, entry) = held.lacking(&me, &group.members)?;
    let theirs = entry.holder().filter(|holder| !holder.same_name(&me));
    Some(match theirs {
        Some(GroupRef { namespace, name, .. }) => Why::new(
            Reason::ProtectionObjectClaimed,
            format!("the provider's object {object} is held by ProtectionGroup {namespace}/{name}"),
        ),
        None => Why::new(
            Reason::ObjectsChanged,
            format!("the provider's object {object} is not surely claimed yet"),
        ),
    })
}

/// The job of the part was not read in this pass.
pub(super) fn part_unread(call: &Call<'_>) -> Option<Why> {
    let part = call.step.part.as_ref()?;
    let unread = !call.jobs.iter().any(|job| job.id == part.job);
    when(unread, Reason::NotObserved, || {
        format!("job {} could not be read", part.job)
    })
}

/// The provider does not offer it, or the part was worked on since it was decided.
pub(super) fn part_not_offered(call: &Call<'_>) -> Option<Why> {
    let part = call.step.part.as_ref()?;
    let job = call.jobs.iter().find(|job| job.id == part.job)?;
    let offered = job
        .offers()
        .iter()
        .any(|o| o.part == part.part && o.action == part.action);
    let same = job.revision(&part.part) == part.before.as_ref();
    when(!(offered && same), Reason::DecisionNotApplicable, || {
        let (action, part) = (part.action.as_str(), &part.part);
        format!("the provider does not offer {action} of part {part} any more")
    })
}

pub(super) fn not_claimed(call: &Call<'_>) -> Option<Why> {
    let (held, group) = call.held?;
    unclaimed(held, group)
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
pub(super) fn closed(permit: Permit, accepted: &[Risk]) -> Option<Why> {
    match permit {
        Permit::Open => None,
        Permit::Closed { reason, message } => Some(Why::new(reason, message)),
        Permit::AtRisk(risks) => {
            let mut open = risks.into_iter().filter(|(risk, _)| !accepted.contains(risk));
            open.next().map(|(_, why)| why)
        }
    }
}

/// The rule of direction: a command without one leads away from where the object's own word says that production runs.
pub(super) fn undirected(seen: &Observation, target: Station) -> Option<Why> {
    let leads_there = seen.own_station.or(seen.active.known()) == Some(target.other());
    when(!leads_there, Reason::ActiveStationUnknown, || {
        let says = seen
            .own_station
            .map_or("nothing".to_owned(), |station| format!("{station}"));
        format!(
            "the command has no direction, and production runs at {} (status {}; the group itself says {says})",
            seen.active, seen.provider_status
        )
    })
}

pub(super) fn suspended(call: &Call<'_>) -> Option<Why> {
    let overruled = call.operation.accepted_risks.contains(&Risk::Suspended);
    switched_off(call.suspended && !overruled)
}

/// A forced failover could move production the other way.
pub(super) fn direction_unknown(call: &Call<'_>) -> Option<Why> {
    let forced = call.operation.kind == OperationType::Failover;
    let accepted = call.operation.accepted_risks.contains(&Risk::DirectionUnknown);
    undirected(call.seen()?, call.operation.target).filter(|_| forced && !accepted)
}

pub(super) fn unseen(call: &Call<'_>) -> Option<Why> {
    call.sight.unseen()
}

pub(super) fn listed_only(call: &Call<'_>) -> Option<Why> {
    a_listing(call.seen()?)
}

/// The first attempt of a forced failover may be recorded on a listing that shows the object as the ledger has it, and nothing in the way. It is
/// never sent on one.
pub(super) fn listing_not_enough(call: &Call<'_>) -> Option<Why> {
    let seen = call.seen()?;
    let enough = call.operation.kind == OperationType::Failover
        && call.step.submissions.is_empty()
        && seen.fingerprint == *call.before
        && [not_permitted, direction_unknown, check_open]
            .iter()
            .all(|rule| rule(call).is_none());
    a_listing(seen).filter(|_| !enough)
}

pub(super) fn not_permitted(call: &Call<'_>) -> Option<Why> {
    closed(call.seen()?.permit(call.operation.kind), &call.operation.accepted_risks)
}

pub(super) fn check_open(call: &Call<'_>) -> Option<Why> {
    failed_check(call, call.seen()?).map(|(_, why)| why)
}

pub(super) fn object_changed(call: &Call<'_>) -> Option<Why> {
    let seen = call.seen()?;
    let changed = seen.fingerprint != *call.before && !call.watch.tolerates(call.before, &seen.fingerprint);
    when(changed, Reason::StateChanged, || {
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
    withheld(call.now >= call.operation.expiry, "the time for it is over")
}

pub(super) fn tried_enough(call: &Call<'_>) -> Option<Why> {
    let tries = call.step.submissions.iter().filter(|s| s.state.may_have_left()).count();
    withheld(tries >= ATTEMPTS as usize, &format!("it was tried {tries} times"))
}

/// A repeat must arrive while the provider still drops it: the time in which it may be sent comes off, and where it is known how late a sent
/// request can take effect, all of that.
pub(super) fn dropped_no_more(call: &Call<'_>) -> Option<Why> {
    let spec = call.spec()?;
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

/// Whether a second one does nothing. Only of the last call: after another one the first could still arrive, and undo that one's effect.
pub fn harmless(call: &Call<'_>) -> bool {
    let last = call.operation.is_last_call(&call.step.spec.name);
    last && call.spec().is_some_and(|spec| spec.harmless_twice)
}

pub(super) fn not_droppable(call: &Call<'_>) -> Option<Why> {
    let droppable = |spec: &CallSpec| matches!(spec.resolution, Resolution::Token | Resolution::Revision);
    let safe = harmless(call) || call.spec().is_some_and(droppable);
    withheld(!safe, "an earlier attempt may have left")
}
