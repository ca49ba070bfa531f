//! Wrong input: each has a condition with its own reason, makes no call, and is mended without a restart.
//! It must not be found out by trying: a call is never the way to learn that a manifest is wrong.

mod answers;
mod claims;
mod connection;
mod names;
mod unions;

use crate::stage::{GROUP, condition, reason, shared, stories};
use stationmaster_api::{Condition, ProtectionGroup, ProtectionProvider};
use stationmaster_testkit::installation::{Connection, Environment, PROVIDER, SimulatorOptions};

use answers::*;
use claims::*;
use connection::*;
use names::*;
use unions::*;

stories![
    a_provider_that_does_not_exist,
    a_group_that_the_cloud_does_not_have,
    a_provider_of_a_kind_that_is_not_served,
    a_secret_that_does_not_exist,
    a_secret_without_a_key,
    a_wrong_password,
    a_wrong_access_key,
    a_certificate_of_an_unknown_authority,
    a_ca_bundle_that_does_not_exist,
    a_ca_bundle_that_is_none,
    an_endpoint_where_nobody_listens,
    two_groups_that_name_one_server_group,
    a_status_that_no_one_knows,
    a_list_that_is_too_long_or_is_none,
    a_group_that_cannot_be_read_before_a_call,
    a_provider_with_two_blocks_or_none,
    a_group_with_two_blocks_or_none,
];

/// A namespace and a cloud, in the installation that all of these share.
async fn place(name: &str, tls: bool) -> Environment {
    let (installation, _) = shared().await;
    let options = SimulatorOptions {
        tls,
        speed: 20.0,
        ..SimulatorOptions::default()
    };
    installation.environment(name, options).await.unwrap()
}

/// The manifest of the provider, with a password.
fn provider(place: &Environment) -> ProtectionProvider {
    place.provider(PROVIDER, &Connection::default())
}

async fn with_credentials(place: &Environment) {
    place.cluster.create(&place.credentials(PROVIDER)).await.unwrap();
}

fn conditions(object: &ProtectionProvider) -> &[Condition] {
    object.status.as_ref().map_or(&[], |status| &status.conditions)
}

fn group_conditions(group: &ProtectionGroup) -> &[Condition] {
    group.status.as_ref().map_or(&[], |status| &status.conditions)
}

/// Waits until the provider says why it is not ready, in the condition that tells whether waiting helps. Answers the message.
async fn provider_says(place: &Environment, kind: &str, why: &str) -> String {
    let what = format!("is {kind} because of {why}");
    let says = |p: &ProtectionProvider| {
        reason(conditions(p), kind, "True") == Some(why) && reason(conditions(p), "Ready", "False") == Some(why)
    };
    let said = place.cluster.wait_for(PROVIDER, &what, says).await.unwrap();
    let message = &condition(conditions(&said), "Ready").unwrap().message;
    assert!(!message.is_empty());
    message.clone()
}

/// Waits until the provider is ready, in the same process of the operator.
async fn provider_is_ready(place: &Environment) {
    let ready = |p: &ProtectionProvider| condition(conditions(p), "Ready").is_some_and(|c| c.status == "True");
    let ready = place.cluster.wait_for(PROVIDER, "is ready", ready).await.unwrap();
    for kind in ["Stalled", "Reconciling"] {
        assert!(condition(conditions(&ready), kind).is_none(), "{ready:?}");
    }
}

/// Waits until a group says why it is not ready. Answers the message.
async fn group_says(place: &Environment, name: &str, kind: &str, why: &str) -> String {
    let what = format!("is {kind} because of {why}");
    let says = |g: &ProtectionGroup| {
        let conditions = group_conditions(g);
        reason(conditions, kind, "True") == Some(why) && reason(conditions, "Ready", "False") == Some(why)
    };
    let said = place.cluster.wait_for(name, &what, says).await.unwrap();
    let actions = said.status.as_ref().map(|status| status.available_actions.as_slice());
    assert!(
        // A forced failover is let through where its author accepts a risk that is named.
        actions
            .unwrap_or_default()
            .iter()
            .all(|action| !action.allowed || !action.risks.is_empty()),
        "{actions:?}"
    );
    let message = &condition(group_conditions(&said), "Ready").unwrap().message;
    assert!(!message.is_empty());
    message.clone()
}

/// Waits until the group is served: it is ready and shows a token.
async fn group_is_served(place: &Environment, name: &str) {
    let served = |g: &ProtectionGroup| {
        let token = g.status.as_ref().and_then(|status| status.priority_token.as_ref());
        token.is_some() && condition(group_conditions(g), "Ready").is_some_and(|c| c.status == "True")
    };
    let served = place.cluster.wait_for(name, "is served", served).await.unwrap();
    for kind in ["Stalled", "Reconciling"] {
        assert!(condition(group_conditions(&served), kind).is_none(), "{served:?}");
    }
}

/// No call was made that could change anything.
async fn no_call(place: &Environment) {
    let calls = place.simulator.journal().await.unwrap();
    assert!(calls.is_empty(), "{calls:?}");
}

/// The group's manifest, created.
async fn create_group(place: &Environment) {
    let group = place.group(GROUP).await.unwrap();
    place.cluster.create(&group).await.unwrap();
}
