//! What is read of the services around SDRS: ECS servers, IAM tokens and projects, quotas, API versions.
//! It must not hold a token: that is a header.

use serde::Deserialize;
use stationmaster_transport::Entries;
use stationmaster_transport::lenient::{list, number, text, whole};

/// `GET cloudservers/{id}` of ECS.
#[derive(Debug, Deserialize)]
pub(crate) struct OneServer {
    pub(crate) server: Server,
}

/// A server, as far as it matters here.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Server {
    #[serde(default, deserialize_with = "text")]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) status: Option<String>,
    #[serde(default, rename = "OS-EXT-STS:task_state", deserialize_with = "text")]
    pub(crate) task_state: Option<String>,
    #[serde(default, rename = "OS-EXT-AZ:availability_zone", deserialize_with = "text")]
    pub(crate) availability_zone: Option<String>,
}

/// `POST /v3/auth/tokens`, the body.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct TokenResponse {
    #[serde(default, deserialize_with = "whole")]
    pub(crate) token: TokenFacts,
}

/// What a token is good for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct TokenFacts {
    #[serde(default, deserialize_with = "text")]
    pub(crate) issued_at: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) expires_at: Option<String>,
    #[serde(default, deserialize_with = "whole")]
    pub(crate) project: Project,
}

/// `GET /v3/projects`.
#[derive(Debug, Deserialize)]
pub(crate) struct Projects {
    #[serde(default)]
    pub(crate) projects: Entries<Project>,
}

/// A project.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Project {
    #[serde(default, deserialize_with = "text")]
    pub(crate) id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) name: Option<String>,
}

/// `GET sdrs/quotas`.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Quotas {
    #[serde(default, deserialize_with = "whole")]
    pub(crate) quotas: QuotaList,
}

/// The list inside.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct QuotaList {
    #[serde(default, deserialize_with = "list")]
    pub(crate) resources: Vec<QuotaEntry>,
}

/// One quota; -1 is unlimited.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct QuotaEntry {
    #[serde(default, rename = "type", deserialize_with = "text")]
    pub(crate) resource: Option<String>,
    #[serde(default, deserialize_with = "number")]
    pub(crate) used: Option<i64>,
    #[serde(default, deserialize_with = "number")]
    pub(crate) quota: Option<i64>,
}

/// `GET /` of SDRS.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Versions {
    #[serde(default, deserialize_with = "list")]
    pub(crate) versions: Vec<Version>,
}

/// One API version.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Version {
    #[serde(default, deserialize_with = "text")]
    pub(crate) id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) status: Option<String>,
}
