//! The objects that people make and edit.
//! It must not look at what comes of them.

use super::ground::Ground;
use crate::stage::{GROUP, NAMESPACE, OBJECT};
use serde_json::{Value, json};
use stationmaster_api::{ProtectionGroup, ProtectionProvider};

/// The connection of the group.
pub const CONNECTION: &str = "otc";
/// The Secret of the connection.
pub const SECRET: &str = "otc-credentials";

/// The name of a group, and the id of its object.
pub fn group(index: usize) -> (String, String) {
    match index {
        0 => (GROUP.to_owned(), OBJECT.to_owned()),
        _ => (
            format!("group-{index:03}"),
            format!("{index:08x}-9fe2-471a-8c64-1b758dc84189"),
        ),
    }
}

impl Ground {
    /// What people make first: a Secret, a connection, groups without an intent.
    pub fn furnish(&self) {
        self.make_secret();
        self.make_bundle();
        self.make_connection(NAMESPACE, CONNECTION);
        for index in 0..self.setting.groups {
            let (name, object) = group(index);
            self.make_group(NAMESPACE, CONNECTION, &name, &object);
        }
    }

    /// The Secret of the connection.
    pub fn make_secret(&self) {
        self.make(&json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": SECRET, "namespace": NAMESPACE},
            "data": {"username": "cw==", "password": "cA=="},
        }));
    }

    /// Its CA bundle.
    pub fn make_bundle(&self) {
        self.make(&json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "ca", "namespace": NAMESPACE},
            "data": {"ca.crt": "none of these is looked at"},
        }));
    }

    /// A connection.
    pub fn make_connection(&self, namespace: &str, name: &str) {
        let tls = match self.setting.ca_bundle {
            true => json!({"caBundleConfigMapRef": {"name": "ca", "key": "ca.crt"}}),
            false => json!({}),
        };
        self.make(&json!({
            "apiVersion": "stationmaster.dev/v1alpha1", "kind": "ProtectionProvider",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {
                "sdrs": {"endpoint": "https://proof.invalid", "iamEndpoint": "https://proof.invalid", "region": "eu-de",
                    "projectName": "eu-de_dr", "authMethod": "Password", "domainName": "proof"},
                "credentialsSecretRef": {"name": SECRET}, "tls": tls,
            },
        }));
    }

    /// A group.
    pub fn make_group(&self, namespace: &str, connection: &str, name: &str, object: &str) {
        self.make(&json!({
            "apiVersion": "stationmaster.dev/v1alpha1", "kind": "ProtectionGroup",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"providerRef": {"name": connection}, "sdrs": {"serverGroupID": object}},
        }));
    }

    /// An object.
    pub fn make(&self, object: &Value) {
        let made = self.server.create_json(object);
        made.unwrap_or_else(|refusal| panic!("{object}: {refusal:?}"));
    }

    /// The group's spec is edited.
    pub fn edit_group(&self, patch: &Value) {
        let edited = self
            .server
            .merge::<ProtectionGroup>(NAMESPACE, GROUP, &json!({"spec": patch}));
        edited.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    }

    /// The connection's spec is edited.
    pub fn edit_connection(&self, patch: &Value) {
        let edited = self
            .server
            .merge::<ProtectionProvider>(NAMESPACE, CONNECTION, &json!({"spec": patch}));
        edited.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    }
}
