//! Two hundred forced failovers filed at once on one connection with the default limits: all of them are accepted, at the rate of the limits.
//! It must not judge by seconds of this machine: requests to the provider are judged, the seconds are printed.

use super::population;
use futures::{StreamExt, TryStreamExt, stream};
use kube::ResourceExt;
use stationmaster_api::{OperationType, ProtectionGroup, RecoveryOperation, Station};
use stationmaster_testkit::installation::{Installation, OperatorOptions, Options};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How many orders are filed.
const ORDERS: usize = 200;
/// How many are filed side by side.
const SIDE_BY_SIDE: usize = 32;
/// How long they may take on whatever machine.
const LONGEST: Duration = Duration::from_secs(900);

/// The reading of one group, as the simulator counts it.
const SHOW: &str = "GET /v1/{project_id}/server-groups/{id}";

/// Files them, waits until the cloud has accepted all, and judges what that cost.
pub async fn two_hundred_at_once() {
    let installation = Installation::start(Options::default()).await.unwrap();
    let options = OperatorOptions {
        lease_duration_seconds: 60,
        ..OperatorOptions::default()
    };
    let operator = installation.operator(options).await.unwrap();
    let (environment, _) = population::settle(&installation, &operator, ORDERS).await;
    let cloud = &environment.simulator;
    let groups: Vec<ProtectionGroup> = environment.cluster.list().await.unwrap();
    let orders = stream::iter(&groups).map(|group| {
        let name = group.name_any();
        let environment = &environment;
        async move {
            let order = format!("{name}-now");
            let made = environment.operation(&order, &name, OperationType::Failover, Some(Station::Target));
            made.await
        }
    });
    let orders: Vec<RecoveryOperation> = orders.buffer_unordered(SIDE_BY_SIDE).try_collect().await.unwrap();

    cloud.clear_requests().await.unwrap();
    let began = Instant::now();
    let filed = stream::iter(&orders).map(|order| environment.cluster.create(order));
    let filed: Vec<RecoveryOperation> = filed.buffer_unordered(SIDE_BY_SIDE).try_collect().await.unwrap();
    let all_filed = began.elapsed();
    assert_eq!(filed.len(), ORDERS);
    let accepted = loop {
        let journal = cloud.journal().await.unwrap();
        let accepted: Vec<_> = journal.into_iter().filter(|call| call.accepted).collect();
        if accepted.len() >= ORDERS {
            break accepted;
        }
        assert!(
            began.elapsed() < LONGEST,
            "{} of {ORDERS} accepted\n{}",
            accepted.len(),
            operator.log().unwrap()
        );
        population::keep(&operator);
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let took = began.elapsed();
    let requests = cloud.requests().await.unwrap();
    let counts: BTreeMap<String, u64> = requests
        .routes
        .iter()
        .map(|route| (format!("{} {}", route.method, route.route), route.count))
        .collect();
    println!(
        "{ORDERS} forced failovers filed in {:.1} s, accepted in {:.1} s; requests until then: {counts:#?}",
        all_filed.as_secs_f64(),
        took.as_secs_f64()
    );
    assert_eq!(accepted.len(), ORDERS);
    assert!(accepted.iter().all(|call| call.duplicates == 0), "each once");
    // One reading and one call for each, and a fifth more, are 480 requests and 48 s at ten a second. Each order needs one reading of its group,
    // right before its call. After each five of them one other request goes: a list, a job, a group whose call was made. A slow machine leaves
    // more over for those, so their bound is wider than at ten a second.
    let orders = u64::try_from(ORDERS).unwrap();
    let all: u64 = counts.values().sum();
    println!("{all} requests, {} would do", orders * 2 * 6 / 5);
    let shown = counts.get(SHOW).copied().unwrap_or_default();
    assert!(
        (orders..=orders * 12 / 5).contains(&shown),
        "{shown} readings of groups for {orders} orders"
    );
    let operations: Vec<RecoveryOperation> = environment.cluster.list().await.unwrap();
    let state = |operation: &RecoveryOperation| operation.status.as_ref().and_then(|status| status.state);
    assert!(
        operations.iter().all(|operation| !matches!(
            state(operation),
            Some(stationmaster_api::OperationState::Refused | stationmaster_api::OperationState::Failed)
        )),
        "none is refused"
    );
}
