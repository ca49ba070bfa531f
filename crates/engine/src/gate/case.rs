//! What is asked of a group, and the rules about whether it may begin.
//! It must not say what follows: the lists do.

use super::call::{a_listing, closed, switched_off, unclaimed};
use super::violation::when;
use crate::ledger::{CompletedOperation, Ending, Ledger, NotedOrder};
use crate::plan::Plans;
use crate::{
    Fact, Group, Held, Input, Observation, OperationType, Phase, Reason, Request, Risk, Sight, Station, StepKind, Why,
    text,
};
use jiff::Timestamp;

/// What is asked, and all that a rule may look at.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// What is asked, until when, by whom; an intent as the order that the operator makes of it.
    pub asked: &'a Request,
    /// The group.
    pub group: &'a Group,
    /// What is remembered.
    pub ledger: &'a Ledger,
    /// What the provider shows.
    pub sight: &'a Sight,
    /// What was read under the names of its provider objects.
    pub held: &'a Held,
    /// The provider's plan of an operation towards a station.
    pub plan: &'a Plans<'a>,
    /// Until when the other side surely had everything, by what this process has read before.
    pub complete_at: Option<Timestamp>,
    /// Whether the cluster lets only those file a forced order who are allowed to.
    pub orders_guarded: bool,
    /// Now.
    pub now: Timestamp,
}

impl<'a> Case<'a> {
    /// The case of `asked`, in the state in which the decision stands.
    pub fn new(input: &Input<'a>, ledger: &'a Ledger, asked: &'a Request) -> Case<'a> {
        Case {
            asked,
            group: input.group,
            ledger,
            sight: input.sight,
            held: input.held,
            plan: input.plan,
            complete_at: input.watch.complete_at,
            orders_guarded: input.orders_guarded,
            now: input.now,
        }
    }

    /// Where production runs when it is done: the station that was named, else where it runs now.
    pub fn station(&self) -> Option<Station> {
        self.asked.target.or_else(|| self.active())
    }

    pub(super) fn seen(&self) -> Option<&'a Observation> {
        self.sight.seen()
    }

    pub(super) fn note(&self) -> Option<&'a NotedOrder> {
        self.ledger.note(&self.asked.name, &self.asked.uid)
    }

    fn active(&self) -> Option<Station> {
        self.seen()?.active.known()
    }

    fn moves(&self) -> bool {
        self.asked.operation.moves_production()
    }

    /// The operator's own object of this name, if its operation had ended before it was made.
    fn own(&self, ending: Ending) -> Option<Why> {
        let own = |v: &&CompletedOperation| v.name == self.asked.name && v.uid.is_none() && v.token == self.asked.token;
        let own = self.ledger.completed.iter().rev().find(own)?;
        (own.ending == ending).then(|| Why::new(own.reason, own.message.clone()))
    }

    fn hint(&self) -> String {
        if let Some(token) = &self.ledger.token {
            return format!("the present one is {token}");
        }
        let Some(running) = &self.ledger.operation else {
            return "none is shown at present".to_owned();
        };
        let (kind, name) = (running.kind, &running.name);
        let asks = running
            .current()
            .and_then(|step| step.reason)
            .is_some_and(|reason| matches!(reason, Reason::SubmissionUnknown | Reason::AwaitingConfirmation));
        let until = match asks {
            true => format!(", and that waits for a person's decision: see kubectl describe drrun {name}"),
            false => String::new(),
        };
        format!("none is shown until {kind} {name} has ended{until}")
    }
}

/// Not all of the group's provider objects are known to be its own.
pub(super) fn not_claimed(case: &Case<'_>) -> Option<Why> {
    unclaimed(case.held, case.group)
}

pub(super) fn of_another_group(case: &Case<'_>) -> Option<Why> {
    let (named, present) = (&case.asked.group_uid, &case.group.uid);
    (named != present).then(|| not_of_this_group(named, present))
}

/// What is told to an order that names another group than the present one of that name.
pub fn not_of_this_group(named: &str, present: &str) -> Why {
    let message = format!(
        "groupRef.uid is {named}, but the present group of this name has uid {present}: it was deleted and made again, or the uid is \
         misspelt. File a new operation with the present uid and token"
    );
    Why::new(Reason::GroupUIDMismatch, message)
}

pub(super) fn taken_back(case: &Case<'_>) -> Option<Why> {
    case.own(Ending::Cancelled)
}

pub(super) fn lapsed(case: &Case<'_>) -> Option<Why> {
    case.own(Ending::Expired)
}

pub(super) fn planned_by_order(case: &Case<'_>) -> Option<Why> {
    let planned = case.asked.operation == OperationType::PlannedFailover;
    when(
        planned,
        Reason::UsePriorityStation,
        || "set spec.priorityStation and spec.priorityToken on the ProtectionGroup",
    )
}

pub(super) fn ran_before(case: &Case<'_>) -> Option<Why> {
    let ran = |v: &&CompletedOperation| v.name == case.asked.name && v.started_at.is_some();
    let before = case.ledger.completed.iter().rev().find(ran)?;
    let (name, ending, at) = (&before.name, before.ending.as_str(), text::moment(before.finished_at));
    let message = format!("{name} ran before and ended {ending} at {at}");
    Some(Why::new(Reason::OperationReplayed, message))
}

pub(super) fn without_end(case: &Case<'_>) -> Option<Why> {
    when(
        case.asked.not_after.is_none(),
        Reason::NotAfterMissing,
        || "spec.notAfter is missing",
    )
}

pub(super) fn too_late(case: &Case<'_>) -> Option<Why> {
    let until = case.asked.not_after?;
    when(until <= case.now, Reason::Expired, || {
        format!(
            "notAfter {} has passed; file a new operation with a later one",
            text::moment(until)
        )
    })
}

pub(super) fn without_token(case: &Case<'_>) -> Option<Why> {
    when(case.asked.token.is_none(), Reason::TokenMissing, || {
        format!("spec.priorityToken is missing; {}", case.hint())
    })
}

pub(super) fn token_used(case: &Case<'_>) -> Option<Why> {
    let quoted = case
        .asked
        .token
        .as_ref()
        .filter(|t| case.ledger.token.as_ref() != Some(*t))?;
    if case.note().is_some_and(|n| n.admitted && n.token == *quoted) {
        return None;
    }
    let consumer = case.ledger.consumer(quoted)?;
    let message = format!("{quoted} was used by operation {consumer}; {}", case.hint());
    Some(Why::new(Reason::TokenConsumed, message))
}

pub(super) fn token_stale(case: &Case<'_>) -> Option<Why> {
    let quoted = case.asked.token.as_ref()?;
    when(case.ledger.token.as_ref() != Some(quoted), Reason::TokenStale, || {
        format!("{quoted} is not the present token; {}", case.hint())
    })
}

pub(super) fn suspended(case: &Case<'_>) -> Option<Why> {
    switched_off(case.group.suspend)
}

pub(super) fn operation_running(case: &Case<'_>) -> Option<Why> {
    let running = case.ledger.operation.as_ref()?;
    let message = format!(
        "{} {} has not ended; see kubectl describe drrun {}",
        running.kind, running.name, running.name
    );
    Some(Why::new(Reason::OperationRunning, message))
}

/// An operation that has not made a call gives way to a forced failover, unless it is one itself: then it comes first.
pub(super) fn call_under_way(case: &Case<'_>) -> Option<Why> {
    let running = case.ledger.operation.as_ref()?;
    let stays = running.kind == OperationType::Failover || running.submitted();
    operation_running(case).filter(|_| stays)
}

pub(super) fn unseen(case: &Case<'_>) -> Option<Why> {
    case.sight.unseen()
}

pub(super) fn listed_only(case: &Case<'_>) -> Option<Why> {
    a_listing(case.seen()?)
}

pub(super) fn active_unknown(case: &Case<'_>) -> Option<Why> {
    let seen = case.seen()?;
    when(seen.active.known().is_none(), Reason::ActiveStationUnknown, || {
        format!(
            "production runs at {} (provider status {})",
            seen.active, seen.provider_status
        )
    })
}

/// While the provider works, neither where production runs nor what may begin is a result.
pub(super) fn provider_works(case: &Case<'_>) -> Option<Why> {
    let seen = case.seen()?;
    when(matches!(seen.phase, Phase::Changing(_)), Reason::ProviderBusy, || {
        format!("the provider is working on the group (status {})", seen.provider_status)
    })
}

pub(super) fn already_there(case: &Case<'_>) -> Option<Why> {
    let active = case.active()?;
    when(
        case.moves() && case.asked.target == Some(active),
        Reason::AlreadyActive,
        || format!("production runs at {active}"),
    )
}

pub(super) fn target_missing(case: &Case<'_>) -> Option<Why> {
    when(
        case.moves() && case.asked.target.is_none(),
        Reason::WrongStation,
        || "spec.targetStation is missing",
    )
}

pub(super) fn wrong_station(case: &Case<'_>) -> Option<Why> {
    let (active, target) = (case.active()?, case.asked.target?);
    when(!case.moves() && target != active, Reason::WrongStation, || {
        format!("production runs at {active}, and this operation does not move it; targetStation says {target}")
    })
}

pub(super) fn side_not_named(case: &Case<'_>) -> Option<Why> {
    let overwrites = case.asked.operation == OperationType::Reprotect;
    when(
        overwrites && case.asked.target.is_none(),
        Reason::WrongStation,
        || "spec.targetStation is missing; it names the station that stays",
    )
}

pub(super) fn not_permitted(case: &Case<'_>) -> Option<Why> {
    closed(case.seen()?.permit(case.asked.operation), &[])
}

/// The same for a forced failover: what its author can accept is asked elsewhere.
pub(super) fn not_permitted_at_all(case: &Case<'_>) -> Option<Why> {
    closed(case.seen()?.permit(case.asked.operation), &Risk::ALL)
}

pub(super) fn not_supported(case: &Case<'_>) -> Option<Why> {
    let kind = case.asked.operation;
    let none = (case.plan)(kind, case.station()?, case.seen()?).is_none();
    when(none, Reason::ProviderNotSupported, || {
        format!("the provider has no {kind}")
    })
}

pub(super) fn check_fails(case: &Case<'_>) -> Option<Why> {
    let seen = case.seen()?;
    let plan = (case.plan)(case.asked.operation, case.station()?, seen)?;
    plan.steps.iter().find_map(|step| match &step.kind {
        StepKind::Check { fact, .. } => match seen.facts.get(fact) {
            Some(Fact::Fails { reason, message }) => Some(Why::new(*reason, message.clone())),
            _ => None,
        },
        _ => None,
    })
}
