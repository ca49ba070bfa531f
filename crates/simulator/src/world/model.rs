//! The objects of the state.
//! It must not know the wire: the modules of each service write their own JSON.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde::Serialize;

use crate::scenario::Station;
use crate::world::World;

/// Stable, transient and error words of groups and members (`docs/vendors/sdrs.md#status-words`).
pub(crate) mod status {
    pub(crate) const AVAILABLE: &str = "available";
    pub(crate) const PROTECTED: &str = "protected";
    pub(crate) const CREATING: &str = "creating";
    pub(crate) const DELETING: &str = "deleting";
    pub(crate) const ERROR: &str = "error";

    /// Whether the word is neither stable nor an error.
    pub(crate) fn is_transient(word: &str) -> bool {
        word.ends_with("ing") && !word.starts_with(ERROR) || word == "failing-over"
    }
}

/// `replication_status` words of pairs.
pub(crate) mod replication {
    pub(crate) const ACTIVE: &str = "active";
    pub(crate) const INACTIVE: &str = "inactive";
    pub(crate) const COPYING: &str = "copying";
    pub(crate) const ACTIVE_STOPPED: &str = "active-stopped";
}

/// ECS status words that the simulator sets itself.
pub(crate) mod power {
    pub(crate) const ACTIVE: &str = "ACTIVE";
    pub(crate) const SHUTOFF: &str = "SHUTOFF";
}

/// A protection group.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) project: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) source_availability_zone: String,
    pub(crate) target_availability_zone: String,
    pub(crate) domain_id: String,
    pub(crate) domain_name: String,
    pub(crate) status: String,
    pub(crate) priority_station: Station,
    pub(crate) source_vpc_id: String,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// The job that moves the group now.
    pub(crate) job: Option<String>,
}

impl Group {
    /// The availability zone where production runs.
    pub(crate) fn active_zone(&self) -> &str {
        match self.priority_station {
            Station::Source => &self.source_availability_zone,
            Station::Target => &self.target_availability_zone,
        }
    }
}

/// A protected instance.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Instance {
    pub(crate) id: String,
    pub(crate) project: String,
    pub(crate) group: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) status: String,
    pub(crate) priority_station: Station,
    pub(crate) source_server: String,
    pub(crate) target_server: String,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

impl Instance {
    /// The server at a site.
    pub(crate) fn server_at(&self, station: Station) -> &str {
        match station {
            Station::Source => &self.source_server,
            Station::Target => &self.target_server,
        }
    }
}

/// Where a pair is attached.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attachment {
    pub(crate) instance: String,
    pub(crate) device: String,
}

/// A replication pair.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pair {
    pub(crate) id: String,
    pub(crate) project: String,
    pub(crate) group: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) status: String,
    pub(crate) replication_status: String,
    pub(crate) priority_station: Station,
    pub(crate) source_volume: String,
    pub(crate) target_volume: String,
    pub(crate) attachment: Option<Attachment>,
    pub(crate) fault_level: String,
    pub(crate) failure_detail: Option<String>,
    pub(crate) size_gb: u64,
    pub(crate) volume_type: String,
    pub(crate) bootable: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// Begin and end of the catch-up that follows an enable or reprotect job.
    pub(crate) sync: Option<(Timestamp, Timestamp)>,
}

/// The attached pairs of all instances, found once for a whole list.
pub(crate) struct AttachedPairs<'w>(HashMap<&'w str, Vec<&'w Pair>>);

impl<'w> AttachedPairs<'w> {
    pub(crate) fn of_all(world: &'w World) -> Self {
        let mut pairs: HashMap<&str, Vec<&Pair>> = HashMap::new();
        for pair in world.pairs.values() {
            if let Some(attachment) = &pair.attachment {
                pairs.entry(attachment.instance.as_str()).or_default().push(pair);
            }
        }
        Self(pairs)
    }

    /// The pairs of an instance with their device names.
    pub(crate) fn of(&self, instance: &str) -> impl Iterator<Item = (&'w Pair, &'w str)> {
        let pairs = self.0.get(instance).into_iter().flatten();
        pairs.filter_map(|p| p.attachment.as_ref().map(|a| (*p, a.device.as_str())))
    }
}

/// A server.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Server {
    pub(crate) id: String,
    pub(crate) project: String,
    pub(crate) name: String,
    pub(crate) status: String,
    pub(crate) task: Option<String>,
    pub(crate) availability_zone: String,
    pub(crate) vpc_id: String,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// Started by somebody since the group's present job began; makes a reverse fail.
    pub(crate) started_at: Option<Timestamp>,
}

impl Server {
    /// Whether SDRS takes the server for stopped.
    pub(crate) fn stopped(&self) -> bool {
        self.status == power::SHUTOFF && self.task.is_none()
    }
}

/// A free disk.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Volume {
    pub(crate) id: String,
    pub(crate) size_gb: u64,
    pub(crate) volume_type: String,
    pub(crate) availability_zone: String,
}

/// A disaster-recovery drill.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Drill {
    pub(crate) id: String,
    pub(crate) project: String,
    pub(crate) group: String,
    pub(crate) name: String,
    pub(crate) status: String,
    pub(crate) vpc: String,
    pub(crate) servers: Vec<(String, String)>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::status::is_transient;

    #[test]
    fn transient_words() {
        for word in [
            "creating",
            "starting",
            "reversing",
            "failing-over",
            "reprotecting",
            "deleting",
        ] {
            assert!(is_transient(word), "{word}");
        }
        for word in [
            "available",
            "protected",
            "failed-over",
            "error-starting",
            "error-failing-over",
            "error",
            "fault",
        ] {
            assert!(!is_transient(word), "{word}");
        }
    }
}
