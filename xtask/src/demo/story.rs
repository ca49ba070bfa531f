//! The story: three groups, a planned failover by token, a stale manifest that is refused, a forced failover, a reprotect.
//! It must not go on after something that did not happen as told.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use jiff::{Timestamp, TimestampRound, Unit};
use stationmaster_api::ProtectionGroup;
use stationmaster_simulator::scenario::{ARCHIVE_ID, PAYMENTS_DB_ID, PROJECT_ID, WEB_FRONTEND_ID};
use stationmaster_simulator::{ConsoleAct, Station};
use stationmaster_testkit::installation::condition;

use super::follow::{self, Ended};
use super::manifests::{NAMESPACE, Seen};
use super::place::Place;
use super::tell::{Voice, table};
use super::world::{STORY_SPEED, Scene, WATCHING_SPEED, World};
use super::{journal, programs, shell};

/// How long a group may take until it is as it should be.
const SOON: Duration = Duration::from_secs(60);

/// Tells it.
pub async fn tell(world: &mut World, place: Option<&Place>, keep: bool) -> Result<()> {
    eprintln!("building what is not built yet: operator, simulator, control plane (minutes the first time)");
    let programs = programs::obtain().await?;
    let mut voice = Voice::new();
    voice.chapter("A control plane, a cloud, an operator");
    let scene = world.start(&voice, &programs, place, keep).await?;
    scene.write_shell_files()?;
    scene.say_how_to_watch(&voice);
    groups(&mut voice, &scene).await?;
    let mut done = vec![planned_failover(&mut voice, &scene).await?];
    stale_manifest(&mut voice, &scene).await?;
    done.push(forced_failover(&mut voice, &scene).await?);
    done.push(reprotect(&mut voice, &scene).await?);
    summary(&mut voice, &scene, &done).await?;
    if keep {
        scene.simulator.set_speed(WATCHING_SPEED).await?;
        voice.chapter("Yours now");
        scene.hand_over(&voice);
    } else {
        shell::say_what_is_next(&voice);
    }
    Ok(())
}

async fn groups(voice: &mut Voice, scene: &Scene) -> Result<()> {
    voice.chapter("Three protection groups, looked at and left alone");
    scene.manifests.provider(scene.simulator.endpoints())?;
    scene.manifests.group("payments-db", PAYMENTS_DB_ID, Some("source"))?;
    scene.manifests.group("web-frontend", WEB_FRONTEND_ID, None)?;
    scene.manifests.group("archive", ARCHIVE_ID, None)?;
    let kubectl = &scene.kubectl;
    kubectl
        .show(voice, &format!("kubectl create namespace {NAMESPACE}"))
        .await?;
    kubectl
        .show(
            voice,
            &format!("kubectl config set-context --current --namespace={NAMESPACE}"),
        )
        .await?;
    let files = "-f provider.yaml -f payments-db.yaml -f web-frontend.yaml -f archive.yaml";
    kubectl.show(voice, &format!("kubectl apply {files}")).await?;
    for group in ["payments-db", "web-frontend", "archive"] {
        ready(scene, group).await?;
    }
    kubectl.show(voice, "kubectl get drpg").await?;
    Ok(())
}

async fn planned_failover(voice: &mut Voice, scene: &Scene) -> Result<Ended> {
    voice.chapter("A planned failover of payments-db, asked for by token");
    voice.say("An intent must quote the token that the cluster shows now: who asks has seen the present state.");
    let token = intent(voice, scene, "payments-db").await?;
    waits(voice, scene, "payments-db", "ServersRunning").await?;
    stop_servers(voice, scene, "payments-db").await?;
    let ended = follow::to_the_end(voice, &scene.cluster, &format!("payments-db-{token}")).await?;
    ready(scene, "payments-db").await?;
    scene.kubectl.show(voice, "kubectl get drpg").await?;
    let moved = scene.simulator.group("payments-db").await?;
    ensure!(
        moved.priority_station == Station::Target,
        "the provider does not show payments-db at target"
    );
    Ok(ended)
}

/// Asks for production at `target`, with the token that is shown; tells the token.
async fn intent(voice: &Voice, scene: &Scene, group: &str) -> Result<String> {
    let kubectl = &scene.kubectl;
    let ask = format!("kubectl get drpg {group} -o jsonpath='{{.status.priorityToken}}'");
    let token = kubectl.show(voice, &ask).await?.trim().to_owned();
    let intent = format!(r#"{{"spec":{{"priorityStation":"target","priorityToken":"{token}"}}}}"#);
    kubectl
        .show(voice, &format!("kubectl patch drpg {group} --type merge -p '{intent}'"))
        .await?;
    Ok(token)
}

/// Shows why an intent has to wait, which it must, and for that reason.
async fn waits(voice: &Voice, scene: &Scene, name: &str, reason: &str) -> Result<()> {
    let message = |group: &ProtectionGroup| {
        let mut conditions = group.status.iter().flat_map(|status| &status.conditions);
        let found = conditions.find(|condition| condition.type_ == "IntentCurrent" && condition.reason == reason);
        found.map(|condition| condition.message.clone())
    };
    let waiting = group(scene, name, &format!("waits because of {reason}"), |group| {
        message(group).is_some()
    })
    .await?;
    voice.note(&format!("{reason}: {}", message(&waiting).unwrap_or_default()));
    Ok(())
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
    let token = intent(voice, scene, "web-frontend").await?;
    waits(voice, scene, "web-frontend", "MembersInvalid").await?;
    voice.say("An intent never turns into a forced failover. That is an act of its own: a person files it, for the state just seen.");
    let seen = seen(scene, "web-frontend").await?;
    ensure!(seen.token == token, "the token has changed although nothing has moved");
    scene.manifests.operation("failover", "web-frontend", &seen)?;
    let kubectl = &scene.kubectl;
    kubectl.show(voice, "grep -v '^ *#' web-frontend-failover.yaml").await?;
    kubectl
        .show(voice, "kubectl create -f web-frontend-failover.yaml")
        .await?;
    let ended = follow::to_the_end(voice, &scene.cluster, "web-frontend-failover").await?;
    group(scene, "web-frontend", "is failed over", |group| {
        is(group, "Protected", "False")
    })
    .await?;
    kubectl.show(voice, "kubectl get drpg web-frontend").await?;
    Ok(ended)
}

async fn reprotect(voice: &mut Voice, scene: &Scene) -> Result<Ended> {
    voice.chapter("The lost site is repaired: web-frontend is protected again, the other way");
    fault(scene, "0").await?;
    let seen = seen(scene, "web-frontend").await?;
    scene.manifests.operation("reprotect", "web-frontend", &seen)?;
    let kubectl = &scene.kubectl;
    kubectl
        .show(voice, "kubectl create -f web-frontend-reprotect.yaml")
        .await?;
    let ended = follow::to_the_end(voice, &scene.cluster, "web-frontend-reprotect").await?;
    group(scene, "web-frontend", "is protected", |group| {
        is(group, "Protected", "True")
    })
    .await?;
    kubectl.show(voice, "kubectl get drpg,drrun").await?;
    Ok(ended)
}

async fn summary(voice: &mut Voice, scene: &Scene, done: &[Ended]) -> Result<()> {
    voice.chapter("What happened");
    let mut rows = vec![["GROUP", "OPERATION", "TOOK", "OUTCOME"].map(str::to_owned).to_vec()];
    rows.extend(done.iter().map(|ended| {
        vec![
            ended.group.clone(),
            ended.operation_type.to_string(),
            format!("{} s", ended.seconds),
            ended.message.clone(),
        ]
    }));
    voice.say(&table(&rows));
    voice.say(&format!(
        "(The simulated cloud runs {STORY_SPEED} times as fast as a real one.)"
    ));
    voice.say("\nWhat the provider was asked to change, from its own journal:");
    let calls = scene.simulator.journal().await?;
    voice.say(&table(&journal::rows(&calls)));
    journal::check(&calls, &scene.simulator.history().await?, done)?;
    let archive = scene.simulator.group("archive").await?;
    ensure!(
        archive.status == "protected" && archive.priority_station == Station::Source,
        "archive is not as it was: {archive:?}"
    );
    let shown: ProtectionGroup = scene.cluster.get("archive").await?;
    ensure!(is(&shown, "Protected", "True"), "archive is not shown as protected");
    voice.say(&format!(
        "One call for each operation, none for archive. {:.0} s in all.",
        voice.seconds()
    ));
    Ok(())
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

/// What a person reads before filing an operation.
async fn seen(scene: &Scene, name: &str) -> Result<Seen> {
    let shown = group(scene, name, "shows a token", |group| {
        group
            .status
            .as_ref()
            .is_some_and(|status| status.priority_token.is_some())
    })
    .await?;
    let to_the_second = TimestampRound::new().smallest(Unit::Second);
    let not_after = (Timestamp::now() + Duration::from_secs(3600)).round(to_the_second)?;
    Ok(Seen {
        uid: shown.metadata.uid.context("an object has a uid")?,
        token: shown
            .status
            .and_then(|status| status.priority_token)
            .context("it was just there")?,
        not_after: not_after.to_string(),
    })
}

async fn ready(scene: &Scene, name: &str) -> Result<ProtectionGroup> {
    group(scene, name, "is ready", |group| is(group, "Ready", "True")).await
}

async fn group(
    scene: &Scene,
    name: &str,
    what: &str,
    is_so: impl FnMut(&ProtectionGroup) -> bool,
) -> Result<ProtectionGroup> {
    Ok(scene.cluster.within(SOON).wait_for(name, what, is_so).await?)
}

/// Whether a condition of the present generation has that status.
fn is(group: &ProtectionGroup, name: &str, status: &str) -> bool {
    let Some(shown) = &group.status else { return false };
    shown.observed_generation == group.metadata.generation && condition(Some(&shown.conditions), name) == Some(status)
}
