//! The blocks `ocp`: where an OceanBase Cloud Platform and its databases are, and which tenants a group moves.
//! It must not hold secrets.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bounds;
use crate::refs::SecretRef;

/// How requests to OCP are authenticated.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[schemars(inline, description = "")]
pub enum OcpAuthMethod {
    /// Each request is signed with an access key (AK/SK).
    #[default]
    AccessKey,
    /// User name and password go with each request.
    Basic,
}

/// One OCP and the databases of its clusters.
#[derive(Serialize, Deserialize, KubeSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("!has(self.sql) || self.sql.all(a, self.sql.exists_one(b, b.clusterID == a.clusterID))")
        .message("sql names a cluster twice")
)]
pub struct OcpConnection {
    /// Base URL of OCP without `/api`, e.g. `https://ocp.example.com:8080`.
    #[schemars(length(max = bounds::URL), regex(pattern = r"^https?://[^/?#@\s]+(/[^?#\s]*)?$"))]
    pub endpoint: String,
    /// What stands for this installation of OCP in claims, e.g. `berlin-ocp`. OCP has no identity of its own: the name must be the same in
    /// every connection that leads to it, by whatever address, and another one for any other OCP.
    #[schemars(length(min = 1, max = 63), regex(pattern = r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"))]
    pub installation: String,
    /// How requests are authenticated: `AccessKey` (the default) signs each request, `Basic` sends user name and password. With `Basic`
    /// nothing bounds how late a request can arrive, so that a person is asked about a lost answer that shows no effect.
    #[serde(default)]
    pub auth_method: OcpAuthMethod,
    /// The databases, by cluster. OCP's own API shows neither the role of a tenant nor its lag: without this only `Failover` is offered,
    /// and a person looks at its end. At most 16.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = bounds::DATABASES))]
    pub sql: Vec<OcpDatabase>,
}

/// A way into the database of one cluster.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct OcpDatabase {
    /// OCP's own id of the cluster, e.g. `3000010`.
    #[serde(rename = "clusterID")]
    #[schemars(range(min = 1))]
    pub cluster_id: i64,
    /// Host name or address of an OBProxy or an observer, e.g. `obproxy.berlin.example.com`.
    #[schemars(length(min = 1, max = 253), regex(pattern = r"^[A-Za-z0-9.:-]+$"))]
    pub host: String,
    /// Port: `2883` of an OBProxy (the default), `2881` of an observer.
    #[serde(default = "OcpDatabase::default_port")]
    #[schemars(range(min = 1, max = 65_535))]
    pub port: u16,
    /// The Secret with `username` and `password` of a read-only account of the cluster's sys tenant, in the same namespace.
    pub credentials_secret_ref: SecretRef,
    /// Whether a server that offers no TLS is refused. `false` by default; one that offers it is talked to over it in any case.
    #[serde(default)]
    pub tls_required: bool,
}

impl OcpDatabase {
    fn default_port() -> u16 {
        2883
    }
}

/// A set of tenants at OCP that is moved as one.
#[derive(Serialize, Deserialize, KubeSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("self.sourceClusterID != self.targetClusterID")
        .message("sourceClusterID and targetClusterID must differ: a failover of several tenants goes to another cluster"),
    validation = Rule::new("self.tenants.all(a, self.tenants.exists_one(b, b.sourceTenantID == a.sourceTenantID) \
                            && self.tenants.exists_one(b, b.targetTenantID == a.targetTenantID) \
                            && !self.tenants.exists(b, b.targetTenantID == a.sourceTenantID))")
        .message("a tenant is named twice")
)]
pub struct OcpGroup {
    /// OCP's own id of the cluster of the station `source`, e.g. `3000010`. Immutable.
    #[serde(rename = "sourceClusterID")]
    #[schemars(range(min = 1))]
    pub source_cluster_id: i64,
    /// OCP's own id of the cluster of the station `target`, e.g. `3000020`. Immutable.
    #[serde(rename = "targetClusterID")]
    #[schemars(range(min = 1))]
    pub target_cluster_id: i64,
    /// The tenants, each with its standby: 1 to 64. No pair comes or goes.
    #[schemars(length(min = 1, max = bounds::TENANTS))]
    pub tenants: Vec<OcpTenants>,
}

/// A tenant and its standby.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct OcpTenants {
    /// OCP's own id of the tenant at the station `source`, e.g. `2000025`. It may be replaced only while `status.activeStation` is `target`.
    #[serde(rename = "sourceTenantID")]
    #[schemars(range(min = 1))]
    pub source_tenant_id: i64,
    /// OCP's own id of the tenant at the station `target`, e.g. `2000125`. It may be replaced only while `status.activeStation` is `source`.
    #[serde(rename = "targetTenantID")]
    #[schemars(range(min = 1))]
    pub target_tenant_id: i64,
    /// The service name that a failover gives to the new primary, e.g. `orders`. OCP deletes the names that there are; without one here
    /// there is none afterwards. It may be changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64), regex(pattern = r"^[A-Za-z_][A-Za-z0-9_]*$"))]
    pub service_name: Option<String>,
}

/// What of a set may change. It stands on the root of the schema, where the stored status can be read: service names, and the ids of the
/// station where production does not run.
pub(crate) const KEPT: &str = "\
    !has(self.spec.ocp) || !has(oldSelf.spec.ocp) \
    || (self.spec.ocp.sourceClusterID == oldSelf.spec.ocp.sourceClusterID \
        && self.spec.ocp.targetClusterID == oldSelf.spec.ocp.targetClusterID \
        && self.spec.ocp.tenants.size() == oldSelf.spec.ocp.tenants.size() \
        && (oldSelf.spec.ocp.tenants.all(o, self.spec.ocp.tenants.exists(n, \
                n.sourceTenantID == o.sourceTenantID && n.targetTenantID == o.targetTenantID)) \
            || (has(oldSelf.status) && has(oldSelf.status.activeStation) && oldSelf.status.activeStation == 'source' \
                && oldSelf.spec.ocp.tenants.all(o, self.spec.ocp.tenants.exists(n, n.sourceTenantID == o.sourceTenantID))) \
            || (has(oldSelf.status) && has(oldSelf.status.activeStation) && oldSelf.status.activeStation == 'target' \
                && oldSelf.spec.ocp.tenants.all(o, self.spec.ocp.tenants.exists(n, n.targetTenantID == o.targetTenantID)))))";

/// What the refusal says.
pub(crate) const KEPT_MESSAGE: &str = "\
    clusters and pairs of tenants are immutable; only service names may change, and the tenant ids of the station where production does \
    not run, while status.activeStation is source or target";
