//! Which ProtectionProvider is connected to what, by namespace and name.
//! It must not connect by itself: the provider controller does, and puts the result here.

use super::Snapshot;
use stationmaster_engine::{Reason, Sight};
use stationmaster_provider::Provider;
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

/// A working connection, at least once.
pub struct Connection {
    /// The translation.
    pub provider: Arc<dyn Provider>,
    /// Normalised endpoint: the first part of a claim.
    pub endpoint: String,
    /// Scope: the second part of a claim.
    pub scope: String,
    latest: RwLock<Option<Arc<Snapshot>>>,
}

/// Why a ProtectionProvider has no connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotReady {
    /// The one word.
    pub reason: Reason,
    /// In words.
    pub message: String,
}

/// All connections of this process.
#[derive(Default)]
pub struct Connections {
    by_name: RwLock<HashMap<(String, String), Result<Arc<Connection>, NotReady>>>,
}

impl Connection {
    /// A connection that has not listed yet.
    pub fn new(provider: Arc<dyn Provider>, endpoint: String, scope: String) -> Connection {
        Connection { provider, endpoint, scope, latest: RwLock::new(None) }
    }

    /// The latest bulk reading.
    pub fn latest(&self) -> Option<Arc<Snapshot>> {
        self.latest.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Publishes a bulk reading.
    pub fn publish(&self, snapshot: Arc<Snapshot>) {
        *self.latest.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(snapshot);
    }

    /// What the latest bulk reading shows of one object.
    pub fn sight(&self, object: &str) -> Sight {
        match self.latest() {
            Some(snapshot) => snapshot.sight(object),
            None => Sight::Unseen { reason: Reason::ProviderNotReady, message: "the provider has not been read yet".to_owned() },
        }
    }
}

impl Connections {
    /// The connection of a ProtectionProvider, or why there is none.
    pub fn get(&self, namespace: &str, name: &str) -> Option<Result<Arc<Connection>, NotReady>> {
        let map = self.by_name.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        map.get(&(namespace.to_owned(), name.to_owned())).cloned()
    }

    /// Puts a connection, or why there is none; tells whether that is news.
    pub fn put(&self, namespace: &str, name: &str, connection: Result<Arc<Connection>, NotReady>) -> bool {
        let mut map = self.by_name.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let key = (namespace.to_owned(), name.to_owned());
        let same = match (map.get(&key), &connection) {
            (Some(Ok(old)), Ok(new)) => Arc::ptr_eq(old, new),
            (Some(Err(old)), Err(new)) => old == new,
            _ => false,
        };
        map.insert(key, connection);
        !same
    }

    /// Forgets a ProtectionProvider that is gone.
    pub fn forget(&self, namespace: &str, name: &str) -> bool {
        let mut map = self.by_name.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        map.remove(&(namespace.to_owned(), name.to_owned())).is_some()
    }
}
