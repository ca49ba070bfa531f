//! SDRS as the shell knows it: from its blocks of ProtectionProvider and ProtectionGroup, and the Secret, to the client.
//! It must not print, keep or log a secret.

use super::{Inputs, Served};
use crate::clock::Clock;
use crate::metrics::{Metrics, ProviderMeter};
use crate::observe::NotReady;
use kube::ResourceExt;
use secrecy::SecretString;
use stationmaster_api::vendors::{SdrsAuthMethod, SdrsConnection, SdrsGroup};
use stationmaster_api::{ProtectionProvider, names};
use stationmaster_engine::Reason;
use stationmaster_provider::Provider;
use stationmaster_provider_sdrs::{Sdrs, SdrsAuth, SdrsConfig, SdrsLimits};
use stationmaster_transport::{Proxy, TlsConfig};
use std::sync::Arc;
use std::time::Duration;

/// The kind's word.
pub(super) const KIND: &str = "sdrs";

/// The provider's id of the group's object.
pub(super) fn object(group: &SdrsGroup) -> String {
    group.server_group_id.clone()
}

/// The client.
pub(super) fn client(
    object: &ProtectionProvider,
    sdrs: &SdrsConnection,
    inputs: &Inputs,
    served: &Served,
    clock: &Clock,
    metrics: &Arc<Metrics>,
) -> Result<Arc<dyn Provider>, NotReady> {
    let spec = &object.spec;
    let timeout = Duration::from_secs(u64::from(spec.limits.request_timeout_seconds));
    let mut config = SdrsConfig::new(&sdrs.endpoint, authentication(sdrs, inputs)?);
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
    let proxy = Proxy::of_environment(|name| std::env::var(name).ok());
    config.proxy = proxy.map_err(|wrong| NotReady::new(Reason::EndpointInvalid, wrong.to_string()))?;
    config.reach = served.reach.clone();
    config.user_agent = concat!("stationmaster/", env!("CARGO_PKG_VERSION")).to_owned();
    let namespace = object.namespace().unwrap_or_default();
    config.room = served.room.of(&namespace);
    config.meter = Some(Arc::new(ProviderMeter::new(
        Arc::clone(metrics),
        KIND,
        namespace,
        object.name_any(),
    )));
    Ok(Arc::new(Sdrs::new(config)?))
}

fn authentication(sdrs: &SdrsConnection, inputs: &Inputs) -> Result<SdrsAuth, NotReady> {
    match sdrs.auth_method {
        SdrsAuthMethod::Password => Ok(SdrsAuth::Password {
            username: inputs.needed(names::SECRET_USERNAME)?,
            password: SecretString::from(inputs.needed(names::SECRET_PASSWORD)?),
            domain_name: sdrs.domain_name.clone().unwrap_or_default(),
        }),
        SdrsAuthMethod::AccessKey => Ok(SdrsAuth::AccessKey {
            access_key: inputs.needed(names::SECRET_ACCESS_KEY)?,
            secret_key: SecretString::from(inputs.needed(names::SECRET_SECRET_KEY)?),
            security_token: inputs.text(names::SECRET_SECURITY_TOKEN)?.map(SecretString::from),
        }),
    }
}
