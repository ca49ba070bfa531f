//! From the engine's report to the API's statuses.
//! It must not add anything that the engine did not say, but the transition times of conditions.

use super::{lag, words};
use jiff::Timestamp;
use stationmaster_api::{self as api, Condition, Time, fit};
use stationmaster_engine::report::{
    self, DecisionReport, GroupReport, HistoryView, JobView, OperationReport, PartChoice, ReplicationView, StepView,
};
use stationmaster_engine::{JobStatus, PartAction, Station, SubJob};

/// The group's status, with the transition times of `before` where nothing has changed.
pub fn group(
    report: &GroupReport,
    before: Option<&api::ProtectionGroupStatus>,
    now: Timestamp,
) -> api::ProtectionGroupStatus {
    let history: Vec<api::group::PastOperation> = report.history.iter().map(past).collect();
    fit(api::ProtectionGroupStatus {
        observed_generation: Some(report.observed_generation),
        active_station: Some(words::active(report.active)),
        provider_status: report.provider_status.clone(),
        priority_token: report.token.as_ref().map(ToString::to_string),
        replication: report.replication.as_ref().map(|view| {
            let before = before.and_then(|status| status.replication.as_ref());
            replication(view, before)
        }),
        copies: report.copies,
        operation: report.operation.as_ref().map(|view| api::group::CurrentOperation {
            name: view.name.clone(),
            operation_type: words::operation_type(view.operation),
            step: Some(view.step.clone()).filter(|s| !s.is_empty()),
            steps_done: view.steps_done,
            steps_total: view.steps_total,
            progress_percent: view.progress_percent,
            job_id: view.job_id.clone(),
            started_at: view.started_at.map(shown),
        }),
        last_operation: history.first().cloned(),
        history,
        available_actions: report
            .available
            .iter()
            .map(|view| api::group::AvailableAction {
                operation_type: words::operation_type(view.operation),
                allowed: view.allowed,
                reason: view.reason.map(|r| r.to_string()),
                message: Some(view.message.clone()).filter(|m| !m.is_empty()),
                target_station: view.target.map(words::station),
                risks: view
                    .risks
                    .iter()
                    .map(|(risk, why)| api::group::ActionRisk {
                        risk: words::risk(*risk),
                        message: why.message.clone(),
                    })
                    .collect(),
            })
            .collect(),
        conditions: conditions(
            &report.conditions,
            before.map(|b| b.conditions.as_slice()),
            report.observed_generation,
            now,
        ),
    })
}

fn replication(
    view: &ReplicationView,
    before: Option<&api::group::ReplicationStatus>,
) -> api::group::ReplicationStatus {
    let state = words::replication(view.state);
    let before = before.and_then(|before| before.lag_seconds);
    api::group::ReplicationStatus {
        state,
        direction: view.direction.map(|(from, _)| match from {
            Station::Source => api::ReplicationDirection::SourceToTarget,
            Station::Target => api::ReplicationDirection::TargetToSource,
        }),
        progress_percent: view.progress_percent,
        lag_seconds: view.lag_seconds.map(|lag| lag::shown(lag, before)),
        last_sync_time: view.last_sync.filter(|_| lag::tells_moment(state)).map(shown),
    }
}

/// An operation's status; job details that were not read in this pass are kept.
pub fn operation(
    report: &OperationReport,
    before: Option<&api::RecoveryOperationStatus>,
    generation: i64,
    now: Timestamp,
) -> api::RecoveryOperationStatus {
    let kept = before.and_then(|b| b.job.clone());
    let offered = before.map(|b| b.available_actions.clone()).unwrap_or_default();
    fit(api::RecoveryOperationStatus {
        observed_generation: Some(generation),
        state: Some(words::state(report.state)),
        reason: Some(report.reason.to_string()),
        message: Some(report.message.clone()).filter(|m| !m.is_empty()),
        job: report.job.as_ref().map(job).or(kept),
        available_actions: report
            .available
            .as_ref()
            .map_or(offered, |all| all.iter().map(choice).collect()),
        steps: report.steps.iter().map(step).collect(),
        started_at: report.started_at.map(shown),
        finished_at: report.finished_at.map(shown),
        measured: report.role_change_seconds.map(|seconds| api::operation::Measured {
            role_change_seconds: Some(seconds),
            data_loss_seconds: None,
        }),
        resulting_station: report.resulting_station.map(|s| words::active(s.into())),
        conditions: conditions(
            &report.conditions,
            before.map(|b| b.conditions.as_slice()),
            generation,
            now,
        ),
    })
}

/// A decision's status.
pub fn answer(report: &DecisionReport, generation: i64) -> api::OperationDecisionStatus {
    fit(api::OperationDecisionStatus {
        observed_generation: Some(generation),
        state: Some(words::decision_state(report.state)),
        reason: Some(report.reason.to_string()),
        message: Some(report.message.clone()),
    })
}

fn conditions(
    wanted: &[report::Condition],
    before: Option<&[Condition]>,
    generation: i64,
    now: Timestamp,
) -> Vec<Condition> {
    let wanted = wanted
        .iter()
        .map(|c| crate::conditions::Wanted {
            kind: c.kind.as_str(),
            status: c.status.as_str(),
            reason: c.reason.as_str(),
            message: c.message.clone(),
        })
        .collect();
    crate::conditions::merge(before.unwrap_or_default(), wanted, generation, now)
}

fn shown(at: Timestamp) -> Time {
    Time(crate::conditions::whole(at))
}

fn past(view: &HistoryView) -> api::group::PastOperation {
    api::group::PastOperation {
        name: view.name.clone(),
        operation_type: words::operation_type(view.operation),
        result: words::ending(view.ending),
        started_at: view.started_at.map(shown),
        duration_seconds: view.duration_seconds,
        requested_by: Some(view.requested_by.clone()).filter(|s| !s.is_empty()),
        reason: Some(view.reason.to_string()),
    }
}

fn choice(view: &PartChoice) -> api::operation::PartAction {
    api::operation::PartAction {
        step: view.step.clone(),
        attempt: view.attempt,
        part: view.part.clone(),
        action: match view.action {
            PartAction::Retry => api::DecisionAction::Retry,
            PartAction::Skip => api::DecisionAction::Skip,
            PartAction::Rollback => api::DecisionAction::Rollback,
        },
    }
}

fn job(view: &JobView) -> api::operation::JobStatus {
    let (job, several) = (&view.job, view.jobs_total > 1);
    api::operation::JobStatus {
        id: job.id.clone(),
        job_type: Some(job.job_type.clone()).filter(|t| !t.is_empty()),
        status: job.provider_status.clone(),
        progress_percent: job.progress_percent,
        sub_jobs: job.sub_jobs.iter().map(sub_job).collect(),
        sub_jobs_total: job.sub_jobs_total,
        sub_jobs_failed: job.sub_jobs_failed,
        jobs_total: several.then_some(view.jobs_total),
        jobs_failed: several.then_some(view.jobs_failed),
    }
}

fn sub_job(view: &SubJob) -> api::operation::SubJob {
    let message = match &view.status {
        JobStatus::Failed { code, message } => Some(
            format!("{} {message}", code.as_deref().unwrap_or_default())
                .trim()
                .to_owned(),
        ),
        _ => None,
    };
    api::operation::SubJob {
        id: view.id.clone(),
        name: Some(view.name.clone()),
        resource: view.resource.clone(),
        status: view.provider_status.clone(),
        progress_percent: None,
        started_at: view.started_at.map(shown),
        finished_at: view.finished_at.map(shown),
        message,
        depends_on: view.depends_on.clone(),
    }
}

fn step(view: &StepView) -> api::operation::OperationStep {
    api::operation::OperationStep {
        name: view.name.clone(),
        state: words::step(view.state),
        started_at: view.started_at.map(shown),
        finished_at: view.finished_at.map(shown),
        attempts: view.attempts,
        job_id: view.job_id.clone(),
        reason: view.reason.map(|r| r.to_string()),
        message: Some(view.message.clone()).filter(|m| !m.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_is_written_is_read_back_equal() {
        let written = shown("2026-01-02T03:04:05.678901Z".parse().unwrap());
        let read: Time = serde_json::from_value(serde_json::to_value(&written).unwrap()).unwrap();
        assert_eq!(read, written);
    }
}
