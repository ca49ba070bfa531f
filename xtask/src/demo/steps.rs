//! What a person does in each story, whatever is moved: asks, looks, files, waits.
//! It must not know a vendor, nor go on after something that did not happen as told.

use std::time::Duration;

use anyhow::{Context, Result};
use jiff::{Timestamp, TimestampRound, Unit};
use stationmaster_api::ProtectionGroup;
use stationmaster_testkit::installation::condition;

use super::manifests::{NAMESPACE, Seen};
use super::tell::Voice;
use super::world::Scene;

/// How long a group may take until it is as it should be.
const SOON: Duration = Duration::from_secs(60);

/// Makes the namespace, and applies the provider and these groups; shows them once they are ready.
pub async fn apply(voice: &Voice, scene: &Scene, groups: &[&str]) -> Result<()> {
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
    let files: Vec<String> = groups.iter().map(|group| format!("-f {group}.yaml")).collect();
    let files = format!("-f provider.yaml {}", files.join(" "));
    kubectl.show(voice, &format!("kubectl apply {files}")).await?;
    for group in groups {
        ready(scene, group).await?;
    }
    kubectl.show(voice, "kubectl get drpg").await?;
    Ok(())
}

/// Asks for production at `target`, with the token that is shown; tells the token.
pub async fn intent(voice: &Voice, scene: &Scene, group: &str) -> Result<String> {
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
pub async fn waits(voice: &Voice, scene: &Scene, name: &str, reason: &str) -> Result<()> {
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

/// What a person reads before filing an operation.
pub async fn seen(scene: &Scene, name: &str) -> Result<Seen> {
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

/// Waits until a group is ready.
pub async fn ready(scene: &Scene, name: &str) -> Result<ProtectionGroup> {
    group(scene, name, "is ready", |group| is(group, "Ready", "True")).await
}

/// Waits until a group is so.
pub async fn group(
    scene: &Scene,
    name: &str,
    what: &str,
    is_so: impl FnMut(&ProtectionGroup) -> bool,
) -> Result<ProtectionGroup> {
    Ok(scene.cluster.within(SOON).wait_for(name, what, is_so).await?)
}

/// Whether a condition of the present generation has that status.
pub fn is(group: &ProtectionGroup, name: &str, status: &str) -> bool {
    let Some(shown) = &group.status else { return false };
    shown.observed_generation == group.metadata.generation && condition(Some(&shown.conditions), name) == Some(status)
}
