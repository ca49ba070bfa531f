//! Everything that a watcher of a namespace saw: each version of each group and operation, in order.
//! Must not miss a version: it watches without relisting, and a broken watch fails the test.

use super::kstatus::{self, Status};
use anyhow::{Result, ensure};
use futures::StreamExt;
use kube::api::{DynamicObject, ListParams, WatchEvent, WatchParams};
use kube::core::ApiResource;
use kube::{Api, Client, ResourceExt};
use serde_json::Value;
use stationmaster_api::{ProtectionGroup, RecoveryOperation};
use stationmaster_engine::Reason;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// How long the watch may lag behind the last write.
const LONGEST: Duration = Duration::from_secs(30);

/// One version of an object.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its name.
    pub name: String,
    /// Its place in the order of all writes to the API server.
    pub revision: u64,
    /// Whether this version says that the object was deleted.
    pub deleted: bool,
    /// The object.
    pub object: Value,
}

impl Version {
    /// What kstatus makes of it.
    pub fn kstatus(&self) -> Status {
        kstatus::compute(&self.object).unwrap()
    }

    /// A part of the status.
    pub fn status(&self, field: &str) -> &Value {
        &self.object["status"][field]
    }

    /// Status of a condition.
    pub fn condition(&self, kind: &str) -> Option<&Value> {
        let conditions = self.status("conditions").as_array()?;
        conditions.iter().find(|condition| condition["type"] == kind)
    }
}

/// A watch of the groups and one of the operations of a namespace.
pub struct Watched {
    groups: Feed,
    operations: Feed,
}

struct Feed {
    api: Api<DynamicObject>,
    seen: Arc<Mutex<Vec<Version>>>,
    task: JoinHandle<String>,
}

impl Watched {
    /// Starts watching; what was there before is not seen.
    pub async fn start(client: &Client, namespace: &str) -> Watched {
        let groups = ApiResource::erase::<ProtectionGroup>(&());
        let operations = ApiResource::erase::<RecoveryOperation>(&());
        Watched {
            groups: Feed::start(Api::namespaced_with(client.clone(), namespace, &groups)).await,
            operations: Feed::start(Api::namespaced_with(client.clone(), namespace, &operations)).await,
        }
    }

    /// Every version of a group up to now.
    pub async fn group(&self, name: &str) -> Vec<Version> {
        self.groups.of(name).await
    }

    /// Every version of an operation up to now.
    pub async fn operation(&self, name: &str) -> Vec<Version> {
        self.operations.of(name).await
    }

    /// Checks what must hold for every version, whatever the test is about. Answers how many were checked.
    pub async fn judge(&self) -> usize {
        let groups = self.groups.all().await;
        let operations = self.operations.all().await;
        let judged = groups
            .iter()
            .chain(&operations)
            .map(|version| (version, well_formed(version)));
        let judged = judged
            .chain(groups.iter().map(|version| (version, group_is_honest(version))))
            .chain(operations.iter().map(|version| (version, operation_is_honest(version))));
        for (version, verdict) in judged {
            if let Err(flaw) = verdict {
                panic!("{flaw}: {:#}", version.object);
            }
        }
        groups.len() + operations.len()
    }
}

impl Feed {
    async fn start(api: Api<DynamicObject>) -> Feed {
        let list = api.list(&ListParams::default()).await.unwrap();
        let from = list.metadata.resource_version.unwrap();
        let seen = Arc::default();
        let task = tokio::spawn(follow(api.clone(), from, Arc::clone(&seen)));
        Feed { api, seen, task }
    }

    async fn of(&self, name: &str) -> Vec<Version> {
        let mut all = self.all().await;
        all.retain(|version| version.name == name);
        assert!(!all.is_empty(), "{name} was never seen");
        all
    }

    /// Everything up to now: waits until the watch has brought what a list shows.
    async fn all(&self) -> Vec<Version> {
        let list = self.api.list(&ListParams::default()).await.unwrap();
        let shown: Vec<u64> = list
            .items
            .iter()
            .map(|object| revision(&object.resource_version()))
            .collect();
        let started = Instant::now();
        loop {
            assert!(!self.task.is_finished(), "the watch broke");
            let seen = self.seen.lock().unwrap().clone();
            let last = seen.iter().map(|version| version.revision).max().unwrap_or(0);
            if shown.iter().all(|revision| *revision <= last) {
                return seen;
            }
            assert!(started.elapsed() < LONGEST, "the watch does not catch up");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Ends only when the watch breaks, and says why.
async fn follow(api: Api<DynamicObject>, mut from: String, seen: Arc<Mutex<Vec<Version>>>) -> String {
    loop {
        let stream = match api.watch(&WatchParams::default().timeout(290), &from).await {
            Ok(stream) => stream,
            Err(error) => return error.to_string(),
        };
        let mut stream = std::pin::pin!(stream);
        while let Some(event) = stream.next().await {
            let (object, deleted) = match event {
                Ok(WatchEvent::Added(object) | WatchEvent::Modified(object)) => (object, false),
                Ok(WatchEvent::Deleted(object)) => (object, true),
                Ok(WatchEvent::Bookmark(mark)) => {
                    from = mark.metadata.resource_version;
                    continue;
                }
                Ok(WatchEvent::Error(status)) => return status.to_string(),
                Err(error) => return error.to_string(),
            };
            from = object.resource_version().unwrap_or_default();
            seen.lock().unwrap().push(Version {
                name: object.name_any(),
                revision: revision(&object.resource_version()),
                deleted,
                object: serde_json::to_value(&object).unwrap(),
            });
        }
    }
}

fn revision(version: &Option<String>) -> u64 {
    version.as_deref().unwrap().parse().unwrap()
}

/// `Ready` once it was looked at; `Reconciling` and `Stalled` only while true and never both; reasons are words of the one enum.
fn well_formed(version: &Version) -> Result<()> {
    let looked_at = version.status("observedGeneration").as_i64().is_some_and(|g| g >= 0);
    let ready = version.condition("Ready");
    ensure!(
        ready.is_some() == looked_at,
        "Ready is there once the object was looked at"
    );
    let (reconciling, stalled) = (version.condition("Reconciling"), version.condition("Stalled"));
    ensure!(reconciling.is_none() || stalled.is_none(), "Reconciling and Stalled");
    for condition in [reconciling, stalled].into_iter().flatten() {
        ensure!(condition["status"] == "True", "there only while true");
        ensure!(
            ready.is_some_and(|ready| ready["status"] == "False"),
            "and not ready then"
        );
    }
    let own = version.status("reason").as_str();
    let conditions = version.status("conditions").as_array();
    let reasons = conditions.into_iter().flatten().filter_map(|c| c["reason"].as_str());
    for reason in reasons.chain(own) {
        ensure!(is_a_reason(reason), "{reason} is no reason");
    }
    let size = version.object.to_string().len();
    ensure!(size <= 64 * 1024, "{size} bytes");
    Ok(())
}

/// Whether a word is one of the enum.
pub fn is_a_reason(word: &str) -> bool {
    Reason::ALL.iter().any(|reason| reason.as_str() == word)
}

/// A group is not done while something runs, or while its wish waits.
fn group_is_honest(version: &Version) -> Result<()> {
    let waits = version.condition("IntentCurrent").is_some_and(|intent| {
        intent["message"]
            .as_str()
            .is_some_and(|text| text.contains("waits (since") || text.contains("starts now"))
    });
    let operation = version.status("operation");
    if !operation.is_null() || waits {
        ensure!(version.kstatus() != Status::Current, "done before its end");
    }
    let moves = matches!(operation["type"].as_str(), Some("PlannedFailover" | "Failover"));
    if moves && !operation["startedAt"].is_null() {
        ensure!(
            version.status("priorityToken").is_null(),
            "a token while production moves"
        );
    }
    Ok(())
}

/// An operation is done when it has ended well or was taken back, failed when it has ended otherwise or a person is needed.
fn operation_is_honest(version: &Version) -> Result<()> {
    let state = version.status("state").as_str().unwrap_or("none");
    let ended = !version.status("finishedAt").is_null();
    let expected = match (version.deleted, ended, state) {
        // The last version before the deletion; it may say anything that it said before.
        (true, ..) => return Ok(()),
        (_, true, "Succeeded" | "Cancelled") => Status::Current,
        (_, true, _) | (_, false, "Unknown") => Status::Failed,
        (_, false, _) => Status::InProgress,
    };
    ensure!(
        version.kstatus() == expected,
        "{:?}, not {expected:?}",
        version.kstatus()
    );
    for kind in ["Complete", "Failed"] {
        ensure!(version.condition(kind).is_some() == ended, "{kind} when it has ended");
    }
    Ok(())
}

/// Known-bad versions are found: a check that cannot fail proves nothing.
pub mod tests {
    use super::*;
    use libtest_mimic::Trial;
    use serde_json::json;

    /// All of them.
    pub fn stories() -> Vec<Trial> {
        rules![
            what_is_well_formed_passes_and_each_flaw_is_found,
            a_group_that_is_done_too_early_is_found,
            an_operation_that_is_done_too_early_is_found,
        ]
    }

    fn version(status: Value) -> Version {
        Version {
            name: "sample".into(),
            revision: 1,
            deleted: false,
            object: json!({"metadata": {"generation": 1}, "status": status}),
        }
    }

    fn conditions(list: &[(&str, &str)]) -> Value {
        let all = list
            .iter()
            .map(|(kind, status)| json!({"type": kind, "status": status, "reason": "JobRunning", "message": ""}));
        all.collect()
    }

    fn finds(check: fn(&Version) -> Result<()>, status: Value) -> bool {
        check(&version(status)).is_err()
    }

    fn what_is_well_formed_passes_and_each_flaw_is_found() {
        let with = |list: &[(&str, &str)]| json!({"observedGeneration": 1, "conditions": conditions(list)});
        assert!(!finds(well_formed, json!({"observedGeneration": -1})));
        assert!(!finds(well_formed, with(&[("Ready", "True")])));
        assert!(!finds(
            well_formed,
            with(&[("Reconciling", "True"), ("Ready", "False")])
        ));
        for bad in [
            with(&[]),
            with(&[("Reconciling", "True"), ("Stalled", "True"), ("Ready", "False")]),
            with(&[("Reconciling", "False"), ("Ready", "True")]),
            with(&[("Stalled", "True"), ("Ready", "True")]),
            json!({"observedGeneration": 1, "reason": "NoSuchReason", "conditions": conditions(&[("Ready", "True")])}),
            json!({"observedGeneration": 1, "message": "x".repeat(65_536), "conditions": conditions(&[("Ready", "True")])}),
        ] {
            assert!(finds(well_formed, bad.clone()), "{bad:.200}");
        }
    }

    fn a_group_that_is_done_too_early_is_found() {
        let ready = conditions(&[("Ready", "True")]);
        let busy = conditions(&[("Reconciling", "True"), ("Ready", "False")]);
        let running = json!({"name": "o", "type": "Failover", "startedAt": "2026-01-02T03:04:05Z"});
        assert!(!finds(group_is_honest, json!({"conditions": ready})));
        assert!(!finds(
            group_is_honest,
            json!({"operation": running, "conditions": busy})
        ));
        assert!(finds(
            group_is_honest,
            json!({"operation": running, "conditions": ready})
        ));
        let shows_a_token = json!({"operation": running, "priorityToken": "aaaa-aaaa", "conditions": busy});
        assert!(finds(group_is_honest, shows_a_token));
        let waits = json!({"conditions": [
            {"type": "Ready", "status": "True"},
            {"type": "IntentCurrent", "status": "False", "message": "the planned failover to target waits (since …)"},
        ]});
        assert!(finds(group_is_honest, waits));
    }

    fn an_operation_that_is_done_too_early_is_found() {
        let status = |state: &str, finished: Option<&str>, list: &[(&str, &str)]| json!({"state": state, "finishedAt": finished, "conditions": conditions(list)});
        let busy = [("Reconciling", "True"), ("Ready", "False")];
        let done = [("Ready", "True"), ("Complete", "True"), ("Failed", "False")];
        let at = Some("2026-01-02T03:04:05Z");
        assert!(!finds(operation_is_honest, status("Running", None, &busy)));
        assert!(!finds(operation_is_honest, status("Succeeded", at, &done)));
        assert!(
            finds(operation_is_honest, json!({})),
            "without the default of the kind it counts as done"
        );
        assert!(finds(operation_is_honest, status("Running", None, &done)));
        assert!(finds(operation_is_honest, status("Failed", at, &done)));
        assert!(finds(operation_is_honest, status("Succeeded", at, &busy)));
        assert!(finds(operation_is_honest, status("Succeeded", at, &done[..1])));
    }
}
