//! OCP with the databases of its clusters: the blocks of manifests that lead to the simulated one, and its tenants.
//! It must not make an object.

use serde_json::{Value, json};
use stationmaster_simulator::scenario::{
    OCP_ACCESS_KEY, OCP_PASSWORD, OCP_SECRET_KEY, OCP_SQL_PASSWORD, OCP_SQL_USER, OCP_USER,
};
use stationmaster_simulator::{Scenario, TenantAct, TenantChange};

use super::Keys;
use crate::installation::{Connection, Database, Endpoints, Error, Simulator};

/// The name of the blocks.
pub(crate) const BLOCK: &str = "ocp";

/// What the Secret holds, for both ways to authenticate.
pub(crate) const CREDENTIALS: [(&str, &str); 4] = [
    ("username", OCP_USER),
    ("password", OCP_PASSWORD),
    ("accessKey", OCP_ACCESS_KEY),
    ("secretKey", OCP_SECRET_KEY),
];

/// The line with the SQL ports.
const SQL: &str = "SQL_ENDPOINTS";

/// A tenant as the simulator knows it.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
pub struct SimulatedTenant {
    /// OCP's id.
    pub id: u64,
    /// Its name, the same at both sites.
    pub name: String,
    /// OCP's id of its cluster.
    pub cluster: u64,
    /// `PRIMARY`, `STANDBY` or `RESTORE`.
    pub role: String,
    /// Its service name.
    pub service: Option<String>,
}

/// The addresses. The scenario tells the clusters' ids and order.
pub(crate) fn read(
    endpoints: &mut Endpoints,
    scenario: &Scenario,
    take: &dyn Fn(&str) -> Result<String, Error>,
) -> Result<(), Error> {
    endpoints.ocp = take("OCP_ENDPOINT")?;
    let line = take(SQL)?;
    let pairs: Vec<(&str, &str)> = line.split(',').filter_map(|pair| pair.split_once('=')).collect();
    let database = |cluster: &stationmaster_simulator::scenario::OcpCluster| {
        let found = pairs.iter().find(|(name, _)| *name == cluster.name);
        let (_, address) = found.ok_or_else(|| Error::Manifest {
            manifest: format!("{SQL}={line}"),
            problem: format!("the cluster {} has no port", cluster.name),
        })?;
        Ok(Database {
            cluster: cluster.id,
            address: (*address).to_owned(),
        })
    };
    let databases: Result<_, Error> = scenario.ocp.clusters.iter().map(database).collect();
    endpoints.sql = databases?;
    Ok(())
}

/// The flags by which a simulator takes the addresses that it had.
pub(crate) fn flags(before: &Endpoints) -> Vec<(&'static str, &str)> {
    let databases = before.sql.iter();
    let ports = databases.map(|database| ("--sql-port", database.address.as_str()));
    ports.chain([("--port", before.ocp.as_str())]).collect()
}

/// The Secret of the account in a cluster's database.
fn reader(name: &str, database: &Database) -> String {
    format!("{name}-{}", database.cluster)
}

/// The block of a ProtectionProvider of this name.
pub(crate) fn connection(simulator: &Simulator, name: &str, connection: &Connection) -> Value {
    let endpoints = simulator.endpoints();
    let sql = |database: &Database| {
        let (host, port) = database.address.rsplit_once(':').unwrap_or_default();
        json!({
            "clusterID": database.cluster,
            "host": host,
            "port": port.parse::<u16>().unwrap_or_default(),
            "credentialsSecretRef": { "name": reader(name, database) },
            "tlsRequired": simulator.authority().is_some(),
        })
    };
    let mut block = json!({
        "endpoint": connection.through(&endpoints.ocp),
        "installation": simulator.project(),
        "authMethod": if connection.access_key { "AccessKey" } else { "Basic" },
    });
    if connection.sql {
        block["sql"] = endpoints.sql.iter().map(sql).collect();
    }
    block
}

/// The Secrets of the accounts in the databases.
pub(crate) fn further_secrets(simulator: &Simulator, name: &str) -> Vec<(String, Keys)> {
    let keys = || vec![("username", OCP_SQL_USER), ("password", OCP_SQL_PASSWORD)];
    let databases = simulator.endpoints().sql.iter();
    databases.map(|database| (reader(name, database), keys())).collect()
}

/// The block of a ProtectionGroup: all tenants that stand in both clusters, the first cluster being the source.
pub(crate) async fn group(simulator: &Simulator) -> Result<Value, Error> {
    let tenants = simulator.tenants().await?;
    let clusters: Vec<u64> = simulator
        .endpoints()
        .sql
        .iter()
        .map(|database| database.cluster)
        .collect();
    let [source, target, ..] = clusters[..] else {
        return Err(Error::Manifest {
            manifest: BLOCK.into(),
            problem: "the scenario has no two clusters".into(),
        });
    };
    let of = |cluster: u64| tenants.iter().filter(move |tenant| tenant.cluster == cluster);
    let pair = |ours: &SimulatedTenant| {
        let theirs = of(target).find(|tenant| tenant.name == ours.name)?;
        let mut pair = json!({ "sourceTenantID": ours.id, "targetTenantID": theirs.id });
        if let Some(service) = ours.service.as_ref().or(theirs.service.as_ref()) {
            pair["serviceName"] = service.as_str().into();
        }
        Some(pair)
    };
    Ok(json!({
        "sourceClusterID": source,
        "targetClusterID": target,
        "tenants": of(source).filter_map(pair).collect::<Vec<_>>(),
    }))
}

impl Simulator {
    /// The tenants of all clusters of OCP.
    pub async fn tenants(&self) -> Result<Vec<SimulatedTenant>, Error> {
        self.shown(&["ocp", "tenants"]).await
    }

    /// Something happens to a tenant or a cluster of OCP without a call.
    pub async fn tenant_act(&self, act: &TenantAct) -> Result<(), Error> {
        self.act(act).await
    }

    /// Every change of a tenant's role or switchover status.
    pub async fn tenant_history(&self) -> Result<Vec<TenantChange>, Error> {
        self.told().await
    }
}
