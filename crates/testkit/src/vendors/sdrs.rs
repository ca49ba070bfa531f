//! SDRS with the IAM in front of it: the blocks of manifests that lead to the simulated one.
//! It must not make an object.

use serde_json::{Value, json};
use stationmaster_simulator::scenario::{ACCESS_KEY, ACCOUNT, PASSWORD, SECRET_KEY, USER};

use crate::installation::{Connection, Endpoints, Error, Simulator};

/// The name of the blocks.
pub(crate) const BLOCK: &str = "sdrs";

/// What the Secret holds, for both ways to authenticate.
pub(crate) const CREDENTIALS: [(&str, &str); 4] = [
    ("username", USER),
    ("password", PASSWORD),
    ("accessKey", ACCESS_KEY),
    ("secretKey", SECRET_KEY),
];

/// The addresses.
pub(crate) fn read(endpoints: &mut Endpoints, take: &dyn Fn(&str) -> Result<String, Error>) -> Result<(), Error> {
    endpoints.sdrs = take("SDRS_ENDPOINT")?;
    endpoints.iam = take("IAM_ENDPOINT")?;
    endpoints.ecs = take("ECS_ENDPOINT")?;
    Ok(())
}

/// The block of a ProtectionProvider.
pub(crate) fn connection(simulator: &Simulator, connection: &Connection) -> Value {
    let endpoints = simulator.endpoints();
    let through = |own: &str| connection.through(own);
    let mut block = json!({
        "endpoint": through(&endpoints.sdrs),
        "iamEndpoint": through(&endpoints.iam),
        "projectID": simulator.project(),
        "authMethod": if connection.access_key { "AccessKey" } else { "Password" },
        "domainName": ACCOUNT,
        "signatureValiditySeconds": connection.signature_validity_seconds,
    });
    if connection.ecs {
        block["ecsEndpoint"] = through(&endpoints.ecs).into();
    }
    block
}

/// The block of a ProtectionGroup.
pub(crate) fn group(id: &str) -> Value {
    json!({ "serverGroupID": id })
}
