//! The honest namespace: its forced failovers, and what each cost until its call had left.
//! It must not know that there is another.

use stationmaster_api::{OperationState, OperationType, ProtectionGroup, Station};
use stationmaster_testkit::installation::{Connection, Environment, Installation, SimulatorOptions, condition};
use std::time::{Duration, Instant};

/// The reading of one group, as the simulator counts it.
const SHOW: &str = "/v1/{project_id}/server-groups/{id}";
/// How long a failover may take on whatever machine. Who waits for a tarpit waits for as long as this at least.
const LONGEST: Duration = Duration::from_secs(40);

/// Groups that are failed over, half of them with nobody beside them; the last stays at rest.
pub const GROUPS: usize = 7;

/// What one failover cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Readings of the group until the cloud had the call.
    pub readings: u64,
    /// Seconds from the order to the call.
    pub seconds: f64,
}

/// The namespace, with its groups connected and settled.
pub async fn settled(installation: &Installation) -> Environment {
    let options = SimulatorOptions {
        scenario: format!("groups:{GROUPS}"),
        speed: 60.0,
        ..SimulatorOptions::default()
    };
    let environment = installation.environment("honest", options).await.unwrap();
    environment.connect(&Connection::default()).await.unwrap();
    for number in 1..=GROUPS {
        environment.protect(&group(number)).await.unwrap();
    }
    environment
}

/// The name of a group.
pub fn group(number: usize) -> String {
    format!("group-{number:04}")
}

/// Orders a forced failover and waits until it has succeeded.
pub async fn failover(environment: &Environment, group: &str) -> Cost {
    let (cloud, name) = (&environment.simulator, format!("{group}-now"));
    let order = environment.operation(&name, group, OperationType::Failover, Some(Station::Target));
    let order = order.await.unwrap();
    cloud.clear_requests().await.unwrap();
    let began = Instant::now();
    environment.cluster.create(&order).await.unwrap();
    loop {
        let calls = cloud.calls_on(group).await.unwrap();
        if calls.iter().any(|call| call.accepted) {
            break;
        }
        assert!(began.elapsed() < LONGEST, "{group}: its call has not left");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let seconds = began.elapsed().as_secs_f64();
    let counted = cloud.requests().await.unwrap();
    let shown = counted
        .routes
        .iter()
        .filter(|route| route.route == SHOW && route.method == "GET");
    let readings = shown.map(|route| route.count).sum();
    let ended = environment.ended(&name).await.unwrap();
    assert_eq!(ended.status.unwrap().state, Some(OperationState::Succeeded));
    let calls = cloud.calls_on(group).await.unwrap();
    assert!(calls.len() == 1 && calls[0].duplicates == 0, "{calls:?}");
    Cost { readings, seconds }
}

/// Whether a group at rest shows that all is well.
pub fn is_well(group: &ProtectionGroup) -> bool {
    let conditions = group.status.as_ref().map(|status| &status.conditions);
    ["Ready", "ProviderReachable", "Protected"]
        .iter()
        .all(|name| condition(conditions, name) == Some("True"))
}
