//! A job of SDRS in our words (`docs/vendors/sdrs.md#jobs`).
//! It must not call a job ended because its word is unknown.

use crate::operations;
use crate::wire::{Job, moment};
use stationmaster_engine::{JobReport, JobStatus, OperationType, SubJob, text};

/// No report holds more parts.
const MOST_PARTS: usize = 100;

/// Parts of parts are looked for so deep.
const DEEPEST: usize = 5;

/// Whether a job's type is what `operation` starts.
pub(super) fn is_expected(operation: OperationType, job_type: &str) -> bool {
    job_type.starts_with(operations::of(operation).job.0)
}

/// A job as read.
pub(super) fn report(operation: OperationType, id: &str, job: &Job) -> JobReport {
    let status = status(job);
    let job_type = job.job_type.clone().unwrap_or_default();
    let mut parts = Vec::new();
    collect(job, DEEPEST, &mut parts);
    let ended = parts
        .iter()
        .filter(|part| matches!(part.status, JobStatus::Succeeded | JobStatus::Failed { .. }))
        .count();
    let failed = parts
        .iter()
        .filter(|part| matches!(part.status, JobStatus::Failed { .. }))
        .count();
    let total = parts.len();
    parts.sort_by_key(|part| rank(&part.status));
    parts.truncate(MOST_PARTS);
    // Before a job runs its type may not be told yet; at its end it must be.
    let untold = job_type.is_empty() && status == JobStatus::Running;
    JobReport {
        id: id.to_owned(),
        provider_status: text::word(64, job.status.as_deref().unwrap_or_default()),
        expected_type: untold || is_expected(operation, &job_type),
        job_type: text::word(128, &job_type),
        progress_percent: match status {
            JobStatus::Succeeded => Some(100),
            _ => (total > 0).then(|| u8::try_from(100 * ended / total).unwrap_or(100)),
        },
        status,
        started_at: moment(job.begin_time.as_deref()),
        finished_at: moment(job.end_time.as_deref()),
        sub_jobs: parts,
        sub_jobs_total: u32::try_from(total).unwrap_or(u32::MAX),
        sub_jobs_failed: u32::try_from(failed).unwrap_or(u32::MAX),
    }
}

/// A job that ended badly, from its code and text.
pub(super) fn failed(code: Option<&str>, reason: Option<&str>) -> JobStatus {
    let code = code.filter(|code| !code.is_empty()).map(|code| text::word(64, code));
    let message = reason
        .filter(|reason| !reason.is_empty())
        .unwrap_or("SDRS gives no reason");
    JobStatus::Failed {
        code,
        message: text::word(512, message),
    }
}

fn status(job: &Job) -> JobStatus {
    match job.status.as_deref() {
        Some("INIT" | "RUNNING") => JobStatus::Running,
        Some("SUCCESS") => JobStatus::Succeeded,
        Some("FAIL") => failed(job.error_code.as_deref(), job.fail_reason.as_deref()),
        _ => JobStatus::Unknown,
    }
}

fn collect(job: &Job, depth: usize, into: &mut Vec<SubJob>) {
    if depth == 0 {
        return;
    }
    for part in job.parts() {
        into.push(SubJob {
            id: text::word(64, part.job_id.as_deref().unwrap_or_default()),
            name: text::word(128, part.job_type.as_deref().unwrap_or_default()),
            resource: part.resource().map(|resource| text::word(128, resource)),
            provider_status: text::word(64, part.status.as_deref().unwrap_or_default()),
            status: status(part),
            started_at: moment(part.begin_time.as_deref()),
            finished_at: moment(part.end_time.as_deref()),
            depends_on: Vec::new(),
            revision: None,
        });
        collect(part, depth - 1, into);
    }
}

fn rank(status: &JobStatus) -> u8 {
    match status {
        JobStatus::Failed { .. } | JobStatus::Waiting { .. } => 0,
        JobStatus::Running => 1,
        JobStatus::Unknown | JobStatus::Gone => 2,
        JobStatus::Succeeded => 3,
    }
}

#[cfg(test)]
mod tests;
