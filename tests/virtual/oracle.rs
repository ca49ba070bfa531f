//! What must be true of a run: judged by the provider's journal, by the objects, and by what was shown on the way.
//! It must not believe what the operator says of the provider: the journal says it.

use crate::asks;
use crate::case::Fault;
use crate::people::People;
use crate::stage::{NAMESPACE, OBJECT, Stage};
use jiff::Timestamp;
use kube::ResourceExt;
use stationmaster_api::names::INSTALL_NAMESPACE;
use stationmaster_api::{Condition, GroupLedger, OperationState, ProtectionGroupStatus, RecoveryOperation, StepState};
use stationmaster_engine::{Ledger, OperationType, Resolution, text};
use stationmaster_provider_proof::Entry;
use stationmaster_provider_proof::plan::Place;
use stationmaster_testkit_api_server::Verb;
use std::collections::BTreeMap;

/// What was seen while it ran.
#[derive(Debug, Default)]
pub struct Witness {
    /// Somebody was asked what became of a call.
    doubt: bool,
    /// What was shown and must never be.
    untrue: Vec<String>,
}

impl Witness {
    /// Looks at what is shown now.
    pub fn look(&mut self, stage: &Stage) {
        let group = stage.group().status.unwrap_or_default();
        self.conditions("the group", &group.conditions);
        let list = |conditions: &[Condition]| conditions.iter().map(|c| c.message.clone()).collect::<Vec<_>>();
        let mut told = list(&group.conditions);
        for operation in stage.operations() {
            let status = operation.status.clone().unwrap_or_default();
            told.extend(list(&status.conditions));
            told.extend(status.message.clone());
            told.extend(status.steps.iter().filter_map(|step| step.message.clone()));
            self.conditions(&operation.name_any(), &status.conditions);
            let early = status.state == Some(OperationState::Succeeded) && !asks::went_well(stage);
            if early && !stage.case.fault.turns_the_world() && self.untrue.len() < 3 {
                let name = operation.name_any();
                self.untrue
                    .push(format!("{name} shows success, which the provider does not"));
            }
            self.doubt |= status.steps.iter().any(|s| s.state == StepState::Unknown);
        }
        let flaws = told
            .iter()
            .filter_map(|message| Some(format!("{}: {message:?}", text::flaw(message)?)));
        for flaw in flaws.take(3_usize.saturating_sub(self.untrue.len())) {
            self.untrue.push(flaw);
        }
    }

    fn conditions(&mut self, whose: &str, conditions: &[Condition]) {
        let is = |kind: &str, status: &str| conditions.iter().any(|c| c.type_ == kind && c.status == status);
        let untrue = (is("Reconciling", "True") && is("Stalled", "True"))
            || (is("Ready", "True") && (is("Reconciling", "True") || is("Stalled", "True")));
        if untrue && self.untrue.len() < 3 {
            self.untrue
                .push(format!("{whose} shows conditions that exclude one another"));
        }
    }
}

/// How a run ended.
pub struct Ending<'a> {
    /// The operation that was asked for.
    pub asked: &'a str,
    /// Whether it came to rest.
    pub settled: bool,
    /// What people said.
    pub people: &'a People,
    /// What was seen on the way.
    pub witness: &'a Witness,
}

/// The ledger's record, if there is a ledger.
pub fn ledger(stage: &Stage) -> Option<Ledger> {
    let objects: Vec<GroupLedger> = stage.server.list(INSTALL_NAMESPACE);
    let record = serde_json::Value::Object(objects.first()?.spec.record.clone());
    Some(serde_json::from_value(record).unwrap())
}

/// From when on nothing runs any more and nothing is going to change by time alone. `None` while something runs.
pub fn over(stage: &Stage, asked: &str) -> Option<Timestamp> {
    let ended = |o: &RecoveryOperation| o.status.as_ref().is_some_and(|s| s.finished_at.is_some());
    let operations = stage.operations();
    let ledger = ledger(stage)?;
    let there = operations.iter().any(|o| o.name_any() == asked) || stage.case.fault.turns_the_world();
    let over = there && operations.iter().all(ended) && ledger.operation.is_none();
    let dead = ledger.pending_calls.iter().filter_map(|call| call.dead_at).max();
    over.then_some(dead.unwrap_or(Timestamp::MIN))
}

/// Everything that must not be.
pub fn judge(stage: &Stage, ending: &Ending<'_>) -> Vec<String> {
    let mut found = ending.witness.untrue.clone();
    let journal = stage.wire.world(|world| world.journal().to_vec());
    let ours: Vec<&Entry> = journal.iter().filter(|e| !e.foreign()).collect();
    found.extend(executions(stage, ending.asked, &ours));
    // Where requests wait on their way, or revisions go back, the count tells nothing of a single write.
    if !matches!(
        stage.case.fault,
        Fault::Pair | Fault::Late | Fault::Restore | Fault::RestoreAsked
    ) {
        found.extend(idle_writes(stage));
    }
    if ending.settled {
        found.extend(shown(stage));
        if !stage.case.fault.turns_the_world() {
            found.extend(outcome(stage, ending, &ours));
        }
    }
    if strikes_once(stage.case.fault) && !stage.faults.struck() {
        found.push("the fault never struck: the run proves nothing".to_owned());
    }
    found
}

fn strikes_once(fault: Fault) -> bool {
    !matches!(fault, Fault::None | Fault::Twice | Fault::Pair)
}

/// Nothing is written that stands there already.
fn idle_writes(stage: &Stage) -> Option<String> {
    let revisions = stage.faults.revisions();
    let log = stage.server.log();
    let idle = log.iter().zip(revisions.windows(2)).find(|(logged, revisions)| {
        logged.call.verb == Verb::Update && logged.applied() && revisions[0] == revisions[1]
    });
    idle.map(|(logged, _)| format!("{} is written as it was", logged.call.resource))
}

/// At most once, what was asked, and nothing else.
fn executions(stage: &Stage, asked: &str, ours: &[&Entry]) -> Vec<String> {
    let mut found = Vec::new();
    let operation = stage.case.operation;
    let meant = asks::meant(operation);
    let mut times: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for entry in ours {
        *times.entry((&entry.by, &entry.action)).or_default() += 1;
        if entry.by != asked {
            found.push(format!(
                "{} was carried out for {}, which nobody asked for",
                entry.action, entry.by
            ));
        }
        if entry.operation != operation {
            found.push(format!(
                "{} did {} instead of {operation}",
                entry.action, entry.operation
            ));
        }
        // A person may have moved it while the work went on.
        let moved = stage.case.fault != Fault::Console && entry.after.is_some_and(|after| after != entry.before);
        if moved && (!operation.moves_production() || entry.after != Some(meant)) {
            found.push(format!("{} moved production to {:?}", entry.action, entry.after));
        }
        let follows = Place::of(&entry.action) == Place::After;
        if operation.moves_production() && (entry.before == meant) != follows {
            found.push(format!(
                "{} was carried out where production ran at {}",
                entry.action, entry.before
            ));
        }
        let replicates = matches!(operation, OperationType::Reprotect | OperationType::EnableProtection);
        if let Some(side) = entry.overwrites
            && (!replicates || side == meant)
        {
            found.push(format!("{} overwrote {side}", entry.action));
        }
    }
    for ((by, action), times) in times {
        if times > 1 {
            found.push(format!("{by} had {action} carried out {times} times"));
        }
    }
    found
}

/// The operation has ended as it should, and the world is as it says.
fn outcome(stage: &Stage, ending: &Ending<'_>, ours: &[&Entry]) -> Vec<String> {
    let mut found = Vec::new();
    let operation = stage.case.operation;
    let Some(object) = stage.server.get::<RecoveryOperation>(NAMESPACE, ending.asked) else {
        return vec!["the operation is gone".to_owned()];
    };
    let status = object.status.unwrap_or_default();
    match status.state {
        Some(OperationState::Succeeded) if !asks::went_well(stage) => {
            found.push("it says Succeeded, and the provider does not".to_owned());
        }
        Some(OperationState::Succeeded) => {}
        // Where a person has said that a call did not happen, nothing is tried again.
        Some(OperationState::Failed) if ending.people.denied > 0 => {}
        state => found.push(format!(
            "it ended {state:?} ({:?}): {:?}",
            status.reason, status.message
        )),
    }
    let calls = stage.case.variant.calls_of(operation).len();
    if status.state == Some(OperationState::Succeeded) && ours.len() != calls {
        found.push(format!("{} calls were carried out instead of {calls}", ours.len()));
    }
    if ending.witness.doubt && !stage.faults.in_doubt() {
        found.push("a person was asked about a call that nothing had happened to".to_owned());
    }
    // What only a person can judge, or what left no trace, has to be asked; what took effect and shows it does not.
    if ending.people.declared > 0 && stage.case.variant.resolution_of(operation) != Resolution::Person {
        found.push("a person was asked about a call whose effect could be seen".to_owned());
    }
    found
}

/// What is shown at rest is true.
fn shown(stage: &Stage) -> Vec<String> {
    let mut found = Vec::new();
    let group = stage.group();
    let status = group.status.clone().unwrap_or_default();
    let seen = stage.wire.world(|world| {
        let seen = world.observe(OBJECT, stationmaster_engine::Depth::Full).unwrap();
        (seen.active.as_str().to_owned(), seen.provider_status)
    });
    let is = (
        status.active_station.map(|s| s.as_str().to_owned()),
        status.provider_status.clone(),
    );
    if is != (Some(seen.0.clone()), Some(seen.1.clone())) {
        found.push(format!("the group shows {is:?}, the provider {seen:?}"));
    }
    if status.operation.is_some() {
        found.push("the group shows an operation that has ended".to_owned());
    }
    if status.observed_generation != group.metadata.generation {
        found.push("the group's status is of another generation".to_owned());
    }
    let condition = |kind: &str| status.conditions.iter().find(|c| c.type_ == kind);
    // Where an etcd was put back in the middle of an operation of two calls, the group stands half-way, and says so.
    let at_rest = ["available", "protected", "failed-over"].contains(&seen.1.as_str());
    if at_rest && condition("Ready").is_none_or(|c| c.status != "True") {
        found.push(format!(
            "the group is not ready at rest: {:?}",
            condition("Ready").map(|c| &c.reason)
        ));
    }
    for kind in ["Reconciling", "Stalled"] {
        if at_rest && condition(kind).is_some() {
            found.push(format!("the group is {kind} at rest"));
        }
    }
    let protected = seen.1 == "protected";
    if condition("Protected").map(|c| c.status == "True") != Some(protected) {
        found.push(format!(
            "Protected is {:?} where the status is {}",
            condition("Protected").map(|c| &c.status),
            seen.1
        ));
    }
    if let Some(intent) = group.spec.priority_station {
        let met = intent.as_str() == seen.0;
        if condition("IntentCurrent").map(|c| c.status == "True") != Some(met) {
            found.push(format!(
                "IntentCurrent does not say whether production runs at {intent}"
            ));
        }
    }
    found.extend(remembered(stage, &status, &seen.0));
    found
}

/// What the ledger says at rest is true, and what is shown says the same.
fn remembered(stage: &Stage, status: &ProtectionGroupStatus, active: &str) -> Vec<String> {
    let Some(ledger) = ledger(stage) else {
        return vec!["there is no ledger".to_owned()];
    };
    let mut found = Vec::new();
    if ledger.token.as_ref().map(ToString::to_string) != status.priority_token {
        found.push("the group shows another token than the ledger".to_owned());
    }
    if ledger.active.as_str() != active {
        found.push(format!("the ledger says {:?}, the provider {active}", ledger.active));
    }
    for completed in &ledger.completed {
        let object = stage.server.get::<RecoveryOperation>(NAMESPACE, &completed.name);
        let shown = object.filter(|o| o.uid() == completed.uid).and_then(|o| o.status);
        let state = shown.and_then(|s| s.state).map(|s| format!("{s:?}"));
        // An object that a restore has taken away is shown nowhere.
        if state.is_some_and(|s| s != completed.ending.as_str()) {
            found.push(format!(
                "{} is shown otherwise than the ledger ended it",
                completed.name
            ));
        }
    }
    found
}
