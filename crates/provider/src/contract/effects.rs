//! Rules about effects: what each call of a plan declares is what a reading shows of it.
//! It must not know how the jobs of a provider are read.

use super::calls::{called, calls, plan, revision, target};
use super::connection::said;
use super::jobs::{accepted, make};
use super::{Bench, Broken, Ready, ensure};
use crate::CallRequest;
use stationmaster_engine::{CallSpec, Effect, Observation, OperationType, Permit, Phase, Station, StepKind};

/// What each call of a plan declares is what a reading shows of it.
pub(super) async fn effects(bench: &dyn Bench) -> Result<(), Broken> {
    let provider = bench.provider();
    for operation in called(bench) {
        let ready = bench.ready_for(operation).await;
        let Some(plan) = plan(bench, &ready, operation).await else {
            continue;
        };
        let outcome = plan.outcome;
        let specs = plan.steps.into_iter().filter_map(|step| match step.kind {
            StepKind::Call(spec) => Some(spec),
            _ => None,
        });
        let calls = calls(bench, &ready, operation).await;
        let last = calls.len().saturating_sub(1);
        for (index, (spec, call)) in specs.zip(calls).enumerate() {
            let before = provider.observe(&ready.object).await.map_err(said("observe"))?;
            let there = before.active == target(&ready, operation).into();
            let moves = operation.moves_production();
            ensure!(
                !moves || there == spec.follows_the_move,
                "{operation}: {} is made where production runs at {}",
                spec.action,
                before.active
            );
            make(bench, &ready, call.clone()).await?;
            let seen = provider.observe(&ready.object).await.map_err(said("observe"))?;
            shown(
                operation,
                &spec,
                &before,
                &seen,
                target(&ready, operation),
                index == last,
            )?;
            let over = outcome.is(seen.phase) && seen.active == target(&ready, operation).into();
            ensure!(
                index == last || !over,
                "{operation}: after {} the outcome is shown, and a call is still to be made: {seen:?}",
                spec.action
            );
            if spec.harmless_twice {
                let again = CallRequest {
                    dedupe_key: format!("{}/again", call.dedupe_key),
                    ..call
                };
                make_again(bench, &ready, again, &seen).await?;
            }
        }
    }
    Ok(())
}

fn shown(
    operation: OperationType,
    spec: &CallSpec,
    before: &Observation,
    seen: &Observation,
    target: Station,
    last: bool,
) -> Result<(), Broken> {
    let place = |o: &Observation| (o.fingerprint.status.clone(), o.fingerprint.active);
    let moved = place(before) != place(seen);
    let right = match spec.effect {
        Effect::Nothing => !moved && before.fingerprint == seen.fingerprint,
        Effect::Partway => moved && seen.phase == Phase::Partway(operation),
        Effect::Moved => moved && seen.active == target.into(),
        Effect::Outcome => moved,
    };
    ensure!(
        right,
        "{operation}: {} declares {:?}: {seen:?}",
        spec.action,
        spec.effect
    );
    let told = seen.phase == Phase::Partway(operation) || seen.permit(operation) != Permit::Open;
    let silent = spec.effect == Effect::Nothing || seen.active == target.into() && operation.moves_production();
    ensure!(
        last || silent || told,
        "{operation}: after {} nothing shows that it is under way: {seen:?}",
        spec.action
    );
    Ok(())
}

async fn make_again(bench: &dyn Bench, ready: &Ready, call: CallRequest, seen: &Observation) -> Result<(), Broken> {
    let action = call.action.clone();
    let request = CallRequest {
        recorded_at: bench.now(),
        expected_revision: revision(bench, ready).await,
        ..call
    };
    accepted(bench, ready, request).await?;
    bench.pass(bench.long_enough()).await;
    let twice = bench.provider().observe(&ready.object).await.map_err(said("observe"))?;
    let same = (twice.phase, twice.active) == (seen.phase, seen.active);
    ensure!(same, "{action} is declared harmless when made twice: {twice:?}");
    Ok(())
}
