//! The five operations from request to end: one call each, and everything that is to be seen on the way.
//! Must not spoil anything; what goes wrong is told elsewhere.

use super::stage::kstatus::Status;
use super::stage::watched::Version;
use super::stage::{Group, Stage, condition, intent};
use jiff::Timestamp;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use stationmaster_api::group::PastOperation;
use stationmaster_api::{
    ActiveStation, OperationState, OperationType, ProtectionGroupStatus, RecoveryOperation, RecoveryOperationStatus,
    ReplicationDirection, ReplicationState, Station, StepState, names,
};
use stationmaster_simulator::{ConsoleAct, Station as Site};
use stationmaster_testkit::installation::condition as status_of;

/// All of them.
pub fn stories() -> Vec<Trial> {
    stories![
        a_planned_failover_and_the_way_back,
        a_forced_failover_and_a_reprotect,
        protection_is_switched_off_and_on,
    ]
}

/// What was asked for in a story, and what the provider must have been told.
struct Asked {
    operation: String,
    kind: OperationType,
    by: &'static str,
    steps: &'static [&'static str],
}

/// Checks the whole status of an operation that has ended well.
fn ended_well(status: &RecoveryOperationStatus, asked: &Asked, job: &str, station: Station) {
    let shown = || format!("{status:#?}");
    assert_eq!(status.state, Some(OperationState::Succeeded), "{}", shown());
    assert_eq!(status.reason.as_deref(), Some("Succeeded"), "{}", shown());
    assert_eq!(status.observed_generation, Some(1), "{}", shown());
    assert_eq!(
        status.resulting_station,
        super::stage::group::active(station),
        "{}",
        shown()
    );
    for (kind, value) in [("Ready", "True"), ("Complete", "True"), ("Failed", "False")] {
        assert_eq!(status_of(Some(&status.conditions), kind), Some(value), "{}", shown());
    }

    let names: Vec<&str> = status.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(names, asked.steps, "{}", shown());
    for (at, step) in status.steps.iter().enumerate() {
        assert_eq!(step.state, StepState::Succeeded, "{}", shown());
        assert!(
            step.finished_at >= step.started_at && step.started_at.is_some(),
            "{}",
            shown()
        );
        let before: Vec<&str> = asked.steps[..at].iter().rev().take(1).copied().collect();
        assert_eq!(step.depends_on, before, "{}", shown());
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
fn seconds(status: &RecoveryOperationStatus) -> u64 {
    let at = |time: &Option<stationmaster_api::Time>| -> Timestamp { time.as_ref().unwrap().0 };
    let took = at(&status.finished_at).duration_since(at(&status.started_at));
    u64::try_from(took.as_secs()).unwrap()
}

/// Checks what the group shows of an operation that has ended well as its last.
fn remembered(group: &ProtectionGroupStatus, asked: &Asked, status: &RecoveryOperationStatus) {
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
async fn never_too_early(group: &Group<'_>, asked: &Asked) {
    let operation = group.stage.watched.operation(&asked.operation).await;
    let ended = |version: &&Version| !version.status("finishedAt").is_null();
    let end = operation.iter().find(ended).unwrap();
    for version in &operation {
        let done = version.kstatus() == Status::Current;
        assert_eq!(done, version.revision >= end.revision, "{:#}", version.object);
    }
    let states: Vec<&str> = operation.iter().filter_map(|v| v.status("state").as_str()).collect();
    assert!(states.contains(&"Running"), "{states:?}");

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
async fn one_call(group: &Group<'_>, number: usize, body: Value) -> String {
    let bodies = group.bodies().await;
    assert_eq!(bodies.len(), number, "{bodies:#?}");
    assert_eq!(bodies.last(), Some(&body));
    let call = group.calls().await.pop().unwrap();
    let action = body.as_object().unwrap().keys().next().unwrap();
    assert_eq!(call.action.as_ref(), Some(action));
    assert_eq!(call.method, "POST");
    call.job_id.unwrap()
}

async fn a_planned_failover_and_the_way_back() {
    // Slow enough for the job to be read while it runs.
    let stage = Stage::with("planned", 12.0, &Default::default()).await;
    let group = stage.group("payments-db");
    let first = group.protect().await;
    let fresh = group.status().await;
    assert_eq!(intent(&fresh), ("True", "NoWish"), "{fresh:#?}");
    assert!(fresh.history.is_empty() && fresh.last_operation.is_none(), "{fresh:#?}");

    // Servers are stopped as a user of the cloud does it.
    let simulator = &stage.environment.simulator;
    let servers = simulator.servers(group.name, Site::Source).await.unwrap();
    let ids: Vec<String> = servers.into_iter().map(|server| server.id).collect();
    simulator.sign_in().await.unwrap().stop_servers(&ids).await.unwrap();

    let steps = &["ServersStopped", "ReverseServerGroup", "FollowJob", "VerifyRole"];
    let asked = |token: &str| Asked {
        operation: format!("payments-db-{token}"),
        kind: OperationType::PlannedFailover,
        by: "spec.priorityStation",
        steps,
    };
    let mut token = first;
    let ways = [
        (Station::Target, ReplicationDirection::TargetToSource),
        (Station::Source, ReplicationDirection::SourceToTarget),
    ];
    for (number, (station, direction)) in ways.into_iter().enumerate() {
        let asked = asked(&token);
        assert_eq!(group.moves_to(station).await, asked.operation);
        let body = json!({"reverse-server-group": {"priority_station": station}});
        let job = one_call(&group, number + 1, body).await;
        let operation: RecoveryOperation = stage.environment.cluster.get(&asked.operation).await.unwrap();
        assert_eq!(operation.spec.operation_type, OperationType::PlannedFailover);
        assert_eq!(operation.spec.target_station, Some(station));
        assert_eq!(operation.spec.priority_token.as_ref(), Some(&token));
        let labels = operation.metadata.labels.as_ref().unwrap();
        assert_eq!(labels[names::MANAGED_BY_LABEL], names::MANAGED_BY_VALUE);
        let ended = operation.status.unwrap();
        ended_well(&ended, &asked, &job, station);

        let status = group.status().await;
        remembered(&status, &asked, &ended);
        assert_eq!(status.history.len(), number + 1);
        assert_eq!(status.provider_status.as_deref(), Some("protected"));
        let replication = status.replication.as_ref().unwrap();
        assert_eq!(replication.state, ReplicationState::Active);
        assert_eq!(replication.direction, Some(direction));
        assert_eq!(intent(&status), ("True", "AtPriorityStation"), "{status:#?}");
        assert_eq!(condition(&status, "Protected").unwrap().status, "True");
        assert_eq!(condition(&status, "Ready").unwrap().reason, "Protected");
        let next = status.priority_token.clone().unwrap();
        assert_ne!(next, token, "the end of a move mints");
        never_too_early(&group, &asked).await;
        let versions = stage.watched.operation(&asked.operation).await;
        let on_the_way = versions.iter().any(|version| {
            let job = version.status("job");
            job["status"] == "RUNNING" && job["subJobsTotal"] == 5 && job["subJobs"][0]["status"] == "RUNNING"
        });
        assert!(
            on_the_way,
            "the parts of the job are shown while it runs: {versions:#?}"
        );
        for reason in ["Submitting", "Succeeded"] {
            stage.event("RecoveryOperation", &asked.operation, reason).await;
        }
        token = next;
    }
    for reason in ["FirstSight", "WishArmed", "Submitting", "Succeeded"] {
        group.event(reason).await;
    }
    stage.curtain().await;
}

async fn a_forced_failover_and_a_reprotect() {
    let stage = Stage::new("forced").await;
    let group = stage.group("payments-db");
    // The source site is failing: no planned failover is possible any more.
    let failing = ConsoleAct {
        group: group.name.into(),
        set_fault_level: Some("2".into()),
        ..ConsoleAct::default()
    };
    stage.environment.simulator.console(failing).await.unwrap();
    let token = group.protect().await;

    let asked = Asked {
        operation: "az-1-is-dark".into(),
        kind: OperationType::Failover,
        by: "alice",
        steps: &["FailoverServerGroup", "FollowJob", "VerifyRole"],
    };
    let ended = group.runs(&asked.operation, asked.kind, Some(Station::Target)).await;
    let job = one_call(&group, 1, json!({"failover-server-group": {}})).await;
    ended_well(&ended, &asked, &job, Station::Target);
    let status = group.status().await;
    remembered(&status, &asked, &ended);
    assert_eq!(status.active_station, Some(ActiveStation::Target));
    assert_eq!(status.provider_status.as_deref(), Some("failed-over"));
    assert_eq!(status.replication.as_ref().unwrap().state, ReplicationState::Stopped);
    let ready = condition(&status, "Ready").unwrap();
    assert_eq!(
        (&*ready.status, &*ready.reason),
        ("True", "FailedOver"),
        "a pipeline must not fail while a team fights a fire"
    );
    let protected = condition(&status, "Protected").unwrap();
    assert_eq!((&*protected.status, &*protected.reason), ("False", "FailedOver"));
    let after = status.priority_token.clone().unwrap();
    assert_ne!(after, token);
    never_too_early(&group, &asked).await;
    stage.event("RecoveryOperation", &asked.operation, "Submitting").await;
    stage.event("RecoveryOperation", &asked.operation, "Succeeded").await;

    let asked = Asked {
        operation: "az-1-is-back".into(),
        kind: OperationType::Reprotect,
        by: "alice",
        steps: &["ServersStopped", "StartServerGroup", "FollowJob", "VerifyRole"],
    };
    let ended = group.runs(&asked.operation, asked.kind, Some(Station::Target)).await;
    let job = one_call(&group, 2, json!({"start-server-group": {}})).await;
    ended_well(&ended, &asked, &job, Station::Target);
    let status = group.status().await;
    remembered(&status, &asked, &ended);
    assert_eq!(
        status.active_station,
        Some(ActiveStation::Target),
        "it never moves production"
    );
    assert_eq!(status.provider_status.as_deref(), Some("protected"));
    assert_eq!(condition(&status, "Protected").unwrap().status, "True");
    assert_eq!(
        status.priority_token.as_ref(),
        Some(&after),
        "a reprotect leaves the token"
    );
    never_too_early(&group, &asked).await;
    group.event("Succeeded").await;
    stage.curtain().await;
}

async fn protection_is_switched_off_and_on() {
    let stage = Stage::new("switch").await;
    let group = stage.group("archive");
    let token = group.protect().await;
    let steps = [
        (
            OperationType::DisableProtection,
            "stop-server-group",
            "available",
            "Unprotected",
        ),
        (
            OperationType::EnableProtection,
            "start-server-group",
            "protected",
            "Protected",
        ),
    ];
    for (number, (kind, action, word, reason)) in steps.into_iter().enumerate() {
        let plan: &[&str] = match kind {
            OperationType::EnableProtection => &["StartServerGroup", "FollowJob", "VerifyRole"],
            _ => &["StopServerGroup", "FollowJob", "VerifyRole"],
        };
        let asked = Asked {
            operation: format!("switch-{number}"),
            kind,
            by: "alice",
            steps: plan,
        };
        let ended = group.runs(&asked.operation, kind, None).await;
        let job = one_call(&group, number + 1, json!({ action: {} })).await;
        ended_well(&ended, &asked, &job, Station::Source);
        let status = group.status().await;
        remembered(&status, &asked, &ended);
        assert_eq!(status.provider_status.as_deref(), Some(word));
        let ready = condition(&status, "Ready").unwrap();
        assert_eq!((&*ready.status, &*ready.reason), ("True", reason));
        assert_eq!(status.priority_token.as_ref(), Some(&token), "it leaves the token");
        let allowed: Vec<OperationType> = status
            .available_actions
            .iter()
            .filter(|action| action.allowed)
            .map(|action| action.operation_type)
            .collect();
        match kind {
            OperationType::DisableProtection => assert_eq!(allowed, [OperationType::EnableProtection]),
            _ => assert!(allowed.contains(&OperationType::DisableProtection), "{allowed:?}"),
        }
        never_too_early(&group, &asked).await;
    }
    stage.curtain().await;
}
