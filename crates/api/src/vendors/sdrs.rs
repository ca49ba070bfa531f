//! The blocks `sdrs`: where an SDRS is, how to authenticate with it, and which group of it is meant.
//! It must not hold secrets.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bounds;

/// How requests to SDRS are authenticated.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[schemars(inline, description = "")]
pub enum SdrsAuthMethod {
    /// User name and password are exchanged for an IAM token.
    #[default]
    Password,
    /// Each request is signed with an access key (AK/SK).
    AccessKey,
}

/// One SDRS endpoint and project.
#[derive(Serialize, Deserialize, KubeSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("has(self.projectID) || has(self.projectName)")
        .message("projectID or projectName must be set"),
    validation = Rule::new("self.authMethod != 'Password' || has(self.iamEndpoint)")
        .message("iamEndpoint must be set for authMethod Password: the token comes from there"),
    validation = Rule::new("self.authMethod != 'Password' || has(self.domainName)")
        .message("domainName must be set for authMethod Password: it is the account that the user belongs to"),
    validation = Rule::new("has(self.projectID) || has(self.iamEndpoint)")
        .message("iamEndpoint must be set where projectID is not: the project's id is looked up there")
)]
pub struct SdrsConnection {
    /// Base URL of SDRS without the version and the project, e.g. `https://sdrs.eu-de.otc.t-systems.com`.
    #[schemars(length(max = bounds::URL), regex(pattern = r"^https?://[^/?#@\s]+(/[^?#\s]*)?$"))]
    pub endpoint: String,
    /// Base URL of IAM without the version, e.g. `https://iam.eu-de.otc.t-systems.com`. Needed for `authMethod: Password`, and where
    /// only `projectName` is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::URL), regex(pattern = r"^https?://[^/?#@\s]+(/[^?#\s]*)?$"))]
    pub iam_endpoint: Option<String>,
    /// Base URL of ECS without the version and the project, e.g. `https://ecs.eu-de.otc.t-systems.com`. With it the operator reads
    /// whether servers are stopped, which a planned failover needs; without it a person confirms that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::URL), regex(pattern = r"^https?://[^/?#@\s]+(/[^?#\s]*)?$"))]
    pub ecs_endpoint: Option<String>,
    /// The region's name, e.g. `eu-de`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64))]
    pub region: Option<String>,
    /// Id of the project, e.g. `51af777371904892a49a0c3e3e53de44`. `projectID` or `projectName` must be set; where both are, both
    /// must fit.
    #[serde(default, rename = "projectID", skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64), regex(pattern = r"^[A-Za-z0-9_-]+$"))]
    pub project_id: Option<String>,
    /// Name of the project, e.g. `eu-de_shop`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64))]
    pub project_name: Option<String>,
    /// How requests are authenticated: `Password` (the default) gets an IAM token, `AccessKey` signs each request.
    #[serde(default)]
    pub auth_method: SdrsAuthMethod,
    /// The account (IAM domain) that the user belongs to, e.g. `OTC-EU-DE-00000000001000012345`. Needed for `authMethod: Password`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64))]
    pub domain_name: Option<String>,
    /// For how many seconds after its signature the provider accepts a signed request, e.g. `900` (the default, and what the provider
    /// documents). Only for `authMethod: AccessKey`. Where the answer to a call was lost, the operator waits this long, plus the
    /// clock's lead, plus the request's deadline, before it takes the call for dead. 1 to 3600; too small a value is dangerous.
    #[serde(default = "SdrsConnection::default_signature_validity_seconds")]
    #[schemars(range(min = 1, max = 3600))]
    pub signature_validity_seconds: u32,
}

impl SdrsConnection {
    fn default_signature_validity_seconds() -> u32 {
        900
    }
}

/// A group at SDRS.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct SdrsGroup {
    /// Id of the SDRS protection group (`server_group`), e.g. `40df180b-9fe2-471a-8c64-1b758dc84189`.
    #[serde(rename = "serverGroupID")]
    #[schemars(
        length(max = 36),
        regex(pattern = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
    )]
    pub server_group_id: String,
}
