//! The caches: what wakes us and what a pass without news is made from.
//! They must not be what an act is decided on: before an act everything is read afresh.

use super::edits::Edits;
use kube::runtime::reflector::{ObjectRef, Store};
use serde_json::Value;
use stationmaster_api::{GroupLedger, OperationDecision, ProtectionGroup, ProtectionProvider, RecoveryOperation};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// All caches.
#[derive(Clone)]
pub struct Stores {
    /// ProtectionGroups of all namespaces.
    pub groups: Store<ProtectionGroup>,
    /// ProtectionProviders of all namespaces.
    pub providers: Store<ProtectionProvider>,
    /// RecoveryOperations of all namespaces.
    pub operations: Store<RecoveryOperation>,
    /// OperationDecisions of all namespaces.
    pub decisions: Store<OperationDecision>,
    /// GroupLedgers of the operator's namespace.
    pub ledgers: Store<GroupLedger>,
    /// The edits of ProtectionGroups, as the watch delivered them.
    pub edits: Edits,
    /// One flag for each cache: it has been filled once.
    pub filled: Arc<[Arc<AtomicBool>; 5]>,
}

impl Stores {
    /// Whether every cache has been filled once. A flag of our own: a store wakes only one of those who wait for it (kube-runtime 5.0).
    pub fn synced(&self) -> bool {
        self.filled.iter().all(|flag| flag.load(Ordering::Acquire))
    }

    /// The group of a name.
    pub fn group(&self, namespace: &str, name: &str) -> Option<Arc<ProtectionGroup>> {
        self.groups.get(&ObjectRef::new(name).within(namespace))
    }

    /// The groups that refer to a connection.
    pub fn groups_over(&self, namespace: &str, provider: &str) -> Vec<Arc<ProtectionGroup>> {
        let ours = |g: &ProtectionGroup| {
            g.metadata.namespace.as_deref() == Some(namespace) && g.spec.provider_ref.name == provider
        };
        self.groups.state_filter(ours)
    }

    /// The groups that can judge a decision: that of its operation; where its object was deleted those in which it runs, since a person can
    /// still answer it, and those that have judged it, since its status may not say so yet.
    pub fn judges(&self, decision: &OperationDecision) -> Vec<String> {
        let namespace = decision.metadata.namespace.as_deref().unwrap_or_default();
        let operation = &decision.spec.operation_ref.name;
        let found = self.operations.get(&ObjectRef::new(operation).within(namespace));
        let group = found.map(|operation| operation.spec.group_ref.name.clone());
        if let Some(group) = group.filter(|group| self.group(namespace, group).is_some()) {
            return vec![group];
        }
        let uid = decision.metadata.uid.as_deref().unwrap_or_default();
        self.holders(namespace, |ledger| {
            let running = ledger.spec.operation_ref.as_ref();
            running.is_some_and(|running| running.name == *operation) || has_judged(ledger, uid)
        })
    }

    /// The operations that name a group.
    pub fn operations_of(&self, namespace: &str, group: &str) -> Vec<Arc<RecoveryOperation>> {
        let ours = |o: &RecoveryOperation| {
            o.metadata.namespace.as_deref() == Some(namespace) && o.spec.group_ref.name == group
        };
        self.operations.state_filter(ours)
    }

    /// The decisions on an operation.
    pub fn decisions_on(&self, namespace: &str, operation: &str) -> Vec<Arc<OperationDecision>> {
        let ours = |d: &OperationDecision| {
            d.metadata.namespace.as_deref() == Some(namespace) && d.spec.operation_ref.name == operation
        };
        self.decisions.state_filter(ours)
    }

    /// The decisions of a namespace with these uids.
    pub fn decisions_of<'a>(
        &self,
        namespace: &str,
        uids: impl Iterator<Item = &'a str>,
    ) -> Vec<Arc<OperationDecision>> {
        let uids: HashSet<&str> = uids.collect();
        if uids.is_empty() {
            return Vec::new();
        }
        let ours = |d: &OperationDecision| {
            d.metadata.namespace.as_deref() == Some(namespace)
                && d.metadata.uid.as_deref().is_some_and(|uid| uids.contains(uid))
        };
        self.decisions.state_filter(ours)
    }

    /// The ledger of a name.
    pub fn ledger(&self, namespace: &str, name: &str) -> Option<Arc<GroupLedger>> {
        self.ledgers.get(&ObjectRef::new(name).within(namespace))
    }

    /// The groups of a namespace that have a running operation of this name.
    pub fn running(&self, namespace: &str, operation: &str) -> Vec<String> {
        let name = |l: &GroupLedger| l.spec.operation_ref.as_ref().is_some_and(|o| o.name == operation);
        self.holders(namespace, name)
    }

    /// The groups of a namespace that hold a ledger of which `which` is true.
    fn holders(&self, namespace: &str, which: impl Fn(&GroupLedger) -> bool) -> Vec<String> {
        let wanted = |l: &GroupLedger| l.spec.group_ref.namespace == namespace && which(l);
        let ledgers = self.ledgers.state_filter(wanted);
        ledgers.iter().map(|l| l.spec.group_ref.name.clone()).collect()
    }

    /// The ledgers that name a group as their holder, in no order: more than one where its connection was led to another scope. Each ledger is
    /// looked at.
    pub fn ledgers_of(&self, uid: &str) -> Vec<Arc<GroupLedger>> {
        self.ledgers.state_filter(|l| l.spec.group_ref.uid == uid)
    }
}

/// Whether the record of a ledger remembers that this decision was consumed.
fn has_judged(ledger: &GroupLedger, decision: &str) -> bool {
    let consumed = ledger.spec.record.get("consumed").and_then(Value::as_array);
    let uid = |consumed: &Value| consumed.get("uid").and_then(Value::as_str) == Some(decision);
    consumed.is_some_and(|consumed| consumed.iter().any(uid))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kube::runtime::reflector::store::Writer;
    use kube::runtime::{reflector, watcher};
    use std::sync::atomic::AtomicUsize;
    use std::time::Duration;

    /// How many of three waiters are told when a cache is filled.
    async fn told<F>(wait: impl Fn(Stores) -> F, mut fill: impl FnMut(&Stores, &mut Writer<ProtectionGroup>)) -> usize
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (groups, mut writer) = reflector::store();
        let stores = Stores {
            groups,
            providers: reflector::store().0,
            operations: reflector::store().0,
            decisions: reflector::store().0,
            ledgers: reflector::store().0,
            edits: Edits::default(),
            filled: Arc::default(),
        };
        let told = Arc::new(AtomicUsize::new(0));
        for _ in 0..3 {
            let (waiting, told) = (wait(stores.clone()), told.clone());
            tokio::spawn(async move {
                waiting.await;
                told.fetch_add(1, Ordering::SeqCst);
            });
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        fill(&stores, &mut writer);
        tokio::time::sleep(Duration::from_secs(3600)).await;
        told.load(Ordering::SeqCst)
    }

    #[tokio::test(start_paused = true)]
    async fn everyone_who_waits_for_the_caches_is_told() {
        let wait = |stores: Stores| async move {
            while !stores.synced() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let fill = |stores: &Stores, _: &mut Writer<ProtectionGroup>| {
            stores
                .filled
                .iter()
                .for_each(|flag| flag.store(true, Ordering::Release));
        };
        assert_eq!(told(wait, fill).await, 3);
    }

    /// The trap: of three who wait for a store itself, one is woken.
    #[tokio::test(start_paused = true)]
    async fn a_store_alone_wakes_one_of_those_who_wait_for_it() {
        let wait = |stores: Stores| async move {
            let _ = stores.groups.wait_until_ready().await;
        };
        let fill = |_: &Stores, writer: &mut Writer<ProtectionGroup>| {
            writer.apply_watcher_event(&watcher::Event::Init);
            writer.apply_watcher_event(&watcher::Event::InitDone);
        };
        assert_eq!(told(wait, fill).await, 1);
    }
}
