//! One operation after the other, and operations whose object is deleted: what is remembered is what happened.
//! It must not take an object for the operation: the ledger carries it.

use super::stage::{SPEED, Stage, WATCHED, awaits_a_person, condition, intent, without_ecs};
use kube::api::{Patch, PatchParams};
use libtest_mimic::Trial;
use serde_json::json;
use stationmaster_api::refs::OperationRef;
use stationmaster_api::{
    DecisionAction, DecisionState, OperationDecision, OperationDecisionSpec, OperationState, OperationType,
    ProtectionGroup, RecoveryOperation, Station,
};
use stationmaster_simulator::{Act, FaultMatch, FaultRule, Station as Site};

use OperationType::{Failover, PlannedFailover, Reprotect};

/// All of them.
pub fn stories() -> Vec<Trial> {
    stories![
        a_name_that_is_taken_is_told_and_waited_for,
        an_operation_in_doubt_is_answered_although_its_object_is_gone,
        a_week_of_operations_in_the_right_order,
        deleting_an_operation_cancels_it_before_its_call_and_not_after,
    ]
}

async fn a_week_of_operations_in_the_right_order() {
    let stage = Stage::with("week", 120.0, &Default::default()).await;
    let group = stage.group("payments-db");
    group.stop_servers(Site::Source).await;
    group.protect().await;
    let there = group.moves_to(Station::Target).await;
    let back = group.moves_to(Station::Source).await;
    group.runs("lost", Failover, Some(Station::Target)).await;
    // The intent still names the source; it is of last week and does not bring production back.
    let text = group.held("TokenConsumed").await;
    assert!(text.contains(&back), "{text}");
    group.runs("found", Reprotect, Some(Station::Target)).await;
    group.held("TokenConsumed").await;
    let home = group.moves_to(Station::Source).await;

    let status = group.status().await;
    let told: Vec<_> = status
        .history
        .iter()
        .map(|past| (&*past.name, past.operation_type, past.requested_by.as_deref().unwrap()))
        .collect();
    let intent = "spec.priorityStation";
    assert_eq!(
        told,
        [
            (&*home, PlannedFailover, intent),
            ("found", Reprotect, "alice"),
            ("lost", Failover, "alice"),
            (&*back, PlannedFailover, intent),
            (&*there, PlannedFailover, intent),
        ]
    );
    assert!(
        status
            .history
            .iter()
            .all(|past| past.result == OperationState::Succeeded)
    );
    assert!(status.history.is_sorted_by(|later, earlier| {
        later.started_at.as_ref().map(|at| at.0) >= earlier.started_at.as_ref().map(|at| at.0)
    }));
    assert_eq!(status.last_operation.as_ref(), status.history.first());
    let actions: Vec<String> = group.calls().await.into_iter().filter_map(|call| call.action).collect();
    let expected = ["reverse", "reverse", "failover", "start", "reverse"];
    assert_eq!(actions, expected.map(|action| format!("{action}-server-group")));
    stage.curtain().await;
}

async fn deleting_an_operation_cancels_it_before_its_call_and_not_after() {
    let stage = Stage::with("delete", 10.0, &without_ecs()).await;
    let cluster = &stage.environment.cluster;
    let (planned, reprotect, running) = (
        stage.group("payments-db"),
        stage.group("archive"),
        stage.group("web-frontend"),
    );

    // Before the call: the operator's own, and a person's.
    let token = planned.protect().await;
    planned.intent(Station::Target, &token).await.unwrap();
    let own = planned.own(&token);
    reprotect.protect().await;
    let forced = reprotect.runs("lost", Failover, Some(Station::Target));
    running.protect().await;
    stage.operation(&own, "waits for a person", awaits_a_person).await;
    forced.await;
    let kept = reprotect.token().await;
    stage
        .environment
        .file("found", reprotect.name, Reprotect, Some(Station::Target))
        .await
        .unwrap();
    stage.operation("found", "waits for a person", awaits_a_person).await;
    for (group, name) in [(planned, &*own), (reprotect, "found")] {
        cluster.delete::<RecoveryOperation>(name).await.unwrap();
        let status = group
            .until("remembers that it was taken back", |status| {
                status.last_operation.as_ref().is_some_and(|last| last.name == name)
            })
            .await;
        let last = status.last_operation.unwrap();
        assert_eq!(last.result, OperationState::Cancelled, "{last:?}");
        assert_eq!(last.reason.as_deref(), Some("OperationDeleted"), "{last:?}");
        assert!(last.started_at.is_none() && last.duration_seconds.is_none(), "{last:?}");
        group.event("OperationDeleted").await;
    }
    assert_ne!(
        planned.token().await,
        token,
        "a cancelled move issues: the intent does not make it again"
    );
    let status = planned.status().await;
    assert_eq!(intent(&status).0, "False", "{status:#?}");
    assert_eq!(reprotect.token().await, kept, "a reprotect leaves the token");

    // After the call: it goes on and is reported on the group.
    stage.speed(WATCHED).await;
    stage
        .environment
        .file("going", running.name, Failover, Some(Station::Target))
        .await
        .unwrap();
    stage
        .operation("going", "has a job", |status| status.job.is_some())
        .await;
    cluster.delete::<RecoveryOperation>("going").await.unwrap();
    cluster.wait_gone::<RecoveryOperation>("going").await.unwrap();
    let shown = running.status().await;
    let goes_on = shown
        .operation
        .as_ref()
        .is_some_and(|operation| operation.name == "going");
    assert!(goes_on, "it was deleted while it ran: {shown:#?}");
    stage.speed(SPEED).await;
    let status = running
        .until("remembers the end", |status| status.last_operation.is_some())
        .await;
    let last = status.last_operation.unwrap();
    assert_eq!((&*last.name, last.result), ("going", OperationState::Succeeded));
    assert!(cluster.find::<RecoveryOperation>("going").await.unwrap().is_none());

    stage.nothing_happens(&[&planned, &reprotect, &running]).await;
    assert!(planned.calls().await.is_empty());
    assert_eq!(reprotect.calls().await.len(), 1);
    assert_eq!(running.calls().await.len(), 1);
    let operations = cluster.list::<RecoveryOperation>().await.unwrap();
    let left: Vec<_> = operations.iter().filter_map(|o| o.metadata.name.as_deref()).collect();
    assert_eq!(left, ["lost"], "none was made again");
    let intent = cluster.get::<ProtectionGroup>(planned.name).await.unwrap().spec;
    assert_eq!(intent.priority_token, Some(token), "the manifest is not touched");
    stage.curtain().await;
}

async fn a_name_that_is_taken_is_told_and_waited_for() {
    let stage = Stage::new("taken").await;
    let cluster = &stage.environment.cluster;
    let group = stage.group("payments-db");
    group.stop_servers(Site::Source).await;
    let token = group.protect().await;
    let name = group.own(&token);
    let other = group.operation(&name, OperationType::EnableProtection, None).await;
    cluster.create(&other).await.unwrap();
    stage.refused(&name, "IllegalProviderState").await;

    group.intent(Station::Target, &token).await.unwrap();
    let status = group
        .until("is stalled", |status| condition(status, "Stalled").is_some())
        .await;
    let stalled = condition(&status, "Stalled").unwrap();
    assert_eq!(stalled.reason, "OperationNameTaken", "{stalled:?}");
    assert!(stalled.message.contains(&name), "{stalled:?}");
    stage.nothing_happens(&[&group]).await;
    assert!(group.calls().await.is_empty());

    cluster.delete::<RecoveryOperation>(&name).await.unwrap();
    let made = stage.succeeded(&name).await;
    assert_eq!(made.steps.len(), 4, "{made:#?}");
    assert_eq!(group.calls().await.len(), 1);
    stage.curtain().await;
}

async fn an_operation_in_doubt_is_answered_although_its_object_is_gone() {
    let stage = Stage::new("doubt").await;
    let cluster = &stage.environment.cluster;
    let group = stage.group("payments-db");
    group.protect().await;
    let lost = FaultRule::new(FaultMatch::action("failover-server-group"), Act::DropRequest {});
    stage.environment.simulator.add_fault(lost).await.unwrap();
    stage
        .environment
        .file("in-doubt", group.name, Failover, Some(Station::Target))
        .await
        .unwrap();
    stage
        .operation("in-doubt", "looks for evidence", |status| {
            status.reason.as_deref() == Some("LookingForEvidence")
        })
        .await;
    let uid = cluster.get::<RecoveryOperation>("in-doubt").await.unwrap().metadata.uid;
    cluster.delete::<RecoveryOperation>("in-doubt").await.unwrap();
    cluster.wait_gone::<RecoveryOperation>("in-doubt").await.unwrap();
    stage.nothing_happens(&[&group]).await;

    let answer = OperationDecisionSpec {
        operation_ref: OperationRef {
            name: "in-doubt".into(),
            uid: uid.unwrap(),
        },
        step: Some("FailoverServerGroup".into()),
        attempt: Some(1),
        part: None,
        action: DecisionAction::NotExecuted,
        reason: "the console shows no job".into(),
        requested_by: Some("alice".into()),
    };
    cluster.create(&OperationDecision::new("answer", answer)).await.unwrap();
    let status = group
        .until("remembers the end", |status| status.last_operation.is_some())
        .await;
    let last = status.last_operation.unwrap();
    assert_eq!(
        (&*last.name, last.result),
        ("in-doubt", OperationState::Failed),
        "{last:?}"
    );
    assert_eq!(last.reason.as_deref(), Some("DeclaredNotExecuted"), "{last:?}");
    let judged = cluster.wait_for("answer", "is accepted", |decision: &OperationDecision| {
        decision
            .status
            .as_ref()
            .is_some_and(|status| status.state == Some(DecisionState::Accepted))
    });
    let accepted = judged.await.unwrap();

    // As if its status had been written over, or never written: nobody but the ledger knows of the operation, and the decision is told again.
    let untold =
        json!({ "status": { "state": "Pending", "reason": "NotObserved", "message": "the group is being read" } });
    let decisions = cluster.api::<OperationDecision>();
    let (params, patch) = (PatchParams::default(), Patch::Merge(&untold));
    let written = decisions.patch_status("answer", &params, &patch).await.unwrap();
    assert_eq!(written.status.unwrap().state, Some(DecisionState::Pending));
    let told_again = cluster.wait_for("answer", "is accepted once more", |decision: &OperationDecision| {
        let status = decision.status.as_ref();
        status.is_some_and(|status| status.state == Some(DecisionState::Accepted))
    });
    assert_eq!(told_again.await.unwrap().status, accepted.status);
    assert!(cluster.find::<RecoveryOperation>("in-doubt").await.unwrap().is_none());
    stage.nothing_happens(&[&group]).await;
    assert_eq!(group.calls().await.len(), 1);
    stage.curtain().await;
}
