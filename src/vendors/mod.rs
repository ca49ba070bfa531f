//! The outside systems that this version serves: one file for each, with all that the shell knows of it.
//! It must not connect, and must not hold a rule of any of them.

mod ocp;
mod sdrs;

use crate::clock::Clock;
use crate::metrics::{Metrics, ProviderMeter};
use crate::observe::NotReady;
use kube::ResourceExt;
use stationmaster_api::{ProtectionGroup, ProtectionProvider};
use stationmaster_engine::{Obstacle, Reason};
use stationmaster_provider::Provider;
use stationmaster_transport::{Proxy, Reach, Room, TlsConfig, TransportConfig};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// The words that only one vendor knows to stand in the way, under the headings of `docs/reference/reasons.md`.
pub const OBSTACLES: &[(&str, &[Obstacle])] = &[
    ("Obstacles at SDRS", stationmaster_provider_sdrs::OBSTACLES),
    ("Obstacles at OCP", stationmaster_provider_ocp::OBSTACLES),
];

/// The memory for large answers of all connections, in bytes; a namespace has a quarter: the largest page of a list just fits.
const ANSWERS: usize = 16 * 1024 * 1024;

/// What a connection is made from besides the spec.
pub struct Inputs {
    /// The Secret's data.
    pub(crate) secret: BTreeMap<String, Vec<u8>>,
    /// The data of the [further Secrets](further_secrets), by name.
    pub(crate) further: BTreeMap<String, BTreeMap<String, Vec<u8>>>,
    /// The CA bundle, in PEM.
    pub(crate) ca_bundle: Option<Vec<u8>>,
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
#[derive(Clone, Debug)]
pub struct Served {
    /// Where connections may lead.
    pub reach: Reach,
    /// The memory for their large answers.
    pub room: Room,
}

impl Served {
    /// With the room that this process has for large answers.
    pub fn new(reach: Reach) -> Served {
        Served {
            reach,
            room: Room::new(ANSWERS),
        }
    }
}

impl Served {
    /// How a connection of this kind talks HTTP: the limits, the trust and the proxy that everybody's connections have.
    fn transport(
        &self,
        object: &ProtectionProvider,
        kind: &'static str,
        inputs: &Inputs,
        metrics: &Arc<Metrics>,
    ) -> Result<TransportConfig, NotReady> {
        let (limits, namespace) = (&object.spec.limits, object.namespace().unwrap_or_default());
        let proxy = Proxy::of_environment(|name| std::env::var(name).ok());
        Ok(TransportConfig {
            request_timeout: Duration::from_secs(u64::from(limits.request_timeout_seconds)),
            requests_per_second: limits.requests_per_second,
            concurrent_requests: limits.concurrent_requests,
            tls: TlsConfig {
                ca_bundle_pem: inputs.ca_bundle.clone(),
                insecure_skip_verify: object.spec.tls.insecure_skip_verify,
            },
            proxy: proxy.map_err(|wrong| NotReady::new(Reason::EndpointInvalid, wrong.to_string()))?,
            reach: self.reach.clone(),
            room: self.room.of(&namespace),
            meter: Some(Arc::new(ProviderMeter::new(
                Arc::clone(metrics),
                kind,
                namespace,
                object.name_any(),
            ))),
            ..TransportConfig::default()
        })
    }
}

impl Vendors for Served {
    fn client(
        &self,
        object: &ProtectionProvider,
        inputs: &Inputs,
        clock: &Clock,
        metrics: &Arc<Metrics>,
    ) -> Result<Arc<dyn Provider>, NotReady> {
        match (&object.spec.sdrs, &object.spec.ocp) {
            (Some(block), _) => sdrs::client(object, block, inputs, self, clock, metrics),
            (None, Some(block)) => ocp::client(object, block, inputs, self, clock, metrics),
            (None, None) => Err(NotReady::new(
                Reason::ProviderNotSupported,
                "this version serves sdrs and ocp; hcp is not served yet",
            )),
        }
    }
}

/// The names of the Secrets that a connection needs besides its own.
pub(crate) fn further_secrets(object: &ProtectionProvider) -> BTreeSet<String> {
    object.spec.ocp.iter().flat_map(ocp::secrets).collect()
}

/// The provider's word for what the group is, with the kind of provider that it belongs to: the id of its object, or what names several.
pub fn object(group: &ProtectionGroup) -> (&'static str, String) {
    let spec = &group.spec;
    match (&spec.sdrs, &spec.ocp, &spec.hcp) {
        (Some(block), _, _) => (sdrs::KIND, sdrs::object(block)),
        (_, Some(block), _) => (ocp::KIND, ocp::object(block)),
        (_, _, Some(hcp)) => ("hcp", hcp.link_name.clone()),
        // The API server refuses a group without a block; one that was stored before that rule has no object.
        (None, None, None) => ("none", String::new()),
    }
}

/// The provider objects that the group is made of: each of them is claimed.
pub fn members(group: &ProtectionGroup) -> BTreeSet<String> {
    match (&group.spec.sdrs, &group.spec.ocp) {
        (None, Some(block)) => ocp::members(block),
        _ => BTreeSet::from([object(group).1]),
    }
}

impl Inputs {
    /// A key of the Secret as text; none where it is missing or empty.
    ///
    /// # Errors
    /// `SecretInvalid` where it is no text.
    pub(crate) fn text(&self, key: &str) -> Result<Option<String>, NotReady> {
        text(&self.secret, key)
    }

    /// The same of a key that must be there.
    ///
    /// # Errors
    /// `SecretInvalid` where it is not.
    pub(crate) fn needed(&self, key: &str) -> Result<String, NotReady> {
        let missing = || NotReady::new(Reason::SecretInvalid, format!("the Secret has no key {key}"));
        self.text(key)?.ok_or_else(missing)
    }

    /// The same of a further Secret.
    ///
    /// # Errors
    /// `SecretInvalid` where it is not.
    pub(crate) fn needed_of(&self, secret: &str, key: &str) -> Result<String, NotReady> {
        let missing = || NotReady::new(Reason::SecretInvalid, format!("the Secret {secret} has no key {key}"));
        let data = self.further.get(secret).ok_or_else(missing)?;
        text(data, key)?.ok_or_else(missing)
    }
}

fn text(data: &BTreeMap<String, Vec<u8>>, key: &str) -> Result<Option<String>, NotReady> {
    let Some(bytes) = data.get(key) else {
        return Ok(None);
    };
    let text = String::from_utf8(bytes.clone());
    let text =
        text.map_err(|_| NotReady::new(Reason::SecretInvalid, format!("key {key} of the Secret is not text")))?;
    // A trailing newline comes from `echo` and is never meant.
    Ok(Some(text.trim_end_matches(['\n', '\r']).to_owned()).filter(|t| !t.is_empty()))
}
