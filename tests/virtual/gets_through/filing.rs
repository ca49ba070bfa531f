//! A person reads the token, files a forced failover, takes one back.
//! It must not file what a person would not.

use super::play::{ORDER, Play};
use super::witness::Filed;
use crate::stage::{GROUP, NAMESPACE};
use jiff::SignedDuration;
use kube::ResourceExt;
use serde_json::{Value, json};
use stationmaster_api::RecoveryOperation;

impl Play {
    /// The token that a group shows.
    pub fn token_of(&self, group: &str) -> Option<String> {
        self.ground.group(group).status.unwrap_or_default().priority_token
    }

    /// The token that the group shows.
    pub fn token(&self) -> String {
        self.token_of(GROUP).unwrap_or_default()
    }

    /// A person files a forced failover.
    pub fn file(&mut self) {
        self.file_with(&json!({}));
    }

    /// The same, with other fields in the spec.
    pub fn file_with(&mut self, other: &Value) {
        self.file_as(ORDER, other);
    }

    /// The same under another name.
    pub fn file_as(&mut self, name: &str, other: &Value) {
        self.file_for(GROUP, name, other);
    }

    /// The same for another group.
    pub fn file_for(&mut self, group: &str, name: &str, other: &Value) {
        let until = self.ground.server.now() + SignedDuration::from_hours(4);
        let mut object = json!({
            "apiVersion": "stationmaster.dev/v1alpha1", "kind": "RecoveryOperation",
            "metadata": {"name": name, "namespace": NAMESPACE},
            "spec": {
                "groupRef": {"name": group, "uid": self.ground.group(group).uid()}, "type": "Failover",
                "targetStation": "target", "priorityToken": self.token_of(group), "notAfter": until.to_string(),
                "dataLoss": {"acceptUnknown": true}, "reason": "the site is lost", "requestedBy": "a person",
            },
        });
        if let (Value::Object(spec), Value::Object(other)) = (&mut object["spec"], other) {
            spec.extend(other.clone());
        }
        self.ground.make(&object);
        self.is_free();
        self.witness.files(Filed::now(name));
    }

    /// A person takes an operation back.
    pub fn take_back(&mut self, name: &str) {
        let gone = self.ground.server.delete::<RecoveryOperation>(NAMESPACE, name);
        gone.unwrap_or_else(|refusal| panic!("{refusal:?}"));
        self.witness.forgets(name);
    }
}
