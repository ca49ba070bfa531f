//! Clusters as OCP lists them.
//! It must not say what a status permits.

use serde::Deserialize;
use stationmaster_transport::lenient::{number, text};

/// One cluster.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cluster {
    /// OCP's own id.
    #[serde(default, deserialize_with = "number")]
    pub(crate) id: Option<i64>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) status: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) ob_version: Option<String>,
}
