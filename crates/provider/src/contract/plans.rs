//! Rules about plans and the facts that their checks ask for.
//! It must not know a provider's steps.

use super::connection::said;
use super::{Bench, Broken, ensure};
use stationmaster_engine::{Fact, OperationType, Station, StepKind, StepSpec};
use std::collections::BTreeSet;

pub(super) async fn well_formed(bench: &dyn Bench) -> Result<(), Broken> {
    let provider = bench.provider();
    for operation in OperationType::ALL {
        let plan = provider.plan(operation, Station::Target);
        ensure!(
            plan == provider.plan(operation, Station::Target),
            "{operation}: another plan the second time"
        );
        let can = provider.capabilities().iter().any(|word| word == operation.as_str());
        ensure!(
            can != plan.is_empty(),
            "{operation}: capability {can}, {} steps",
            plan.len()
        );
        let mut calls = BTreeSet::new();
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for step in &plan {
            ensure!(names.insert(&step.name), "{operation}: two steps {}", step.name);
            ensure!(
                camel(&step.name),
                "{:?} is no CamelCase name of at most 63 bytes",
                step.name
            );
            match &step.kind {
                StepKind::Call(call) => {
                    ensure!(
                        !call.action.is_empty() && !call.endpoint.is_empty(),
                        "{}: {call:?}",
                        step.name
                    );
                    calls.insert(&step.name);
                }
                StepKind::Follow { call } => ensure!(calls.contains(call), "{}: follows {call}", step.name),
                StepKind::Check { .. } | StepKind::Confirm { .. } | StepKind::NotBefore { .. } | StepKind::Verify => {}
            }
        }
        let last = plan.last().map(|step| &step.kind);
        ensure!(
            matches!(last, None | Some(StepKind::Verify | StepKind::Confirm { .. })),
            "{operation}: ends with {last:?}"
        );
        ensure!(plan.is_empty() || !calls.is_empty(), "{operation}: no call");
    }
    Ok(())
}

fn camel(name: &str) -> bool {
    name.len() <= 63
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
}

fn checks(plan: Vec<StepSpec>) -> Vec<String> {
    let fact = |step: StepSpec| match step.kind {
        StepKind::Check { fact } => Some(fact),
        StepKind::Confirm { .. }
        | StepKind::NotBefore { .. }
        | StepKind::Call(_)
        | StepKind::Follow { .. }
        | StepKind::Verify => None,
    };
    plan.into_iter().filter_map(fact).collect()
}

pub(super) async fn facts(bench: &dyn Bench) -> Result<(), Broken> {
    for operation in OperationType::ALL {
        let ready = bench.ready_for(operation).await;
        let provider = bench.provider();
        let seen = provider.observe(&ready.object).await.map_err(said("observe"))?;
        for fact in checks(provider.plan(operation, ready.active.other())) {
            ensure!(
                seen.facts.get(&fact) == Some(&Fact::Holds),
                "{operation}: {fact} is {:?}",
                seen.facts.get(&fact)
            );
        }
    }
    Ok(())
}

pub(super) async fn unreadable_fact(bench: &dyn Bench) -> Result<(), Broken> {
    let mut any = false;
    for operation in OperationType::ALL {
        let ready = bench.ready_for(operation).await;
        let provider = bench.provider();
        let wanted = checks(provider.plan(operation, ready.active.other()));
        if wanted.is_empty() {
            continue;
        }
        any = true;
        bench.hide_facts(operation).await;
        let seen = provider.observe(&ready.object).await.map_err(said("observe"))?;
        for fact in wanted {
            let told = seen.facts.get(&fact);
            ensure!(
                told.is_some() && told != Some(&Fact::Holds),
                "{operation}: {fact} is {told:?} although it cannot be read"
            );
        }
    }
    ensure!(any, "no plan has a check; the rule should be exempt");
    Ok(())
}
