//! OCP as the stories need it: three tenants at two sites, and what happens to them behind the operator's back.
//! It must not tell a story, nor ask the operator for anything.

use super::stage::{Group, Stage};
use serde_json::{Value, json};
use stationmaster_api::group::AvailableAction;
use stationmaster_api::{OperationType, ProtectionGroupStatus, Station};
use stationmaster_simulator::scenario::{OCP_TENANTS, OCP_WEST, OCP_WEST_ID};
use stationmaster_simulator::{Act, FaultMatch, FaultRule, JournalEntry, SubtaskFault, TenantAct, TenantAction};
use stationmaster_testkit::installation::{self, Connection, SimulatorOptions};

/// The group of all three tenants.
pub const GROUP: &str = "shop";

/// A task takes two seconds instead of twelve.
const QUICK: [(&str, &str); 3] = [
    ("ocp-tick-seconds", "0.1"),
    ("ocp-step-seconds", "0.2"),
    ("ocp-role-seconds", "0.5"),
];

/// The cloud.
pub fn cloud() -> SimulatorOptions {
    SimulatorOptions {
        switches: QUICK.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        ..SimulatorOptions::ocp()
    }
}

/// A connection whose calls are signed, with both databases.
pub fn signed() -> Connection {
    Connection {
        access_key: true,
        ..Connection::default()
    }
}

/// A namespace with an OCP of its own, at the installation of this process.
pub async fn stage(prefix: &str) -> Stage {
    Stage::at(installation::shared().await.unwrap(), prefix, cloud(), &signed()).await
}

/// From now on the subtask that changes a role takes so long that what runs is surely seen, also on a busy machine.
pub async fn slowly(stage: &Stage) {
    let simulator = &stage.environment.simulator;
    simulator.set_switch("ocp-role-seconds", "15").await.unwrap();
}

/// Something happens to a tenant, `cluster/name`.
pub async fn to_tenant(stage: &Stage, cluster: &str, name: &str, act: TenantAct) {
    let act = TenantAct {
        tenant: Some(format!("{cluster}/{name}")),
        ..act
    };
    stage.environment.simulator.tenant_act(&act).await.unwrap();
}

/// A whole site is lost, or comes back as it was.
pub async fn lost(stage: &Stage, cluster: &str, down: bool) {
    let act = TenantAct {
        cluster: Some(cluster.to_owned()),
        down: Some(down),
        ..TenantAct::default()
    };
    stage.environment.simulator.tenant_act(&act).await.unwrap();
}

/// Somebody drops the tenants of a cluster and makes them anew as standbys of those in the west.
pub async fn made_anew_in(stage: &Stage, cluster: &str) {
    for name in OCP_TENANTS {
        let act = TenantAct {
            action: Some(TenantAction::Recreate),
            standby_of: Some(format!("{OCP_WEST}/{name}")),
            ..TenantAct::default()
        };
        to_tenant(stage, cluster, name, act).await;
    }
}

/// What happens to the next call with this action.
pub async fn on(stage: &Stage, action: &str, act: Act) {
    let rule = FaultRule::new(FaultMatch::action(action), act);
    stage.environment.simulator.add_fault(rule).await.unwrap();
}

/// A subtask of the task of one tenant in the west fails once.
pub fn fails(tenant: u64, subtask: usize) -> Act {
    Act::Subtask(SubtaskFault {
        tenant: Some(tenant.to_string()),
        ..SubtaskFault::fail(subtask)
    })
}

/// All mutating calls so far: the word of each, and whether it was taken.
pub async fn calls(stage: &Stage) -> Vec<(String, bool)> {
    let journal = stage.environment.simulator.journal().await.unwrap();
    let call = |entry: JournalEntry| {
        assert_eq!(entry.duplicates, 0, "{entry:#?}");
        (entry.action.unwrap_or(entry.operation), entry.accepted)
    };
    journal.into_iter().map(call).collect()
}

/// The one mutating call that there was.
pub async fn the_one_call(stage: &Stage) -> JournalEntry {
    let mut journal = stage.environment.simulator.journal().await.unwrap();
    assert_eq!(journal.len(), 1, "{journal:#?}");
    journal.remove(0)
}

/// The roles of the tenants of a cluster, in the order of [`OCP_TENANTS`], and their service names.
pub async fn roles(stage: &Stage, cluster: u64) -> Vec<(String, Option<String>)> {
    let tenants = stage.environment.simulator.tenants().await.unwrap();
    let of = |name: &str| {
        let found = tenants.iter().find(|t| t.cluster == cluster && t.name == name);
        found.map_or(("none".to_owned(), None), |t| (t.role.clone(), t.service.clone()))
    };
    OCP_TENANTS.map(of).into()
}

/// The words of the roles in the west.
pub async fn in_the_west(stage: &Stage) -> Vec<String> {
    let roles = roles(stage, OCP_WEST_ID).await;
    roles.into_iter().map(|(role, _)| role).collect()
}

/// The manifest of a group of some of the tenants.
pub async fn only(group: &Group<'_>, names: &[&str]) -> Value {
    let mut manifest = group.manifest().await;
    let services: Vec<Value> = names.iter().map(|name| json!(format!("svc_{name}"))).collect();
    let tenants = manifest["spec"]["ocp"]["tenants"].as_array_mut().unwrap();
    tenants.retain(|pair| services.contains(&pair["serviceName"]));
    assert_eq!(tenants.len(), names.len());
    manifest
}

/// A forced failover to the target is filed by a person who accepts the risks that are shown. What must be accepted has no say in a story.
pub async fn forced(group: &Group<'_>, name: &str) {
    let offers = |status: &ProtectionGroupStatus| {
        let failover = |action: &&AvailableAction| action.operation_type == OperationType::Failover && action.allowed;
        let found = status.available_actions.iter().find(failover)?;
        Some(found.risks.iter().map(|risk| risk.risk).collect::<Vec<_>>())
    };
    let shown = group
        .until("offers a failover", |status| offers(status).is_some())
        .await;
    let mut order = group
        .operation(name, OperationType::Failover, Some(Station::Target))
        .await;
    order.spec.accepted_risks = offers(&shown).unwrap();
    group.stage.environment.cluster.create(&order).await.unwrap();
}
