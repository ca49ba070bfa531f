//! Operations that a person files and that must not run: each is refused with its own reason, and no call is made.
//! It must not leave a refusal to the API server alone where the operator can see the request.

use super::stage::{Stage, said};
use libtest_mimic::Trial;
use serde_json::json;
use stationmaster_api::refs::{GroupRef, OperationRef};
use stationmaster_api::{
    DecisionAction, DecisionState, OperationDecision, OperationDecisionSpec, OperationType, ProtectionGroup,
    RecoveryOperation, Station, Time,
};
use stationmaster_testkit::installation::Error;
use std::time::Duration;

use OperationType::{EnableProtection, Failover, PlannedFailover, Reprotect};
use Station::{Source, Target};

/// All of them.
pub fn stories() -> Vec<Trial> {
    stories![
        what_does_not_fit_the_present_state_is_refused_with_its_own_reason,
        the_api_server_refuses_what_is_incomplete_and_every_edit,
        what_names_nothing_that_exists_is_told_so,
        an_act_is_done_once_whatever_is_done_with_its_manifest,
    ]
}

/// What the API server said.
fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    let error = result.unwrap_err();
    let status = error.status().unwrap_or_else(|| panic!("{error}"));
    assert_eq!(status.code, 422, "{error}");
    status.message.clone()
}

async fn what_does_not_fit_the_present_state_is_refused_with_its_own_reason() {
    let stage = Stage::new("refused").await;
    let cluster = &stage.environment.cluster;
    let group = stage.group("payments-db");
    let present = group.protect().await;

    let file = async |name: &str, kind, target, change: &dyn Fn(&mut RecoveryOperation)| {
        let mut operation = group.operation(name, kind, target).await;
        change(&mut operation);
        cluster.create(&operation).await.unwrap();
    };
    let nothing = |_: &mut RecoveryOperation| {};
    file("no-token", Failover, Some(Target), &|o| o.spec.priority_token = None).await;
    file("stale", Failover, Some(Target), &|o| {
        o.spec.priority_token = Some("aaaa-aaaa".into());
    })
    .await;
    file("expired", Failover, Some(Target), &|o| {
        o.spec.not_after = Some(Time(jiff::Timestamp::now() - Duration::from_secs(1)));
    })
    .await;
    file("other-uid", Failover, Some(Target), &|o| {
        o.spec.group_ref.uid = "6f0c9a52-7c0e-4b3a-9d83-3f7f2a6a1c55".into();
    })
    .await;
    file("seconds", Failover, Some(Target), &|o| {
        let loss = o.spec.data_loss.as_mut().unwrap();
        (loss.accept_seconds, loss.accept_unknown) = (Some(3600), None);
    })
    .await;
    file("already-there", Failover, Some(Source), &nothing).await;
    file("wrong-side", Reprotect, Some(Target), &nothing).await;
    file("wrong-status", Reprotect, Some(Source), &nothing).await;
    file("enabled-already", EnableProtection, None, &nothing).await;
    file("by-hand", PlannedFailover, Some(Target), &nothing).await;

    for (name, reason, part) in [
        ("no-token", "TokenMissing", &*format!("the present one is {present}")),
        ("stale", "TokenStale", &present),
        ("expired", "Expired", "has passed"),
        ("other-uid", "GroupUIDMismatch", "6f0c9a52"),
        ("seconds", "DataLossUnknown", "spec.dataLoss.acceptUnknown"),
        ("already-there", "AlreadyActive", "production runs at source"),
        ("wrong-side", "WrongStation", "production runs at source"),
        ("wrong-status", "IllegalProviderState", "it is protected"),
        ("enabled-already", "IllegalProviderState", "it is protected"),
        ("by-hand", "UsePriorityStation", "spec.priorityToken"),
    ] {
        let message = stage.refused(name, reason).await;
        assert!(message.contains(part), "{name}: {message}");
    }
    assert_eq!(group.token().await, present, "a refusal leaves the token");
    let status = group.status().await;
    assert!(
        status.history.is_empty(),
        "what was refused has not happened: {status:#?}"
    );
    stage.nothing_happens(&[&group]).await;
    assert!(group.calls().await.is_empty());
    stage.curtain().await;
}

async fn the_api_server_refuses_what_is_incomplete_and_every_edit() {
    let stage = Stage::new("incomplete").await;
    let cluster = &stage.environment.cluster;
    let group = stage.group("archive");
    group.protect().await;
    let mut operation = group.operation("incomplete", Failover, Some(Target)).await;
    operation.spec.data_loss = None;
    let text = refusal(cluster.create(&operation).await);
    assert!(text.contains("dataLoss must be set for Failover"), "{text}");
    let mut operation = group.operation("incomplete", Failover, Some(Target)).await;
    operation.spec.not_after = None;
    let text = refusal(cluster.create(&operation).await);
    assert!(text.contains("notAfter must be set"), "{text}");
    let mut operation = group.operation("incomplete", Failover, Some(Target)).await;
    operation.spec.target_station = None;
    let text = refusal(cluster.create(&operation).await);
    assert!(text.contains("targetStation must be set"), "{text}");
    assert!(cluster.find::<RecoveryOperation>("incomplete").await.unwrap().is_none());

    // An operation that has been refused is not mended by an edit; nor is a decision.
    let mut operation = group.operation("stale", Failover, Some(Target)).await;
    let token = operation.spec.priority_token.replace("aaaa-aaaa".into());
    cluster.create(&operation).await.unwrap();
    stage.refused("stale", "TokenStale").await;
    for edit in [
        json!({"priorityToken": token}),
        json!({"notAfter": "2099-01-01T00:00:00Z"}),
    ] {
        let edited = cluster
            .patch::<RecoveryOperation>("stale", &json!({ "spec": edit }))
            .await;
        let text = refusal(edited);
        assert!(text.contains("spec is immutable"), "{text}");
    }
    stage.nothing_happens(&[&group]).await;
    assert!(group.calls().await.is_empty());
    stage.curtain().await;
}

async fn what_names_nothing_that_exists_is_told_so() {
    let stage = Stage::new("nobody").await;
    let cluster = &stage.environment.cluster;
    let group = stage.group("archive");
    group.protect().await;
    let mut operation = group.operation("for-nobody", Failover, Some(Target)).await;
    operation.spec.group_ref = GroupRef {
        name: "no-such-group".into(),
        ..operation.spec.group_ref
    };
    cluster.create(&operation).await.unwrap();
    let message = stage.refused("for-nobody", "GroupNotFound").await;
    assert!(message.contains("no-such-group"), "{message}");

    // A decision on no operation, and one on an operation that nobody can carry out.
    let refused: RecoveryOperation = cluster.get("for-nobody").await.unwrap();
    let uid = refused.metadata.uid.unwrap();
    for (name, operation, part) in [
        ("on-nothing", "no-such-operation", "no-such-operation"),
        ("on-nobodys", "for-nobody", "no-such-group"),
    ] {
        let spec = OperationDecisionSpec {
            operation_ref: OperationRef {
                name: operation.into(),
                uid: uid.clone(),
            },
            step: Some("ServersStopped".into()),
            attempt: Some(1),
            part: None,
            action: DecisionAction::Confirm,
            reason: "a wrong name".into(),
            requested_by: None,
        };
        cluster.create(&OperationDecision::new(name, spec)).await.unwrap();
        let judged = cluster.wait_for(name, "is judged", |decision: &OperationDecision| {
            decision.status.as_ref().is_some_and(|status| status.is_judged())
        });
        let status = judged.await.unwrap().status.unwrap();
        assert_eq!(status.state, Some(DecisionState::Refused), "{status:?}");
        assert_eq!(status.reason.as_deref(), Some("OperationNotFound"), "{status:?}");
        let event = stage.event("OperationDecision", name, "OperationNotFound").await;
        assert!(
            event.message.as_ref().unwrap().contains(part),
            "{}",
            said::shown(&event)
        );
    }

    // A group of that name comes later: what was refused stays refused.
    let mut late = group.manifest().await;
    late["metadata"]["name"] = "no-such-group".into();
    late["spec"]["sdrs"]["serverGroupID"] = json!(stage.environment.simulator.group("web-frontend").await.unwrap().id);
    group.apply(&late).await.unwrap();
    stage.environment.with_token("no-such-group").await.unwrap();
    stage.nothing_happens(&[&group]).await;
    stage.refused("for-nobody", "GroupNotFound").await;
    assert!(stage.environment.simulator.journal().await.unwrap().is_empty());
    stage.curtain().await;
}

async fn an_act_is_done_once_whatever_is_done_with_its_manifest() {
    let stage = Stage::new("replay").await;
    let cluster = &stage.environment.cluster;
    let group = stage.group("payments-db");
    group.protect().await;
    let manifest = group.operation("the-act", Failover, Some(Target)).await;
    let text = serde_json::to_string(&manifest).unwrap();
    cluster.apply(&text).await.unwrap();
    stage.succeeded("the-act").await;
    let ran: RecoveryOperation = cluster.get("the-act").await.unwrap();

    // Applied again: nothing changes, nothing runs.
    cluster.apply(&text).await.unwrap();
    let again: RecoveryOperation = cluster.get("the-act").await.unwrap();
    assert_eq!(again.metadata.resource_version, ran.metadata.resource_version);
    stage.nothing_happens(&[&group]).await;

    // Under another name it quotes a token that was used.
    let mut copy = manifest.clone();
    copy.metadata.name = Some("a-copy".into());
    cluster.create(&copy).await.unwrap();
    let message = stage.refused("a-copy", "TokenConsumed").await;
    assert!(message.contains("the-act"), "who used it is told: {message}");

    // Deleted and created again, also with the present token.
    for fresh in [false, true] {
        cluster.delete::<RecoveryOperation>("the-act").await.unwrap();
        cluster.wait_gone::<RecoveryOperation>("the-act").await.unwrap();
        let mut replay = manifest.clone();
        if fresh {
            replay.spec.priority_token = Some(group.token().await);
        }
        cluster.create(&replay).await.unwrap();
        let message = stage.refused("the-act", "OperationReplayed").await;
        assert!(message.contains("Succeeded"), "{message}");
    }
    assert_eq!(group.bodies().await, [json!({"failover-server-group": {}})]);
    let history = group.status().await.history;
    assert_eq!(history.len(), 1, "{history:?}");

    // For a group that was made again the same manifest speaks of another one.
    cluster.delete::<ProtectionGroup>(group.name).await.unwrap();
    cluster.wait_gone::<ProtectionGroup>(group.name).await.unwrap();
    group.protect().await;
    let mut for_the_other = manifest.clone();
    for_the_other.metadata.name = Some("for-the-other".into());
    for_the_other.spec.priority_token = Some(group.token().await);
    cluster.create(&for_the_other).await.unwrap();
    stage.refused("for-the-other", "GroupUIDMismatch").await;
    stage.nothing_happens(&[&group]).await;
    assert_eq!(group.calls().await.len(), 1);
    stage.curtain().await;
}
