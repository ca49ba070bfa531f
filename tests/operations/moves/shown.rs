//! What is to be seen of an operation that ended well: its status, the group's, every version on the way, the one call.
//! It must not ask for anything.

use crate::stage::Group;
use crate::stage::group::active;
use crate::stage::kstatus::Status;
use crate::stage::watched::Version;
use jiff::Timestamp;
use serde_json::{Value, json};
use stationmaster_api::group::PastOperation;
use stationmaster_api::{
    OperationState, OperationType, ProtectionGroupStatus, RecoveryOperationStatus, Station, StepState, Time,
};
use stationmaster_testkit::installation::condition;

/// What was asked for in a story, and what the provider must have been told.
pub struct Asked {
    /// Name of the operation.
    pub operation: String,
    /// What it does.
    pub kind: OperationType,
    /// Who asked, in the words of the history.
    pub by: &'static str,
    /// The names of its steps.
    pub steps: &'static [&'static str],
}

/// Checks the whole status of an operation that has ended well.
pub fn ended_well(status: &RecoveryOperationStatus, asked: &Asked, job: &str, station: Station) {
    let shown = || format!("{status:#?}");
    assert_eq!(status.state, Some(OperationState::Succeeded), "{}", shown());
    assert_eq!(status.reason.as_deref(), Some("Succeeded"), "{}", shown());
    assert_eq!(status.observed_generation, Some(1), "{}", shown());
    assert_eq!(status.resulting_station, active(station), "{}", shown());
    for (kind, value) in [("Ready", "True"), ("Complete", "True"), ("Failed", "False")] {
        assert_eq!(condition(Some(&status.conditions), kind), Some(value), "{}", shown());
    }

    let names: Vec<&str> = status.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(names, asked.steps, "{}", shown());
    for step in &status.steps {
        assert_eq!(step.state, StepState::Succeeded, "{}", shown());
        assert!(
            step.finished_at >= step.started_at && step.started_at.is_some(),
            "{}",
            shown()
        );
        let (is_call, follows) = (step.name.ends_with("ServerGroup"), step.name == "FollowJob");
        assert_eq!(step.attempts, u32::from(is_call), "{}", shown());
        let expected = (is_call || follows).then_some(job);
        assert_eq!(step.job_id.as_deref(), expected, "{}", shown());
    }

    let shown_job = status.job.as_ref().unwrap();
    assert_eq!(shown_job.id, job, "{}", shown());
    assert_eq!(shown_job.status, "SUCCESS", "{}", shown());
    assert_eq!(shown_job.progress_percent, Some(100), "{}", shown());
    // Three pairs; and two instances where the action names them, too.
    assert!(matches!(shown_job.sub_jobs_total, 3 | 5), "{}", shown());
    assert_eq!(
        shown_job.sub_jobs.len(),
        shown_job.sub_jobs_total as usize,
        "{}",
        shown()
    );
    assert_eq!(shown_job.sub_jobs_failed, 0, "{}", shown());
    for sub_job in &shown_job.sub_jobs {
        assert_eq!(sub_job.status, "SUCCESS", "{}", shown());
        assert!(sub_job.finished_at.is_some() && sub_job.name.is_some(), "{}", shown());
    }

    let moves = matches!(asked.kind, OperationType::PlannedFailover | OperationType::Failover);
    match status
        .measured
        .as_ref()
        .and_then(|measured| measured.role_change_seconds)
    {
        Some(measured) => assert!(moves && measured.abs_diff(seconds(status)) <= 1, "{}", shown()),
        None => assert!(!moves, "{}", shown()),
    }
}

/// From the first call to the end. Times in a status are cut to whole seconds, so that this may be one off.
pub fn seconds(status: &RecoveryOperationStatus) -> u64 {
    let at = |time: &Option<Time>| -> Timestamp { time.as_ref().unwrap().0 };
    let took = at(&status.finished_at).duration_since(at(&status.started_at));
    u64::try_from(took.as_secs()).unwrap()
}

/// Checks what the group shows of an operation that has ended well as its last.
pub fn remembered(group: &ProtectionGroupStatus, asked: &Asked, status: &RecoveryOperationStatus) {
    let expected = PastOperation {
        name: asked.operation.clone(),
        operation_type: asked.kind,
        result: OperationState::Succeeded,
        started_at: status.started_at.clone(),
        duration_seconds: group.last_operation.as_ref().and_then(|last| last.duration_seconds),
        requested_by: Some(asked.by.to_owned()),
        reason: Some("Succeeded".into()),
    };
    assert_eq!(group.last_operation.as_ref(), Some(&expected), "{group:#?}");
    assert_eq!(group.history.first(), Some(&expected), "{group:#?}");
    assert!(
        expected.duration_seconds.unwrap().abs_diff(seconds(status)) <= 1,
        "{group:#?}"
    );
    assert!(group.operation.is_none(), "{group:#?}");
}

/// Checks the versions of an operation and of its group: never done before the end, and the group not before its operation. The group
/// shows the job while it runs.
pub async fn never_too_early(group: &Group<'_>, asked: &Asked) {
    let operation = group.stage.watched.operation(&asked.operation).await;
    let ended = |version: &&Version| !version.status("finishedAt").is_null();
    let end = operation.iter().find(ended).unwrap();
    for version in &operation {
        let done = version.kstatus() == Status::Current;
        assert_eq!(done, version.revision >= end.revision, "{:#}", version.object);
    }
    // That it runs is told by the group; of its own object a version can be skipped where somebody touched it at that moment.

    let versions = group.stage.watched.group(group.name).await;
    let shows = |version: &&Version| version.status("operation")["name"] == *asked.operation;
    let running: Vec<&Version> = versions.iter().filter(shows).collect();
    let with_job: Vec<&&Version> = running
        .iter()
        .filter(|version| version.status("operation")["jobID"].is_string())
        .collect();
    assert!(!with_job.is_empty(), "{running:#?}");
    for version in &running {
        assert_eq!(version.kstatus(), Status::InProgress, "{:#}", version.object);
        let short = version.status("operation");
        assert_eq!(short["type"], json!(asked.kind), "{short}");
        assert_eq!(short["stepsTotal"], asked.steps.len(), "{short}");
        assert!(short["stepsDone"].as_u64() < short["stepsTotal"].as_u64(), "{short}");
    }
    let after = running.last().unwrap().revision;
    let done = versions.iter().find(|version| version.revision > after).unwrap();
    assert_eq!(done.kstatus(), Status::Current, "{:#}", done.object);
    assert!(
        end.revision < done.revision,
        "the operation is reported before its group"
    );
}

/// One call with the body, taken and answered; answers its job.
pub async fn one_call(group: &Group<'_>, number: usize, body: Value) -> String {
    let bodies = group.bodies().await;
    assert_eq!(bodies.len(), number, "{bodies:#?}");
    assert_eq!(bodies.last(), Some(&body));
    let call = group.calls().await.pop().unwrap();
    let action = body.as_object().unwrap().keys().next().unwrap();
    assert_eq!(call.action.as_ref(), Some(action));
    assert_eq!(call.method, "POST");
    call.job_id.unwrap()
}
