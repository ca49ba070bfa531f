//! Rules about jobs: followed, told apart, found, and never taken for the outcome.
//! It must not know a provider's job types.

use super::calls::{a_move, call, called, calls, had, plan, revision, sent, target};
use super::connection::said;
use super::{Bench, Broken, Disturbance, Ready, ensure};
use crate::{CallOutcome, CallRequest, LostCall, Provider};
use jiff::SignedDuration;
use stationmaster_engine::{JobReport, JobStatus, OperationType, Phase};
use std::sync::Arc;
use std::time::Duration;

/// A call that was accepted.
pub(super) struct Begun {
    pub(super) provider: Arc<dyn Provider>,
    ready: Ready,
    pub(super) request: CallRequest,
    pub(super) jobs: Vec<String>,
}

impl Begun {
    pub(super) async fn poll(&self, as_if: OperationType, job: &str) -> Result<JobReport, Broken> {
        self.provider
            .poll(&self.request.action, as_if, job)
            .await
            .map_err(said("poll"))
    }
}

pub(super) async fn begin(
    bench: &dyn Bench,
    operation: OperationType,
    disturbance: Option<Disturbance>,
) -> Result<Begun, Broken> {
    let ready = bench.ready_for(operation).await;
    let request = call(bench, &ready, operation).await;
    if let Some(disturbance) = disturbance {
        bench.disturb(disturbance).await;
    }
    accepted(bench, &ready, request).await
}

pub(super) async fn accepted(bench: &dyn Bench, ready: &Ready, request: CallRequest) -> Result<Begun, Broken> {
    let provider = bench.provider();
    match sent(provider.as_ref(), &request).await? {
        CallOutcome::Accepted { jobs } => Ok(Begun {
            provider,
            ready: ready.clone(),
            request,
            jobs,
        }),
        other => Err(format!("{} of {}: {other:?}", request.action, request.operation)),
    }
}

pub(super) async fn to_success(bench: &dyn Bench) -> Result<(), Broken> {
    for operation in called(bench) {
        let ready = bench.ready_for(operation).await;
        let planned = plan(bench, &ready, operation).await;
        let outcome = planned.ok_or_else(|| format!("{operation}: no plan"))?.outcome;
        for call in calls(bench, &ready, operation).await {
            make(bench, &ready, call).await?;
        }
        let provider = bench.provider();
        let seen = provider.observe(&ready.object).await.map_err(said("observe"))?;
        let there = seen.settled() && seen.active == target(&ready, operation).into();
        ensure!(
            there && outcome.is(seen.phase),
            "{operation}: {seen:?} is not {outcome:?}"
        );
    }
    Ok(())
}

/// One call is made and its jobs are followed to their end.
pub(super) async fn make(bench: &dyn Bench, ready: &Ready, planned: CallRequest) -> Result<(), Broken> {
    let request = CallRequest {
        recorded_at: bench.now(),
        expected_revision: revision(bench, ready).await,
        ..planned
    };
    follow(bench, accepted(bench, ready, request).await?).await
}

/// The jobs of one call run, and then have succeeded.
async fn follow(bench: &dyn Bench, begun: Begun) -> Result<(), Broken> {
    let operation = begun.request.operation;
    bench.pass(Duration::from_secs(1)).await;
    for job in &begun.jobs {
        let running = begun.poll(operation, job).await?;
        ensure!(
            running.status == JobStatus::Running && running.expected_type,
            "{operation}: {running:?}"
        );
    }
    bench.pass(bench.long_enough()).await;
    for job in &begun.jobs {
        let ended = begun.poll(operation, job).await?;
        ensure!(
            ended.status == JobStatus::Succeeded && ended.expected_type,
            "{operation}: {ended:?}"
        );
        ensure!(
            ended.id == *job && ended.progress_percent == Some(100),
            "{operation}: {ended:?}"
        );
        ensure!(
            ended.finished_at >= ended.started_at && ended.started_at.is_some(),
            "{operation}: {ended:?}"
        );
        let parts = u32::try_from(ended.sub_jobs.len()).unwrap_or(u32::MAX);
        ensure!(
            parts <= 100 && parts <= ended.sub_jobs_total && ended.sub_jobs_failed == 0,
            "{operation}: {ended:?}"
        );
    }
    Ok(())
}

pub(super) async fn another_kind(bench: &dyn Bench) -> Result<(), Broken> {
    for operation in called(bench) {
        let begun = begin(bench, operation, None).await?;
        bench.pass(bench.long_enough()).await;
        for other in OperationType::ALL {
            for job in &begun.jobs {
                let report = begun.poll(other, job).await?;
                ensure!(
                    report.expected_type == (other == operation),
                    "a job of {operation} as one of {other}: {report:?}"
                );
            }
        }
    }
    Ok(())
}

pub(super) async fn failure(bench: &dyn Bench) -> Result<(), Broken> {
    for operation in called(bench) {
        let begun = begin(bench, operation, Some(Disturbance::FailJob)).await?;
        bench.pass(bench.long_enough()).await;
        for job in &begun.jobs {
            let report = begun.poll(operation, job).await?;
            let told = match &report.status {
                JobStatus::Failed { code, message } => {
                    code.as_ref().is_some_and(|code| !code.is_empty()) && !message.is_empty()
                }
                JobStatus::Waiting { message, offers } => {
                    bench.keeps_jobs_open() && !message.is_empty() && !offers.is_empty()
                }
                _ => false,
            };
            ensure!(told && report.expected_type, "{operation}: {report:?}");
        }
        let seen = begun
            .provider
            .observe(&begun.ready.object)
            .await
            .map_err(said("observe"))?;
        // What is kept open is told by the job, and may have changed nothing.
        ensure!(
            bench.keeps_jobs_open() || seen.phase == Phase::Faulted(Some(operation)),
            "{operation}: {:?}",
            seen.phase
        );
    }
    Ok(())
}

pub(super) async fn gone(bench: &dyn Bench) -> Result<(), Broken> {
    let provider = bench.provider();
    for operation in had(bench) {
        let report = provider
            .poll("", operation, &bench.no_job())
            .await
            .map_err(said("poll"))?;
        ensure!(
            report.status == JobStatus::Gone && report.id == bench.no_job(),
            "{report:?}"
        );
    }
    Ok(())
}

pub(super) async fn success_without_effect(bench: &dyn Bench) -> Result<(), Broken> {
    let operation = a_move(bench);
    let begun = begin(bench, operation, Some(Disturbance::JobWithoutEffect)).await?;
    bench.pass(bench.long_enough()).await;
    for job in &begun.jobs {
        let report = begun.poll(operation, job).await?;
        ensure!(report.status == JobStatus::Succeeded, "{report:?}");
    }
    let seen = begun
        .provider
        .observe(&begun.ready.object)
        .await
        .map_err(said("observe"))?;
    ensure!(seen.active == begun.ready.active.into(), "active {:?}", seen.active);
    Ok(())
}

pub(super) async fn find(bench: &dyn Bench) -> Result<(), Broken> {
    let operation = a_move(bench);
    let ready = bench.ready_for(operation).await;
    let provider = bench.provider();
    let request = call(bench, &ready, operation).await;
    let lost = |request: CallRequest| LostCall {
        request,
        held_jobs: Vec::new(),
    };
    let none = provider.find(&lost(request.clone())).await.map_err(said("find"))?;
    ensure!(none.is_none(), "nothing was sent and yet {none:?}");
    bench.disturb(Disturbance::FailJobAndLoseAnswer).await;
    let answer = sent(provider.as_ref(), &request).await?;
    ensure!(matches!(answer, CallOutcome::Ambiguous { .. }), "{answer:?}");
    bench.pass(bench.long_enough()).await;
    let found = provider.find(&lost(request.clone())).await.map_err(said("find"))?;
    let Some(report) = found else {
        return Err("the failed job of the lost call is not found".to_owned());
    };
    let ended = match report.status {
        JobStatus::Failed { .. } => true,
        JobStatus::Waiting { .. } => bench.keeps_jobs_open(),
        _ => false,
    };
    let right = report.expected_type && ended;
    ensure!(right, "{report:?}");
    // A call can have started several: each is found once.
    let mut held_jobs = vec![report.id];
    while held_jobs.len() <= 64 {
        let held = LostCall {
            request: request.clone(),
            held_jobs: held_jobs.clone(),
        };
        match provider.find(&held).await.map_err(said("find"))? {
            None => break,
            Some(next) => {
                ensure!(
                    !held_jobs.contains(&next.id),
                    "the doing of another call is taken for this one's: {next:?}"
                );
                held_jobs.push(next.id);
            }
        }
    }
    ensure!(held_jobs.len() <= 64, "one call has started {held_jobs:?}");
    let later = bench
        .now()
        .checked_add(SignedDuration::from_mins(1))
        .map_err(|error| error.to_string())?;
    let later = provider
        .find(&lost(CallRequest {
            recorded_at: later,
            ..request.clone()
        }))
        .await
        .map_err(said("find"))?;
    ensure!(
        later.is_none(),
        "an earlier call's job is taken for that of a later one: {later:?}"
    );
    let other = CallRequest {
        object: bench.no_object(),
        ..request
    };
    let other = provider.find(&lost(other)).await;
    ensure!(!matches!(other, Ok(Some(_))), "another group's job: {other:?}");
    Ok(())
}
