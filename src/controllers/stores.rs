//! The caches: what wakes us and what a pass without news is made from.
//! They must not be what an act is decided on: before an act everything is read afresh.

use kube::runtime::reflector::{ObjectRef, Store};
use stationmaster_api::{GroupLedger, OperationDecision, ProtectionGroup, ProtectionProvider, RecoveryOperation};
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
    /// One flag for each cache: it has been filled once.
    pub filled: Arc<[Arc<AtomicBool>; 5]>,
}

impl Stores {
    /// Whether every cache has been filled once. A flag of our own: a store wakes only one of those who wait for it (kube-runtime 5.0).
    pub fn synced(&self) -> bool {
        self.filled.iter().all(|flag| flag.load(Ordering::Acquire))
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

    /// The ledger of a name.
    pub fn ledger(&self, namespace: &str, name: &str) -> Option<Arc<GroupLedger>> {
        self.ledgers.get(&ObjectRef::new(name).within(namespace))
    }

    /// The group whose running operation has this name.
    pub fn holder_running(&self, namespace: &str, operation: &str) -> Option<String> {
        let runs = |l: &GroupLedger| {
            let name = l.spec.operation.as_deref().and_then(|o| o.split_whitespace().last());
            l.spec.group_ref.namespace == namespace && name == Some(operation)
        };
        self.ledgers.find(runs).map(|l| l.spec.group_ref.name.clone())
    }

    /// Another ledger that a group holds, besides the one of this name.
    pub fn other_ledger(&self, uid: &str, name: &str) -> Option<Arc<GroupLedger>> {
        let other = |l: &GroupLedger| l.spec.group_ref.uid == uid && l.metadata.name.as_deref() != Some(name);
        self.ledgers.find(other)
    }

    /// The ledger that names a group as its holder: for a group whose connection is not known.
    pub fn ledger_held_by(&self, uid: &str) -> Option<Arc<GroupLedger>> {
        self.ledgers.find(|l| l.spec.group_ref.uid == uid)
    }
}
