//! Protection groups (`server-groups`; `docs/vendors/sdrs.md#groups`).
//! It must not say what a status means.

use crate::list::Page;
use serde::Deserialize;
use stationmaster_transport::Entries;
use stationmaster_transport::lenient::{number, text};

/// One protection group.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Group {
    #[serde(default, deserialize_with = "text")]
    pub(crate) id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) description: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) status: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) priority_station: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) source_availability_zone: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) target_availability_zone: Option<String>,
    /// Null for every group made after an undated upgrade of the service; `status` is the truth.
    #[serde(default, deserialize_with = "text")]
    pub(crate) replication_status: Option<String>,
    #[serde(default, deserialize_with = "number")]
    pub(crate) progress: Option<i64>,
    #[serde(default, deserialize_with = "number")]
    pub(crate) protected_instance_num: Option<i64>,
    #[serde(default, deserialize_with = "number")]
    pub(crate) replication_num: Option<i64>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) updated_at: Option<String>,
}

/// `GET server-groups`.
#[derive(Debug, Deserialize)]
pub(crate) struct GroupPage {
    #[serde(default)]
    pub(crate) server_groups: Entries<Group>,
    #[serde(default, deserialize_with = "number")]
    pub(crate) count: Option<i64>,
}

/// `GET server-groups/{id}`.
#[derive(Debug, Deserialize)]
pub(crate) struct OneGroup {
    pub(crate) server_group: Group,
}

impl From<GroupPage> for Page<Group> {
    fn from(page: GroupPage) -> Self {
        Page {
            entries: page.server_groups,
            count: page.count,
        }
    }
}
