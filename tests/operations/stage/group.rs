//! One protection group of a story: what a person asks of it, and what is to be seen of it.
//! It must not wait for anything by time.

use super::Stage;
use serde_json::{Value, json};
use stationmaster_api::{
    ActiveStation, Condition, OperationType, ProtectionGroup, ProtectionGroupStatus, RecoveryOperation,
    RecoveryOperationStatus, Station,
};
use stationmaster_simulator::{ConsoleAct, JournalEntry, Station as Site};
use stationmaster_testkit::installation::Error;

/// A group.
#[derive(Clone, Copy)]
pub struct Group<'a> {
    /// Where it lives.
    pub stage: &'a Stage,
    /// Its name, in the cluster and at the provider.
    pub name: &'a str,
}

/// What must not change while nothing happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// Rest means no writes.
    revision: Option<String>,
    /// What such a write would say.
    status: String,
    active: Option<ActiveStation>,
    running: Option<String>,
    ended: usize,
    calls: usize,
    there: String,
}

/// A condition of a group.
pub fn condition<'a>(status: &'a ProtectionGroupStatus, kind: &str) -> Option<&'a Condition> {
    status.conditions.iter().find(|condition| condition.type_ == kind)
}

/// A station as the place where production runs.
pub fn active(station: Station) -> Option<ActiveStation> {
    Some(match station {
        Station::Source => ActiveStation::Source,
        Station::Target => ActiveStation::Target,
    })
}

/// What is said about the intent: whether it is current, and why.
pub fn intent(status: &ProtectionGroupStatus) -> (&str, &str) {
    condition(status, "IntentCurrent").map_or(("", ""), |intent| (&intent.status, &intent.reason))
}

impl Group<'_> {
    /// The manifest, without an intent, as [`Group::apply`] takes it.
    pub async fn manifest(&self) -> Value {
        let group = self.stage.environment.group(self.name).await.unwrap();
        let mut manifest = serde_json::to_value(group).unwrap();
        manifest.as_object_mut().unwrap().remove("status");
        manifest
    }

    /// The manifest with an intent.
    pub async fn with_intent(&self, station: Station, token: Option<&str>) -> Value {
        let mut manifest = self.manifest().await;
        manifest["spec"]["priorityStation"] = json!(station);
        if let Some(token) = token {
            manifest["spec"]["priorityToken"] = token.into();
        }
        manifest
    }

    /// Applies a manifest as a GitOps tool does.
    pub async fn apply(&self, manifest: &Value) -> Result<(), Error> {
        let text = manifest.to_string();
        self.stage.environment.cluster.apply(&text).await.map(drop)
    }

    /// Makes the object without an intent and waits for a token, which it answers.
    pub async fn protect(&self) -> String {
        self.apply(&self.manifest().await).await.unwrap();
        self.token().await
    }

    /// The present token.
    pub async fn token(&self) -> String {
        self.stage.environment.token(self.name).await.unwrap()
    }

    /// Sets the intent.
    pub async fn intent(&self, station: Station, token: &str) -> Result<ProtectionGroup, Error> {
        self.stage.environment.intent(self.name, station, token).await
    }

    /// A merge patch of the spec.
    pub async fn patch(&self, spec: Value) -> Result<ProtectionGroup, Error> {
        let patch = json!({ "spec": spec });
        self.stage.environment.cluster.patch(self.name, &patch).await
    }

    /// The object.
    pub async fn object(&self) -> ProtectionGroup {
        self.stage.environment.cluster.get(self.name).await.unwrap()
    }

    /// The status.
    pub async fn status(&self) -> ProtectionGroupStatus {
        self.object().await.status.unwrap()
    }

    /// Waits until the status is as it should be, and speaks of the present spec.
    pub async fn until(&self, what: &str, is_so: impl Fn(&ProtectionGroupStatus) -> bool) -> ProtectionGroupStatus {
        let judged = |group: &ProtectionGroup| {
            let status = group.status.as_ref()?;
            (status.observed_generation == group.metadata.generation && is_so(status)).then_some(())
        };
        let cluster = &self.stage.environment.cluster;
        let group = cluster.wait_for(self.name, what, |group| judged(group).is_some());
        group.await.unwrap().status.unwrap()
    }

    /// Waits until the intent is held for a reason, the group being ready all the same; answers the message.
    pub async fn held(&self, reason: &str) -> String {
        let status = self
            .until(&format!("holds the intent: {reason}"), |status| {
                intent(status) == ("False", reason)
            })
            .await;
        let ready = condition(&status, "Ready").unwrap();
        assert_eq!(ready.status, "True", "a held intent is no fault: {status:#?}");
        condition(&status, "IntentCurrent").unwrap().message.clone()
    }

    /// Waits until the intent waits because of a reason; answers the message.
    pub async fn waits(&self, reason: &str) -> String {
        let status = self
            .until(&format!("waits: {reason}"), |status| {
                intent(status) == ("False", reason) && condition(status, "Reconciling").is_some()
            })
            .await;
        condition(&status, "IntentCurrent").unwrap().message.clone()
    }

    /// Asks for a planned failover with the present token, and waits until it has ended well. Answers the operation's name.
    pub async fn moves_to(&self, station: Station) -> String {
        let token = self.token().await;
        self.intent(station, &token).await.unwrap();
        let operation = self.own(&token);
        self.stage.succeeded(&operation).await;
        self.until("shows where production runs", |status| {
            status.active_station == active(station) && status.priority_token.is_some()
        })
        .await;
        operation
    }

    /// Files an operation as a person does who knows the present state, and waits until it has ended well.
    pub async fn runs(&self, name: &str, kind: OperationType, target: Option<Station>) -> RecoveryOperationStatus {
        self.stage
            .environment
            .file(name, self.name, kind, target)
            .await
            .unwrap();
        let status = self.stage.succeeded(name).await;
        self.until("shows the operation's end", |status| {
            status.last_operation.as_ref().is_some_and(|last| last.name == name)
        })
        .await;
        status
    }

    /// The manifest of an operation of a person who knows the present state.
    pub async fn operation(&self, name: &str, kind: OperationType, target: Option<Station>) -> RecoveryOperation {
        let environment = &self.stage.environment;
        environment.operation(name, self.name, kind, target).await.unwrap()
    }

    /// Name of the operator's own operation.
    pub fn own(&self, token: &str) -> String {
        format!("{}-{token}", self.name)
    }

    /// Stops the servers of a site at once.
    pub async fn stop_servers(&self, site: Site) {
        let simulator = &self.stage.environment.simulator;
        simulator.set_servers(self.name, site, "SHUTOFF").await.unwrap();
    }

    /// Somebody moves production at the provider's console.
    pub async fn flip_at_the_console(&self) {
        let act = ConsoleAct {
            group: self.name.to_owned(),
            action: Some("reverse".into()),
            ..ConsoleAct::default()
        };
        self.stage.environment.simulator.console(act).await.unwrap();
    }

    /// Every mutating call on the group.
    pub async fn calls(&self) -> Vec<JournalEntry> {
        self.stage.environment.simulator.calls_on(self.name).await.unwrap()
    }

    /// The bodies of all mutating calls on the group, each of which was taken and answered.
    pub async fn bodies(&self) -> Vec<Value> {
        let calls = self.calls().await;
        for call in &calls {
            assert!(call.accepted && call.answered && call.duplicates == 0, "{call:#?}");
            assert_eq!(call.operation, "ProtectionGroupAction", "{call:#?}");
        }
        calls.into_iter().map(|call| call.body.unwrap_or_default()).collect()
    }

    /// What must not change while nothing happens.
    pub async fn seen(&self) -> Seen {
        let object = self.object().await;
        let status = object.status.unwrap_or_default();
        let text = serde_json::to_string(&status).unwrap();
        Seen {
            revision: object.metadata.resource_version,
            status: text,
            active: status.active_station,
            running: status.operation.map(|operation| operation.name),
            ended: status.history.len(),
            calls: self.calls().await.len(),
            there: self.stage.environment.simulator.position(self.name).await.unwrap(),
        }
    }

    /// Waits for an event about the group.
    pub async fn event(&self, reason: &str) -> k8s_openapi::api::core::v1::Event {
        self.stage.event("ProtectionGroup", self.name, reason).await
    }
}
