//! A subtask fails, and a person decides: it is tried again, or its task is taken back.
//! It must not be decided by anybody else, nor be told as a success where a tenant stayed behind.

use super::stage::{Group, Stage};
use super::tenants::{self, GROUP, calls, fails, forced, in_the_west, lost, on, only};
use libtest_mimic::Trial;
use stationmaster_api::operation::PartAction;
use stationmaster_api::{
    ActiveStation, DecisionAction, DecisionState, OperationDecision, OperationState, OperationType,
    RecoveryOperationStatus, Station,
};
use stationmaster_simulator::scenario::{OCP_EAST, OCP_STANDBY_IDS, OCP_TENANTS};

/// All of them.
pub fn stories() -> Vec<Trial> {
    stories![
        a_failed_part_is_tried_again,
        a_part_is_taken_back_before_the_point_of_no_return,
        one_tenant_of_three_stays_behind,
    ]
}

/// The order.
const ORDER: &str = "east-is-dark";

/// A forced failover is filed, and waits because of a failed part of a tenant's task. Answers its status.
async fn stops(stage: &Stage, group: &Group<'_>, tenant: u64, subtask: usize) -> RecoveryOperationStatus {
    lost(stage, OCP_EAST, true).await;
    on(stage, "failover", fails(tenant, subtask)).await;
    let order = group
        .operation(ORDER, OperationType::Failover, Some(Station::Target))
        .await;
    stage.environment.cluster.create(&order).await.unwrap();
    stage
        .operation(ORDER, "waits because of a part", |status| {
            status.reason.as_deref() == Some("PartFailed") && !status.available_actions.is_empty()
        })
        .await
}

fn offered(status: &RecoveryOperationStatus, action: DecisionAction) -> Option<&PartAction> {
    status.available_actions.iter().find(|offer| offer.action == action)
}

/// A person asks for one of the things that are offered, and it is taken.
async fn decides(stage: &Stage, status: &RecoveryOperationStatus, action: DecisionAction) {
    let offer = offered(status, action).unwrap_or_else(|| panic!("{action:?} is not offered: {status:#?}"));
    let decision = stage.environment.decide_part(ORDER, offer).await.unwrap();
    let name = decision.metadata.name.unwrap();
    let judged = stage
        .environment
        .cluster
        .wait_for(&name, "is judged", |decision: &OperationDecision| {
            decision.status.as_ref().is_some_and(|status| status.is_judged())
        })
        .await
        .unwrap();
    let status = judged.status.unwrap();
    assert_eq!(status.state, Some(DecisionState::Accepted), "{status:#?}");
}

async fn a_failed_part_is_tried_again() {
    let stage = tenants::stage("retry").await;
    let group = stage.group(GROUP);
    group.protect().await;
    // The second subtask changes the role, and does not this time.
    let waits = stops(&stage, &group, OCP_STANDBY_IDS[1], 2).await;
    assert_eq!(waits.state, Some(OperationState::Running), "{waits:#?}");
    let job = waits.job.as_ref().unwrap();
    assert_eq!(job.sub_jobs[0].status, "FAILED", "failed ones come first: {job:#?}");
    assert_eq!(
        job.sub_jobs[0].resource,
        Some(format!("tenant/{}", OCP_STANDBY_IDS[1])),
        "{job:#?}"
    );
    assert!(
        offered(&waits, DecisionAction::Skip).is_none(),
        "the role is not read: {waits:#?}"
    );
    assert!(
        offered(&waits, DecisionAction::Rollback).is_none(),
        "no way back: {waits:#?}"
    );
    let event = stage.event("RecoveryOperation", ORDER, "PartFailed").await;
    assert_eq!(event.type_.as_deref(), Some("Warning"));
    assert_eq!(calls(&stage).await.len(), 1, "nobody has decided yet");

    decides(&stage, &waits, DecisionAction::Retry).await;
    let status = stage.succeeded(ORDER).await;
    assert_eq!(status.resulting_station, Some(ActiveStation::Target), "{status:#?}");
    assert!(status.available_actions.is_empty(), "{status:#?}");
    assert_eq!(in_the_west(&stage).await, ["PRIMARY"; 3]);
    assert_eq!(
        calls(&stage).await,
        [("failover".to_owned(), true), ("retry".to_owned(), true)]
    );
    stage.nothing_happens(&[&group]).await;
    stage.curtain().await;
}

async fn a_part_is_taken_back_before_the_point_of_no_return() {
    let stage = tenants::stage("rollback").await;
    let group = stage.group("payments");
    group.apply(&only(&group, &OCP_TENANTS[..1]).await).await.unwrap();
    group.token().await;
    let waits = stops(&stage, &group, OCP_STANDBY_IDS[0], 1).await;
    decides(&stage, &waits, DecisionAction::Rollback).await;
    let status = stage.ended(ORDER).await;
    assert_eq!(status.state, Some(OperationState::Failed), "{status:#?}");
    assert!(status.message.as_ref().unwrap().contains("rolled back"), "{status:#?}");
    assert_eq!(in_the_west(&stage).await, ["STANDBY"; 3]);
    assert_eq!(
        calls(&stage).await,
        [("failover".to_owned(), true), ("rollback".to_owned(), true)]
    );

    // Whoever asks again gets it.
    group
        .until("has ended at source", |status| {
            status.operation.is_none() && status.active_station == Some(ActiveStation::Source)
        })
        .await;
    group
        .runs("again", OperationType::Failover, Some(Station::Target))
        .await;
    assert_eq!(in_the_west(&stage).await, ["PRIMARY", "STANDBY", "STANDBY"]);
    assert_eq!(calls(&stage).await.len(), 3);
    stage.curtain().await;
}

async fn one_tenant_of_three_stays_behind() {
    let stage = tenants::stage("behind").await;
    let group = stage.group(GROUP);
    group.protect().await;
    let waits = stops(&stage, &group, OCP_STANDBY_IDS[2], 1).await;
    // The other two go on to their end.
    let others = |status: &RecoveryOperationStatus| {
        let job = status.job.as_ref();
        job.is_some_and(|job| job.sub_jobs.iter().filter(|part| part.status == "SUCCESSFUL").count() == 10)
    };
    stage.operation(ORDER, "has moved the others", others).await;
    decides(&stage, &waits, DecisionAction::Rollback).await;
    let status = stage.ended(ORDER).await;
    assert_eq!(status.state, Some(OperationState::Failed), "{status:#?}");
    // The end tells each tenant, the one that stayed behind first.
    let message = status.message.as_deref().unwrap();
    let [first, second, third] = OCP_STANDBY_IDS.map(|id| message.find(&format!("of tenant/{id} is SUCCESSFUL")));
    assert!(third.is_some() && third < first && first < second, "{status:#?}");
    assert!(message.contains("rolled back; its work was not done"), "{status:#?}");
    let job = status.job.as_ref().unwrap();
    assert_eq!((job.jobs_total, job.jobs_failed), (Some(3), Some(1)), "{status:#?}");
    for (standby, word) in OCP_STANDBY_IDS.iter().zip(["SUCCESSFUL", "SUCCESSFUL", "PENDING"]) {
        let resource = Some(format!("tenant/{standby}"));
        let parts = job.sub_jobs.iter().filter(|part| part.resource == resource);
        let words: Vec<&str> = parts.map(|part| &*part.status).collect();
        let so = |told: &&str| told.starts_with(word);
        assert!(
            words.len() == 5 && words.iter().all(so),
            "{standby}: {words:?} {status:#?}"
        );
    }
    assert_eq!(in_the_west(&stage).await, ["PRIMARY", "PRIMARY", "STANDBY"]);
    let mixed = group
        .until("says that the tenants disagree", |status| {
            status.active_station == Some(ActiveStation::Mixed) && status.operation.is_none()
        })
        .await;
    assert!(mixed.priority_token.is_some(), "{mixed:#?}");

    // Asked again, only the one that stayed behind is failed over.
    forced(&group, "the-rest").await;
    stage.succeeded("the-rest").await;
    assert_eq!(in_the_west(&stage).await, ["PRIMARY"; 3]);
    let journal = stage.environment.simulator.journal().await.unwrap();
    let last = journal.last().unwrap();
    assert_eq!(last.resource, Some(OCP_STANDBY_IDS[2].to_string()), "{last:#?}");
    assert_eq!(journal.len(), 3, "{journal:#?}");
    stage.curtain().await;
}
