//! The members of a group: protected instances and replication pairs (`docs/vendors/sdrs.md#instances`, `docs/vendors/sdrs.md#pairs`).
//! It must not say which server or disk is in production.

use crate::list::Page;
use serde::Deserialize;
use stationmaster_transport::Entries;
use stationmaster_transport::lenient::{number, text};

/// One protected instance: a pair of servers.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Instance {
    #[serde(default, deserialize_with = "text")]
    pub(crate) id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) server_group_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) status: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) priority_station: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) source_server: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) target_server: Option<String>,
}

/// One replication pair: a pair of disks.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Pair {
    #[serde(default, deserialize_with = "text")]
    pub(crate) id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) server_group_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) status: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) replication_status: Option<String>,
    #[serde(default, deserialize_with = "number")]
    pub(crate) progress: Option<i64>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) priority_station: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) fault_level: Option<String>,
}

/// `GET protected-instances`.
#[derive(Debug, Deserialize)]
pub(crate) struct InstancePage {
    #[serde(default)]
    pub(crate) protected_instances: Entries<Instance>,
    #[serde(default, deserialize_with = "number")]
    pub(crate) count: Option<i64>,
}

/// `GET replications`.
#[derive(Debug, Deserialize)]
pub(crate) struct PairPage {
    #[serde(default)]
    pub(crate) replications: Entries<Pair>,
    #[serde(default, deserialize_with = "number")]
    pub(crate) count: Option<i64>,
}

impl From<InstancePage> for Page<Instance> {
    fn from(page: InstancePage) -> Self {
        Page {
            entries: page.protected_instances,
            count: page.count,
        }
    }
}

impl From<PairPage> for Page<Pair> {
    fn from(page: PairPage) -> Self {
        Page {
            entries: page.replications,
            count: page.count,
        }
    }
}
