//! What stands under the names of a group's provider objects, from the caches or afresh, and the writes by which they are claimed.
//! It must not judge what it finds, nor write what the engine's pass does not ask for.

use super::Error;
use super::kept::Objects;
use super::ledgers::{self, Claim, LedgerError, Ledgers, Stored};
use super::link::Link;
use super::objects::From;
use crate::controllers::Context;
use kube::ResourceExt;
use kube::api::Api;
use stationmaster_engine::decide::ClaimWrite;
use stationmaster_engine::ledger::record::{Record, is_claim};
use stationmaster_engine::ledger::{Entry, Version};
use stationmaster_engine::pass::{Claims, Written};
use stationmaster_engine::{Group, Held, Pass, Reason, Why};
use std::collections::BTreeMap;

/// What was read, by object: for the engine, and as it is stored.
pub type Found = (Held, BTreeMap<String, Stored>);

/// Reads what the engine asks for, one object after the other. Of a group of several objects its own are listed first, in one request.
pub async fn read(context: &Context, group: &Group, link: &Link, from: From) -> Result<Found, Error> {
    let (me, members) = (group.reference(), &group.members);
    let (mut held, mut found) = Found::default();
    let known = match known(context, group, link) {
        Ok(known) => known,
        Err(why) => {
            held.put(members.first().cloned().unwrap_or_default(), Entry::Unreadable(why));
            return Ok((held, found));
        }
    };
    if let Some(claim) = known.as_ref().filter(|_| members.len() > 1) {
        for stored in own(context, group, claim, from).await? {
            let object = stored.object.spec.object_id.clone();
            held.put(object.clone(), stored.entry());
            found.insert(object, stored);
        }
    }
    while let Some(object) = held.unread(&me, members) {
        let stored = match &known {
            Some(claim) => one(context, &claim.of(&object), from).await,
            None => Ok(None),
        };
        let entry = match stored {
            Ok(None) => Entry::Nobody,
            Ok(Some(stored)) => {
                let entry = stored.entry();
                found.insert(object.clone(), stored);
                entry
            }
            Err(error @ LedgerError::Unreadable { .. }) => Entry::Unreadable(unreadable(&error)),
            Err(error) => return Err(error.into()),
        };
        held.put(object, entry);
    }
    Ok((held, found))
}

/// Why a record counts for nothing.
pub fn unreadable(error: &LedgerError) -> Why {
    Why::new(Reason::LedgerUnreadable, crate::telemetry::error_chain(error))
}

/// In which scope the objects are known. Without a connection the group's journal tells; of several nobody knows which one is meant.
fn known(context: &Context, group: &Group, link: &Link) -> Result<Option<Claim>, Why> {
    if let Some(claim) = link.claim("") {
        return Ok(Some(claim));
    }
    let ledgers = context.stores.ledgers_of(&group.uid);
    let mut journals = ledgers.iter().filter(|ledger| !is_claim(&ledger.spec.record));
    match (journals.next(), journals.next()) {
        (None, _) => Ok(None),
        (Some(journal), None) => Ok(Some(Claim::on(&journal.spec))),
        (Some(_), Some(_)) => {
            let message = "the group has several ledgers, and without its connection nobody knows which one is meant";
            Err(Why::new(Reason::ProviderNotReady, message))
        }
    }
}

/// What names the group as its holder, in this scope.
async fn own(context: &Context, group: &Group, known: &Claim, from: From) -> Result<Vec<Stored>, Error> {
    let mut all = match from {
        From::Caches => {
            let cached = context.stores.ledgers_of(&group.uid);
            let read = cached
                .iter()
                .filter_map(|ledger| ledgers::read((**ledger).clone()).ok());
            read.collect()
        }
        From::Server => ledgers_in(context).of(&group.uid).await?,
    };
    all.retain(|stored| known.of(&stored.object.spec.object_id) == Claim::on(&stored.object.spec));
    Ok(all)
}

async fn one(context: &Context, claim: &Claim, from: From) -> Result<Option<Stored>, LedgerError> {
    let name = claim.ledger_name();
    match from {
        From::Caches => {
            let cached = context.stores.ledger(&context.namespace, &name);
            cached.map(|l| ledgers::read((*l).clone())).transpose()
        }
        From::Server => ledgers_in(context).get(&name).await,
    }
}

fn ledgers_in(context: &Context) -> Ledgers {
    Ledgers::new(Api::namespaced(context.client.clone(), &context.namespace))
}

/// Claims the next object, or gives it up.
pub async fn claim(context: &Context, objects: &mut Objects, at: Claims) -> Pass {
    let written = match at.write() {
        Some(write) => self::write(context, objects, write).await,
        None => Written::Conflict,
    };
    at.take(&written)
}

async fn write(context: &Context, objects: &mut Objects, write: &ClaimWrite) -> Written {
    let ledgers = ledgers_in(context);
    let object = write.object().to_owned();
    let read = |version: &Version| objects.found.get(&object).filter(|stored| stored.version() == *version);
    let written = match write {
        ClaimWrite::Make { record, .. } => match objects.link.claim(&object) {
            Some(claim) => ledgers.create(&claim, &Record::Claim(record.clone())).await.map(Some),
            None => return Written::Conflict,
        },
        ClaimWrite::Replace { version, record, .. } => match read(version) {
            Some(stored) => ledgers.replace(stored, &Record::Claim(record.clone())).await.map(Some),
            None => return Written::Conflict,
        },
        ClaimWrite::Remove { version, .. } => match read(version) {
            Some(stored) => ledgers.delete(stored).await.map(|()| None),
            None => return Written::Conflict,
        },
    };
    let group = objects.group.name_any();
    match written {
        Ok(stored) => {
            let version = stored.as_ref().map_or_else(|| Version(String::new()), Stored::version);
            match stored {
                Some(stored) => objects.found.insert(object, stored),
                None => objects.found.remove(&object),
            };
            Written::Done(version)
        }
        Err(LedgerError::Conflict(_)) => Written::Conflict,
        Err(error) => {
            let error = crate::telemetry::error_chain(&error);
            tracing::warn!(group, object, error, "a claim could not be written");
            Written::Unheard
        }
    }
}
