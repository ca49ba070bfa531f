//! SDRS: three groups, a planned failover by token, a stale manifest that is refused, a forced failover, a reprotect.
//! It must not go on after something that did not happen as told.

use anyhow::{Result, ensure};
use stationmaster_api::{OperationType, ProtectionGroup};
use stationmaster_simulator::scenario::{
    ACCOUNT, ARCHIVE_ID, PASSWORD, PAYMENTS_DB_ID, PROJECT, PROJECT_ID, USER, WEB_FRONTEND_ID,
};
use stationmaster_simulator::{ConsoleAct, Station};
use stationmaster_testkit::installation::{Endpoints, Simulator, SimulatorOptions};

use super::{Moved, Vendor};
use crate::demo::follow::{self, Ended};
use crate::demo::manifests::{Manifests, Sample};
use crate::demo::steps;
use crate::demo::tell::Voice;
use crate::demo::world::Scene;

/// The first thing to try in a demo that is kept. `docs/tour.md` has the same lines.
const TRY: [&str; 4] = [
    "TOKEN=$(kubectl get drpg archive -o jsonpath='{.status.priorityToken}')",
    r#"kubectl patch drpg archive --type merge -p '{"spec":{"priorityStation":"target","priorityToken":"'$TOKEN'"}}'"#,
    r#"curl -s $SIMULATOR_CONTROL/console -d '{"group":"archive","servers":{"station":"source","status":"SHUTOFF"}}'"#,
    "kubectl wait drrun/archive-$TOKEN --for=condition=Complete --timeout=120s",
];

/// SDRS.
pub const VENDOR: Vendor = Vendor {
    simulator: SimulatorOptions::default,
    speeds: [10.0, 4.0],
    serves: |endpoints| format!("the simulated cloud serves SDRS, IAM and ECS at {}", endpoints.sdrs),
    addresses: |endpoints| {
        vec![
            ("SDRS_ENDPOINT", endpoints.sdrs.clone()),
            ("IAM_ENDPOINT", endpoints.iam.clone()),
        ]
    },
    service: "sdrs",
    action: |operation| match operation {
        OperationType::PlannedFailover => "reverse-server-group",
        OperationType::Failover => "failover-server-group",
        OperationType::Reprotect | OperationType::EnableProtection => "start-server-group",
        OperationType::DisableProtection => "stop-server-group",
    },
    is_on: |call, group| call.resource_name.as_deref() == Some(group),
    try_next: (
        "move archive. It waits until its servers are stopped; the third line stops them.",
        &TRY,
    ),
    pages: "docs/tour.md tells what you see, and goes on from there. docs/simulator.md: break things on purpose.",
    keep: "cargo xtask demo --keep   the same story, and then everything goes on: docs/tour.md moves a group by hand",
    guide: "docs/providers/sdrs.md    connect a real cloud",
};

/// Tells it.
pub async fn story(voice: &mut Voice, scene: &Scene) -> Result<Vec<Ended>> {
    groups(voice, scene).await?;
    let mut done = vec![planned_failover(voice, scene).await?];
    stale_manifest(voice, scene).await?;
    done.push(forced_failover(voice, scene).await?);
    done.push(reprotect(voice, scene).await?);
    Ok(done)
}

/// All changes of a group's role.
pub async fn moved(simulator: &Simulator) -> Result<Vec<Moved>> {
    let history = simulator.history().await?.into_iter();
    let moved = history.filter(|change| change.role_changed()).map(|change| Moved {
        name: change.name,
        cause: change.cause,
    });
    Ok(moved.collect())
}

/// archive is as it was.
pub async fn end(scene: &Scene) -> Result<&'static str> {
    let archive = scene.simulator.group("archive").await?;
    ensure!(
        archive.status == "protected" && archive.priority_station == Station::Source,
        "archive is not as it was: {archive:?}"
    );
    let shown: ProtectionGroup = scene.cluster.get("archive").await?;
    ensure!(
        steps::is(&shown, "Protected", "True"),
        "archive is not shown as protected"
    );
    Ok("One call for each operation, none for archive.")
}

async fn groups(voice: &mut Voice, scene: &Scene) -> Result<()> {
    voice.chapter("Three protection groups, looked at and left alone");
    provider(&scene.manifests, scene.simulator.endpoints())?;
    group(&scene.manifests, "payments-db", PAYMENTS_DB_ID, Some("source"))?;
    group(&scene.manifests, "web-frontend", WEB_FRONTEND_ID, None)?;
    group(&scene.manifests, "archive", ARCHIVE_ID, None)?;
    steps::apply(voice, scene, &["payments-db", "web-frontend", "archive"]).await
}

async fn planned_failover(voice: &mut Voice, scene: &Scene) -> Result<Ended> {
    voice.chapter("A planned failover of payments-db, asked for by token");
    voice.say("An intent must quote the token that the cluster shows now: who asks has seen the present state.");
    let token = steps::intent(voice, scene, "payments-db").await?;
    steps::waits(voice, scene, "payments-db", "ServersRunning").await?;
    stop_servers(voice, scene, "payments-db").await?;
    let ended = follow::to_the_end(voice, &scene.cluster, &format!("payments-db-{token}")).await?;
    steps::ready(scene, "payments-db").await?;
    scene.kubectl.show(voice, "kubectl get drpg").await?;
    let moved = scene.simulator.group("payments-db").await?;
    ensure!(
        moved.priority_station == Station::Target,
        "the provider does not show payments-db at target"
    );
    Ok(ended)
}

/// What the person does whose servers they are: SDRS moves a group only when production is stopped.
async fn stop_servers(voice: &Voice, scene: &Scene, group: &str) -> Result<()> {
    let servers = scene.simulator.servers(group, Station::Source).await?;
    let (ids, names): (Vec<String>, Vec<String>) = servers.into_iter().map(|server| (server.id, server.name)).unzip();
    voice.say(&format!(
        "Somebody shuts {} down, over the cloud's own API:\n  POST /v1/{PROJECT_ID}/cloudservers/action (os-stop)",
        names.join(" and ")
    ));
    scene.simulator.sign_in().await?.stop_servers(&ids).await?;
    Ok(())
}

async fn stale_manifest(voice: &mut Voice, scene: &Scene) -> Result<()> {
    voice.chapter("Somebody applies last month's manifest, which still says `source`");
    let before = scene.simulator.calls_on("payments-db").await?.len();
    let answer = scene
        .kubectl
        .show_refusal(voice, "kubectl apply -f payments-db.yaml")
        .await?;
    ensure!(
        answer.contains("an intent must quote the token of the present state"),
        "it was refused, but not because of its token"
    );
    let group: ProtectionGroup = scene.cluster.get("payments-db").await?;
    let station = group.spec.priority_station.map(|station| station.as_str());
    ensure!(
        station == Some("target"),
        "the intent has changed in spite of the refusal"
    );
    let after = scene.simulator.calls_on("payments-db").await?.len();
    ensure!(before == after, "the provider was asked for something");
    voice.say("Refused by the API server: an old text is no intent of now. Nothing moves.");
    Ok(())
}

async fn forced_failover(voice: &mut Voice, scene: &Scene) -> Result<Ended> {
    voice.chapter("web-frontend's production site fails: a forced failover");
    fault(scene, "2").await?;
    let token = steps::intent(voice, scene, "web-frontend").await?;
    steps::waits(voice, scene, "web-frontend", "MembersInvalid").await?;
    voice.say("An intent never turns into a forced failover. That is an act of its own: a person files it, for the state just seen.");
    let seen = steps::seen(scene, "web-frontend").await?;
    ensure!(seen.token == token, "the token has changed although nothing has moved");
    scene.manifests.operation("failover", "web-frontend", &seen)?;
    let kubectl = &scene.kubectl;
    kubectl.show(voice, "grep -v '^ *#' web-frontend-failover.yaml").await?;
    kubectl
        .show(voice, "kubectl create -f web-frontend-failover.yaml")
        .await?;
    let ended = follow::to_the_end(voice, &scene.cluster, "web-frontend-failover").await?;
    steps::group(scene, "web-frontend", "is failed over", |group| {
        steps::is(group, "Protected", "False")
    })
    .await?;
    kubectl.show(voice, "kubectl get drpg web-frontend").await?;
    Ok(ended)
}

async fn reprotect(voice: &mut Voice, scene: &Scene) -> Result<Ended> {
    voice.chapter("The lost site is repaired: web-frontend is protected again, the other way");
    fault(scene, "0").await?;
    let seen = steps::seen(scene, "web-frontend").await?;
    scene.manifests.operation("reprotect", "web-frontend", &seen)?;
    let kubectl = &scene.kubectl;
    kubectl
        .show(voice, "kubectl create -f web-frontend-reprotect.yaml")
        .await?;
    let ended = follow::to_the_end(voice, &scene.cluster, "web-frontend-reprotect").await?;
    steps::group(scene, "web-frontend", "is protected", |group| {
        steps::is(group, "Protected", "True")
    })
    .await?;
    kubectl.show(voice, "kubectl get drpg,drrun").await?;
    Ok(ended)
}

/// Sets the fault level of web-frontend's disks: `2` production disk unusable, `0` none.
async fn fault(scene: &Scene, level: &str) -> Result<()> {
    let act = ConsoleAct {
        group: "web-frontend".into(),
        set_fault_level: Some(level.into()),
        ..ConsoleAct::default()
    };
    Ok(scene.simulator.console(act).await?)
}

/// `provider.yaml`: Secret and ProtectionProvider for the simulated cloud.
fn provider(manifests: &Manifests, endpoints: &Endpoints) -> Result<()> {
    let text = Sample::read("sdrs-provider.yaml")?
        .with("https://sdrs.eu-de.otc.t-systems.com", &endpoints.sdrs)?
        .with("https://iam.eu-de.otc.t-systems.com", &endpoints.iam)?
        .with("https://ecs.eu-de.otc.t-systems.com", &endpoints.ecs)?
        .with("projectName: eu-de_shop", &format!("projectName: {PROJECT}"))?
        .with("OTC-EU-DE-00000000001000012345", ACCOUNT)?
        .with("username: stationmaster", &format!("username: {USER}"))?
        .with("replace-me", PASSWORD)?
        .with("pollIntervalSeconds: 30", "pollIntervalSeconds: 5")?;
    manifests.write("provider.yaml", text)
}

/// `<name>.yaml`: a ProtectionGroup without an intent; or, as Git may hold it, with production where it runs today.
fn group(manifests: &Manifests, name: &str, server_group_id: &str, station: Option<&str>) -> Result<()> {
    let mut sample = Sample::read("sdrs-group.yaml")?
        .with("orders-db", name)?
        .with("40df180b-9fe2-471a-8c64-1b758dc84189", server_group_id)?;
    if let Some(station) = station {
        sample = sample
            .with(
                "# A protection group without an intent: it is observed, and nothing is ever moved.\n",
                "",
            )?
            .with("  objectives:", &format!("  priorityStation: {station}\n  objectives:"))?;
    }
    manifests.write(&format!("{name}.yaml"), sample)
}

#[cfg(test)]
mod tests {
    use stationmaster_testkit::installation::manifests::documents;

    use super::*;

    #[test]
    fn the_provider_points_at_this_run_and_at_nothing_outside() {
        let directory = tempfile::tempdir().unwrap();
        let manifests = Manifests::in_directory(directory.path().join("m")).unwrap();
        let endpoints = Endpoints {
            sdrs: "http://127.0.0.1:1".into(),
            iam: "http://127.0.0.1:2".into(),
            ecs: "http://127.0.0.1:3".into(),
            control: "http://127.0.0.1:4".into(),
            ..Endpoints::default()
        };
        provider(&manifests, &endpoints).unwrap();
        let text = std::fs::read_to_string(manifests.directory().join("provider.yaml")).unwrap();
        let documents = documents(&text).unwrap();
        assert_eq!(documents[1]["spec"]["sdrs"]["ecsEndpoint"], "http://127.0.0.1:3");
        assert!(!text.contains("t-systems"));
        group(&manifests, "a", "7c2b6f0e", Some("source")).unwrap();
        let text = std::fs::read_to_string(manifests.directory().join("a.yaml")).unwrap();
        assert!(
            text.contains("priorityStation: source") && text.contains("serverGroupID: 7c2b6f0e"),
            "{text}"
        );
    }

    #[test]
    fn what_is_to_be_tried_is_run_by_the_tour_in_the_same_order() {
        let tour = std::fs::read_to_string(crate::workspace::root().join("docs/tour.md")).unwrap();
        let mut rest = tour.lines();
        for command in TRY {
            let line = format!("$ {command}");
            assert!(
                rest.any(|of_tour| of_tour == line),
                "docs/tour.md does not run `{command}` at this place"
            );
        }
    }
}
