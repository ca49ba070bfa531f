//! Reading and writing GroupLedgers: every write is guarded by the version that was read.
//! It must not retry a refused write: whoever decided must decide anew.

use kube::api::{Api, DeleteParams, PostParams, Preconditions};
use kube::{Resource, ResourceExt};
use sha2::{Digest, Sha256};
use stationmaster_api::refs::{HolderRef, RunningRef};
use stationmaster_api::{GroupLedger, GroupLedgerSpec, names};
use stationmaster_engine::Ledger;
use stationmaster_engine::ledger::record::{self, Unreadable};

use super::words;

/// A ledger as stored: the object with its version, and what it records.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The object.
    pub object: GroupLedger,
    /// What the engine wrote there.
    pub ledger: Ledger,
}

/// What a provider object is known by: never by an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The kind of the provider.
    pub kind: String,
    /// What its objects are known by besides their ids.
    pub scope: String,
    /// The provider's id.
    pub object: String,
}

/// Why a ledger could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Someone else wrote it meanwhile.
    #[error("the ledger {0} was changed meanwhile")]
    Conflict(String),
    /// Its record is not of a form that this version understands.
    #[error("the record of ledger {name} cannot be read")]
    Unreadable {
        /// The ledger.
        name: String,
        /// What is wrong with it.
        source: Unreadable,
    },
    /// The API server did not do it, or nobody knows whether it did.
    #[error("the ledger {name} could not be reached")]
    Api {
        /// The ledger.
        name: String,
        /// What happened.
        source: Box<kube::Error>,
    },
}

impl Claim {
    /// The ledger's name: equal for every group that names the same object, whatever connection it uses.
    pub fn ledger_name(&self) -> String {
        let mut hash = Sha256::new();
        for part in [&self.kind, &self.scope, &self.object] {
            // The length keeps "ab" + "c" apart from "a" + "bc".
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part.as_bytes());
        }
        format!("drgl-{}", &hex::encode(hash.finalize())[..40])
    }
}

/// The ledgers of the operator's namespace.
#[derive(Clone)]
pub struct Ledgers {
    api: Api<GroupLedger>,
}

impl Ledgers {
    /// The ledgers behind `api`.
    pub fn new(api: Api<GroupLedger>) -> Ledgers {
        Ledgers { api }
    }

    /// Reads a ledger afresh.
    ///
    /// # Errors
    /// When the API server does not answer or the record cannot be understood.
    pub async fn get(&self, name: &str) -> Result<Option<Stored>, LedgerError> {
        let found = self.api.get_opt(name).await.map_err(|e| api_error(name, e))?;
        found.map(read).transpose()
    }

    /// Creates the ledger: the claim. A name that is taken is a conflict.
    ///
    /// # Errors
    /// As for [`Self::replace`].
    pub async fn create(&self, claim: &Claim, ledger: &Ledger) -> Result<Stored, LedgerError> {
        let name = claim.ledger_name();
        let mut object = GroupLedger::new(&name, spec(claim, ledger)?);
        object.labels_mut().insert(
            names::EXCLUDE_FROM_BACKUP_LABEL.to_owned(),
            names::EXCLUDE_FROM_BACKUP_VALUE.to_owned(),
        );
        object
            .labels_mut()
            .insert(names::MANAGED_BY_LABEL.to_owned(), names::MANAGED_BY_VALUE.to_owned());
        let made = self
            .api
            .create(&PostParams::default(), &object)
            .await
            .map_err(|e| api_error(&name, e))?;
        read(made)
    }

    /// Replaces what was read, if it is still what was read.
    ///
    /// # Errors
    /// [`LedgerError::Conflict`] when it is not; then the decision behind `ledger` is void.
    pub async fn replace(&self, before: &Stored, ledger: &Ledger) -> Result<Stored, LedgerError> {
        let name = before.object.name_any();
        let claim = Claim {
            kind: before.object.spec.provider_kind.clone(),
            scope: before.object.spec.scope.clone(),
            object: before.object.spec.object_id.clone(),
        };
        let mut object = before.object.clone();
        object.spec = spec(&claim, ledger)?;
        object.managed_fields_mut().clear();
        let made = self
            .api
            .replace(&name, &PostParams::default(), &object)
            .await
            .map_err(|e| api_error(&name, e))?;
        read(made)
    }

    /// Deletes exactly the version that was read.
    ///
    /// # Errors
    /// As for [`Self::replace`].
    pub async fn delete(&self, stored: &Stored) -> Result<(), LedgerError> {
        let name = stored.object.name_any();
        let meta = stored.object.meta();
        let preconditions = Preconditions {
            uid: meta.uid.clone(),
            resource_version: meta.resource_version.clone(),
        };
        let params = DeleteParams {
            preconditions: Some(preconditions),
            ..DeleteParams::default()
        };
        self.api.delete(&name, &params).await.map_err(|e| api_error(&name, e))?;
        Ok(())
    }
}

/// What a ledger object records.
///
/// # Errors
/// [`LedgerError::Unreadable`] when this version does not understand it.
pub fn read(object: GroupLedger) -> Result<Stored, LedgerError> {
    match record::read(&object.spec.record) {
        Ok(ledger) => Ok(Stored { object, ledger }),
        Err(source) => Err(LedgerError::Unreadable {
            name: object.name_any(),
            source,
        }),
    }
}

fn spec(claim: &Claim, ledger: &Ledger) -> Result<GroupLedgerSpec, LedgerError> {
    let record = record::write(ledger).map_err(|source| LedgerError::Unreadable {
        name: claim.ledger_name(),
        source,
    })?;
    Ok(GroupLedgerSpec {
        provider_kind: claim.kind.clone(),
        endpoint: ledger.endpoint.clone(),
        scope: claim.scope.clone(),
        object_id: claim.object.clone(),
        group_ref: HolderRef {
            namespace: ledger.group.namespace.clone(),
            name: ledger.group.name.clone(),
            uid: ledger.group.uid.clone(),
        },
        priority_token: ledger.token.as_ref().map(ToString::to_string),
        active_station: Some(words::active(ledger.active)),
        operation_ref: ledger.operation.as_ref().map(|o| RunningRef {
            name: o.name.clone(),
            operation_type: words::operation_type(o.kind),
        }),
        record,
    })
}

fn api_error(name: &str, error: kube::Error) -> LedgerError {
    let conflict = matches!(&error, kube::Error::Api(status) if status.is_conflict() || status.is_already_exists());
    if conflict {
        return LedgerError::Conflict(name.to_owned());
    }
    LedgerError::Api {
        name: name.to_owned(),
        source: Box::new(error),
    }
}

#[cfg(test)]
mod guards;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_claim() {
        let claim = |kind: &str, scope: &str, object: &str| {
            Claim {
                kind: kind.into(),
                scope: scope.into(),
                object: object.into(),
            }
            .ledger_name()
        };
        assert_eq!(claim("e", "s", "o"), claim("e", "s", "o"));
        assert_ne!(claim("ab", "c", "o"), claim("a", "bc", "o"));
        assert_ne!(claim("e", "s", "o"), claim("e", "s", "p"));
        assert!(claim("e", "s", "o").len() <= 63);
    }
}
