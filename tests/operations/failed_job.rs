//! A planned failover whose job fails: the operation ends, nothing is repeated, and a person who asks again gets it.
//! It must not mend the group behind the operator's back.

use super::stage::kstatus::Status;
use super::stage::{Stage, condition, intent};
use libtest_mimic::Trial;
use serde_json::json;
use stationmaster_api::{ActiveStation, OperationState, Station, StepState};
use stationmaster_simulator::{Act, FaultMatch, FaultRule, Station as Site};

/// All of them.
pub fn stories() -> Vec<Trial> {
    stories![a_failed_job_ends_its_operation_and_a_person_asks_again]
}

async fn a_failed_job_ends_its_operation_and_a_person_asks_again() {
    let stage = Stage::new("failing").await;
    let group = stage.group("payments-db");
    group.stop_servers(Site::Source).await;
    let token = group.protect().await;
    let failing = Act::FailJob {
        sub_job: Some(0),
        error_code: Some("SDRS.1029".into()),
        fail_reason: Some("the storage does not answer".into()),
        roles: Default::default(),
    };
    let rule = FaultRule::new(FaultMatch::action("reverse-server-group"), failing);
    stage.environment.simulator.add_fault(rule).await.unwrap();
    group.intent(Station::Target, &token).await.unwrap();

    let name = group.own(&token);
    let status = stage.ended(&name).await;
    assert_eq!(status.state, Some(OperationState::Failed), "{status:#?}");
    assert_eq!(status.reason.as_deref(), Some("JobFailed"), "{status:#?}");
    let message = status.message.as_ref().unwrap();
    assert!(message.contains("SDRS.1029"), "{message}");
    assert!(
        status.measured.is_none() && status.resulting_station.is_none(),
        "{status:#?}"
    );
    let states: Vec<_> = status.steps.iter().map(|step| (&*step.name, step.state)).collect();
    assert_eq!(
        states,
        [
            ("ServersStopped", StepState::Succeeded),
            ("ReverseServerGroup", StepState::Succeeded),
            ("FollowJob", StepState::Failed),
            ("VerifyRole", StepState::Pending),
        ]
    );
    let job = status.job.as_ref().unwrap();
    assert_eq!((&*job.status, job.sub_jobs_failed > 0), ("FAIL", true), "{status:#?}");
    let failed = &job.sub_jobs[0];
    assert_eq!(failed.status, "FAIL", "failed ones come first: {status:#?}");
    assert!(
        failed.message.as_ref().unwrap().contains("the storage does not answer"),
        "{status:#?}"
    );
    let event = stage.event("RecoveryOperation", &name, "JobFailed").await;
    assert_eq!(event.type_.as_deref(), Some("Warning"));

    let shown = group
        .until("is stalled", |status| condition(status, "Stalled").is_some())
        .await;
    assert_eq!(
        condition(&shown, "Stalled").unwrap().reason,
        "ProviderFault",
        "{shown:#?}"
    );
    assert_eq!(shown.provider_status.as_deref(), Some("error-reversing"));
    assert_eq!(shown.active_station, Some(ActiveStation::Source));
    assert_eq!(condition(&shown, "Protected").unwrap().status, "False");
    let last = shown.last_operation.as_ref().unwrap();
    assert_eq!(
        (last.result, last.reason.as_deref()),
        (OperationState::Failed, Some("JobFailed"))
    );
    let next = shown.priority_token.clone().unwrap();
    assert_ne!(next, token, "the end issues, whatever it is");
    assert_eq!(intent(&shown), ("False", "TokenConsumed"), "{shown:#?}");
    let text = &condition(&shown, "IntentCurrent").unwrap().message;
    assert!(text.contains(&format!("spec.priorityToken: {next}")), "{text}");
    stage.nothing_happens(&[&group]).await;
    let versions = stage.watched.group(group.name).await;
    assert_eq!(
        versions.last().unwrap().kstatus(),
        Status::Failed,
        "Helm and Flux stop waiting"
    );
    let operation = stage.watched.operation(&name).await;
    assert_eq!(operation.last().unwrap().kstatus(), Status::Failed);

    // The old token is not accepted for anything any more; the present one is a new request.
    let stale = group.patch(json!({"priorityToken": "aaaa-aaaa"})).await.unwrap_err();
    assert_eq!(stale.status().unwrap().code, 422, "{stale}");
    let again = group.moves_to(Station::Target).await;
    assert_eq!(again, group.own(&next));
    let body = json!({"reverse-server-group": {"priority_station": "target"}});
    assert_eq!(group.bodies().await, [body.clone(), body]);
    let status = group.status().await;
    assert!(condition(&status, "Stalled").is_none(), "{status:#?}");
    assert_eq!(condition(&status, "Ready").unwrap().status, "True", "{status:#?}");
    let results: Vec<_> = status.history.iter().map(|past| past.result).collect();
    assert_eq!(results, [OperationState::Succeeded, OperationState::Failed]);
    stage.curtain().await;
}
