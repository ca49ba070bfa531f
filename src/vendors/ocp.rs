//! OCP as the shell knows it: from its blocks of ProtectionProvider and ProtectionGroup, and the Secrets, to the client.
//! It must not print, keep or log a secret.

use super::{Inputs, Served};
use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::observe::NotReady;
use secrecy::SecretString;
use stationmaster_api::vendors::{OcpAuthMethod, OcpConnection, OcpDatabase, OcpGroup, OcpTenants};
use stationmaster_api::{ProtectionProvider, names};
use stationmaster_provider::Provider;
use stationmaster_provider_ocp::{Ocp, OcpAuth, OcpConfig, OcpSql, Pair, TenantSet};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The kind's word.
pub(super) const KIND: &str = "ocp";

/// The set, unless it is one that the API server would not have let in.
fn set(group: &OcpGroup) -> Option<TenantSet> {
    let pair = |tenants: &OcpTenants| Pair {
        source: tenants.source_tenant_id,
        target: tenants.target_tenant_id,
        service: tenants.service_name.clone(),
    };
    let pairs = group.tenants.iter().map(pair).collect();
    TenantSet::new(group.source_cluster_id, group.target_cluster_id, pairs).ok()
}

/// The provider's word for the set; what is no set is not found there.
pub(super) fn object(group: &OcpGroup) -> String {
    set(group).map_or_else(|| "no set".to_owned(), |set| set.to_string())
}

/// Its tenants.
pub(super) fn members(group: &OcpGroup) -> BTreeSet<String> {
    match set(group) {
        Some(set) => set.claims().into_iter().collect(),
        None => BTreeSet::from([object(group)]),
    }
}

/// The Secrets of its databases.
pub(super) fn secrets(ocp: &OcpConnection) -> impl Iterator<Item = String> {
    ocp.sql
        .iter()
        .map(|database| database.credentials_secret_ref.name.clone())
}

/// The client.
pub(super) fn client(
    object: &ProtectionProvider,
    ocp: &OcpConnection,
    inputs: &Inputs,
    served: &Served,
    clock: &Clock,
    metrics: &Arc<Metrics>,
) -> Result<Arc<dyn Provider>, NotReady> {
    let mut config = OcpConfig::new(&ocp.endpoint, &ocp.installation, authentication(ocp, inputs)?);
    let clock = clock.clone();
    config.clock = stationmaster_provider_ocp::Clock::new(move || clock.now());
    let databases = ocp.sql.iter().map(|database| sql(database, inputs));
    config.sql = databases.collect::<Result<_, NotReady>>()?;
    config.transport = served.transport(object, KIND, inputs, metrics)?;
    Ok(Arc::new(Ocp::new(config)?))
}

fn authentication(ocp: &OcpConnection, inputs: &Inputs) -> Result<OcpAuth, NotReady> {
    match ocp.auth_method {
        OcpAuthMethod::Basic => Ok(OcpAuth::Basic {
            username: inputs.needed(names::SECRET_USERNAME)?,
            password: SecretString::from(inputs.needed(names::SECRET_PASSWORD)?),
        }),
        OcpAuthMethod::AccessKey => Ok(OcpAuth::AccessKey {
            access_key: inputs.needed(names::SECRET_ACCESS_KEY)?,
            secret_key: SecretString::from(inputs.needed(names::SECRET_SECRET_KEY)?),
        }),
    }
}

fn sql(database: &OcpDatabase, inputs: &Inputs) -> Result<OcpSql, NotReady> {
    let secret = &database.credentials_secret_ref.name;
    Ok(OcpSql {
        cluster: database.cluster_id,
        host: database.host.clone(),
        port: database.port,
        username: inputs.needed_of(secret, names::SECRET_USERNAME)?,
        password: SecretString::from(inputs.needed_of(secret, names::SECRET_PASSWORD)?),
        tls_required: database.tls_required,
    })
}
