//! Everything that a watcher of a namespace saw: each version of each group and operation, in order.
//! It must not miss a version: it watches without relisting, and a broken watch fails the test.

use super::honest;
use super::kstatus::{self, Status};
use futures::StreamExt;
use kube::api::{DynamicObject, ListParams, WatchEvent, WatchParams};
use kube::core::ApiResource;
use kube::{Api, Client, ResourceExt};
use serde_json::Value;
use stationmaster_api::{ProtectionGroup, RecoveryOperation};
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
            .map(|version| (version, honest::well_formed(version)));
        let judged = judged
            .chain(groups.iter().map(|version| (version, honest::group(version))))
            .chain(operations.iter().map(|version| (version, honest::operation(version))));
        for (version, completed) in judged {
            if let Err(flaw) = completed {
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
