//! SDRS as the shell knows it: from its blocks of ProtectionProvider and ProtectionGroup, and the Secret, to the client.
//! It must not print, keep or log a secret.

use super::{Inputs, Served};
use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::observe::NotReady;
use secrecy::SecretString;
use stationmaster_api::vendors::{SdrsAuthMethod, SdrsConnection, SdrsGroup};
use stationmaster_api::{ProtectionProvider, names};
use stationmaster_provider::Provider;
use stationmaster_provider_sdrs::{Sdrs, SdrsAuth, SdrsConfig};
use std::sync::Arc;

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
    let mut config = SdrsConfig::new(&sdrs.endpoint, authentication(sdrs, inputs)?);
    let clock = clock.clone();
    config.clock = stationmaster_provider_sdrs::Clock::new(move || clock.now());
    config.iam_endpoint = sdrs.iam_endpoint.clone();
    config.ecs_endpoint = sdrs.ecs_endpoint.clone();
    config.region = sdrs.region.clone();
    config.project_id = sdrs.project_id.clone();
    config.project_name = sdrs.project_name.clone();
    config.signature_validity_seconds = sdrs.signature_validity_seconds;
    config.transport = served.transport(object, KIND, inputs, metrics)?;
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
