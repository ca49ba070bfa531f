//! Rules about plans and the facts that their checks ask for.
//! It must not know a provider's steps.

use super::calls::{had, plan, target};
use super::connection::said;
use super::{Bench, Broken, ensure};
use crate::Provider;
use stationmaster_engine::plan::Holds;
use stationmaster_engine::{Fact, OperationType, Permit, Plan, StepKind, StepSpec};
use std::collections::BTreeSet;

pub(super) async fn well_formed(bench: &dyn Bench) -> Result<(), Broken> {
    let provider = bench.provider();
    for operation in had(bench) {
        let ready = bench.ready_for(operation).await;
        let planned = plan(bench, &ready, operation).await;
        ensure!(
            planned == plan(bench, &ready, operation).await,
            "{operation}: another plan the second time"
        );
        let Some(Plan { steps: plan, .. }) = planned else {
            return Err(format!("{operation}: a capability without a plan"));
        };
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
                StepKind::Check {
                    holds: Holds::Step(last),
                    ..
                } => ensure!(
                    plan.iter().any(|step| step.name == *last),
                    "{}: holds until {last}",
                    step.name
                ),
                StepKind::Check { .. }
                | StepKind::Wait { .. }
                | StepKind::Confirm { .. }
                | StepKind::NotBefore { .. }
                | StepKind::Verify => {}
            }
        }
        let last = plan.last().map(|step| &step.kind);
        ensure!(
            matches!(last, None | Some(StepKind::Verify | StepKind::Confirm { .. })),
            "{operation}: ends with {last:?}"
        );
        let people = bench.without_a_call().contains(&operation);
        ensure!(calls.is_empty() == people, "{operation}: {calls:?}");
    }
    lacking(bench, provider.as_ref()).await
}

/// What the provider does not have is planned in no state, and permitted in none.
async fn lacking(bench: &dyn Bench, provider: &dyn Provider) -> Result<(), Broken> {
    let had: Vec<OperationType> = had(bench).collect();
    for state in &had {
        let ready = bench.ready_for(*state).await;
        let seen = provider.observe(&ready.object).await.map_err(said("observe"))?;
        for operation in OperationType::ALL.into_iter().filter(|o| !had.contains(o)) {
            let planned = provider.plan(operation, target(&ready, operation), &seen);
            ensure!(planned.is_none(), "{operation}: a plan without a capability");
            ensure!(
                seen.permit(operation) != Permit::Open,
                "{operation} is permitted and the provider does not have it"
            );
        }
    }
    Ok(())
}

fn camel(name: &str) -> bool {
    name.len() <= 63
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
}

fn checks(plan: Option<Plan>) -> Vec<String> {
    let fact = |step: StepSpec| match step.kind {
        StepKind::Check { fact, .. } | StepKind::Wait { fact } => Some(fact),
        StepKind::Confirm { .. }
        | StepKind::NotBefore { .. }
        | StepKind::Call(_)
        | StepKind::Follow { .. }
        | StepKind::Verify => None,
    };
    plan.into_iter().flat_map(|plan| plan.steps).filter_map(fact).collect()
}

pub(super) async fn facts(bench: &dyn Bench) -> Result<(), Broken> {
    for operation in had(bench) {
        let ready = bench.ready_for(operation).await;
        let provider = bench.provider();
        let seen = provider.observe(&ready.object).await.map_err(said("observe"))?;
        for fact in checks(plan(bench, &ready, operation).await) {
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
    for operation in had(bench) {
        let ready = bench.ready_for(operation).await;
        let provider = bench.provider();
        let wanted = checks(plan(bench, &ready, operation).await);
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
