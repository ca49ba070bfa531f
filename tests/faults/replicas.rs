//! Several replicas: one ends in order, one is killed, one is frozen between record and call.
//! It must not find two calls of one operation, whoever leads.

use crate::secrets;
use crate::stage::{
    GROUP, Scene, Setup, after_applying, before_applying, on, on_reads, own_installation, stories, until,
};
use k8s_openapi::api::coordination::v1::Lease;
use stationmaster_api::{OperationState, ProtectionGroup, Station};
use stationmaster_simulator::Act;
use stationmaster_testkit::control_plane::Component;
use stationmaster_testkit::installation::{Installation, Operator, OperatorOptions};
use std::time::{Duration, Instant};

stories![
    one_that_is_asked_to_stop_writes_the_answer_down_and_the_next_leads_at_once,
    one_that_is_asked_to_stop_while_readings_hang_gives_its_lease_back_at_once,
    one_whose_api_server_was_away_for_longer_than_the_lease_writes_the_answer_of_its_call,
    one_that_is_killed_while_a_job_runs_is_followed_by_the_other,
    one_that_is_frozen_before_the_call_says_that_it_never_left_and_the_other_makes_it,
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

/// SIGTERM while the cloud answers no reading, and would not for two minutes.
pub async fn one_that_is_asked_to_stop_while_readings_hang_gives_its_lease_back_at_once() {
    let (installation, first) = own_installation().await;
    let patient = || Setup::default().patient(120);
    let scenes = [
        Scene::set(&installation, "hangs", patient()).await,
        Scene::set(&installation, "hangs-too", patient()).await,
    ];
    for scene in &scenes {
        for reading in ["ListProtectionGroups", "ShowProtectionGroup", "ListProtectedInstances"] {
            scene.spoil(on_reads(reading, Act::Hang { apply: false })).await;
        }
    }
    scenes[0].force().await;
    // Until a pass and a list hang.
    for scene in &scenes {
        let what = format!("{}: a reading hangs", scene.name);
        until(&what, async || {
            let faults = scene.cloud().faults().await.unwrap();
            faults.iter().any(|rule| rule.fired > 0)
        })
        .await;
    }
    let asked = Instant::now();
    let status = first.terminate().await.unwrap();
    assert_eq!(status.code(), Some(0), "{status}\n{}", first.log().unwrap());
    // Far from the two minutes that the readings may take; how fast the machine is does not matter.
    assert!(asked.elapsed() < Duration::from_secs(30), "{:?}", asked.elapsed());
    assert_eq!(leader(&installation).await, "", "the lease is given back");
    secrets::nothing_leaked(&installation, &[&first]).await;
}

/// The API server is frozen for longer than the lease while a call waits for its answer: who made the call lives on, and the answer is not lost.
pub async fn one_whose_api_server_was_away_for_longer_than_the_lease_writes_the_answer_of_its_call() {
    let (installation, first) = own_installation().await;
    let scene = Scene::set(&installation, "away", Setup::default().speed(10.0).patient(60)).await;
    scene.spoil(on("failover-server-group", after_applying(10.0))).await;
    let operation = scene.force().await;
    scene.call_arrives("waits for its answer", |call| !call.answered).await;
    let plane = installation.control_plane();
    plane.pause(Component::ApiServer).unwrap();
    // The lease is of twelve seconds.
    tokio::time::sleep(Duration::from_secs(16)).await;
    plane.resume(Component::ApiServer).unwrap();
    scene.ends(&operation, OperationState::Succeeded, "Succeeded").await;
    assert_eq!(scene.calls().await.len(), 1);
    first.check().unwrap();
    assert_eq!(leader(&installation).await, "first", "nobody else led meanwhile");
    secrets::nothing_leaked(&installation, &[&first]).await;
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

/// SIGSTOP between record and call, for longer than the lease: the other one finds the record and does not know whether the call has left. The
/// frozen one knows: it finds that it leads no more, does not make the call, writes that down, and ends. So nobody has to be asked.
pub async fn one_that_is_frozen_before_the_call_says_that_it_never_left_and_the_other_makes_it() {
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
    assert!(
        !first.log().unwrap().contains("call made"),
        "\n{}",
        first.log().unwrap()
    );
    scene.ends(&operation, OperationState::Succeeded, "Succeeded").await;
    assert_eq!(scene.calls().await.len(), 1);
    assert_eq!(scene.done().await, ["failover-server-group"]);
    assert_eq!(leader(&installation).await, "second");
    secrets::nothing_leaked(&installation, &[&first, &second]).await;
}
