//! After a forced failover: the old primaries are dropped and made anew as standbys, their ids are named, and the group is protected again.
//! It must not be believed that this was done: each step looks.

use super::stage::{awaits_a_person, condition};
use super::tenants::{self, GROUP, calls, in_the_west, lost, made_anew_in};
use libtest_mimic::Trial;
use stationmaster_api::{ActiveStation, DecisionAction, OperationType, RecoveryOperationStatus, Station, StepState};
use stationmaster_simulator::scenario::{OCP_EAST, OCP_PRIMARY_IDS};

/// All of them.
pub fn stories() -> Vec<Trial> {
    stories![old_primaries_are_made_anew_and_the_group_is_protected_again]
}

async fn old_primaries_are_made_anew_and_the_group_is_protected_again() {
    let stage = tenants::stage("again").await;
    let group = stage.group(GROUP);
    group.protect().await;
    lost(&stage, OCP_EAST, true).await;
    group
        .runs("east-is-dark", OperationType::Failover, Some(Station::Target))
        .await;

    let environment = &stage.environment;
    environment
        .file("east-is-back", GROUP, OperationType::Reprotect, Some(Station::Target))
        .await
        .unwrap();
    let asked = stage.operation("east-is-back", "asks a person", awaits_a_person).await;
    assert!(
        asked.message.as_ref().unwrap().contains("OldPrimaryFenced"),
        "{asked:#?}"
    );
    environment
        .decide("east-is-back", Some("OldPrimaryFenced"), DecisionAction::Confirm)
        .await
        .unwrap();

    // The site comes back, with the old primaries as they were: they are told by name, and production is at both.
    lost(&stage, OCP_EAST, false).await;
    let both = |status: &RecoveryOperationStatus| {
        status
            .message
            .as_ref()
            .is_some_and(|message| message.contains("both stations"))
    };
    stage.operation("east-is-back", "sees two primaries", both).await;
    group
        .until("says both", |status| status.active_station == Some(ActiveStation::Both))
        .await;

    made_anew_in(&stage, OCP_EAST).await;
    group
        .until("says target", |status| {
            status.active_station == Some(ActiveStation::Target)
        })
        .await;
    // The new ids are named in the spec.
    let manifest = group.manifest().await;
    let tenants = manifest["spec"]["ocp"]["tenants"].as_array().unwrap();
    for (pair, old) in tenants.iter().zip(OCP_PRIMARY_IDS) {
        assert_ne!(pair["sourceTenantID"], old, "{manifest:#}");
    }
    group.apply(&manifest).await.unwrap();

    let status = stage.succeeded("east-is-back").await;
    let steps: Vec<_> = status.steps.iter().map(|step| (&*step.name, step.state)).collect();
    let done = ["OldPrimaryFenced", "OldTenantsDropped", "StandbysInPlace", "VerifyRole"];
    assert_eq!(steps, done.map(|name| (name, StepState::Succeeded)), "{status:#?}");
    let protected = group
        .until("is protected again", |status| {
            condition(status, "Protected").is_some_and(|protected| protected.status == "True")
        })
        .await;
    assert_eq!(protected.active_station, Some(ActiveStation::Target), "{protected:#?}");
    assert!(protected.priority_token.is_some(), "{protected:#?}");
    assert_eq!(calls(&stage).await, [("failover".to_owned(), true)]);

    // The new standbys are good for the way back.
    group.moves_to(Station::Source).await;
    assert_eq!(in_the_west(&stage).await, ["STANDBY"; 3]);
    assert_eq!(calls(&stage).await.len(), 2);
    stage.nothing_happens(&[&group]).await;
    stage.curtain().await;
}
