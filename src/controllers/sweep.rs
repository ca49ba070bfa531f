//! Removes ledgers whose group is gone and in which nothing is running or in doubt, and what memory holds of objects that are gone.
//! It must not remove one that still fences something: then it stays until a group claims it again.

use super::Context;
use super::group::ledgers::{Claim, LedgerError, Ledgers, Stored};
use kube::ResourceExt;
use kube::api::Api;
use kube::runtime::reflector::ObjectRef;
use stationmaster_api::{ProtectionGroup, ProtectionProvider};
use stationmaster_engine::ledger::ClaimRecord;
use stationmaster_engine::ledger::record::Record;
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::Instant;

/// How often is looked. Looking costs no request while every ledger has its group.
const INTERVAL: Duration = Duration::from_secs(30);

/// For so long a group has been gone. Tools delete and create: what was used up must be known when the group is made again a moment later.
const GONE: Duration = Duration::from_secs(60);

/// Runs for ever.
pub async fn run(context: &Context) {
    // Since when each ledger's group has been gone, by the ledger's name.
    let mut gone: HashMap<String, Instant> = HashMap::new();
    loop {
        tokio::time::sleep(INTERVAL).await;
        what_is_gone(context);
        let ledgers = context.stores.ledgers.state();
        gone.retain(|name, _| ledgers.iter().any(|ledger| ledger.name_any() == *name));
        for ledger in ledgers {
            let holder = &ledger.spec.group_ref;
            let known = context
                .stores
                .groups
                .get(&ObjectRef::new(&holder.name).within(&holder.namespace));
            if known.is_some() {
                gone.remove(&ledger.name_any());
                continue;
            }
            if gone.entry(ledger.name_any()).or_insert_with(Instant::now).elapsed() < GONE {
                continue;
            }
            if let Err(error) = one(context, &ledger.name_any(), &holder.namespace, &holder.name).await {
                let error = crate::telemetry::error_chain(&error);
                tracing::warn!(
                    ledger = ledger.name_any(),
                    error,
                    "the ledger of a group that is gone could not be removed"
                );
            }
        }
    }
}

/// Nothing of an object that is gone stays in memory, also where its deletion fell into a gap of the watch.
fn what_is_gone(context: &Context) {
    let stores = &context.stores;
    let has_provider = |namespace: &str, name: &str| {
        let reference = ObjectRef::<ProtectionProvider>::new(name).within(namespace);
        stores.providers.get(&reference).is_some()
    };
    let has_group = |namespace: &str, name: &str| {
        let reference = ObjectRef::<ProtectionGroup>::new(name).within(namespace);
        stores.groups.get(&reference).is_some()
    };
    context.lives.retain(has_provider);
    context.connections.retain(has_provider);
    context.metrics.retain(has_group, has_provider);
    context.forced.prune(stores);
}

/// Whether the journal for which an object was claimed still lists it: then what fences the journal fences the object too.
async fn lists(ledgers: &Ledgers, stored: &Stored, claim: &ClaimRecord) -> Result<bool, LedgerError> {
    let object = &stored.object.spec.object_id;
    let journal = Claim::on(&stored.object.spec).of(&claim.journal);
    let journal = ledgers.get(&journal.ledger_name()).await?;
    let journal = journal.as_ref().and_then(Stored::ledger);
    Ok(journal.is_some_and(|ledger| ledger.group == claim.group && ledger.claims.contains(object)))
}

async fn one(context: &Context, name: &str, namespace: &str, group: &str) -> Result<(), LedgerError> {
    let groups: Api<ProtectionGroup> = Api::namespaced(context.client.clone(), namespace);
    let gone = groups.get_opt(group).await.map_err(|source| LedgerError::Api {
        name: name.to_owned(),
        source: Box::new(source),
    })?;
    if gone.is_some() {
        return Ok(());
    }
    let ledgers = Ledgers::new(Api::namespaced(context.client.clone(), &context.namespace));
    let Some(stored) = ledgers.get(name).await? else {
        return Ok(());
    };
    let kept = match &stored.record {
        Record::Journal(ledger) => ledger.fences(context.clock.now()),
        Record::Claim(claim) => lists(&ledgers, &stored, claim).await?,
    };
    if kept {
        tracing::debug!(
            ledger = name,
            "kept: an operation of it has not ended, or a call of it may still arrive"
        );
        return Ok(());
    }
    tracing::info!(
        ledger = name,
        namespace,
        group,
        "the group is gone and nothing is in doubt: its ledger is removed"
    );
    context.metrics.forget_group(namespace, group);
    ledgers.delete(&stored).await
}
