//! Which groups have a forced order that waits to be carried out: they go first, everywhere.
//! It must not decide anything by it; it is only about who is served before whom.

use super::{Context, Stores};
use crate::places::{Haste, Place, Places};
use kube::ResourceExt;
use kube::runtime::reflector::ObjectRef;
use stationmaster_api::{OperationState, OperationType, ProtectionGroup, RecoveryOperation};
use stationmaster_engine::Ledger;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch as signal;

/// The forced orders by namespace and group. An index: what counts is the cache, which is asked each time.
#[derive(Debug)]
pub struct Forced {
    orders: Mutex<Orders>,
    arrivals: signal::Sender<()>,
}

/// The names of orders by namespace, then by group.
type Orders = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

impl Default for Forced {
    fn default() -> Forced {
        Forced {
            orders: Mutex::default(),
            arrivals: signal::Sender::new(()),
        }
    }
}

impl Forced {
    /// Takes note of an operation that was touched.
    pub fn note(&self, stores: &Stores, operation: &RecoveryOperation) {
        let namespace = operation.namespace().unwrap_or_default();
        let (group, name) = (operation.spec.group_ref.name.clone(), operation.name_any());
        if !waits(stores, &namespace, &name) {
            self.forget(&namespace, &group, &name);
            return;
        }
        let group = lock(&self.orders)
            .entry(namespace)
            .or_default()
            .entry(group)
            .or_default()
            .insert(name);
        if group {
            self.arrivals.send_replace(());
        }
    }

    fn forget(&self, namespace: &str, group: &str, name: &str) {
        let mut orders = lock(&self.orders);
        let Some(groups) = orders.get_mut(namespace) else {
            return;
        };
        if let Some(names) = groups.get_mut(group) {
            names.remove(name);
            if names.is_empty() {
                groups.remove(group);
            }
        }
        if groups.is_empty() {
            orders.remove(namespace);
        }
    }

    /// How pressing a group is.
    pub fn haste(&self, stores: &Stores, namespace: &str, group: &str) -> Haste {
        let names = {
            let orders = lock(&self.orders);
            orders.get(namespace).and_then(|groups| groups.get(group)).cloned()
        };
        haste(names.is_some_and(|names| names.iter().any(|name| waits(stores, namespace, name))))
    }

    /// How many groups of a namespace have one.
    pub fn waiting(&self, namespace: &str) -> usize {
        lock(&self.orders).get(namespace).map_or(0, BTreeMap::len)
    }

    /// How pressing a connection is: as its most pressing group.
    pub fn haste_of_connection(&self, stores: &Stores, namespace: &str, provider: &str) -> Haste {
        let groups: Vec<String> = {
            let orders = lock(&self.orders);
            let groups = orders.get(namespace).into_iter().flat_map(BTreeMap::keys);
            groups.cloned().collect()
        };
        let ours = |group: &String| {
            let found = stores.groups.get(&ObjectRef::new(group).within(namespace));
            found.is_some_and(|group| group.spec.provider_ref.name == provider)
        };
        let pressing = |group: &String| self.haste(stores, namespace, group) == Haste::Urgent;
        haste(groups.iter().any(|group| ours(group) && pressing(group)))
    }

    /// Done when `is_pressing` says so; it is asked now and after each arrival.
    pub async fn arrives(&self, is_pressing: impl Fn() -> Haste) {
        let mut arrivals = self.arrivals.subscribe();
        while is_pressing() == Haste::Routine {
            // The sender lives as long as `self`.
            if arrivals.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Forgets what ended or vanished unnoticed.
    pub fn prune(&self, stores: &Stores) {
        lock(&self.orders).retain(|namespace, groups| {
            groups.retain(|_, names| {
                names.retain(|name| waits(stores, namespace, name));
                !names.is_empty()
            });
            !groups.is_empty()
        });
    }
}

/// A place for work that may become pressing while it waits.
pub async fn place(forced: &Forced, places: &Places, namespace: &str, name: &str, now: impl Fn() -> Haste) -> Place {
    if now() == Haste::Urgent {
        return places.take(namespace, name, Haste::Urgent).await;
    }
    tokio::select! {
        place = places.take(namespace, name, Haste::Routine) => place,
        place = async {
            forced.arrives(now).await;
            places.take(namespace, name, Haste::Urgent).await
        } => place,
    }
}

/// Takes note of what a pass has recorded: once the call of a forced order was made, what is left is to follow it, and that is not pressing. The
/// cache tells it a moment later.
pub fn called(context: &Context, group: &ProtectionGroup, ledger: Option<&Ledger>) {
    let running = ledger.and_then(|ledger| ledger.operation.as_ref());
    if let Some(running) = running.filter(|running| running.submitted()) {
        let namespace = group.namespace().unwrap_or_default();
        context.forced.forget(&namespace, &group.name_any(), &running.name);
    }
}

/// Whether the cache holds a forced order of that name that has not ended and whose call has not been made.
fn waits(stores: &Stores, namespace: &str, name: &str) -> bool {
    let found = stores.operations.get(&ObjectRef::new(name).within(namespace));
    let runs = |operation: &RecoveryOperation| {
        let state = operation.status.as_ref().and_then(|status| status.state);
        matches!(state, Some(OperationState::Running | OperationState::Unknown))
    };
    found.is_some_and(|operation| is_forced(&operation) && !runs(&operation))
}

/// Whether an operation is a forced order that has not ended.
pub fn is_forced(operation: &RecoveryOperation) -> bool {
    let ended = operation.status.as_ref().is_some_and(|status| status.has_ended());
    operation.spec.operation_type == OperationType::Failover && !ended
}

fn haste(pressing: bool) -> Haste {
    if pressing { Haste::Urgent } else { Haste::Routine }
}

fn lock(orders: &Mutex<Orders>) -> MutexGuard<'_, Orders> {
    orders.lock().unwrap_or_else(PoisonError::into_inner)
}
