//! From a ProtectionProvider, its Secret and its CA bundle to a connection.
//! It must not print, keep or log a secret; the Secret is read by name and by nothing else.

use super::lives::Live;
use crate::observe::{Allowance, Connection, NotReady, within};
use crate::vendors::{self, Inputs};
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::api::Api;
use kube::core::NamespaceResourceScope;
use kube::{Client, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use stationmaster_api::ProtectionProvider;
use stationmaster_api::refs::is_a_name;
use stationmaster_engine::Reason;
use stationmaster_provider::Provider;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Why Secret or CA bundle were not read.
#[derive(Clone, Debug)]
pub struct Unread {
    /// The one word, and in words.
    pub why: NotReady,
    /// Whether the API server says that it must not be read, or its name can be nobody's: then nothing that was made of it goes on.
    pub forbidden: bool,
}

impl Unread {
    fn missing(reason: Reason, message: String) -> Unread {
        Unread {
            why: NotReady::new(reason, message),
            forbidden: false,
        }
    }
}

/// Reads the Secrets and the CA bundle.
pub async fn inputs(client: &Client, object: &ProtectionProvider) -> Result<Inputs, Unread> {
    let namespace = object.namespace().unwrap_or_default();
    let name = &object.spec.credentials_secret_ref.name;
    let secret = secret(client, &namespace, name).await?;
    let mut further = BTreeMap::new();
    for name in vendors::further_secrets(object) {
        let data = self::secret(client, &namespace, &name).await?;
        further.insert(name, data);
    }
    let ca_bundle = match &object.spec.tls.ca_bundle_config_map_ref {
        None => None,
        Some(reference) => {
            let (name, key) = (&reference.name, &reference.key);
            let map: Option<ConfigMap> = read(client, &namespace, "ConfigMap", name, Reason::CABundleNotFound).await?;
            // What is no text stands in `binaryData`: a certificate in DER, or a file that a tool took for one.
            let bundle = map.and_then(|map| {
                let text = map.data.and_then(|mut data| data.remove(key));
                let bytes = || map.binary_data.and_then(|mut data| data.remove(key));
                text.map(String::into_bytes).or_else(|| bytes().map(|bytes| bytes.0))
            });
            let gone = || {
                let message = format!("there is no ConfigMap {name} with a key {key} in namespace {namespace}");
                Unread::missing(Reason::CABundleNotFound, message)
            };
            Some(bundle.ok_or_else(gone)?)
        }
    };
    Ok(Inputs {
        secret,
        further,
        ca_bundle,
    })
}

/// The data of a Secret.
async fn secret(client: &Client, namespace: &str, name: &str) -> Result<BTreeMap<String, Vec<u8>>, Unread> {
    let secret: Option<Secret> = read(client, namespace, "Secret", name, Reason::SecretNotFound).await?;
    let gone = || {
        Unread::missing(
            Reason::SecretNotFound,
            format!("there is no Secret {name} in namespace {namespace}"),
        )
    };
    let data = secret.ok_or_else(gone)?.data.unwrap_or_default();
    Ok(data.into_iter().map(|(key, bytes)| (key, bytes.0)).collect())
}

/// One object by its name. A name that can be nobody's is not asked for: it would be a path of its own.
async fn read<K>(client: &Client, namespace: &str, kind: &str, name: &str, missing: Reason) -> Result<Option<K>, Unread>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope> + DeserializeOwned + Clone + Debug,
{
    if !is_a_name(name) {
        return Err(Unread {
            why: NotReady::new(missing, format!("{name:?} is not the name of a {kind}")),
            forbidden: true,
        });
    }
    let api: Api<K> = Api::namespaced(client.clone(), namespace);
    api.get_opt(name).await.map_err(|error| Unread {
        forbidden: matches!(&error, kube::Error::Api(status) if status.code == 403),
        why: NotReady::new(
            Reason::ProviderNotReady,
            format!(
                "{kind} {name} cannot be read: {}",
                crate::telemetry::error_chain(&error)
            ),
        ),
    })
}

/// Changes whenever the spec does.
pub fn spec_fingerprint(object: &ProtectionProvider) -> String {
    hash([serde_json::to_string(&object.spec).unwrap_or_default().as_bytes()])
}

/// Changes whenever the connection has to be made anew. A hash, so that no secret is kept.
pub fn fingerprint(spec: &str, inputs: &Inputs) -> String {
    let all = std::iter::once(&inputs.secret).chain(inputs.further.values());
    let secrets = all.flat_map(|data| data.iter().flat_map(|(key, value)| [key.as_bytes(), value]));
    let parts = std::iter::once(spec.as_bytes()).chain(secrets);
    hash(parts.chain([inputs.ca_bundle.as_deref().unwrap_or_default()]))
}

fn hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

/// Connects and reads what is there, within the longest time that a reading may take.
pub async fn connect(client: &Arc<dyn Provider>, others: Allowance) -> Result<Live, NotReady> {
    let both = async {
        let facts = client.connect().await?;
        Ok((facts, client.identity().await?))
    };
    let (facts, scope) = within("connecting", both).await.map_err(NotReady::from)?;
    Ok(Live {
        connection: Arc::new(Connection::new(Arc::clone(client), scope)),
        facts,
        allowance: Mutex::new(others),
    })
}
