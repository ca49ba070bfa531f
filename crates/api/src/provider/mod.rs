//! `ProtectionProvider`: one connection to an outside disaster-recovery system.
//! It must not hold credentials, only the name of the Secret that does.

mod connection;
mod status;

use kube::{CustomResource, KubeSchema};
use serde::{Deserialize, Serialize};

use crate::refs::SecretRef;
use crate::vendors::{HcpConnection, OcpConnection, SdrsConnection};
pub use connection::{RequestLimits, TlsSettings};
pub use status::{ProtectionProviderStatus, Quota};

/// What the connection is.
#[derive(CustomResource, KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[kube(
    group = "stationmaster.dev",
    version = "v1alpha1",
    kind = "ProtectionProvider",
    plural = "protectionproviders",
    shortname = "drp",
    category = "dr",
    category = "stationmaster",
    namespaced,
    status = "ProtectionProviderStatus",
    derive = "PartialEq",
    doc = "ProtectionProvider is one connection to an outside disaster-recovery system: where it is, how to authenticate, how hard to \
           ask it. ProtectionGroups of the same namespace refer to it. It never changes anything at the provider by itself.",
    printcolumn = r#"{"name": "Region", "type": "string", "jsonPath": ".spec.sdrs.region", "description": "The provider's region."}"#,
    printcolumn = r#"{"name": "Groups", "type": "integer", "jsonPath": ".status.groups", "description": "ProtectionGroups of this namespace that refer to it."}"#,
    printcolumn = r#"{"name": "Ready", "type": "string", "jsonPath": ".status.conditions[?(@.type=='Ready')].status", "description": "Whether the connection works."}"#,
    printcolumn = r#"{"name": "Reason", "type": "string", "jsonPath": ".status.conditions[?(@.type=='Ready')].reason", "description": "Why it does or does not."}"#,
    printcolumn = r#"{"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp", "description": "Time since the object was created."}"#,
    printcolumn = r#"{"name": "Seen", "type": "integer", "jsonPath": ".status.groupsSeen", "priority": 1, "description": "Protection groups that the provider shows."}"#,
    printcolumn = r#"{"name": "Endpoint", "type": "string", "jsonPath": ".spec.sdrs.endpoint", "priority": 1, "description": "The provider's endpoint."}"#,
    printcolumn = r#"{"name": "Auth", "type": "string", "jsonPath": ".spec.sdrs.authMethod", "priority": 1, "description": "How requests are authenticated."}"#,
    printcolumn = r#"{"name": "API", "type": "string", "jsonPath": ".status.apiVersion", "priority": 1, "description": "The provider's API version."}"#,
    printcolumn = r#"{"name": "Project", "type": "string", "jsonPath": ".status.projectID", "priority": 1, "description": "The project that was found."}"#,
    printcolumn = r#"{"name": "Message", "type": "string", "jsonPath": ".status.conditions[?(@.type=='Ready')].message", "priority": 1, "description": "Why, for a person to read."}"#
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("[has(self.sdrs), has(self.ocp), has(self.hcp)].filter(block, block).size() == 1")
        .message("exactly one of sdrs, ocp and hcp must be set")
)]
pub struct ProtectionProviderSpec {
    /// Storage Disaster Recovery Service of Huawei Cloud or Open Telekom Cloud. Exactly one of `sdrs`, `ocp` and `hcp` is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sdrs: Option<SdrsConnection>,
    /// OceanBase Cloud Platform. Exactly one of `sdrs`, `ocp` and `hcp` is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ocp: Option<OcpConnection>,
    /// Hitachi Content Platform. Exactly one of `sdrs`, `ocp` and `hcp` is set. This version does not serve it: the provider stays
    /// `Ready=False` with reason `ProviderNotSupported` and no call is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hcp: Option<HcpConnection>,
    /// The Secret with the credentials, in the same namespace. For `authMethod: Password` and `Basic` its keys are `username` and
    /// `password`; for `AccessKey` they are `accessKey`, `secretKey` and, for temporary keys, `securityToken`.
    pub credentials_secret_ref: SecretRef,
    /// How the provider's certificate is verified.
    #[serde(default)]
    pub tls: TlsSettings,
    /// How hard the provider is asked, over all groups of this connection.
    #[serde(default)]
    pub limits: RequestLimits,
    /// Seconds between two looks at all groups of the connection while nothing is going on, e.g. `30` (the default). 5 to 3600.
    #[serde(default = "ProtectionProviderSpec::default_poll_interval_seconds")]
    #[schemars(range(min = 5, max = 3600))]
    pub poll_interval_seconds: u32,
}

impl ProtectionProviderSpec {
    fn default_poll_interval_seconds() -> u32 {
        30
    }
}
