//! Reading and writing GroupLedgers: every write is guarded by the version that was read.
//! It must not retry a refused write: whoever decided must decide anew.

use kube::api::{Api, DeleteParams, ListParams, PostParams, Preconditions};
use kube::{Resource, ResourceExt};
use sha2::{Digest, Sha256};
use stationmaster_api::refs::{HolderRef, RunningRef};
use stationmaster_api::{GroupLedger, GroupLedgerSpec, names};
use stationmaster_engine::Ledger;
use stationmaster_engine::ledger::record::{self, Record, Unreadable};
use stationmaster_engine::ledger::{Entry, Version};
use std::sync::Arc;

use super::words;

/// A ledger or a claim as stored: the object with its version, and what it records.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The object.
    pub object: GroupLedger,
    /// What the engine wrote there.
    pub record: Record,
}

impl Stored {
    /// The journal, if that stands here.
    pub fn ledger(&self) -> Option<&Ledger> {
        match &self.record {
            Record::Journal(ledger) => Some(ledger),
            Record::Claim(_) => None,
        }
    }

    /// Its version.
    pub fn version(&self) -> Version {
        Version(self.object.resource_version().unwrap_or_default())
    }

    /// The same for the engine.
    pub fn entry(&self) -> Entry {
        let version = self.version();
        match &self.record {
            Record::Journal(ledger) => Entry::Journal(stationmaster_engine::ledger::Stored {
                version,
                ledger: Arc::new((**ledger).clone()),
            }),
            Record::Claim(record) => Entry::Claim {
                version,
                record: record.clone(),
            },
        }
    }
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
    /// What a stored ledger claims.
    pub fn on(spec: &GroupLedgerSpec) -> Claim {
        Claim {
            kind: spec.provider_kind.clone(),
            scope: spec.scope.clone(),
            object: spec.object_id.clone(),
        }
    }

    /// The claim on another object of the same scope.
    pub fn of(&self, object: &str) -> Claim {
        Claim {
            object: object.to_owned(),
            ..self.clone()
        }
    }

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

    /// All ledgers and claims that name a group as their holder, read afresh.
    ///
    /// # Errors
    /// When the API server does not answer. What cannot be understood is not among them.
    pub async fn of(&self, uid: &str) -> Result<Vec<Stored>, LedgerError> {
        let params = ListParams::default().fields(&format!("spec.groupRef.uid={uid}"));
        let found = self.api.list(&params).await.map_err(|e| api_error(uid, e))?;
        Ok(found.items.into_iter().filter_map(|object| read(object).ok()).collect())
    }

    /// Creates the ledger, or a claim: whoever makes it holds the object. A name that is taken is a conflict.
    ///
    /// # Errors
    /// As for [`Self::replace`].
    pub async fn create(&self, claim: &Claim, record: &Record) -> Result<Stored, LedgerError> {
        let name = claim.ledger_name();
        let mut object = GroupLedger::new(&name, spec(claim, record)?);
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
    /// [`LedgerError::Conflict`] when it is not; then the decision behind `record` is void.
    pub async fn replace(&self, before: &Stored, record: &Record) -> Result<Stored, LedgerError> {
        let name = before.object.name_any();
        let claim = Claim::on(&before.object.spec);
        let mut object = before.object.clone();
        object.spec = spec(&claim, record)?;
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
        Ok(record) => Ok(Stored { object, record }),
        Err(source) => Err(LedgerError::Unreadable {
            name: object.name_any(),
            source,
        }),
    }
}

fn spec(claim: &Claim, record: &Record) -> Result<GroupLedgerSpec, LedgerError> {
    let (ledger, holder) = match record {
        Record::Journal(ledger) => (Some(&**ledger), &ledger.group),
        Record::Claim(claim) => (None, &claim.group),
    };
    let record = record::write(record).map_err(|source| LedgerError::Unreadable {
        name: claim.ledger_name(),
        source,
    })?;
    Ok(GroupLedgerSpec {
        provider_kind: claim.kind.clone(),
        endpoint: ledger.map(|l| l.endpoint.clone()).unwrap_or_default(),
        scope: claim.scope.clone(),
        object_id: claim.object.clone(),
        group_ref: HolderRef {
            namespace: holder.namespace.clone(),
            name: holder.name.clone(),
            uid: holder.uid.clone(),
        },
        priority_token: ledger.and_then(|l| l.token.as_ref()).map(ToString::to_string),
        active_station: ledger.map(|l| words::active(l.active)),
        operation_ref: ledger.and_then(|l| l.operation.as_ref()).map(|o| RunningRef {
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
