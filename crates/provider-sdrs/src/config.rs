//! What a connection to SDRS is made from.
//! It must not read Kubernetes objects or files.

use secrecy::SecretString;
use stationmaster_provider::Fault;
use stationmaster_transport::{Clock, Endpoint, TransportConfig};
use std::fmt;

/// One connection: endpoints, project, credentials, limits.
#[derive(Clone)]
pub struct SdrsConfig {
    /// Base URL of SDRS without version and project: `https://sdrs.eu-de.otc.t-systems.com`.
    pub endpoint: String,
    /// Base URL of IAM without version. Needed for a password, and where only the project's name is known.
    pub iam_endpoint: Option<String>,
    /// Base URL of ECS without version and project. Without it a person confirms that servers are stopped.
    pub ecs_endpoint: Option<String>,
    /// The region in the scope of [`SignatureForm::Credential`]; nothing else needs it.
    pub region: Option<String>,
    /// The project's id. It or the name must be set.
    pub project_id: Option<String>,
    /// The project's name; where both are set, both must fit (checked as far as IAM tells).
    pub project_name: Option<String>,
    /// Who asks.
    pub auth: SdrsAuth,
    /// Which form of signature an access key makes.
    pub signature_form: SignatureForm,
    /// For how many seconds around its date the gateway accepts a signature (documented: 900).
    pub signature_validity_seconds: u32,
    /// How hard the provider is asked, how certificates are verified, and through which proxy.
    pub transport: TransportConfig,
    /// The wall clock: dates of signatures, age of recorded calls.
    pub clock: Clock,
}

impl SdrsConfig {
    /// A configuration with everything else at its default; a project must still be set.
    pub fn new(endpoint: impl Into<String>, auth: SdrsAuth) -> SdrsConfig {
        SdrsConfig {
            endpoint: endpoint.into(),
            iam_endpoint: None,
            ecs_endpoint: None,
            region: None,
            project_id: None,
            project_name: None,
            auth,
            signature_form: SignatureForm::Access,
            signature_validity_seconds: 900,
            transport: TransportConfig::default(),
            clock: Clock::system(),
        }
    }
}

impl fmt::Debug for SdrsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SdrsConfig")
            .field("endpoint", &self.endpoint)
            .field("iam_endpoint", &self.iam_endpoint)
            .field("ecs_endpoint", &self.ecs_endpoint)
            .field("project_id", &self.project_id)
            .field("project_name", &self.project_name)
            .field("auth", &self.auth)
            .field("signature_validity_seconds", &self.signature_validity_seconds)
            .finish_non_exhaustive()
    }
}

/// Credentials. `Debug` prints no secret.
#[derive(Clone, Debug)]
pub enum SdrsAuth {
    /// Exchanged for an IAM token.
    Password {
        /// The IAM user.
        username: String,
        /// Its password.
        password: SecretString,
        /// The account (IAM domain) that the user belongs to.
        domain_name: String,
    },
    /// Signs each request (AK/SK).
    AccessKey {
        /// The access key's id (AK); not a secret.
        access_key: String,
        /// The secret key (SK).
        secret_key: SecretString,
        /// Of temporary keys.
        security_token: Option<SecretString>,
    },
}

/// Which form of signature an access key makes (`docs/vendors/sdrs.md#signature`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignatureForm {
    /// `Access=AK`: the current form, documented for both clouds.
    #[default]
    Access,
    /// `Credential=AK/date/region/service/sdk_request`: the form of OTC's older signers.
    Credential,
}

/// A base URL of a service of the cloud, without version and project.
pub(crate) fn base_url(what: &str, text: &str) -> Result<Endpoint, Fault> {
    Endpoint::parse(what, text, "https://sdrs.eu-de.otc.t-systems.com", &["v1", "v3"])
}
