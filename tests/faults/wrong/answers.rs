//! Answers of the cloud that nobody can read, and words that no one knows.
//! It must not be taken for permission what is not understood.

use super::*;
use crate::stage::{on_reads, until};
use stationmaster_api::Station;
use stationmaster_simulator::{Act, BodyForm, ConsoleAct, FaultMatch, FaultRule};
use std::time::Duration;

async fn set_status(place: &Environment, word: &str) {
    let act = ConsoleAct {
        group: GROUP.into(),
        set_status: Some(word.into()),
        ..ConsoleAct::default()
    };
    place.simulator.console(act).await.unwrap();
}

pub async fn a_status_that_no_one_knows() {
    let place = place("unknown-word", false).await;
    place.connect(&Connection::default()).await.unwrap();
    place.protect(GROUP).await.unwrap();
    let stopped = stationmaster_simulator::Station::Source;
    place.simulator.set_servers(GROUP, stopped, "SHUTOFF").await.unwrap();
    set_status(&place, "maintenance").await;
    let message = group_says(&place, GROUP, "Stalled", "UnknownProviderState").await;
    assert!(message.contains("maintenance"), "{message}");
    let group = place.cluster.get::<ProtectionGroup>(GROUP).await.unwrap();
    let status = group.status.unwrap();
    assert_eq!(status.provider_status.as_deref(), Some("maintenance"));
    assert_eq!(status.available_actions.len(), 5, "{:?}", status.available_actions);

    // Even an intent that quotes the present token does not act.
    let token = place.token(GROUP).await.unwrap();
    place.intent(GROUP, Station::Target, &token).await.unwrap();
    let held =
        |g: &ProtectionGroup| reason(group_conditions(g), "IntentCurrent", "False") == Some("ActiveStationUnknown");
    place.cluster.wait_for(GROUP, "holds the intent", held).await.unwrap();
    let period = Duration::from_secs(6);
    place
        .cluster
        .stays(GROUP, "holds the intent", period, held)
        .await
        .unwrap();
    // The word goes: that is a change by somebody else, so the intent is not one of now any more.
    set_status(&place, "protected").await;
    group_is_served(&place, GROUP).await;
    assert_ne!(place.token(GROUP).await.unwrap(), token);
    let stale =
        |g: &ProtectionGroup| condition(group_conditions(g), "IntentCurrent").is_some_and(|c| c.status == "False");
    place
        .cluster
        .wait_for(GROUP, "still holds the intent", stale)
        .await
        .unwrap();
    let group = place.simulator.group(GROUP).await.unwrap();
    assert_eq!(group.priority_station, stationmaster_simulator::Station::Source);
    no_call(&place).await;
}

fn spoilt(form: BodyForm) -> Act {
    Act::Body {
        form,
        // More than the operator reads of any answer.
        bytes: 8 * 1024 * 1024,
        bytes_per_second: 1,
    }
}

const FORMS: [BodyForm; 5] = [
    BodyForm::Malformed,
    BodyForm::Truncated,
    BodyForm::Empty,
    BodyForm::Html,
    BodyForm::Oversized,
];

pub async fn a_list_that_is_too_long_or_is_none() {
    let place = place("spoilt-list", false).await;
    place.connect(&Connection::default()).await.unwrap();
    place.protect(GROUP).await.unwrap();
    for form in [BodyForm::Truncated, BodyForm::Html, BodyForm::Oversized] {
        place
            .simulator
            .add_fault(on_reads("ListProtectionGroups", spoilt(form)))
            .await
            .unwrap();
        provider_says(&place, "Reconciling", "ProviderError").await;
        group_says(&place, GROUP, "Reconciling", "ProviderError").await;
        place.simulator.clear_faults().await.unwrap();
        provider_is_ready(&place).await;
        group_is_served(&place, GROUP).await;
    }
    no_call(&place).await;
}

/// An intent is armed and the way is free, but the group itself cannot be read: then nothing is called until it can.
pub async fn a_group_that_cannot_be_read_before_a_call() {
    let place = place("spoilt-group", false).await;
    place.connect(&Connection::default()).await.unwrap();
    place.protect(GROUP).await.unwrap();
    let stopped = stationmaster_simulator::Station::Source;
    place.simulator.set_servers(GROUP, stopped, "SHUTOFF").await.unwrap();
    let group = FaultMatch::operation("ShowProtectionGroup");
    for form in FORMS {
        let once = FaultRule::new(group.clone(), spoilt(form));
        place.simulator.add_fault(once).await.unwrap();
    }
    let token = place.token(GROUP).await.unwrap();
    place.intent(GROUP, Station::Target, &token).await.unwrap();
    until("each form was met once", async || {
        let unmet = place.simulator.faults().await.unwrap();
        let calls = place.simulator.calls_on(GROUP).await.unwrap();
        let done = unmet.iter().all(|rule| rule.fired == 1);
        assert!(done || calls.is_empty(), "{calls:?}");
        done
    })
    .await;
    let ended = place.ended(&format!("{GROUP}-{token}")).await.unwrap();
    let state = ended.status.unwrap().state;
    assert_eq!(state, Some(stationmaster_api::OperationState::Succeeded));
    assert_eq!(place.simulator.calls_on(GROUP).await.unwrap().len(), 1);
}
