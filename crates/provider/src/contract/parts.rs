//! The rule about jobs that wait for a person: what may be asked of a part, and that it is one call.
//! It must not know a provider's parts.

use super::calls::called;
use super::connection::said;
use super::jobs::begin;
use super::{Bench, Broken, Disturbance, ensure};
use crate::{CallOutcome, CallRequest};
use stationmaster_engine::{JobStatus, OperationType, PartAction, PartCall};

pub(super) async fn retried(bench: &dyn Bench) -> Result<(), Broken> {
    for operation in called(bench) {
        of(bench, operation)
            .await
            .map_err(|why| format!("{operation}: {why}"))?;
    }
    Ok(())
}

async fn of(bench: &dyn Bench, operation: OperationType) -> Result<(), Broken> {
    let begun = begin(bench, operation, Some(Disturbance::FailJob)).await?;
    bench.pass(bench.long_enough()).await;
    let mut waiting = Vec::new();
    for job in &begun.jobs {
        let report = begun.poll(operation, job).await?;
        let known = |part: &str| report.sub_jobs.iter().any(|sub| sub.id == part);
        let strange = report.offers().iter().find(|offer| !known(&offer.part));
        ensure!(strange.is_none(), "{strange:?} is offered of no part of {report:?}");
        if let JobStatus::Waiting { .. } = report.status {
            waiting.push(report);
        }
    }
    ensure!(!waiting.is_empty(), "no job waits");
    for report in waiting {
        let retry = report.offers().iter().find(|offer| offer.action == PartAction::Retry);
        let offer = retry.ok_or_else(|| format!("no retry is offered: {report:?}"))?;
        let request = CallRequest {
            action: offer.call.action.clone(),
            endpoint: offer.call.endpoint.clone(),
            recorded_at: bench.now(),
            part: Some(PartCall {
                job: report.id.clone(),
                part: offer.part.clone(),
                action: offer.action,
                before: report.revision(&offer.part).cloned(),
            }),
            ..begun.request.clone()
        };
        let misfit = CallRequest {
            action: "unheard-of".to_owned(),
            ..request.clone()
        };
        ensure!(begun.provider.prepare(&misfit).await.is_err(), "made ready: {misfit:?}");
        let before = bench.journal().len();
        let prepared = begun.provider.prepare(&request).await.map_err(said("prepare"))?;
        ensure!(bench.journal().len() == before, "prepare has asked something");
        let answer = prepared.send().await;
        ensure!(matches!(answer, CallOutcome::Accepted { .. }), "{answer:?}");
        let journal = bench.journal();
        let lines: Vec<_> = journal[before..].iter().collect();
        ensure!(lines.len() == 1 && lines[0].accepted, "{lines:?}");
    }
    bench.pass(bench.long_enough()).await;
    for job in &begun.jobs {
        let report = begun.poll(operation, job).await?;
        ensure!(report.status == JobStatus::Succeeded, "{report:?}");
    }
    Ok(())
}
