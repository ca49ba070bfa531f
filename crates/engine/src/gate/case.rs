//! What is asked of a group, and the rules about whether it may begin.
//! It must not say what follows: the lists do.

use super::call::{a_listing, closed, switched_off, undirected};
use super::violation::when;
use crate::ledger::{CompletedOperation, Ending, Ledger, NOTED, NotedOrder, Operation};
use crate::plan::Plans;
use crate::{
    DataLoss, Fact, Group, Input, Observation, OperationType, Permit, Phase, Reason, Request, Risk, Sight, Station,
    StepKind, Why,
};
use jiff::Timestamp;
use std::collections::BTreeMap;

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
    /// The provider's plan of an operation towards a station.
    pub plan: &'a Plans<'a>,
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
            plan: input.plan,
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

    fn note(&self) -> Option<&'a NotedOrder> {
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
        match (&self.ledger.token, &self.ledger.operation) {
            (Some(token), _) => format!("it is {token}"),
            (None, Some(running)) => {
                let doubt = if running.ambiguous() {
                    " and waits for an OperationDecision"
                } else {
                    ""
                };
                format!("there is none while {} {} runs{doubt}", running.kind, running.name)
            }
            (None, None) => "there is none while an operation runs".to_owned(),
        }
    }
}

pub(super) fn of_another_group(case: &Case<'_>) -> Option<Why> {
    let (named, present) = (&case.asked.group_uid, &case.group.uid);
    when(named != present, Reason::GroupUIDMismatch, || {
        format!("groupRef.uid is {named}, the group's uid is {present}")
    })
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

/// Another object of this name was noted: the one that is judged was made again, by a person or by whoever keeps files in step with the cluster.
pub(super) fn replayed(case: &Case<'_>) -> Option<Why> {
    let (name, uid) = (&case.asked.name, &case.asked.uid);
    let noted = case.ledger.noted.iter().find(|n| n.name == *name && n.uid != *uid)?;
    let message = format!(
        "another operation of the name {} was seen before (uid {}); give this one a name of its own",
        name, noted.uid
    );
    Some(Why::new(Reason::OperationReplayed, message))
}

/// Only so many orders are remembered; one that is not would be a standing order.
pub(super) fn not_noted(case: &Case<'_>) -> Option<Why> {
    let full = case.note().is_none() && case.ledger.noted.len() >= NOTED;
    when(full, Reason::OperationRunning, || {
        format!("{NOTED} forced failovers of this group are open or were taken back; this one waits for room")
    })
}

pub(super) fn ran_before(case: &Case<'_>) -> Option<Why> {
    let ran = |v: &&CompletedOperation| v.name == case.asked.name && v.started_at.is_some();
    let before = case.ledger.completed.iter().rev().find(ran)?;
    let (name, ending, at) = (&before.name, before.ending.as_str(), before.finished_at);
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
        format!("notAfter {until} has passed")
    })
}

pub(super) fn without_token(case: &Case<'_>) -> Option<Why> {
    when(case.asked.token.is_none(), Reason::TokenMissing, || {
        format!("spec.priorityToken is missing; {}", case.hint())
    })
}

/// A planned failover that has made a call has used up the token that this order quotes: the order waits for its end.
pub(super) fn behind_a_planned_failover(case: &Case<'_>) -> Option<Why> {
    let running = planned_under_way(case.ledger)?;
    let quoted = case.asked.token.as_ref()?;
    case.ledger.consumer(quoted).filter(|name| *name == running.name)?;
    let (doubt, name) = (running.ambiguous(), &running.name);
    let message = if doubt {
        format!(
            "PlannedFailover {name} is in doubt; an OperationDecision on it lets this order go on, if production is then not at its target"
        )
    } else {
        format!(
            "PlannedFailover {name} has made its call; this order goes on when that has ended, if production is then not at its target"
        )
    };
    Some(Why::new(Reason::OperationRunning, message))
}

/// The planned failover that runs and has made a call.
pub fn planned_under_way(ledger: &Ledger) -> Option<&Operation> {
    let running = ledger.operation.as_ref()?;
    (running.kind == OperationType::PlannedFailover && running.submitted()).then_some(running)
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

/// The same for a forced failover: its author need not have seen what was issued since for an accident of an intent.
pub(super) fn order_stale(case: &Case<'_>) -> Option<Why> {
    let quoted = case.asked.token.as_ref()?;
    token_stale(case).filter(|_| !case.ledger.stands(quoted, case.note()))
}

pub(super) fn suspended(case: &Case<'_>) -> Option<Why> {
    switched_off(case.group.suspend)
}

pub(super) fn operation_running(case: &Case<'_>) -> Option<Why> {
    let running = case.ledger.operation.as_ref()?;
    let message = format!("{} {} has not ended", running.kind, running.name);
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

/// What the order would run into, and its author does not accept.
pub(super) fn risk_not_accepted(case: &Case<'_>) -> Option<Why> {
    let risks = risks(case);
    let (risk, why) = risks.into_iter().find(|(risk, _)| !accepts(case, *risk))?;
    let Why { reason, message } = why;
    let to_do = match risk {
        Risk::Suspended if !case.orders_guarded => {
            "set it to false; acceptedRisks can overrule it only where the admission policy for forced orders is installed".to_owned()
        }
        _ => format!("who accepts that files a new operation with spec.acceptedRisks: [{risk}]; this one waits"),
    };
    Some(Why::new(reason, format!("{message}; {to_do}")))
}

/// The risks that the order's author accepts and may accept.
pub fn accepted(case: &Case<'_>) -> Vec<Risk> {
    Risk::ALL.into_iter().filter(|risk| accepts(case, *risk)).collect()
}

fn accepts(case: &Case<'_>, risk: Risk) -> bool {
    case.asked.accepted_risks.contains(&risk) && (risk != Risk::Suspended || case.orders_guarded)
}

/// The risks that a forced failover would take now, with what each means here.
pub fn risks(case: &Case<'_>) -> BTreeMap<Risk, Why> {
    let mut risks = BTreeMap::new();
    if let Some(why) = suspended(case) {
        risks.insert(Risk::Suspended, why);
    }
    if let Some(seen) = case.seen() {
        if let Some(why) = case.asked.target.and_then(|target| undirected(seen, target)) {
            risks.insert(Risk::DirectionUnknown, why);
        }
        if let Permit::AtRisk(more) = seen.permit(case.asked.operation) {
            risks.extend(more);
        }
    }
    risks
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

pub(super) fn loss_not_accepted(case: &Case<'_>) -> Option<Why> {
    when(
        case.asked.data_loss.is_none(),
        Reason::DataLossNotAccepted,
        || "spec.dataLoss is missing",
    )
}

pub(super) fn loss_unknown(case: &Case<'_>) -> Option<Why> {
    let bounded = matches!(case.asked.data_loss, Some(DataLoss::Seconds(_)));
    let told = case.seen().and_then(|s| s.replication.lag_seconds);
    when(
        bounded && told.is_none(),
        Reason::DataLossUnknown,
        || "the provider tells no lag: accept it with spec.dataLoss.acceptUnknown",
    )
}

pub(super) fn loss_too_large(case: &Case<'_>) -> Option<Why> {
    let Some(DataLoss::Seconds(most)) = case.asked.data_loss else {
        return None;
    };
    let lag = case.seen()?.replication.lag_seconds?;
    when(lag > most, Reason::DataLossTooLarge, || {
        format!("{lag} s would be lost, {most} s were accepted")
    })
}
