//! What the simulator starts from: accounts, domains, groups with their members, servers and switches.
//! It must not hold anything that changes while the simulator runs.

mod builtin;
mod defaults;
mod load;
mod ocp;
mod two_sites;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use builtin::{
    ACCESS_KEY, ACCOUNT, ARCHIVE_ID, DOMAIN_ID, PASSWORD, PAYMENTS_DB_ID, PROJECT, PROJECT_ID, SECRET_KEY, USER,
    WEB_FRONTEND_ID, many_groups, three_groups,
};
pub(crate) use defaults::derived_uuid;
pub use load::ScenarioError;
pub use ocp::{Ocp, OcpCluster, OcpTenant, OcpUser};
pub use two_sites::{
    OCP_ACCESS_KEY, OCP_EAST, OCP_EAST_ID, OCP_PASSWORD, OCP_PRIMARY_IDS, OCP_READER, OCP_SECRET_KEY, OCP_SQL_PASSWORD,
    OCP_SQL_USER, OCP_STANDBY_IDS, OCP_TENANTS, OCP_USER, OCP_WEST, OCP_WEST_ID, many_tenants, two_sites,
};

/// Which site a group, an instance or a pair produces on (`priority_station` on the wire).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Station {
    /// The production site when the group was created.
    #[default]
    Source,
    /// The disaster-recovery site when the group was created.
    Target,
}

impl Station {
    /// The other site.
    pub fn other(self) -> Self {
        match self {
            Self::Source => Self::Target,
            Self::Target => Self::Source,
        }
    }

    /// The wire word, `source` or `target`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Target => "target",
        }
    }
}

/// Everything that the simulator is loaded with. `Default` is an empty cloud: nobody can sign in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Scenario {
    /// A name for logs and `GET /state`.
    pub name: String,
    /// The region that the IAM catalog names. Empty means `eu-de`.
    pub region: String,
    /// Accounts (IAM domains) with their users and projects.
    pub accounts: Vec<Account>,
    /// Pairs of availability zones that a group may use. Empty means one pair, `eu-de-01` and `eu-de-02`.
    pub domains: Vec<ReplicationDomain>,
    /// Protection groups with their members.
    pub groups: Vec<Group>,
    /// Servers that no group protects yet.
    pub servers: Vec<Server>,
    /// Free disks that a replication pair can be made of.
    pub volumes: Vec<Volume>,
    /// Account quotas.
    pub quotas: Quotas,
    /// An OceanBase Cloud Platform with its clusters.
    pub ocp: Ocp,
    /// Named switches by their command-line names, for example `{"enable-seconds": "2"}`.
    pub switches: BTreeMap<String, String>,
    /// Where virtual time starts and how fast it runs.
    pub clock: ClockStart,
}

/// An account, which IAM calls a domain.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Account {
    /// Account id; derived from the name when empty.
    pub id: String,
    /// Account name, which a password sign-in must give.
    pub name: String,
    /// Projects of the account.
    pub projects: Vec<Project>,
    /// Users of the account.
    pub users: Vec<User>,
}

/// A project (tenant).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Project {
    /// Project id, the first path segment after `/v1/`; derived from the name when empty.
    pub id: String,
    /// Project name.
    pub name: String,
}

/// A user with a password, access keys, or both.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct User {
    /// User id; derived from the name when empty.
    pub id: String,
    /// User name.
    pub name: String,
    /// Password; empty means that the user cannot sign in with one.
    pub password: String,
    /// Access-key pairs.
    pub access_keys: Vec<AccessKey>,
    /// Names or ids of the projects that the user may act on; empty means all projects of the account.
    pub projects: Vec<String>,
}

/// An access key (AK) with its secret (SK).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct AccessKey {
    /// The public part.
    pub access: String,
    /// The secret part.
    pub secret: String,
}

/// A pair of availability zones (`active-domains`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ReplicationDomain {
    /// Domain id; derived from the name when empty.
    pub id: String,
    /// Domain name.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Whether no capacity is left.
    pub sold_out: bool,
    /// One availability zone of the pair.
    pub source_availability_zone: String,
    /// The other availability zone of the pair.
    pub target_availability_zone: String,
}

/// A protection group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Group {
    /// Group id; derived from the name when empty.
    pub id: String,
    /// Group name.
    pub name: String,
    /// Project id or name; empty means the first project of the scenario.
    pub project: String,
    /// Free text; absent is `null` on the wire.
    pub description: Option<String>,
    /// Status word; empty means `available`.
    pub status: String,
    /// Where production runs.
    pub priority_station: Station,
    /// Domain id or name; empty means the first domain.
    pub domain: String,
    /// VPC of the group; derived when empty.
    pub source_vpc_id: String,
    /// Creation time; absent means the start of virtual time.
    pub created_at: Option<Timestamp>,
    /// Protected instances.
    pub instances: Vec<Instance>,
    /// Replication pairs that are attached to no instance.
    pub pairs: Vec<Pair>,
}

/// A protected instance: a production server and its twin.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Instance {
    /// Instance id; derived from group and name when empty.
    pub id: String,
    /// Instance name.
    pub name: String,
    /// Free text.
    pub description: Option<String>,
    /// Status word; empty means the group's.
    pub status: String,
    /// The server of the original production site.
    pub source_server: Server,
    /// The server of the original disaster-recovery site.
    pub target_server: Server,
    /// Pairs that are attached to the instance.
    pub pairs: Vec<Pair>,
    /// Tags by key.
    pub tags: BTreeMap<String, String>,
}

/// A replication pair: a disk and its twin.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Pair {
    /// Pair id; derived from group and name when empty.
    pub id: String,
    /// Pair name.
    pub name: String,
    /// Free text.
    pub description: Option<String>,
    /// Status word; empty means the group's.
    pub status: String,
    /// `active`, `inactive`, `copying` or `active-stopped`; empty means what fits the status.
    pub replication_status: String,
    /// Device name on the instance; empty means the next free one.
    pub device: String,
    /// `"0"` none, `"2"` production disk unusable, `"5"` link down; empty means `"0"`.
    pub fault_level: String,
    /// Disk size in GB; 0 means 10.
    pub size_gb: u64,
    /// Disk type; empty means `SATA`.
    pub volume_type: String,
    /// Whether the disk boots the server.
    pub bootable: bool,
}

/// A server as ECS knows it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Server {
    /// Server id; derived when empty.
    pub id: String,
    /// Server name; a protected instance's when empty.
    pub name: String,
    /// Project id or name, for servers outside groups.
    pub project: String,
    /// ECS status word. Empty means `ACTIVE` on the production side and `SHUTOFF` on the other.
    pub status: String,
    /// Availability zone, for servers outside groups.
    pub availability_zone: String,
    /// VPC, for servers outside groups; empty means the first group's.
    pub vpc_id: String,
}

/// A free disk.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Volume {
    /// Disk id.
    pub id: String,
    /// Size in GB; 0 means 10.
    pub size_gb: u64,
    /// Disk type; empty means `SATA`.
    pub volume_type: String,
    /// Availability zone; empty means the first domain's source zone.
    pub availability_zone: String,
}

/// Account quotas; -1 is unlimited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Quotas {
    /// Protection groups.
    pub server_groups: i64,
    /// Replication pairs.
    pub replications: i64,
}

impl Default for Quotas {
    fn default() -> Self {
        // The figures of the documented example; accounts differ.
        Self {
            server_groups: 50,
            replications: 100,
        }
    }
}

/// Virtual time at the start.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ClockStart {
    /// First virtual instant; absent means the real time of loading.
    pub start: Option<Timestamp>,
    /// Virtual seconds for each real second, ≥ 0; absent keeps the running speed.
    pub speed: Option<f64>,
}
