//! From a ProtectionProvider, its Secret and its CA bundle to a connection.
//! It must not print, keep or log a secret; the Secret is read by name and by nothing else.

use crate::observe::{Connection, NotReady};
use crate::vendors::Inputs;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::api::Api;
use kube::{Client, ResourceExt};
use sha2::{Digest, Sha256};
use stationmaster_api::ProtectionProvider;
use stationmaster_engine::Reason;
use stationmaster_provider::{ConnectionFacts, Provider};
use std::sync::Arc;

/// A connection, and what was found at its other end.
pub struct Built {
    pub connection: Connection,
    pub facts: ConnectionFacts,
}

/// Reads Secret and CA bundle.
pub async fn inputs(client: &Client, object: &ProtectionProvider) -> Result<Inputs, NotReady> {
    let namespace = object.namespace().unwrap_or_default();
    let unreadable = |what: &str, e: kube::Error| {
        NotReady::new(
            Reason::ProviderNotReady,
            format!("{what}: {}", crate::telemetry::error_chain(&e)),
        )
    };
    let name = &object.spec.credentials_secret_ref.name;
    let secrets: Api<Secret> = Api::namespaced(client.clone(), &namespace);
    let secret = secrets
        .get_opt(name)
        .await
        .map_err(|e| unreadable(&format!("Secret {name} cannot be read"), e))?;
    let secret = secret.ok_or_else(|| {
        NotReady::new(
            Reason::SecretNotFound,
            format!("there is no Secret {name} in namespace {namespace}"),
        )
    })?;
    let secret = secret
        .data
        .unwrap_or_default()
        .into_iter()
        .map(|(key, bytes)| (key, bytes.0))
        .collect();
    let ca_bundle = match &object.spec.tls.ca_bundle_config_map_ref {
        None => None,
        Some(reference) => {
            let maps: Api<ConfigMap> = Api::namespaced(client.clone(), &namespace);
            let map = maps
                .get_opt(&reference.name)
                .await
                .map_err(|e| unreadable(&format!("ConfigMap {} cannot be read", reference.name), e))?;
            // What is no text stands in `binaryData`: a certificate in DER, or a file that a tool took for one.
            let bundle = map.and_then(|map| {
                let text = map.data.and_then(|mut data| data.remove(&reference.key));
                let bytes = || map.binary_data.and_then(|mut data| data.remove(&reference.key));
                text.map(String::into_bytes).or_else(|| bytes().map(|bytes| bytes.0))
            });
            let missing = || {
                let message = format!(
                    "there is no ConfigMap {} with a key {} in namespace {namespace}",
                    reference.name, reference.key
                );
                NotReady::new(Reason::CABundleNotFound, message)
            };
            Some(bundle.ok_or_else(missing)?)
        }
    };
    Ok(Inputs { secret, ca_bundle })
}

/// Changes whenever the connection has to be made anew. A hash, so that no secret is kept.
pub fn fingerprint(object: &ProtectionProvider, inputs: &Inputs) -> String {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(bytes);
    };
    part(serde_json::to_string(&object.spec).unwrap_or_default().as_bytes());
    for (key, value) in &inputs.secret {
        part(key.as_bytes());
        part(value);
    }
    part(inputs.ca_bundle.as_deref().unwrap_or_default());
    hex::encode(hash.finalize())
}

/// Connects and reads what is there.
pub async fn connect(client: &Arc<dyn Provider>) -> Result<Built, NotReady> {
    let facts = client.connect().await.map_err(NotReady::from)?;
    let scope = client.identity().await.map_err(NotReady::from)?;
    Ok(Built {
        connection: Connection::new(Arc::clone(client), scope),
        facts,
    })
}
