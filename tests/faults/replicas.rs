//! Several replicas: one ends in order, one is killed, one is frozen between record and call.
//! It must not find two calls of one operation, whoever leads.

use crate::secrets;
use crate::stage::{GROUP, Scene, Setup, before_applying, on, own_installation, stories, until};
use k8s_openapi::api::coordination::v1::Lease;
use stationmaster_api::{DecisionAction, OperationState, ProtectionGroup, Station};
use stationmaster_testkit::installation::{Installation, Operator, OperatorOptions};
use std::time::Duration;

stories![
    one_that_is_asked_to_stop_writes_the_answer_down_and_the_next_leads_at_once,
    one_that_is_killed_while_a_job_runs_is_followed_by_the_other,
    one_that_is_frozen_before_the_call_never_makes_it,
];

async fn standby(installation: &Installation) -> Operator {
    let standby = installation.operator(OperatorOptions::replica("second")).await.unwrap();
    assert_eq!(leader(installation).await, "first");
    standby
}

/// Which replica holds the lease; nobody's name is empty.
async fn leader(installation: &Installation) -> String {
    let own = installation.own_namespace().await.unwrap();
    let lease: Lease = own.get("stationmaster").await.unwrap();
    let holder = lease.spec.and_then(|spec| spec.holder_identity).unwrap_or_default();
    holder.split('_').next().unwrap_or_default().to_owned()
}

async fn leads(installation: &Installation, who: &str) {
    let what = format!("{who} leads");
    until(&what, async || leader(installation).await == who).await;
}

/// SIGTERM while the cloud has not answered a call.
pub async fn one_that_is_asked_to_stop_writes_the_answer_down_and_the_next_leads_at_once() {
    let (installation, first) = own_installation().await;
    let second = standby(&installation).await;
    let scene = Scene::set(&installation, "sigterm", Setup::default().speed(10.0)).await;
    scene.spoil(on("reverse-server-group", before_applying(6.0))).await;
    let operation = scene.intent(Station::Target).await;
    scene.call_arrives("waits for its answer", |call| !call.answered).await;
    assert!(scene.done().await.is_empty(), "the cloud has not begun");

    // Within the grace that a pod has.
    let status = first.terminate().await.unwrap();
    assert_eq!(status.code(), Some(0), "{status}\n{}", first.log().unwrap());
    assert_eq!(scene.done().await, ["reverse-server-group"], "it waited for the answer");
    let record = scene.record().await;
    let steps = record["operation"]["steps"].as_array().unwrap();
    let call = &steps
        .iter()
        .find(|s| s["spec"]["name"] == "ReverseServerGroup")
        .unwrap()["submissions"][0];
    assert_eq!(call["state"]["is"], "accepted", "{call}");
    assert_eq!(
        call["state"]["jobs"][0].as_str(),
        scene.calls().await[0].job_id.as_deref()
    );

    // The lease was given back: nobody waits for its end.
    assert_ne!(leader(&installation).await, "first");
    leads(&installation, "second").await;
    scene.ends(&operation, OperationState::Succeeded, "Succeeded").await;
    assert_eq!(scene.calls().await.len(), 1);
    secrets::nothing_leaked(&installation, &[&first, &second]).await;
}

/// SIGKILL while a job runs: the lease has to run out.
pub async fn one_that_is_killed_while_a_job_runs_is_followed_by_the_other() {
    let (installation, first) = own_installation().await;
    let second = standby(&installation).await;
    let scene = Scene::set(&installation, "killed", Setup::default().speed(1.0)).await;
    let operation = scene.intent(Station::Target).await;
    let follows = |group: &ProtectionGroup| {
        let running = group.status.as_ref().and_then(|status| status.operation.as_ref());
        running.is_some_and(|operation| operation.job_id.is_some())
    };
    scene.cluster().wait_for(GROUP, "shows its job", follows).await.unwrap();

    first.kill().unwrap();
    leads(&installation, "second").await;
    scene.cloud().set_speed(30.0).await.unwrap();
    let ended = scene.ends(&operation, OperationState::Succeeded, "Succeeded").await;
    let calls = scene.calls().await;
    assert_eq!(calls.len(), 1, "{calls:?}");
    assert_eq!(ended.status.unwrap().job.map(|job| job.id), calls[0].job_id);
    second.check().unwrap();
    secrets::nothing_leaked(&installation, &[&first, &second]).await;
}

/// SIGSTOP between record and call, for longer than the lease: the other one finds the record and asks a person; the frozen one finds
/// that it leads no more and ends without having made the call.
pub async fn one_that_is_frozen_before_the_call_never_makes_it() {
    let (installation, first) = own_installation().await;
    let second = standby(&installation).await;
    let scene = Scene::set(&installation, "frozen", Setup::default()).await;
    scene.slow_looks(4.0).await;
    let operation = scene.force().await;
    scene.call_is("recorded").await;
    first.pause().unwrap();
    // The look that it waits for is answered while it is frozen: nothing but its own judgement keeps the call back.
    scene.mend().await;
    leads(&installation, "second").await;
    scene.call_is("ambiguous").await;
    assert!(scene.calls().await.is_empty(), "the call had left before the freeze");

    first.resume().unwrap();
    let status = first.ended(Duration::from_secs(120)).await.unwrap();
    assert!(!status.success(), "one that has lost its lease says so: {status}");
    scene.in_doubt(&operation).await;
    assert!(scene.calls().await.is_empty(), "\n{}", first.log().unwrap());
    let step = Some("FailoverServerGroup");
    scene.decide(&operation, step, DecisionAction::NotExecuted).await;
    scene
        .ends(&operation, OperationState::Failed, "DeclaredNotExecuted")
        .await;
    assert!(scene.calls().await.is_empty());
    assert_eq!(leader(&installation).await, "second");
    secrets::nothing_leaked(&installation, &[&first, &second]).await;
}
