//! An operation followed to its end: one line for each thing that changes.
//! It must not guess: each line is what the operation's status showed.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use stationmaster_api::{
    OperationState, OperationType, ProtectionGroup, RecoveryOperation, RecoveryOperationStatus, StepState,
};
use stationmaster_testkit::installation::Cluster;

use super::tell::Voice;

/// How long an operation may take here. The longest takes ten seconds, and a busy machine some more.
const LONGEST: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(100);

/// An operation that has ended well.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The group.
    pub group: String,
    /// What it did.
    pub operation_type: OperationType,
    /// Its name.
    pub name: String,
    /// How it ended, in the operator's words.
    pub message: String,
    /// From its first recorded call to its end, as the operator measured it, in seconds.
    pub seconds: u64,
}

/// Shows how an operation goes on until it is `at`; returns it.
pub async fn until(
    voice: &Voice,
    cluster: &Cluster,
    name: &str,
    what: &str,
    mut at: impl FnMut(&RecoveryOperationStatus) -> bool,
) -> Result<RecoveryOperation> {
    let started = Instant::now();
    let mut last = String::new();
    loop {
        let found: Option<RecoveryOperation> = cluster.find(name).await?;
        let status = found.as_ref().and_then(|operation| operation.status.as_ref());
        if let Some(status) = status {
            // Until the operator has looked there is nothing to tell.
            if let Some(line) = line(status)
                && line != last
            {
                voice.note(&line);
                last = line;
            }
            if at(status) {
                return found.context("it was just looked at");
            }
            ensure!(
                !status.has_ended(),
                "{name} has ended, and did not get to where it {what}"
            );
        }
        if started.elapsed() > LONGEST {
            // Shows the object and what the operator said last.
            cluster
                .within(Duration::ZERO)
                .wait_for(name, what, |operation: &RecoveryOperation| {
                    operation.status.as_ref().is_some_and(&mut at)
                })
                .await?;
            bail!("{name} {what}, but only after {} s", LONGEST.as_secs());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Shows how an operation goes on until it has ended, which it must do well.
pub async fn to_the_end(voice: &Voice, cluster: &Cluster, name: &str) -> Result<Ended> {
    let operation = until(voice, cluster, name, "has ended", RecoveryOperationStatus::has_ended).await?;
    let status = operation.status.unwrap_or_default();
    ensure!(
        status.state == Some(OperationState::Succeeded),
        "{name} ended {}: {}",
        status.state.map_or("nowhere", OperationState::as_str),
        status.message.unwrap_or_default()
    );
    let group = operation.spec.group_ref.name;
    let entry = |group: &ProtectionGroup| {
        let mut history = group.status.iter().flat_map(|status| &status.history);
        history
            .find(|past| past.name == name)
            .and_then(|past| past.duration_seconds)
    };
    let shown = cluster
        .wait_for(&group, "shows it in its history", |group| entry(group).is_some())
        .await?;
    Ok(Ended {
        seconds: entry(&shown).context("it was just there")?,
        operation_type: operation.spec.operation_type,
        name: name.to_owned(),
        message: status.message.unwrap_or_default(),
        group,
    })
}

/// One line: state, step, and how far its job is.
fn line(status: &RecoveryOperationStatus) -> Option<String> {
    let state = status.state?.as_str();
    let done = status
        .steps
        .iter()
        .filter(|step| step.state == StepState::Succeeded)
        .count();
    let mut line = format!("{state:<9} {done}/{}", status.steps.len());
    let current = status.steps.iter().find(|step| step.state != StepState::Succeeded);
    if let Some(step) = current {
        line += &format!("  {}", step.name);
        if let Some(reason) = step.reason.as_ref().or(status.reason.as_ref()) {
            line += &format!("  {reason}");
        }
    } else if let Some(reason) = &status.reason {
        line += &format!("  {reason}");
    }
    let following = current.is_some_and(|step| step.job_id.is_some());
    if let Some(job) = status.job.as_ref().filter(|_| following) {
        // SDRS says SUCCESS, OCP SUCCESSFUL.
        let parts = job
            .sub_jobs
            .iter()
            .filter(|part| part.status.starts_with("SUCCESS"))
            .count();
        let several = job.jobs_total.filter(|total| *total > 1);
        let jobs = several.map_or(String::new(), |total| format!("{total} jobs, shown: "));
        let percent = job
            .progress_percent
            .map_or(String::new(), |percent| format!("  {percent} %"));
        line += &format!(
            "  {jobs}job {} {}{percent}  sub-jobs {parts}/{}",
            job.id, job.status, job.sub_jobs_total
        );
    }
    let waiting = status.state == Some(OperationState::Waiting) || status.has_ended();
    if let Some(message) = status.message.as_ref().filter(|_| waiting) {
        line += &format!("  {message}");
    }
    Some(line)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn shown(status: Value) -> Option<String> {
        line(&serde_json::from_value(status).unwrap())
    }

    #[test]
    fn a_line_tells_state_step_reason_and_how_far_the_job_is() {
        assert_eq!(shown(json!({"observedGeneration": -1})), None, "nobody has looked yet");
        let mut status = json!({
            "state": "Running", "reason": "JobRunning", "message": "not shown while it runs",
            "steps": [
                {"name": "Call", "state": "Succeeded", "jobID": "j-1"},
                {"name": "FollowJob", "state": "Running", "jobID": "j-1", "reason": "JobRunning"},
            ],
            "job": {
                "id": "j-1", "status": "RUNNING", "progressPercent": 40, "subJobsTotal": 3,
                "subJobs": [{"id": "s-1", "status": "SUCCESS"}, {"id": "s-2", "status": "RUNNING"}],
            },
        });
        let expected = "Running   1/2  FollowJob  JobRunning  job j-1 RUNNING  40 %  sub-jobs 1/3";
        assert_eq!(shown(status.clone()).unwrap(), expected);
        status["state"] = "Failed".into();
        status["finishedAt"] = "2026-11-02T03:04:05Z".into();
        status["message"] = "why".into();
        assert_eq!(
            shown(status).unwrap(),
            expected.replace("Running   ", "Failed    ") + "  why"
        );
    }
}
