//! Credentials, certificates and endpoints that do not fit.
//! It must not be needed to start the operator anew when they are corrected, nor to touch anything but what was wrong.

use super::*;
use crate::secrets::WRONG;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::api::ObjectMeta;
use serde_json::json;
use stationmaster_simulator::scenario::{PASSWORD, SECRET_KEY, USER};
use std::time::{Duration, Instant};

async fn change_secret(place: &Environment, changes: serde_json::Value) {
    let patch = json!({ "stringData": changes });
    place.cluster.patch::<Secret>(PROVIDER, &patch).await.unwrap();
}

pub async fn a_secret_that_does_not_exist() {
    let place = place("no-secret", false).await;
    place.cluster.create(&provider(&place)).await.unwrap();
    create_group(&place).await;
    let message = provider_says(&place, "Stalled", "SecretNotFound").await;
    assert!(message.contains(&format!("Secret {PROVIDER}")), "{message}");
    group_says(&place, GROUP, "Stalled", "SecretNotFound").await;
    with_credentials(&place).await;
    provider_is_ready(&place).await;
    group_is_served(&place, GROUP).await;
    no_call(&place).await;
}

pub async fn a_secret_without_a_key() {
    let place = place("half-secret", false).await;
    let mut half = place.credentials(PROVIDER);
    half.string_data.as_mut().unwrap().remove("password");
    place.cluster.create(&half).await.unwrap();
    place.cluster.create(&provider(&place)).await.unwrap();
    create_group(&place).await;
    let message = provider_says(&place, "Stalled", "SecretInvalid").await;
    assert!(message.contains("password"), "{message}");
    group_says(&place, GROUP, "Stalled", "SecretInvalid").await;
    change_secret(&place, json!({"password": PASSWORD})).await;
    provider_is_ready(&place).await;
    group_is_served(&place, GROUP).await;
    no_call(&place).await;
}

/// A wrong password is not tried again and again: the vendor locks the account after a few.
pub async fn a_wrong_password() {
    let place = place("password", false).await;
    with_credentials(&place).await;
    change_secret(&place, json!({"password": format!("{WRONG}password")})).await;
    place.cluster.create(&provider(&place)).await.unwrap();
    create_group(&place).await;
    let told = Instant::now();
    let message = provider_says(&place, "Stalled", "AuthenticationFailed").await;
    assert!(!message.contains(WRONG) && !message.contains(PASSWORD), "{message}");
    group_says(&place, GROUP, "Stalled", "AuthenticationFailed").await;
    // Several poll intervals long it stays wrong.
    let wrong = |p: &ProtectionProvider| reason(conditions(p), "Stalled", "True") == Some("AuthenticationFailed");
    let period = Duration::from_secs(16);
    place.cluster.stays(PROVIDER, "says so", period, wrong).await.unwrap();
    let tries = refused_logins(&place).await;
    assert!(tries <= 2, "{tries} wrong logins within {:?}", told.elapsed());
    change_secret(&place, json!({"password": PASSWORD})).await;
    let corrected = Instant::now();
    provider_is_ready(&place).await;
    assert!(
        corrected.elapsed() < Duration::from_secs(60),
        "{:?}",
        corrected.elapsed()
    );
    group_is_served(&place, GROUP).await;

    // A password that is changed at the cloud only is noticed when the token is: then the Secret is corrected.
    change_secret(&place, json!({"username": format!("{WRONG}user")})).await;
    provider_says(&place, "Stalled", "AuthenticationFailed").await;
    change_secret(&place, json!({"username": USER})).await;
    provider_is_ready(&place).await;
    no_call(&place).await;
}

async fn refused_logins(place: &Environment) -> u64 {
    let requests = place.simulator.requests().await.unwrap();
    let logins = requests.routes.iter().filter(|route| route.route == "/v3/auth/tokens");
    logins.filter_map(|route| route.statuses.get("401")).sum()
}

pub async fn a_wrong_access_key() {
    let place = place("access-key", false).await;
    with_credentials(&place).await;
    change_secret(&place, json!({"secretKey": format!("{WRONG}secret-key")})).await;
    let connection = Connection {
        access_key: true,
        ..Connection::default()
    };
    place
        .cluster
        .create(&place.provider(PROVIDER, &connection))
        .await
        .unwrap();
    create_group(&place).await;
    let message = provider_says(&place, "Stalled", "AuthenticationFailed").await;
    assert!(!message.contains(WRONG), "{message}");
    group_says(&place, GROUP, "Stalled", "AuthenticationFailed").await;
    change_secret(&place, json!({"secretKey": SECRET_KEY})).await;
    provider_is_ready(&place).await;
    group_is_served(&place, GROUP).await;
    no_call(&place).await;
}

fn bundle(pem: &str) -> ConfigMap {
    ConfigMap {
        metadata: ObjectMeta {
            name: Some(PROVIDER.into()),
            ..ObjectMeta::default()
        },
        data: Some([("ca.crt".to_owned(), pem.to_owned())].into()),
        ..ConfigMap::default()
    }
}

/// What is wrong with the bundle, until it is corrected.
async fn wrong_bundle(place: &Environment, why: &str) {
    place.cluster.create(&provider(place)).await.unwrap();
    create_group(place).await;
    provider_says(place, "Stalled", why).await;
    group_says(place, GROUP, "Stalled", why).await;
    let right = place.simulator.authority().unwrap();
    let data = json!({"data": {"ca.crt": right}});
    match place.cluster.find::<ConfigMap>(PROVIDER).await.unwrap() {
        Some(_) => place.cluster.patch::<ConfigMap>(PROVIDER, &data).await.unwrap(),
        None => place.cluster.create(&bundle(right)).await.unwrap(),
    };
    provider_is_ready(place).await;
    group_is_served(place, GROUP).await;
    no_call(place).await;
}

pub async fn a_certificate_of_an_unknown_authority() {
    let place = place("authority", true).await;
    with_credentials(&place).await;
    // Another cloud's authority: a good certificate, but not of this one.
    let (installation, _) = shared().await;
    let options = SimulatorOptions {
        tls: true,
        ..SimulatorOptions::default()
    };
    let other = installation.simulator("other-authority", options).await.unwrap();
    place.cluster.create(&bundle(other.authority().unwrap())).await.unwrap();
    wrong_bundle(&place, "CertificateInvalid").await;
}

pub async fn a_ca_bundle_that_does_not_exist() {
    let place = place("no-bundle", true).await;
    with_credentials(&place).await;
    wrong_bundle(&place, "CABundleNotFound").await;
}

pub async fn a_ca_bundle_that_is_none() {
    let place = place("not-a-bundle", true).await;
    with_credentials(&place).await;
    place.cluster.create(&bundle("no certificate at all")).await.unwrap();
    wrong_bundle(&place, "CABundleNotFound").await;
}

pub async fn an_endpoint_where_nobody_listens() {
    let place = place("closed-port", false).await;
    with_credentials(&place).await;
    let right = provider(&place);
    let closed = {
        // Bound and let go again: nobody listens there now.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let mut wrong = right.clone();
    wrong.spec.sdrs.as_mut().unwrap().endpoint = closed.clone();
    place.cluster.create(&wrong).await.unwrap();
    create_group(&place).await;
    // Waiting may help: it is not stalled.
    let message = provider_says(&place, "Reconciling", "ProviderUnreachable").await;
    assert!(message.contains(closed.trim_start_matches("http://")), "{message}");
    group_says(&place, GROUP, "Reconciling", "ProviderUnreachable").await;
    let mend = json!({"spec": {"sdrs": {"endpoint": right.spec.sdrs.as_ref().unwrap().endpoint}}});
    place
        .cluster
        .patch::<ProtectionProvider>(PROVIDER, &mend)
        .await
        .unwrap();
    provider_is_ready(&place).await;
    group_is_served(&place, GROUP).await;
    no_call(&place).await;
}
