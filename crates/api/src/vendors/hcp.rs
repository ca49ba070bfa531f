//! The blocks `hcp`: Hitachi Content Platform, which this version refuses.
//! It must not hold secrets.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bounds;

/// Hitachi Content Platform; not served by this version.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct HcpConnection {
    /// Base URL of the system management API, e.g. `https://admin.hcp-a.example.com:9090`.
    #[schemars(length(max = bounds::URL), regex(pattern = r"^https?://[^/?#@\s]+(/[^?#\s]*)?$"))]
    pub endpoint: String,
}

/// A replication link at Hitachi Content Platform; not served by this version.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct HcpGroup {
    /// Name of the active/passive replication link, e.g. `hcp-a-to-hcp-b`.
    #[schemars(length(min = 1, max = 64))]
    pub link_name: String,
}
