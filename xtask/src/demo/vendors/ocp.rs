//! OCP: three tenants at two sites as one group, a planned switchover by token, a lost site and a forced batch failover.
//! It must not go on after something that did not happen as told.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use stationmaster_api::{OperationType, RecoveryOperationStatus};
use stationmaster_simulator::scenario::{
    OCP_ACCESS_KEY, OCP_EAST_ID, OCP_PRIMARY_IDS, OCP_SECRET_KEY, OCP_SQL_PASSWORD, OCP_SQL_USER, OCP_STANDBY_IDS,
    OCP_TENANTS, OCP_WEST, OCP_WEST_ID,
};
use stationmaster_simulator::{JournalEntry, TenantAct};
use stationmaster_testkit::installation::{Database, Endpoints, Simulator, SimulatorOptions};

use super::{Moved, Vendor};
use crate::demo::follow::{self, Ended};
use crate::demo::manifests::{Manifests, Sample};
use crate::demo::steps;
use crate::demo::tell::Voice;
use crate::demo::world::Scene;

/// The group, as the sample calls it.
const GROUP: &str = "shop-tenants";

/// OCP. Its time is the true one: OCP's times are compared with the operator's.
pub const VENDOR: Vendor = Vendor {
    simulator: SimulatorOptions::ocp,
    speeds: [1.0, 1.0],
    serves: |endpoints| {
        let databases: Vec<&str> = endpoints.sql.iter().map(|database| database.address.as_str()).collect();
        format!(
            "the simulated OCP serves at {}, the databases of its two clusters at {}",
            endpoints.ocp,
            databases.join(" and ")
        )
    },
    addresses: |endpoints| {
        let pair = |database: &Database| format!("{}={}", database.cluster, database.address);
        let databases: Vec<String> = endpoints.sql.iter().map(pair).collect();
        vec![
            ("OCP_ENDPOINT", endpoints.ocp.clone()),
            ("SQL_ENDPOINTS", databases.join(",")),
        ]
    },
    service: "ocp",
    // Only of those is there a call; another word would be found nowhere.
    action: |operation| match operation {
        OperationType::PlannedFailover => "switchover",
        OperationType::Failover => "failover",
        OperationType::Reprotect | OperationType::EnableProtection | OperationType::DisableProtection => "no call",
    },
    is_on: |call, group| group == GROUP && is_whole(call),
    try_next: (
        "look at the operations, and at what OCP was asked, in its own words.",
        &["kubectl get drrun -o wide", "curl -s $SIMULATOR_CONTROL/journal"],
    ),
    pages: "docs/providers/ocp.md: how the group is protected again. docs/simulator.md#ocp: break things on purpose.",
    keep: "cargo xtask demo --provider ocp --keep   the same story, and then everything goes on",
    guide: "docs/providers/ocp.md     connect a real OCP",
};

/// Whether a batch is at each of the three tenants, at one side or both, and at nothing else.
fn is_whole(call: &JournalEntry) -> bool {
    let named: BTreeSet<&str> = call.resource.iter().flat_map(|ids| ids.split(',')).collect();
    let pairs = OCP_PRIMARY_IDS.iter().zip(OCP_STANDBY_IDS);
    let mut known = BTreeSet::new();
    for (east, west) in pairs {
        let pair = [east.to_string(), west.to_string()];
        if !pair.iter().any(|id| named.contains(id.as_str())) {
            return false;
        }
        known.extend(pair);
    }
    named.iter().all(|id| known.contains(*id))
}

/// Tells it.
pub async fn story(voice: &mut Voice, scene: &Scene) -> Result<Vec<Ended>> {
    voice.chapter("Three tenants of OceanBase are one protection group, looked at and left alone");
    provider(&scene.manifests, scene.simulator.endpoints())?;
    group(&scene.manifests)?;
    scene
        .kubectl
        .show(voice, &format!("grep -v '^ *#' {GROUP}.yaml"))
        .await?;
    steps::apply(voice, scene, &[GROUP]).await?;
    Ok(vec![
        switchover(voice, scene).await?,
        forced_failover(voice, scene).await?,
    ])
}

async fn switchover(voice: &mut Voice, scene: &Scene) -> Result<Ended> {
    voice.chapter("A planned switchover of all three, asked for by token");
    voice.say("An intent must quote the token that the cluster shows now: who asks has seen the present state.");
    let token = steps::intent(voice, scene, GROUP).await?;
    let name = format!("{GROUP}-{token}");
    tasks(voice, scene, &name).await?;
    let ended = follow::to_the_end(voice, &scene.cluster, &name).await?;
    steps::ready(scene, GROUP).await?;
    scene.kubectl.show(voice, "kubectl get drpg").await?;
    stand(scene, ["STANDBY", "PRIMARY"]).await?;
    Ok(ended)
}

async fn forced_failover(voice: &mut Voice, scene: &Scene) -> Result<Ended> {
    voice.chapter("The site where production runs now is lost: one forced failover of all three, back to the source");
    let lost = TenantAct {
        cluster: Some(OCP_WEST.into()),
        down: Some(true),
        ..TenantAct::default()
    };
    scene.simulator.tenant_act(&lost).await?;
    voice.say(&format!(
        "{OCP_WEST} is gone: its database answers nobody any more.\n\
         A forced failover is an act of its own: a person files it, for the state just seen."
    ));
    let seen = steps::seen(scene, GROUP).await?;
    scene.manifests.changed_operation("failover", GROUP, &seen, |sample| {
        sample
            .with("targetStation: target", "targetStation: source")?
            .with(
                "SDRS does not tell how far the other side is behind.",
                "The lost site does not tell how far the other one was behind.",
            )?
            .with("AZ 1 is without power", "the west is without power")
    })?;
    let kubectl = &scene.kubectl;
    let file = format!("{GROUP}-failover.yaml");
    kubectl.show(voice, &format!("grep -v '^ *#' {file}")).await?;
    kubectl.show(voice, &format!("kubectl create -f {file}")).await?;
    let name = format!("{GROUP}-failover");
    tasks(voice, scene, &name).await?;
    let ended = follow::to_the_end(voice, &scene.cluster, &name).await?;
    steps::group(scene, GROUP, "is failed over", |group| {
        steps::is(group, "Protected", "False")
    })
    .await?;
    kubectl.show(voice, "kubectl get drpg,drrun").await?;
    Ok(ended)
}

/// Waits until the call has started a task for each tenant, and shows what OCP does, subtask by subtask.
async fn tasks(voice: &Voice, scene: &Scene, operation: &str) -> Result<()> {
    let three = u32::try_from(OCP_TENANTS.len()).ok();
    let shown = |status: &RecoveryOperationStatus| {
        let job = status.job.as_ref();
        job.is_some_and(|job| job.jobs_total == three && !job.sub_jobs.is_empty())
    };
    follow::until(voice, &scene.cluster, operation, "shows three tasks", shown).await?;
    voice.say("One call has started a task for each tenant. Their subtasks:");
    let each = r#"{range .status.job.subJobs[*]}{.resource}{"  "}{.status}{"\t"}{.name}{"\n"}{end}"#;
    let line = format!("kubectl get drrun {operation} -o jsonpath='{each}'");
    scene.kubectl.show(voice, &line).await?;
    Ok(())
}

/// The roles of all tenants in the databases: in the east, and in the west.
async fn stand(scene: &Scene, roles: [&str; 2]) -> Result<()> {
    let tenants = scene.simulator.tenants().await?;
    for (cluster, role) in [OCP_EAST_ID, OCP_WEST_ID].into_iter().zip(roles) {
        let there: Vec<_> = tenants.iter().filter(|tenant| tenant.cluster == cluster).collect();
        ensure!(
            there.len() == OCP_TENANTS.len() && there.iter().all(|tenant| tenant.role == role),
            "not each tenant of cluster {cluster} is {role}: {there:?}"
        );
    }
    Ok(())
}

/// All changes of a tenant's role.
pub async fn moved(simulator: &Simulator) -> Result<Vec<Moved>> {
    let history = simulator.tenant_history().await?.into_iter();
    let moved = history
        .filter(|change| change.role[0] != change.role[1])
        .map(|change| Moved {
            name: format!("{}/{}", change.cluster, change.name),
            cause: change.cause,
        });
    Ok(moved.collect())
}

/// Production runs in the east. The lost primaries are what they were: that is why they must be fenced before the west comes back.
pub async fn end(scene: &Scene) -> Result<&'static str> {
    stand(scene, ["PRIMARY", "PRIMARY"]).await?;
    Ok("One call for each operation, at all three tenants.\n\
        The tenants of the lost site are still primaries there. Fence them, and make them anew as standbys: Reprotect says what to do, step by\n\
        step (docs/providers/ocp.md).")
}

/// `provider.yaml`: Secrets and ProtectionProvider for the simulated OCP and its databases.
fn provider(manifests: &Manifests, endpoints: &Endpoints) -> Result<()> {
    let mut sample = Sample::read("ocp-provider.yaml")?
        .with("https://ocp.example.com:8080", &endpoints.ocp)?
        .with("accessKey: replace-me", &format!("accessKey: {OCP_ACCESS_KEY}"))?
        .with("secretKey: replace-me", &format!("secretKey: {OCP_SECRET_KEY}"))?
        .with("password: replace-me", &format!("password: {OCP_SQL_PASSWORD}"))?
        .with("        tlsRequired: true\n", "")?;
    // OCP's numbers of the sample are those of no simulated cluster; the west's number is the sample's first one, so it is replaced last.
    let places = [(OCP_EAST_ID, "berlin", "3000010"), (OCP_WEST_ID, "munich", "3000020")];
    for (cluster, place, number) in places {
        let found = endpoints.sql.iter().find(|database| database.cluster == cluster);
        let address = found.map(|database| database.address.as_str()).unwrap_or_default();
        let (host, port) = address.rsplit_once(':').unwrap_or_default();
        sample = sample
            .with(&format!("clusterID: {number}"), &format!("clusterID: {cluster}"))?
            .with(
                &format!("host: obproxy.{place}.example.com\n        port: 2883"),
                &format!("host: {host}\n        port: {port}"),
            )?
            .with(&format!("reader@sys#{place}"), OCP_SQL_USER)?;
    }
    manifests.write("provider.yaml", sample)
}

/// `shop-tenants.yaml`: the sample with the clusters and tenants of this run.
fn group(manifests: &Manifests) -> Result<()> {
    let mut sample = Sample::read("ocp-group.yaml")?
        .with("sourceClusterID: 3000010", &format!("sourceClusterID: {OCP_EAST_ID}"))?
        .with("targetClusterID: 3000020", &format!("targetClusterID: {OCP_WEST_ID}"))?
        .with("serviceName: payments", "serviceName: svc_orders")?
        .with("serviceName: orders", "serviceName: svc_payments")?;
    for (index, (east, west)) in OCP_PRIMARY_IDS.into_iter().zip(OCP_STANDBY_IDS).enumerate() {
        sample = sample
            .with(
                &format!("sourceTenantID: 200002{}", index + 5),
                &format!("sourceTenantID: {east}"),
            )?
            .with(
                &format!("targetTenantID: 200012{}", index + 5),
                &format!("targetTenantID: {west}"),
            )?;
    }
    manifests.write(&format!("{GROUP}.yaml"), sample)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stationmaster_testkit::installation::manifests::documents;

    use super::*;

    #[test]
    fn provider_and_group_are_the_samples_with_this_run_in_them() {
        let directory = tempfile::tempdir().unwrap();
        let manifests = Manifests::in_directory(directory.path().join("m")).unwrap();
        let database = |cluster, port: u16| Database {
            cluster,
            address: format!("127.0.0.1:{port}"),
        };
        let endpoints = Endpoints {
            ocp: "http://127.0.0.1:1".into(),
            sql: vec![database(OCP_EAST_ID, 2), database(OCP_WEST_ID, 3)],
            ..Endpoints::default()
        };
        provider(&manifests, &endpoints).unwrap();
        group(&manifests).unwrap();
        let read = |name: &str| std::fs::read_to_string(manifests.directory().join(name)).unwrap();
        let text = read("provider.yaml");
        assert!(!text.contains("example.com") && !text.contains("replace-me"), "{text}");
        let spec = documents(&text).unwrap().pop().unwrap()["spec"]["ocp"].clone();
        let databases: Vec<_> = spec["sql"]
            .as_array()
            .unwrap()
            .iter()
            .map(|sql| (&sql["clusterID"], &sql["port"]))
            .collect();
        assert_eq!(
            databases,
            [(&json!(OCP_EAST_ID), &json!(2)), (&json!(OCP_WEST_ID), &json!(3))]
        );
        let group = documents(&read("shop-tenants.yaml")).unwrap().pop().unwrap()["spec"]["ocp"].clone();
        let sides = |side: &str| -> Vec<u64> {
            let tenants = group["tenants"].as_array().unwrap().iter();
            tenants.map(|tenant| tenant[side].as_u64().unwrap()).collect()
        };
        assert_eq!(sides("sourceTenantID"), OCP_PRIMARY_IDS);
        assert_eq!(sides("targetTenantID"), OCP_STANDBY_IDS);
        assert_eq!(group["sourceClusterID"], json!(OCP_EAST_ID));
        assert_eq!(group["tenants"][0]["serviceName"], "svc_payments");
    }
}
