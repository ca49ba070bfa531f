//! A step that waits for a person: only an answer to that very question, in that very attempt, of that very operation lets it run.
//! It must not let the operator see server states: there is no ECS endpoint here.

use super::stage::{Stage, awaits_a_person, condition, without_ecs};
use libtest_mimic::Trial;
use serde_json::json;
use stationmaster_api::refs::OperationRef;
use stationmaster_api::{
    DecisionAction, DecisionState, OperationDecision, OperationDecisionSpec, OperationDecisionStatus, OperationState,
    ProtectionGroupStatus, RecoveryOperation, Station, StepState,
};

/// All of them.
pub fn stories() -> Vec<Trial> {
    stories![the_right_answer_lets_it_run_and_no_other]
}

/// Files a decision and waits until it is judged.
async fn decide(stage: &Stage, name: &str, spec: OperationDecisionSpec) -> OperationDecisionStatus {
    let cluster = &stage.environment.cluster;
    cluster.create(&OperationDecision::new(name, spec)).await.unwrap();
    let judged = cluster.wait_for(name, "is judged", |decision: &OperationDecision| {
        decision.status.as_ref().is_some_and(|status| status.is_judged())
    });
    judged.await.unwrap().status.unwrap()
}

async fn the_right_answer_lets_it_run_and_no_other() {
    let stage = Stage::with("confirm", 30.0, &without_ecs()).await;
    let group = stage.group("payments-db");
    let token = group.protect().await;
    group.intent(Station::Target, &token).await.unwrap();
    let name = group.own(&token);
    let waiting = stage.operation(&name, "waits for a person", awaits_a_person).await;
    assert_eq!(waiting.state, Some(OperationState::Waiting));
    let step = &waiting.steps[0];
    assert_eq!(
        (&*step.name, step.state, step.attempts),
        ("ServersStopped", StepState::Waiting, 1)
    );
    let question = step.message.as_ref().unwrap();
    for server in stage
        .environment
        .simulator
        .servers(group.name, stationmaster_simulator::Station::Source)
        .await
        .unwrap()
    {
        assert!(question.contains(&server.id), "{question}");
    }
    stage.event("RecoveryOperation", &name, "AwaitingConfirmation").await;
    // The group's row follows its operation's.
    let waits = |status: &ProtectionGroupStatus| {
        let reconciling = condition(status, "Reconciling");
        status.operation.is_some() && reconciling.is_some_and(|c| c.reason == "AwaitingConfirmation")
    };
    group.until("shows that it waits", waits).await;

    let uid = stage
        .environment
        .cluster
        .get::<RecoveryOperation>(&name)
        .await
        .unwrap()
        .metadata
        .uid
        .unwrap();
    let answer = OperationDecisionSpec {
        operation_ref: OperationRef {
            name: name.clone(),
            uid,
        },
        step: Some("ServersStopped".into()),
        attempt: Some(1),
        part: None,
        action: DecisionAction::Confirm,
        reason: "seen in the console".into(),
        requested_by: Some("alice".into()),
    };
    let mut wrong = Vec::new();
    let mut other = |name: &'static str, reason: &'static str, change: &dyn Fn(&mut OperationDecisionSpec)| {
        let mut spec = answer.clone();
        change(&mut spec);
        wrong.push((name, reason, spec));
    };
    other("other-attempt", "DecisionStale", &|spec| spec.attempt = Some(2));
    other("other-uid", "DecisionStale", &|spec| {
        spec.operation_ref.uid = "6f0c9a52-7c0e-4b3a-9d83-3f7f2a6a1c55".into();
    });
    other("other-step", "DecisionNotApplicable", &|spec| {
        spec.step = Some("ReverseServerGroup".into());
    });
    other("other-action", "DecisionNotApplicable", &|spec| {
        spec.action = DecisionAction::Executed;
    });
    other("retry", "DecisionNotApplicable", &|spec| {
        spec.action = DecisionAction::Retry;
        spec.part = Some("7".into());
    });
    for (decision, reason, spec) in wrong {
        let status = decide(&stage, decision, spec).await;
        assert_eq!(status.state, Some(DecisionState::Refused), "{decision}: {status:?}");
        assert_eq!(status.reason.as_deref(), Some(reason), "{decision}: {status:?}");
        assert!(status.message.is_some_and(|message| !message.is_empty()), "{decision}");
        stage.event("RecoveryOperation", &name, reason).await;
    }
    stage.nothing_happens(&[&group]).await;
    assert!(group.calls().await.is_empty());

    let status = decide(&stage, "right", answer.clone()).await;
    assert_eq!(status.state, Some(DecisionState::Accepted), "{status:?}");
    let edited = stage
        .environment
        .cluster
        .patch::<OperationDecision>("right", &json!({"spec": {"attempt": 2}}))
        .await
        .unwrap_err();
    assert_eq!(edited.status().unwrap().code, 422, "{edited}");

    // The provider judges by itself, and the servers still run: what was confirmed was not so.
    let failed = stage.ended(&name).await;
    assert_eq!(failed.state, Some(OperationState::Failed), "{failed:#?}");
    assert_eq!(failed.reason.as_deref(), Some("CallRefused"), "{failed:#?}");
    assert!(failed.message.as_ref().unwrap().contains("SDRS.1319"), "{failed:#?}");
    let calls = group.calls().await;
    assert_eq!(calls.len(), 1, "{calls:#?}");
    assert!(!calls[0].accepted, "{calls:#?}");
    let next = group.token().await;
    assert_ne!(next, token);
    stage.nothing_happens(&[&group]).await;

    // Now they are stopped. The old answer is for another operation.
    group.stop_servers(stationmaster_simulator::Station::Source).await;
    group.intent(Station::Target, &next).await.unwrap();
    let name = group.own(&next);
    stage.operation(&name, "waits for a person", awaits_a_person).await;
    stage
        .environment
        .decide(&name, Some("ServersStopped"), DecisionAction::Confirm)
        .await
        .unwrap();
    stage.succeeded(&name).await;
    let calls = group.calls().await;
    assert_eq!(calls.len(), 2, "{calls:#?}");
    let late = decide(&stage, "late", answer).await;
    assert_eq!(late.state, Some(DecisionState::Refused), "{late:?}");
    assert_eq!(late.reason.as_deref(), Some("OperationNotFound"), "{late:?}");
    stage.curtain().await;
}
