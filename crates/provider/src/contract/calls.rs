//! Rules about mutating calls: sent once, classed rightly.
//! It must not send a call a second time either, but where the rule is about the next one.

use super::connection::said;
use super::{Bench, Broken, Disturbance, Ready, ensure};
use crate::{CallOutcome, CallRequest, Provider};
use stationmaster_engine::{OperationType, Plan, Reason, Station, StepKind, StepSpec};
use std::time::Duration;

/// The first call of an operation's plan, recorded now.
pub(super) async fn call(bench: &dyn Bench, ready: &Ready, operation: OperationType) -> CallRequest {
    let first = calls(bench, ready, operation).await.into_iter().next();
    first.unwrap_or_else(|| panic!("the plan of {operation} has no call"))
}

/// All calls of an operation's plan in their order, recorded now and expecting the present revision.
pub(super) async fn calls(bench: &dyn Bench, ready: &Ready, operation: OperationType) -> Vec<CallRequest> {
    let expected_revision = revision(bench, ready).await;
    let target = target(ready, operation);
    let request = |step: StepSpec| match step.kind {
        StepKind::Call(spec) => Some(CallRequest {
            object: ready.object.clone(),
            action: spec.action,
            endpoint: spec.endpoint,
            operation,
            target,
            recorded_at: bench.now(),
            dedupe_key: format!("contract/{}/{}", bench.now(), step.name),
            operation_name: "contract".to_owned(),
            step: step.name,
            attempt: 1,
            expected_revision: expected_revision.clone(),
            part: None,
        }),
        StepKind::Check { .. } | StepKind::Wait { .. } | StepKind::Confirm { .. } | StepKind::NotBefore { .. } => None,
        StepKind::Follow { .. } | StepKind::Verify => None,
    };
    let steps = plan(bench, ready, operation).await.map(|plan| plan.steps);
    steps.into_iter().flatten().filter_map(request).collect()
}

/// The plan of an operation in the state in which the group is.
pub(super) async fn plan(bench: &dyn Bench, ready: &Ready, operation: OperationType) -> Option<Plan> {
    let provider = bench.provider();
    let seen = provider.observe(&ready.object).await.ok()?;
    provider.plan(operation, target(ready, operation), &seen)
}

/// Where production runs when an operation on the group is done.
pub(super) fn target(ready: &Ready, operation: OperationType) -> Station {
    match operation.moves_production() {
        true => ready.active.other(),
        false => ready.active,
    }
}

/// An operation for a rule about any: a forced failover where the provider has it.
pub(super) fn any(bench: &dyn Bench) -> OperationType {
    let forced = |operation: &OperationType| *operation == OperationType::Failover;
    let first = || had(bench).next();
    had(bench)
        .find(forced)
        .or_else(first)
        .unwrap_or_else(|| panic!("a provider without operations"))
}

/// A move for a rule about any: a planned one where the provider has it.
pub(super) fn a_move(bench: &dyn Bench) -> OperationType {
    had(bench)
        .find(|operation| operation.moves_production())
        .unwrap_or_else(|| any(bench))
}

/// The operations that the provider has.
pub(super) fn had(bench: &dyn Bench) -> impl Iterator<Item = OperationType> {
    let words = bench.provider().capabilities();
    OperationType::ALL
        .into_iter()
        .filter(move |operation| words.iter().any(|word| word == operation.as_str()))
}

/// Those of them that a call is made for.
pub(super) fn called(bench: &dyn Bench) -> impl Iterator<Item = OperationType> {
    had(bench).filter(|operation| !bench.without_a_call().contains(operation))
}

/// The revision that the group shows now, if it shows one.
pub(super) async fn revision(bench: &dyn Bench, ready: &Ready) -> Option<String> {
    let seen = bench.provider().observe(&ready.object).await.ok()?;
    seen.fingerprint.revision
}

/// Prepares and sends.
pub(super) async fn sent(provider: &dyn Provider, request: &CallRequest) -> Result<CallOutcome, Broken> {
    Ok(provider.prepare(request).await.map_err(said("prepare"))?.send().await)
}

/// One call under a disturbance: the answer. The journal must hold it exactly once.
pub(super) async fn disturbed(
    bench: &dyn Bench,
    disturbance: Disturbance,
    accepted: bool,
) -> Result<CallOutcome, Broken> {
    let ready = bench.ready_for(any(bench)).await;
    let request = call(bench, &ready, any(bench)).await;
    let provider = bench.provider();
    let prepared = provider.prepare(&request).await.map_err(said("prepare"))?;
    bench.disturb(disturbance.clone()).await;
    let before = bench.journal().len();
    let answer = prepared.send().await;
    let journal = bench.journal();
    let lines = &journal[before..];
    ensure!(
        lines.len() == 1,
        "{disturbance:?}: {} calls reached the provider: {lines:?}",
        lines.len()
    );
    ensure!(
        lines[0].accepted == accepted,
        "{disturbance:?}: the bench did not do what it should: {lines:?}"
    );
    Ok(answer)
}

/// The same, and the answer must be ambiguous.
pub(super) async fn ambiguous(bench: &dyn Bench, disturbance: Disturbance, accepted: bool) -> Result<(), Broken> {
    let answer = disturbed(bench, disturbance.clone(), accepted).await?;
    let doubt = matches!(answer, CallOutcome::Ambiguous { .. });
    ensure!(doubt, "{disturbance:?}: {answer:?}");
    Ok(())
}

/// The word for which a call was turned away, and the time that was asked for.
fn turned_away(answer: &CallOutcome) -> Option<(Reason, Option<u64>)> {
    match answer {
        CallOutcome::TurnedAway {
            reason, after_seconds, ..
        } => Some((*reason, *after_seconds)),
        _ => None,
    }
}

pub(super) async fn prepare_is_silent(bench: &dyn Bench) -> Result<(), Broken> {
    for operation in called(bench) {
        let ready = bench.ready_for(operation).await;
        let prepared = bench
            .provider()
            .prepare(&call(bench, &ready, operation).await)
            .await
            .map_err(said("prepare"))?;
        drop(prepared);
    }
    ensure!(bench.journal().is_empty(), "{:?}", bench.journal());
    Ok(())
}

pub(super) async fn accepted_once(bench: &dyn Bench) -> Result<(), Broken> {
    for operation in called(bench) {
        let ready = bench.ready_for(operation).await;
        let before = bench.journal().len();
        let request = call(bench, &ready, operation).await;
        let answer = sent(bench.provider().as_ref(), &request).await?;
        ensure!(
            matches!(answer, CallOutcome::Accepted { .. }),
            "{operation}: {answer:?}"
        );
        let journal = bench.journal();
        let lines = &journal[before..];
        ensure!(lines.len() == 1, "{operation}: {lines:?}");
        let line = &lines[0];
        let right = line.accepted && line.object == ready.object && line.action == request.action;
        ensure!(right, "{operation}: {line:?}");
        bench.pass(bench.long_enough()).await;
    }
    Ok(())
}

pub(super) async fn refused(bench: &dyn Bench) -> Result<(), Broken> {
    let ready = bench.ready_for(any(bench)).await;
    let before = bench.provider().observe(&ready.object).await.map_err(said("observe"))?;
    let answer = disturbed(bench, Disturbance::Refuse, false).await?;
    let CallOutcome::Refused { code, message } = &answer else {
        return Err(format!("{answer:?}"));
    };
    ensure!(!code.is_empty() && message.len() <= 512, "{answer:?}");
    let after = bench.provider().observe(&ready.object).await.map_err(said("observe"))?;
    ensure!(before == after, "{before:?} became {after:?}");
    Ok(())
}

pub(super) async fn lost_answer(bench: &dyn Bench) -> Result<(), Broken> {
    ambiguous(bench, Disturbance::LoseAnswer, true).await
}

pub(super) async fn lost_request(bench: &dyn Bench) -> Result<(), Broken> {
    let answer = disturbed(bench, Disturbance::LoseRequest, false).await?;
    ensure!(
        matches!(answer, CallOutcome::Ambiguous { .. } | CallOutcome::NotSent { .. }),
        "{answer:?}"
    );
    Ok(())
}

pub(super) async fn no_answer(bench: &dyn Bench) -> Result<(), Broken> {
    let began = std::time::Instant::now();
    ambiguous(bench, Disturbance::Hang, true).await?;
    ensure!(
        began.elapsed() < Duration::from_secs(10),
        "it took {:?}",
        began.elapsed()
    );
    Ok(())
}

pub(super) async fn throttled(bench: &dyn Bench) -> Result<(), Broken> {
    let answer = disturbed(bench, Disturbance::Throttle(7), false).await?;
    let right = turned_away(&answer) == Some((Reason::CallTurnedAway, Some(7)));
    ensure!(right, "{answer:?}");
    Ok(())
}

pub(super) async fn lapsed_credentials(bench: &dyn Bench) -> Result<(), Broken> {
    let ready = bench.ready_for(any(bench)).await;
    let request = call(bench, &ready, any(bench)).await;
    let provider = bench.provider();
    let prepared = provider.prepare(&request).await.map_err(said("prepare"))?;
    bench.disturb(Disturbance::LapseCredentials).await;
    let answer = prepared.send().await;
    let word = turned_away(&answer).map(|(reason, _)| reason);
    ensure!(word == Some(Reason::AuthenticationFailed), "{answer:?}");
    ensure!(
        bench.journal().iter().all(|line| !line.accepted),
        "{:?}",
        bench.journal()
    );
    ensure!(bench.journal().len() <= 1, "{:?}", bench.journal());
    let recorded_at = bench.now();
    let next = sent(provider.as_ref(), &CallRequest { recorded_at, ..request }).await?;
    ensure!(matches!(next, CallOutcome::Accepted { .. }), "the next call: {next:?}");
    ensure!(
        bench.journal().iter().filter(|line| line.accepted).count() == 1,
        "{:?}",
        bench.journal()
    );
    Ok(())
}
