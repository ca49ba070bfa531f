//! What the user reads: the status of the group and of its operations, projected from the ledger and the present look.
//! It must not hold anything that changes without news, so that a group at rest causes no writes.

mod condition;
mod conditions;
mod decision;
mod job;
mod operation;
pub mod orphan;
mod state;

#[cfg(test)]
mod tests;

pub use condition::{Condition, ConditionStatus, ConditionType};
pub use decision::{DecisionReport, DecisionState};
pub use job::JobView;
pub use operation::{OperationReport, PartChoice, StepView};
pub use state::State;

use crate::gate::Offer;
use crate::ledger::{Ending, Ledger, Operation, StepState};
use crate::{
    ActiveStation, Decided, Input, Observation, OperationType, Phase, Reason, ReplicationState, Risk, Station, Token,
    Why, gate,
};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// How many ended operations the group's status shows.
pub const HISTORY: usize = 10;

/// Everything that is to be reported after a pass.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The group's status.
    pub group: GroupReport,
    /// The statuses of operations, by the uid of their objects.
    pub operations: Vec<OperationReport>,
    /// The statuses of decisions.
    pub decisions: Vec<DecisionReport>,
}

/// The status of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupReport {
    /// The generation that was judged.
    pub observed_generation: i64,
    /// Where production runs.
    pub active: ActiveStation,
    /// The provider's own word; none when it was not read.
    pub provider_status: Option<String>,
    /// The present token.
    pub token: Option<Token>,
    /// How replication stands; none when it was not read.
    pub replication: Option<ReplicationView>,
    /// The operation that has not ended.
    pub operation: Option<OperationView>,
    /// Ended operations, newest first, at most [`HISTORY`].
    pub history: Vec<HistoryView>,
    /// What may be done now.
    pub available: Vec<Available>,
    /// How many copies of the data are current, as far as the provider tells.
    pub copies: Option<u32>,
    /// What is told by an event when it begins.
    pub begins: Option<Why>,
    /// The conditions, in their fixed order.
    pub conditions: Vec<Condition>,
}

/// How replication stands.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplicationView {
    /// In one word.
    pub state: ReplicationState,
    /// From which station to which, where production runs at one of them and replication is on.
    pub direction: Option<(Station, Station)>,
    /// Percent.
    pub progress_percent: Option<u8>,
    /// Seconds behind.
    pub lag_seconds: Option<u64>,
    /// Last complete.
    pub last_sync: Option<Timestamp>,
}

/// The running operation in short.
#[derive(Clone, Debug, PartialEq)]
pub struct OperationView {
    /// Name of the object.
    pub name: String,
    /// What it does.
    pub operation: OperationType,
    /// The step that everything waits for.
    pub step: String,
    /// Steps that are done.
    pub steps_done: u32,
    /// All steps.
    pub steps_total: u32,
    /// Progress of the jobs that are followed.
    pub progress_percent: Option<u8>,
    /// Its id.
    pub job_id: Option<String>,
    /// When the first call was recorded.
    pub started_at: Option<Timestamp>,
}

/// An ended operation in short.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryView {
    /// Name of the object.
    pub name: String,
    /// What it did.
    pub operation: OperationType,
    /// How it ended.
    pub ending: Ending,
    /// When the first call was recorded.
    pub started_at: Option<Timestamp>,
    /// From the first call to the verified end, in seconds.
    pub duration_seconds: Option<u64>,
    /// Who asked.
    pub requested_by: String,
    /// Why it ended so.
    pub reason: Reason,
}

/// Whether an operation could begin now.
#[derive(Clone, Debug, PartialEq)]
pub struct Available {
    /// The operation.
    pub operation: OperationType,
    /// Whether it could.
    pub allowed: bool,
    /// Why not; the phase's reason when it could.
    pub reason: Option<Reason>,
    /// In words.
    pub message: String,
    /// Where production would run, if it would be moved.
    pub target: Option<Station>,
    /// What its author has to accept besides, with what each risk means here. Only a forced failover has any.
    pub risks: BTreeMap<Risk, Why>,
}

/// Projects the report. `ledger` is the one that the pass leaves behind; without one nothing has been decided yet.
pub fn report(input: &Input<'_>, ledger: Option<&Ledger>, decided: &Decided) -> Report {
    // A ledger that another group holds has nothing to show of this one.
    let ledger = ledger.filter(|l| l.group.uid == input.group.uid);
    Report {
        group: group(input, ledger, decided),
        operations: operation::reports(input, ledger, decided),
        decisions: decision::reports(input, ledger, decided),
    }
}

fn group(input: &Input<'_>, ledger: Option<&Ledger>, decided: &Decided) -> GroupReport {
    let seen = input.sight.seen();
    let active = match (seen, ledger) {
        (Some(seen), _) => seen.active,
        // What was seen last is better than nothing; ProviderReachable says that it is old.
        (None, Some(ledger)) => ledger.active,
        (None, None) => ActiveStation::Unknown,
    };
    let conditions = conditions::group(input, ledger, decided);
    GroupReport {
        begins: conditions::begins(input, ledger, &conditions),
        copies: seen.and_then(copies),
        observed_generation: input.group.generation,
        active,
        provider_status: seen.map(|s| s.provider_status.clone()),
        token: ledger.and_then(|l| l.token.clone()),
        replication: seen.map(|s| ReplicationView {
            state: s.replication.state,
            direction: direction(s.active, s.replication.state),
            progress_percent: s.replication.progress_percent,
            lag_seconds: s.replication.lag_seconds,
            last_sync: s.replication.last_sync,
        }),
        operation: ledger.and_then(|l| l.operation.as_ref()).map(|o| view(input, o)),
        history: ledger.map(history).unwrap_or_default(),
        available: available(input, ledger),
        conditions,
    }
}

/// One that is being brought up to date does not count, nor one that was left behind.
fn copies(seen: &Observation) -> Option<u32> {
    match (seen.phase, seen.replication.state) {
        (Phase::FailedOver | Phase::Unprotected, _) => Some(1),
        (_, ReplicationState::Active) => Some(2),
        (_, ReplicationState::Synchronizing | ReplicationState::Stopped | ReplicationState::Broken) => Some(1),
        (_, ReplicationState::Unknown) => None,
    }
}

fn direction(active: ActiveStation, state: ReplicationState) -> Option<(Station, Station)> {
    let on = matches!(state, ReplicationState::Active | ReplicationState::Synchronizing);
    active.known().filter(|_| on).map(|from| (from, from.other()))
}

fn view(input: &Input<'_>, operation: &Operation) -> OperationView {
    let job = job::of(input, operation).map(|view| view.job);
    OperationView {
        name: operation.name.clone(),
        operation: operation.kind,
        step: operation.current().map(|s| s.spec.name.clone()).unwrap_or_default(),
        steps_done: count(operation, |s| s == StepState::Succeeded),
        steps_total: count(operation, |_| true),
        progress_percent: job.as_ref().and_then(|j| j.progress_percent),
        job_id: job.map(|j| j.id).or_else(|| operation::job_id(operation)),
        started_at: operation.started_at,
    }
}

fn count(operation: &Operation, which: impl Fn(StepState) -> bool) -> u32 {
    u32::try_from(operation.steps.iter().filter(|s| which(s.state)).count()).unwrap_or(u32::MAX)
}

fn history(ledger: &Ledger) -> Vec<HistoryView> {
    let begun = ledger.completed.iter().rev().filter(|v| v.begun);
    let view = |v: &crate::ledger::CompletedOperation| HistoryView {
        name: v.name.clone(),
        operation: v.kind,
        ending: v.ending,
        started_at: v.started_at,
        duration_seconds: v.started_at.map(|start| operation::seconds(start, v.finished_at)),
        requested_by: v.requested_by.clone(),
        reason: v.reason,
    };
    begun.take(HISTORY).map(view).collect()
}

fn available(input: &Input<'_>, ledger: Option<&Ledger>) -> Vec<Available> {
    let unserved = || Offer {
        closed: Some(Why::new(Reason::NotObserved, "the group is not served yet")),
        target: None,
        risks: BTreeMap::new(),
    };
    let entry = |operation| {
        let Offer { closed, target, risks } = ledger.map_or_else(unserved, |l| gate::offered(input, l, operation));
        Available {
            operation,
            allowed: closed.is_none(),
            reason: closed.as_ref().map(|why| why.reason),
            message: closed.map(|why| why.message).unwrap_or_default(),
            target,
            risks,
        }
    };
    OperationType::ALL.into_iter().map(entry).collect()
}
