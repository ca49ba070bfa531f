//! Manifests that name two kinds of provider at once, or none.
//! It must not reach the operator: the API server refuses them.

use super::*;
use kube::api::{DynamicObject, PostParams};
use kube::core::ApiResource;
use kube::{Api, Resource};
use serde_json::{Value, json};

/// What the API server says to a manifest.
async fn refused<K: Resource<DynamicType = ()>>(place: &Environment, manifest: Value) -> String {
    let namespace = place.cluster.namespace();
    let api: Api<DynamicObject> =
        Api::namespaced_with(place.cluster.client(), namespace, &ApiResource::erase::<K>(&()));
    let object: DynamicObject = serde_json::from_value(manifest).unwrap();
    match api.create(&PostParams::default(), &object).await {
        Err(kube::Error::Api(status)) if status.code == 422 => status.message.clone(),
        other => panic!("{other:?}"),
    }
}

pub async fn a_provider_with_two_blocks_or_none() {
    let place = place("provider-union", false).await;
    let right = serde_json::to_value(provider(&place)).unwrap();
    let mut both = right.clone();
    both["spec"]["hcp"] = json!({"endpoint": "https://hcp.example.com:9090"});
    let message = refused::<ProtectionProvider>(&place, both).await;
    assert!(message.contains("exactly one of sdrs, ocp and hcp"), "{message}");
    let mut none = right;
    none["spec"].as_object_mut().unwrap().remove("sdrs");
    let message = refused::<ProtectionProvider>(&place, none).await;
    assert!(message.contains("exactly one of sdrs, ocp and hcp"), "{message}");
    // Mended, it is taken.
    place.connect(&Connection::default()).await.unwrap();
}

pub async fn a_group_with_two_blocks_or_none() {
    let place = place("group-union", false).await;
    place.connect(&Connection::default()).await.unwrap();
    let right = serde_json::to_value(place.group(GROUP).await.unwrap()).unwrap();
    let mut both = right.clone();
    both["spec"]["hcp"] = json!({"linkName": "link"});
    let message = refused::<ProtectionGroup>(&place, both).await;
    assert!(message.contains("exactly one"), "{message}");
    let mut none = right;
    none["spec"].as_object_mut().unwrap().remove("sdrs");
    let message = refused::<ProtectionGroup>(&place, none).await;
    assert!(message.contains("exactly one"), "{message}");
    create_group(&place).await;
    group_is_served(&place, GROUP).await;
    no_call(&place).await;
}
