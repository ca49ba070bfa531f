//! A connection with many groups, all of them protected and at rest.
//! It must not ask for anything to be moved.

use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use stationmaster_api::ProtectionGroup;
use stationmaster_testkit::installation::{
    Connection, Environment, Error, Installation, Operator, PROVIDER, SimulatorOptions, condition,
};
use std::time::{Duration, Instant};

/// How many groups are created side by side.
const SIDE_BY_SIDE: usize = 16;

/// How long they may take to settle: far above what an idle machine needs.
const LONGEST: Duration = Duration::from_secs(900);

/// Makes so many groups, and waits until each is ready and shows a token. Tells how long that took.
pub async fn settle(installation: &Installation, operator: &Operator, groups: usize) -> (Environment, f64) {
    let options = SimulatorOptions {
        scenario: format!("groups:{groups}"),
        ..SimulatorOptions::default()
    };
    let environment = installation.environment("scale", options).await.unwrap();
    environment.connect(&Connection::default()).await.unwrap();
    let state = environment.simulator.state().await.unwrap();
    let manifests: Vec<ProtectionGroup> = state["groups"].as_array().unwrap().iter().map(manifest).collect();
    assert_eq!(manifests.len(), groups);

    let started = Instant::now();
    let cluster = &environment.cluster;
    let created = stream::iter(&manifests).map(|group| cluster.create(group));
    let created: Vec<_> = created.buffer_unordered(SIDE_BY_SIDE).try_collect().await.unwrap();
    assert_eq!(created.len(), groups);
    let mut pending_calls = groups;
    while pending_calls > 0 {
        assert!(
            started.elapsed() < LONGEST,
            "{pending_calls} of {groups} groups have not settled"
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
        keep(operator);
        let all: Vec<ProtectionGroup> = cluster.list().await.unwrap();
        pending_calls = all.iter().filter(|group| !settled(group)).count();
    }
    (environment, started.elapsed().as_secs_f64())
}

/// Starts an operator again that has lost its lease on a busy machine, as a cluster does with pods.
pub fn keep(operator: &Operator) {
    if let Err(Error::Ended { .. }) = operator.check() {
        operator.start().unwrap();
    }
}

fn manifest(group: &Value) -> ProtectionGroup {
    let manifest = json!({
        "apiVersion": "stationmaster.dev/v1alpha1",
        "kind": "ProtectionGroup",
        "metadata": { "name": group["name"] },
        "spec": { "providerRef": { "name": PROVIDER }, "sdrs": { "serverGroupID": group["id"] } },
    });
    serde_json::from_value(manifest).unwrap()
}

fn settled(group: &ProtectionGroup) -> bool {
    let Some(status) = &group.status else { return false };
    status.priority_token.is_some() && condition(Some(&status.conditions), "Ready") == Some("True")
}
