//! From a ProtectionProvider, its Secret and its CA bundle to a connection.
//! It must not print, keep or log a secret; the Secret is read by name and by nothing else.

use crate::clock::Clock;
use crate::metrics::{Metrics, ProviderMeter};
use crate::observe::{Connection, NotReady};
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::api::Api;
use kube::{Client, ResourceExt};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use stationmaster_api::provider::{SdrsAuthMethod, SdrsConnection};
use stationmaster_api::{ProtectionProvider, names};
use stationmaster_engine::Reason;
use stationmaster_provider::{ConnectionFacts, Fault, Provider};
use stationmaster_provider_sdrs::{Sdrs, SdrsAuth, SdrsConfig, SdrsLimits};
use stationmaster_transport::TlsConfig;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What a connection is made from besides the spec.
pub struct Inputs {
    secret: BTreeMap<String, Vec<u8>>,
    ca_bundle: Option<Vec<u8>>,
}

/// A connection, and what was found at its other end.
pub struct Built {
    pub connection: Connection,
    pub facts: ConnectionFacts,
}

fn not_ready(reason: Reason, message: impl Into<String>) -> NotReady {
    NotReady {
        reason,
        message: message.into(),
    }
}

fn from_fault(fault: Fault) -> NotReady {
    not_ready(fault.reason, fault.message)
}

/// Reads Secret and CA bundle.
pub async fn inputs(client: &Client, object: &ProtectionProvider) -> Result<Inputs, NotReady> {
    let namespace = object.namespace().unwrap_or_default();
    let unreadable = |what: &str, e: kube::Error| {
        not_ready(
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
        not_ready(
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
            let pem = map.and_then(|m| m.data).and_then(|d| d.get(&reference.key).cloned());
            let missing = || {
                let message = format!(
                    "there is no ConfigMap {} with a key {} in namespace {namespace}",
                    reference.name, reference.key
                );
                not_ready(Reason::CABundleNotFound, message)
            };
            Some(pem.ok_or_else(missing)?.into_bytes())
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

/// The outside systems that can be connected to. A seam: a harness hands in systems of its own.
pub trait Vendors: Send + Sync {
    /// The client of what `object` names. It checks what it is made from and sends nothing.
    ///
    /// # Errors
    /// When no client can be made of it.
    fn client(
        &self,
        object: &ProtectionProvider,
        inputs: &Inputs,
        clock: &Clock,
        metrics: &Arc<Metrics>,
    ) -> Result<Arc<dyn Provider>, NotReady>;
}

/// The systems that this version serves.
#[derive(Clone, Copy, Debug)]
pub struct Served;

impl Vendors for Served {
    fn client(
        &self,
        object: &ProtectionProvider,
        inputs: &Inputs,
        clock: &Clock,
        metrics: &Arc<Metrics>,
    ) -> Result<Arc<dyn Provider>, NotReady> {
        Ok(Arc::new(sdrs(object, inputs, clock, metrics)?))
    }
}

fn sdrs(object: &ProtectionProvider, inputs: &Inputs, clock: &Clock, metrics: &Arc<Metrics>) -> Result<Sdrs, NotReady> {
    let spec = &object.spec;
    let Some(sdrs) = &spec.sdrs else {
        return Err(not_ready(
            Reason::ProviderNotSupported,
            "this version serves sdrs; ocp and hcp are not served yet",
        ));
    };
    let timeout = Duration::from_secs(u64::from(spec.limits.request_timeout_seconds));
    let mut config = SdrsConfig::new(&sdrs.endpoint, authentication(sdrs, &inputs.secret)?);
    let clock = clock.clone();
    config.clock = stationmaster_provider_sdrs::Clock::new(move || clock.now());
    config.iam_endpoint = sdrs.iam_endpoint.clone();
    config.ecs_endpoint = sdrs.ecs_endpoint.clone();
    config.region = sdrs.region.clone();
    config.project_id = sdrs.project_id.clone();
    config.project_name = sdrs.project_name.clone();
    config.signature_validity_seconds = sdrs.signature_validity_seconds;
    config.limits = SdrsLimits {
        requests_per_second: spec.limits.requests_per_second,
        concurrent_requests: spec.limits.concurrent_requests,
        request_timeout: timeout,
    };
    config.tls = TlsConfig {
        ca_bundle_pem: inputs.ca_bundle.clone(),
        insecure_skip_verify: spec.tls.insecure_skip_verify,
    };
    config.user_agent = concat!("stationmaster/", env!("CARGO_PKG_VERSION")).to_owned();
    let namespace = object.namespace().unwrap_or_default();
    config.meter = Some(Arc::new(ProviderMeter::new(
        Arc::clone(metrics),
        "sdrs",
        namespace,
        object.name_any(),
    )));
    Sdrs::new(config).map_err(from_fault)
}

/// Connects and reads what is there.
pub async fn connect(client: &Arc<dyn Provider>) -> Result<Built, NotReady> {
    let facts = client.connect().await.map_err(from_fault)?;
    let scope = client.identity().await.map_err(from_fault)?;
    Ok(Built {
        connection: Connection::new(Arc::clone(client), scope),
        facts,
    })
}

fn authentication(sdrs: &SdrsConnection, secret: &BTreeMap<String, Vec<u8>>) -> Result<SdrsAuth, NotReady> {
    let text = |key: &str| -> Result<Option<String>, NotReady> {
        let Some(bytes) = secret.get(key) else { return Ok(None) };
        let text = String::from_utf8(bytes.clone());
        let text =
            text.map_err(|_| not_ready(Reason::SecretInvalid, format!("key {key} of the Secret is not text")))?;
        // A trailing newline comes from `echo` and is never meant.
        Ok(Some(text.trim_end_matches(['\n', '\r']).to_owned()).filter(|t| !t.is_empty()))
    };
    let needed =
        |key: &str| text(key)?.ok_or_else(|| not_ready(Reason::SecretInvalid, format!("the Secret has no key {key}")));
    match sdrs.auth_method {
        SdrsAuthMethod::Password => Ok(SdrsAuth::Password {
            username: needed(names::SECRET_USERNAME)?,
            password: SecretString::from(needed(names::SECRET_PASSWORD)?),
            domain_name: sdrs.domain_name.clone().unwrap_or_default(),
        }),
        SdrsAuthMethod::AccessKey => Ok(SdrsAuth::AccessKey {
            access_key: needed(names::SECRET_ACCESS_KEY)?,
            secret_key: SecretString::from(needed(names::SECRET_SECRET_KEY)?),
            security_token: text(names::SECRET_SECURITY_TOKEN)?.map(SecretString::from),
        }),
    }
}
