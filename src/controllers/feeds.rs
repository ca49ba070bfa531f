//! The caches, filled for as long as the process lives, and the streams of objects that were touched.
//! It must not judge what was touched: `wakers` says which group has to look.

use super::Stores;
use super::edits::Edits;
use crate::metrics::Metrics;
use crate::watch::{self, Complaints, Unreadable};
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use kube::core::DeserializeGuard;
use kube::runtime::watcher::{self, Event};
use kube::runtime::{WatchStreamExt, reflector};
use kube::{Api, Client, Resource};
use serde::de::DeserializeOwned;
use stationmaster_api::{GroupLedger, OperationDecision, ProtectionGroup, ProtectionProvider, RecoveryOperation};
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::task::JoinSet;

/// The caches and what touches them.
pub struct Feeds {
    /// The caches.
    pub stores: Stores,
    /// Touched groups.
    pub groups: Touched<ProtectionGroup>,
    /// Touched providers.
    pub providers: Touched<ProtectionProvider>,
    /// Touched operations.
    pub operations: Touched<RecoveryOperation>,
    /// Touched decisions.
    pub decisions: Touched<OperationDecision>,
    /// Touched ledgers.
    pub ledgers: Touched<GroupLedger>,
    /// Objects that cannot be read.
    pub unreadable: UnboundedReceiver<Unreadable>,
}

/// Objects that were made, changed or deleted; errors have been told before.
pub type Touched<K> = UnboundedReceiver<Result<K, watcher::Error>>;

impl Feeds {
    /// Starts filling them, by tasks in `tasks`.
    pub fn start(client: &Client, namespace: &str, metrics: &Arc<Metrics>, tasks: &mut JoinSet<()>) -> Feeds {
        let edits = Edits::default();
        let delivered = edits.clone();
        let (complaints, unreadable) = unbounded();
        let told = (metrics, &complaints);
        let (groups, groups_store, a) = feed::<ProtectionGroup>(
            Api::all(client.clone()),
            "protectiongroups",
            told,
            tasks,
            move |event| {
                delivered.see(event);
            },
        );
        let (providers, providers_store, b) =
            feed::<ProtectionProvider>(Api::all(client.clone()), "protectionproviders", told, tasks, |_| {});
        let (operations, operations_store, c) = feed::<RecoveryOperation>(
            Api::all(client.clone()),
            "recoveryoperations",
            told,
            tasks,
            without_parts,
        );
        let (decisions, decisions_store, d) =
            feed::<OperationDecision>(Api::all(client.clone()), "operationdecisions", told, tasks, |_| {});
        let (ledgers, ledgers_store, e) = feed::<GroupLedger>(
            Api::namespaced(client.clone(), namespace),
            "groupledgers",
            told,
            tasks,
            |_| {},
        );
        Feeds {
            stores: Stores {
                groups: groups_store,
                providers: providers_store,
                operations: operations_store,
                decisions: decisions_store,
                ledgers: ledgers_store,
                edits,
                filled: Arc::new([a, b, c, d, e]),
            },
            groups,
            providers,
            operations,
            decisions,
            ledgers,
            unreadable,
        }
    }
}

/// Fills a cache for as long as the process lives, and tells of each object that was touched.
fn feed<K>(
    api: Api<DeserializeGuard<K>>,
    kind: &'static str,
    (metrics, complaints): (&Arc<Metrics>, &Complaints),
    tasks: &mut JoinSet<()>,
    see: impl Fn(&mut Event<K>) + Send + 'static,
) -> (Touched<K>, reflector::Store<K>, Arc<AtomicBool>)
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    let (store, writer) = reflector::store();
    let filled = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&filled);
    let (sender, receiver) = unbounded();
    let raw = watch::events(api, kind, Arc::clone(metrics), complaints.clone()).map(move |mut event| {
        // Before the cache holds it: who finds an object there finds its edits too.
        see(&mut event);
        Ok(watch::slim(event))
    });
    let seen = reflector(writer, raw).inspect(move |event| {
        if let Ok(Event::InitDone) = event {
            flag.store(true, Ordering::Release);
        }
    });
    tasks.spawn(async move {
        let mut touched = std::pin::pin!(seen.touched_objects());
        while let Some(object) = touched.next().await {
            if sender.unbounded_send(object).is_err() {
                // Nobody listens any more: the process is ending.
                return;
            }
        }
    });
    (receiver, store, filled)
}

/// Leaves out the parts of the job of an operation that has ended: they are for people to read, and most of what a group with a history is in
/// bytes. A status that is written is made from what was read afresh.
fn without_parts(event: &mut Event<RecoveryOperation>) {
    let (Event::Apply(operation) | Event::InitApply(operation)) = event else {
        return;
    };
    if let Some(status) = operation.status.as_mut().filter(|status| status.has_ended())
        && let Some(job) = &mut status.job
    {
        job.sub_jobs = Vec::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn operation(state: &str) -> RecoveryOperation {
        let part = |n: u32| {
            json!({
                "id": format!("0000000062db92d70162db9d{n:08}"), "name": "reverseReplication", "status": "SUCCESS",
                "resource": format!("db-{n} 8cdbd4dc-0ac5-4a54-b9a5-{n:012}"), "progressPercent": 100,
                "startedAt": "2026-01-01T00:00:00Z", "finishedAt": "2026-01-01T00:01:00Z",
            })
        };
        let parts: Vec<_> = (0..100).map(part).collect();
        let ended = (state == "Succeeded").then_some("2026-01-01T00:02:00Z");
        serde_json::from_value(json!({
            "apiVersion": "stationmaster.dev/v1alpha1", "kind": "RecoveryOperation", "metadata": { "name": "o" },
            "spec": { "groupRef": { "name": "db", "uid": "u" }, "type": "Reprotect" },
            "status": {
                "state": state, "finishedAt": ended,
                "job": { "id": "j", "status": "SUCCESS", "subJobs": parts, "subJobsTotal": 100 },
            },
        }))
        .unwrap()
    }

    #[test]
    fn the_parts_of_a_job_that_has_ended_are_not_kept() {
        for (state, kept) in [("Running", 100), ("Succeeded", 0)] {
            for event in [Event::Apply, Event::InitApply] {
                let mut event = event(operation(state));
                without_parts(&mut event);
                let (Event::Apply(operation) | Event::InitApply(operation)) = event else {
                    panic!("another event")
                };
                let job = operation.status.unwrap().job.unwrap();
                assert_eq!((job.sub_jobs.len(), job.sub_jobs_total), (kept, 100), "{state}");
            }
        }
    }
}
