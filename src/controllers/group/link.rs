//! The connection that a group's spec names, as it stands now: one reading, used by everything in a pass.
//! It must not connect: the provider controller does.

use super::ledgers::Claim;
use super::translate;
use crate::controllers::Stores;
use crate::observe::{Connection, Connections, NotReady};
use kube::ResourceExt;
use kube::runtime::reflector::ObjectRef;
use stationmaster_api::ProtectionGroup;
use stationmaster_engine::{Observation, OperationType, Plan, Reason, Sight, Station};
use std::sync::Arc;
use tokio::time::Instant;

/// A group's connection and its object there.
pub struct Link {
    /// The connection, if it works and is of the group's kind.
    pub connection: Option<Arc<Connection>>,
    /// What the provider's list shows of the object, or why nothing can be seen.
    pub listed: Sight,
    /// When the reading that showed that was begun.
    pub listed_at: Option<Instant>,
    /// Whether the connection has not been tried yet by this process: nothing can be said of the group so far.
    pub connecting: bool,
    /// The provider's word for what the group is: what it is read and called by.
    pub object: String,
}

impl Link {
    /// The link of a group.
    pub fn of(stores: &Stores, connections: &Connections, group: &ProtectionGroup) -> Link {
        let (kind, object) = translate::object(group);
        let namespace = group.namespace().unwrap_or_default();
        let provider = &group.spec.provider_ref.name;
        let unseen = |reason, message, connecting| Link {
            connection: None,
            listed: Sight::Unseen { reason, message },
            listed_at: None,
            connecting,
            object: object.clone(),
        };
        let reference = ObjectRef::new(provider).within(&namespace);
        if stores.providers.get(&reference).is_none() {
            let message = format!("there is no ProtectionProvider {provider} in namespace {namespace}");
            return unseen(Reason::ProviderNotFound, message, false);
        }
        match connections.get(&namespace, provider) {
            Some(Ok(connection)) if connection.provider.kind() == kind => {
                let (listed, listed_at) = connection.sighted(&object);
                Link {
                    listed,
                    listed_at,
                    connection: Some(connection),
                    connecting: false,
                    object,
                }
            }
            Some(Ok(connection)) => {
                let theirs = connection.provider.kind();
                let message = format!("ProtectionProvider {provider} is of kind {theirs}, the group of kind {kind}");
                unseen(Reason::ProviderNotSupported, message, false)
            }
            Some(Err(NotReady { reason, message })) => {
                unseen(reason, format!("ProtectionProvider {provider}: {message}"), false)
            }
            None => {
                let message = format!("ProtectionProvider {provider} is being connected");
                unseen(Reason::ProviderNotReady, message, true)
            }
        }
    }

    /// The claim on one of the provider's objects, where the connection is known.
    pub fn claim(&self, object: &str) -> Option<Claim> {
        self.connection.as_ref().map(|c| Claim {
            kind: c.provider.kind().to_owned(),
            scope: c.scope.as_str().to_owned(),
            object: object.to_owned(),
        })
    }

    /// The provider's plan of an operation; none without a connection.
    pub fn plan(&self, operation: OperationType, target: Station, seen: &Observation) -> Option<Plan> {
        self.connection.as_ref()?.provider.plan(operation, target, seen)
    }
}
