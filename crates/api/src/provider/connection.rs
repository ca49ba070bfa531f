//! The parts of a connection that all providers share.
//! It must not hold anything of one provider.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::refs::ConfigMapKeyRef;

/// How the provider's certificate is verified.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct TlsSettings {
    /// A ConfigMap in the same namespace with the certificates (PEM) that are trusted beside the system's, for providers behind a
    /// private authority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_bundle_config_map_ref: Option<ConfigMapKeyRef>,
    /// Whether the certificate is not verified at all. `false` by default; `true` lets anyone on the way answer in the provider's
    /// name, and is for laboratories only.
    #[serde(default)]
    pub insecure_skip_verify: bool,
}

/// How hard the provider is asked.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct RequestLimits {
    /// Requests per second, e.g. `10` (the default). 1 to 1000.
    #[serde(default = "RequestLimits::default_requests_per_second")]
    #[schemars(range(min = 1, max = 1000))]
    pub requests_per_second: u32,
    /// Reads that may be under way at the same time, e.g. `10` (the default). 1 to 1000. A call that changes something never waits for them.
    #[serde(default = "RequestLimits::default_concurrent_requests")]
    #[schemars(range(min = 1, max = 1000))]
    pub concurrent_requests: u32,
    /// Seconds after which a request without an answer is given up, e.g. `15` (the default). 1 to 300. A mutating request that was
    /// given up is never sent again: what became of it is looked for.
    #[serde(default = "RequestLimits::default_request_timeout_seconds")]
    #[schemars(range(min = 1, max = 300))]
    pub request_timeout_seconds: u32,
}

impl RequestLimits {
    fn default_requests_per_second() -> u32 {
        10
    }

    fn default_concurrent_requests() -> u32 {
        10
    }

    fn default_request_timeout_seconds() -> u32 {
        15
    }
}

impl Default for RequestLimits {
    fn default() -> Self {
        RequestLimits {
            requests_per_second: Self::default_requests_per_second(),
            concurrent_requests: Self::default_concurrent_requests(),
            request_timeout_seconds: Self::default_request_timeout_seconds(),
        }
    }
}
