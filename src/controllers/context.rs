//! What the controllers share.
//! It must not hold a decision: everything that decides is in the ledger.

use super::answers::Answers;
use super::claim_list::ClaimList;
use super::ending::Ending;
use super::forced::Forced;
use super::group::Kept;
use super::provider::Lives;
use super::stores::Stores;
use crate::chance::Chance;
use crate::clock::Clock;
use crate::events::Events;
use crate::leader::LeadershipProof;
use crate::metrics::Metrics;
use crate::observe::{Connections, Others};
use crate::places::Places;
use crate::vendors::Vendors;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use kube::Client;
use kube::runtime::reflector::ObjectRef;
use stationmaster_api::{ProtectionGroup, ProtectionProvider};
use stationmaster_engine::pass::Rules;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Shared by all controllers.
pub struct Context {
    /// The API server.
    pub client: Client,
    /// Where ledgers are.
    pub namespace: String,
    /// Which process this is: the pod's name and a word of its own start.
    pub instance: String,
    /// The time of day. How long something takes is measured on tokio's clock.
    pub clock: Clock,
    /// Where tokens come from.
    pub chance: Chance,
    /// Makes clients of outside systems.
    pub vendors: Arc<dyn Vendors>,
    /// The caches.
    pub stores: Stores,
    /// The connections.
    pub connections: Connections,
    /// How much they keep that nobody asks about.
    pub others: Others,
    /// What they are made from.
    pub lives: Lives,
    /// Which groups have a forced order.
    pub forced: Forced,
    /// The places in which groups are worked on.
    pub working: Places,
    /// The places in which connections are connected and listed.
    pub connecting: Places,
    /// The administrator's list of claims.
    pub claims: ClaimList,
    /// Whether this process leads, and for how long it surely will.
    pub leadership: LeadershipProof,
    /// The numbers.
    pub metrics: Arc<Metrics>,
    /// The events.
    pub events: Events,
    /// Wakes groups.
    pub wakes: Wakes,
    /// Whether an admission policy lets only commanders file forced failovers.
    pub orders_guarded: bool,
    /// The engine's rules.
    pub rules: fn() -> Rules<'static>,
    /// Takes what no group can judge.
    pub answers: Answers,
    /// Whether the process ends: nothing new is begun.
    pub ending: Ending,
    /// Passes whose call was answered and whose ledger could not be written yet, by the uid of their group.
    pub unwritten: Mutex<HashMap<String, Kept>>,
}

impl Context {
    /// The passes that are kept. Whoever panicked while holding them had not changed them half.
    pub fn kept(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.unwritten.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes groups and connections from anywhere.
#[derive(Clone)]
pub struct Wakes {
    groups: UnboundedSender<ObjectRef<ProtectionGroup>>,
    providers: UnboundedSender<ObjectRef<ProtectionProvider>>,
}

/// What is woken.
pub struct Woken {
    /// Groups.
    pub groups: UnboundedReceiver<ObjectRef<ProtectionGroup>>,
    /// Connections.
    pub providers: UnboundedReceiver<ObjectRef<ProtectionProvider>>,
}

impl Wakes {
    /// The sending and the receiving end. Waking a group twice before it is looked at is one look: the controller's queue holds each once.
    pub fn new() -> (Wakes, Woken) {
        let ((groups, woken_groups), (providers, woken_providers)) = (unbounded(), unbounded());
        let woken = Woken {
            groups: woken_groups,
            providers: woken_providers,
        };
        (Wakes { groups, providers }, woken)
    }

    /// Wakes a group.
    pub fn group(&self, namespace: &str, name: &str) {
        // The receiver lives as long as the controller; after it nobody is to be woken.
        let _ = self.groups.unbounded_send(ObjectRef::new(name).within(namespace));
    }

    /// Wakes a connection.
    pub fn provider(&self, namespace: &str, name: &str) {
        let _ = self.providers.unbounded_send(ObjectRef::new(name).within(namespace));
    }
}
