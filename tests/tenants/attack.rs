//! What the hostile namespace files: connections to its servers, groups over them, orders, and things made and deleted again and again.
//! It must not use a right that a tenant has not: it writes its own namespace alone.

use super::hostile::{Hostile, Temper};
use super::pages::FORGED;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{DeleteParams, ListParams};
use kube::{Resource, ResourceExt};
use serde_json::{Value, json};
use stationmaster_api::{ProtectionGroup, ProtectionProvider, RecoveryOperation};
use stationmaster_testkit::installation::{Cluster, Kind};
use std::collections::BTreeMap;

const OURS: &str = "stationmaster.dev/v1alpha1";
/// Connections of a temper.
const HUGE: usize = 8;
const FILLED: usize = 8;
/// As in the case that was seen: forty sockets that never answer, each for five minutes.
pub const TARPITS: usize = 40;
/// Orders that name no group, and Secrets that are not there.
const ORDERS: usize = 60;
/// A group of the server that fills fields.
pub const FIELDS: &str = "f1e1d000-0000-4000-8000-000000000000";

/// The hostile namespace.
pub struct Attack {
    pub cluster: Cluster,
}

impl Attack {
    /// In this namespace, with credentials that its servers do not look at.
    pub async fn begin(cluster: Cluster) -> Attack {
        let secret = Secret {
            metadata: serde_json::from_value(json!({ "name": "k" })).unwrap(),
            string_data: Some(BTreeMap::from(
                [("accessKey", "a"), ("secretKey", "s")].map(|(key, value)| (key.to_owned(), value.to_owned())),
            )),
            ..Secret::default()
        };
        cluster.create(&secret).await.unwrap();
        Attack { cluster }
    }

    /// A connection, which may be one that the API server refuses.
    async fn connection(&self, name: &str, endpoint: &str, project: &str, secret: &str) -> bool {
        let provider: ProtectionProvider = object(
            "ProtectionProvider",
            name,
            json!({
                "sdrs": { "endpoint": endpoint, "projectID": project, "authMethod": "AccessKey" },
                "credentialsSecretRef": { "name": secret }, "pollIntervalSeconds": 5,
                "limits": { "requestTimeoutSeconds": 300, "requestsPerSecond": 1000, "concurrentRequests": 1000 },
            }),
        );
        self.cluster.create(&provider).await.is_ok()
    }

    /// One that it takes, in a project of its own.
    async fn made(&self, name: &str, endpoint: &str) {
        assert!(self.connection(name, endpoint, name, "k").await, "{name}");
    }

    async fn group(&self, name: &str, provider: &str, id: &str) {
        let spec = json!({ "providerRef": { "name": provider }, "sdrs": { "serverGroupID": id } });
        let group: ProtectionGroup = object("ProtectionGroup", name, spec);
        self.cluster.create(&group).await.unwrap();
    }

    /// A forced order; `more` is laid over it. It may be refused.
    async fn order(&self, name: &str, group: &str, uid: &str, more: Value) -> bool {
        let mut spec = json!({
            "groupRef": { "name": group, "uid": uid }, "type": "Failover", "targetStation": "target",
            "priorityToken": "k7m2-9xqd", "notAfter": jiff::Timestamp::now() + std::time::Duration::from_secs(3600),
            "dataLoss": { "acceptUnknown": true }, "reason": FORGED, "requestedBy": FORGED, "ticket": FORGED,
        });
        for (field, value) in more.as_object().unwrap() {
            spec[field] = value.clone();
        }
        let order: RecoveryOperation = object("RecoveryOperation", name, spec);
        self.cluster.create(&order).await.is_ok()
    }

    /// Servers that fill memory, logs and labels (B1, B2, B6, B8).
    pub async fn fills(&self, hostile: &Hostile) {
        let fields = hostile.endpoint(Temper::Fields, FIELDS);
        assert!(self.connection("fields", &fields, "fields", "k").await);
        self.group("fields", "fields", FIELDS).await;
        let some = |temper, count: usize| (0..count).map(move |n| (temper, n));
        let tempers = some(Temper::Huge, HUGE)
            .chain(some(Temper::Filled, FILLED))
            .chain(some(Temper::Endless, 2))
            .chain(some(Temper::Forged, 3))
            .chain(some(Temper::Codes, 3));
        for (temper, number) in tempers {
            let name = format!("{temper:?}-{number}").to_lowercase();
            self.made(&name, &hostile.endpoint(temper, &name)).await;
            self.group(
                &name,
                &name,
                &format!("{number:08x}-0000-4000-8000-{:012x}", name.len()),
            )
            .await;
        }
        for n in 0..ORDERS {
            // The API server refuses the first; the second leads nowhere.
            self.connection(&format!("path-{n}"), &fields, "p", &format!("x/r{n}"))
                .await;
            self.connection(&format!("secret-{n}"), &fields, "p", &format!("x{n}"))
                .await;
        }
    }

    /// Orders for what is not there, and one for the group whose server answers with a job of a megabyte (B2, B7, B8).
    pub async fn orders(&self) {
        for n in 0..ORDERS {
            assert!(
                self.order(&format!("nowhere-{n}"), &format!("g{n}"), "u", json!({}))
                    .await
            );
        }
        let group: ProtectionGroup = self
            .cluster
            .wait_for("fields", "shows a token", token_is_shown)
            .await
            .unwrap();
        let status = group.status.unwrap();
        let more = json!({ "priorityToken": status.priority_token });
        assert!(self.order("fields", "fields", &group.metadata.uid.unwrap(), more).await);
    }

    /// A copy of an honest manifest that names the honest object, on a server that knows it too (B4).
    pub async fn copy(&self, hostile: &Hostile, project: &str, id: &str) {
        let endpoint = hostile.endpoint(Temper::Fields, id);
        assert!(self.connection("copy", &endpoint, project, "k").await);
        self.group("copy", "copy", id).await;
    }

    /// Sockets that never answer, each with a group and a forced order that may not wait (B3).
    pub async fn tarpits(&self, hostile: &Hostile) {
        for n in 0..TARPITS {
            let name = format!("tarpit-{n}");
            self.made(&name, &hostile.endpoint(Temper::Tarpit, &name)).await;
            self.group(&name, &name, &format!("{n:08x}-0000-4000-8000-00000000ffff"))
                .await;
            let uid = self
                .cluster
                .get::<ProtectionGroup>(&name)
                .await
                .unwrap()
                .metadata
                .uid
                .unwrap();
            assert!(self.order(&name, &name, &uid, json!({})).await);
        }
    }

    /// Connections that are made and deleted at once, so many (B5).
    pub async fn churn(&self, hostile: &Hostile, count: usize) {
        for n in 0..count {
            let name = format!("churn-{n}");
            let temper = [Temper::Huge, Temper::Filled, Temper::Codes][n % 3];
            self.made(&name, &hostile.endpoint(temper, &name)).await;
            self.cluster.delete::<ProtectionProvider>(&name).await.unwrap();
        }
    }

    /// Deletes all that was filed.
    pub async fn end(&self) {
        self.delete_all::<ProtectionProvider>().await;
        self.delete_all::<ProtectionGroup>().await;
        self.delete_all::<RecoveryOperation>().await;
    }

    async fn delete_all<K: Kind>(&self) {
        let api = self.cluster.api::<K>();
        let deleted = api
            .delete_collection(&DeleteParams::default(), &ListParams::default())
            .await;
        deleted.unwrap();
        for left in self.cluster.list::<K>().await.unwrap() {
            self.cluster.wait_gone::<K>(&left.name_any()).await.unwrap();
        }
    }
}

fn token_is_shown(group: &ProtectionGroup) -> bool {
    group
        .status
        .as_ref()
        .is_some_and(|status| status.priority_token.is_some())
}

fn object<K: Resource<DynamicType = ()> + serde::de::DeserializeOwned>(kind: &str, name: &str, spec: Value) -> K {
    let manifest = json!({ "apiVersion": OURS, "kind": kind, "metadata": { "name": name }, "spec": spec });
    serde_json::from_value(manifest).unwrap()
}
