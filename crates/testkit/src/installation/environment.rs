//! What one test works in: a namespace, and a simulated cloud of its own.
//! It must not move anything by itself: it only spells requests that a person makes.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::api::ObjectMeta;
use serde_json::{Value, json};
use stationmaster_api::refs::{ConfigMapKeyRef, GroupRef, ProviderRef, SecretRef};
use stationmaster_api::{
    OperationType, ProtectionGroup, ProtectionProvider, RecoveryOperation, RecoveryOperationSpec, Station,
};

use super::{Cluster, Error, Simulator};
use crate::vendors;

/// The name under which [`Environment::connect`] makes its objects.
pub const PROVIDER: &str = "cloud";

/// A namespace and a simulator that nobody else uses.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The namespace, with the administrator's rights.
    pub cluster: Cluster,
    /// The simulated cloud.
    pub simulator: Simulator,
}

/// How to connect to the simulator.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Sign each request (AK/SK) instead of using an IAM token; of OCP, instead of user name and password.
    pub access_key: bool,
    /// `spec.sdrs.ecsEndpoint`: the operator reads server states by itself. Else a person confirms.
    pub ecs: bool,
    /// `spec.ocp.sql`: the operator reads roles and lags from the databases of both clusters.
    pub sql: bool,
    /// `spec.pollIntervalSeconds`, at least 5.
    pub poll_interval_seconds: u32,
    /// `spec.sdrs.signatureValiditySeconds`; the default is so short that tests of lost answers need not wait long.
    pub signature_validity_seconds: u32,
    /// Where the vendor's interfaces are reached (SQL is not one of them), if not at the simulator itself: a proxy in front of it.
    pub through: Option<Through>,
}

/// The way to a simulator through a proxy.
#[derive(Clone, Debug)]
pub struct Through {
    /// URL of the proxy, without a trailing slash.
    pub url: String,
    /// PEM of the authority that signed its certificate; `None` without TLS.
    pub authority: Option<String>,
}

impl Default for Connection {
    fn default() -> Self {
        Self {
            access_key: false,
            ecs: true,
            sql: true,
            poll_interval_seconds: 5,
            signature_validity_seconds: 900,
            through: None,
        }
    }
}

impl Connection {
    /// The address of what the simulator serves at `own`.
    pub(crate) fn through(&self, own: &str) -> String {
        let other = self.through.as_ref();
        other.map_or(own, |through| &through.url).to_owned()
    }
}

impl Environment {
    /// The manifest of a ProtectionProvider for the simulator, to be changed and created.
    pub fn provider(&self, name: &str, connection: &Connection) -> ProtectionProvider {
        let (vendor, block) = vendors::connection(&self.simulator, name, connection);
        let mut manifest = json!({
            "apiVersion": "stationmaster.dev/v1alpha1",
            "kind": "ProtectionProvider",
            "metadata": { "name": name },
            "spec": {
                (vendor): block,
                "credentialsSecretRef": SecretRef { name: name.to_owned() },
                "pollIntervalSeconds": connection.poll_interval_seconds,
            },
        });
        if self.authority(connection).is_some() {
            let bundle = ConfigMapKeyRef {
                name: name.to_owned(),
                key: "ca.crt".into(),
            };
            manifest["spec"]["tls"] = json!({ "caBundleConfigMapRef": bundle });
        }
        serde_json::from_value(manifest).expect("the manifest has the type's own shape")
    }

    /// PEM of the authority that the operator must trust; `None` without TLS.
    fn authority<'a>(&'a self, connection: &'a Connection) -> Option<&'a str> {
        match &connection.through {
            Some(through) => through.authority.as_deref(),
            None => self.simulator.authority(),
        }
    }

    /// The Secret with the credentials of the built-in scenarios, for both ways to authenticate.
    pub fn credentials(&self, name: &str) -> Secret {
        secret(name, vendors::credentials(self.simulator.vendor()))
    }

    /// Creates Secrets, CA bundle (with TLS) and ProtectionProvider under the name [`PROVIDER`] and waits until it is ready.
    pub async fn connect(&self, connection: &Connection) -> Result<ProtectionProvider, Error> {
        self.cluster.create(&self.credentials(PROVIDER)).await?;
        for (name, keys) in vendors::further_secrets(&self.simulator, PROVIDER) {
            self.cluster.create(&secret(&name, keys)).await?;
        }
        if let Some(authority) = self.authority(connection) {
            let bundle = ConfigMap {
                metadata: named(PROVIDER),
                data: Some(BTreeMap::from([("ca.crt".to_owned(), authority.to_owned())])),
                ..ConfigMap::default()
            };
            self.cluster.create(&bundle).await?;
        }
        self.cluster.create(&self.provider(PROVIDER, connection)).await?;
        self.cluster
            .wait_for(PROVIDER, "is ready", |provider: &ProtectionProvider| {
                condition(provider.status.as_ref().map(|status| &status.conditions), "Ready") == Some("True")
            })
            .await
    }

    /// The manifest of a ProtectionGroup without an intent: for the group of the simulator that has this name, of OCP for all tenants.
    pub async fn group(&self, name: &str) -> Result<ProtectionGroup, Error> {
        let (vendor, block) = vendors::group(&self.simulator, name).await?;
        let manifest = json!({
            "apiVersion": "stationmaster.dev/v1alpha1",
            "kind": "ProtectionGroup",
            "metadata": { "name": name },
            "spec": { "providerRef": ProviderRef { name: PROVIDER.into() }, (vendor): block },
        });
        Ok(serde_json::from_value(manifest).expect("the manifest has the type's own shape"))
    }

    /// Creates the ProtectionGroup and waits until it shows where production runs and a token.
    pub async fn protect(&self, name: &str) -> Result<ProtectionGroup, Error> {
        self.cluster.create(&self.group(name).await?).await?;
        self.with_token(name).await
    }

    /// Waits until the group shows where production runs and a token.
    pub async fn with_token(&self, name: &str) -> Result<ProtectionGroup, Error> {
        self.cluster
            .wait_for(name, "shows a token", |group: &ProtectionGroup| {
                group
                    .status
                    .as_ref()
                    .is_some_and(|status| status.active_station.is_some() && status.priority_token.is_some())
            })
            .await
    }

    /// The present token.
    pub async fn token(&self, name: &str) -> Result<String, Error> {
        let group = self.with_token(name).await?;
        Ok(group
            .status
            .and_then(|status| status.priority_token)
            .unwrap_or_default())
    }

    /// Asks for a planned failover: sets the intent, with the token given.
    pub async fn intent(&self, name: &str, station: Station, token: &str) -> Result<ProtectionGroup, Error> {
        let intent = json!({"spec": {"priorityStation": station, "priorityToken": token}});
        self.cluster.patch(name, &intent).await
    }

    /// Withdraws the intent.
    pub async fn withdraw(&self, name: &str) -> Result<ProtectionGroup, Error> {
        let nothing = json!({"spec": {"priorityStation": Value::Null, "priorityToken": Value::Null}});
        self.cluster.patch(name, &nothing).await
    }

    /// The manifest of an operation as a person writes it now: uid and token of the present group, an hour's time, all that its type
    /// needs. To be changed and created.
    pub async fn operation(
        &self,
        name: &str,
        group: &str,
        operation_type: OperationType,
        target: Option<Station>,
    ) -> Result<RecoveryOperation, Error> {
        let seen = self.with_token(group).await?;
        let forced = operation_type == OperationType::Failover;
        let spec = json!({
            "groupRef": GroupRef { name: group.to_owned(), uid: seen.metadata.uid.unwrap_or_default() },
            "type": operation_type,
            "targetStation": target,
            "priorityToken": seen.status.and_then(|status| status.priority_token),
            "notAfter": Timestamp::now() + Duration::from_secs(3600),
            "dataLoss": forced.then(|| json!({"acceptUnknown": true})),
            "reason": forced.then_some("the other site is lost"),
            "requestedBy": "alice",
        });
        let spec: RecoveryOperationSpec = serde_json::from_value(spec).expect("the manifest has the type's own shape");
        Ok(RecoveryOperation::new(name, spec))
    }

    /// Files an operation as [`Environment::operation`] spells it.
    pub async fn file(
        &self,
        name: &str,
        group: &str,
        operation_type: OperationType,
        target: Option<Station>,
    ) -> Result<RecoveryOperation, Error> {
        let operation = self.operation(name, group, operation_type, target).await?;
        self.cluster.create(&operation).await
    }

    /// Waits until an operation has ended, well or not.
    pub async fn ended(&self, operation: &str) -> Result<RecoveryOperation, Error> {
        self.cluster
            .wait_for(operation, "has ended", |operation: &RecoveryOperation| {
                operation.status.as_ref().is_some_and(|status| status.has_ended())
            })
            .await
    }
}

/// Status of a condition (`True`, `False`, `Unknown`), if it is there.
pub fn condition<'a>(conditions: Option<&'a Vec<stationmaster_api::Condition>>, name: &str) -> Option<&'a str> {
    let mut all = conditions?.iter();
    all.find(|condition| condition.type_ == name)
        .map(|condition| condition.status.as_str())
}

fn secret(name: &str, keys: vendors::Keys) -> Secret {
    let owned = keys.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
    Secret {
        metadata: named(name),
        string_data: Some(owned.collect()),
        ..Secret::default()
    }
}

fn named(name: &str) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.to_owned()),
        ..ObjectMeta::default()
    }
}
