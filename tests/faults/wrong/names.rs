//! Names of what does not exist, and kinds that are not served.
//! It must not take another object for the one that is named.

use super::*;
use serde_json::json;

pub async fn a_provider_that_does_not_exist() {
    let place = place("no-provider", false).await;
    create_group(&place).await;
    let message = group_says(&place, GROUP, "Stalled", "ProviderNotFound").await;
    assert!(message.contains(PROVIDER), "{message}");
    place.connect(&Connection::default()).await.unwrap();
    group_is_served(&place, GROUP).await;
    // And when it goes again.
    place.cluster.delete::<ProtectionProvider>(PROVIDER).await.unwrap();
    group_says(&place, GROUP, "Stalled", "ProviderNotFound").await;
    no_call(&place).await;
}

pub async fn a_group_that_the_cloud_does_not_have() {
    let place = place("no-group", false).await;
    place.connect(&Connection::default()).await.unwrap();
    let right = place.group(GROUP).await.unwrap();
    let mut wrong = right.clone();
    let id = "00000000-0000-4000-8000-000000000000";
    wrong.spec.sdrs.as_mut().unwrap().server_group_id = id.into();
    place.cluster.create(&wrong).await.unwrap();
    let message = group_says(&place, GROUP, "Stalled", "ProtectionObjectNotFound").await;
    assert!(message.contains(id), "{message}");
    provider_is_ready(&place).await;
    // The id is immutable: what it names is what the ledger claims.
    let patch = json!({"spec": {"sdrs": {"serverGroupID": right.spec.sdrs.as_ref().unwrap().server_group_id}}});
    let refused = place.cluster.patch::<ProtectionGroup>(GROUP, &patch).await.unwrap_err();
    assert_eq!(refused.status().map(|status| status.code), Some(422), "{refused}");
    place.cluster.delete::<ProtectionGroup>(GROUP).await.unwrap();
    place.cluster.wait_gone::<ProtectionGroup>(GROUP).await.unwrap();
    place.cluster.create(&right).await.unwrap();
    group_is_served(&place, GROUP).await;
    no_call(&place).await;
}

pub async fn a_provider_of_a_kind_that_is_not_served() {
    let place = place("hcp", false).await;
    with_credentials(&place).await;
    let right = provider(&place);
    let mut other = serde_json::to_value(&right).unwrap();
    let spec = other["spec"].as_object_mut().unwrap();
    spec.remove("sdrs");
    spec.insert("hcp".into(), json!({"endpoint": place.simulator.endpoints().sdrs}));
    let other: ProtectionProvider = serde_json::from_value(other).unwrap();
    place.cluster.create(&other).await.unwrap();
    create_group(&place).await;
    let message = provider_says(&place, "Stalled", "ProviderNotSupported").await;
    assert!(message.contains("hcp"), "{message}");
    group_says(&place, GROUP, "Stalled", "ProviderNotSupported").await;
    let mend = json!({"spec": {"hcp": null, "sdrs": right.spec.sdrs}});
    place
        .cluster
        .patch::<ProtectionProvider>(PROVIDER, &mend)
        .await
        .unwrap();
    provider_is_ready(&place).await;
    group_is_served(&place, GROUP).await;
    no_call(&place).await;
}
