//! The Kubernetes objects behind a pass, from the caches or afresh: one builder for both.
//! It must not decide: which of them count is the engine's business.

use super::kept::Objects;
use super::ledgers::Stored;
use super::link::Link;
use super::{Error, held, translate};
use crate::controllers::Context;
use kube::api::{Api, ListParams};
use kube::core::DeserializeGuard;
use kube::runtime::reflector::ObjectRef;
use kube::{Resource, ResourceExt};
use serde::de::DeserializeOwned;
use stationmaster_api::{OperationDecision, ProtectionGroup, RecoveryOperation};
use stationmaster_engine::ledger::GroupRef;
use stationmaster_engine::pass::{Asks, Moment};
use stationmaster_engine::{Pass, Token};
use std::fmt::Debug;
use std::sync::Arc;

/// Where objects are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// The caches: no request leaves the process. Good enough to see that there is no news.
    Caches,
    /// The API server.
    Server,
}

/// Reads a group's objects and begins a pass on them. `None` when the group is gone.
pub async fn begin(context: &Context, known: &ProtectionGroup, from: From) -> Result<Option<(Objects, Pass)>, Error> {
    let group = match from {
        From::Caches => Some(known.clone()),
        From::Server => again(context, known).await?,
    };
    let Some(group) = group else { return Ok(None) };
    let link = Link::of(&context.stores, &context.connections, &group);
    let values = translate::group(&group, context.stores.edits.of(&group.uid().unwrap_or_default()));
    let (held, found) = held::read(context, &values, &link, from).await?;
    let home = held.home(&values.reference(), &values.members);
    let journal = |home: String| found.get(&home).filter(|stored| stored.ledger().is_some());
    let stored = home.and_then(journal).cloned();
    let operations = operations(context, &values, from).await?;
    let operations = without_those_of_other_ledgers(context, &values.uid, &link, stored.as_ref(), operations);
    let requests = operations.iter().map(|o| translate::request(o)).collect();
    let pass = Pass::over(values, link.listed.clone(), held, requests);
    let objects = Objects {
        group,
        link,
        stored,
        found,
        operations,
        decisions: Vec::new(),
    };
    Ok(Some((objects, pass)))
}

/// Answers what else is asked of the API server, then of the clock.
pub async fn ask(context: &Context, objects: &mut Objects, at: Asks, from: From) -> Result<Pass, Error> {
    let holder_exists = match at.holder() {
        Some(holder) => exists(context, &holder, from).await?,
        None => false,
    };
    let fresh = at.running().filter(|_| from == From::Server);
    objects.decisions = decisions(context, objects, fresh.as_deref()).await?;
    let answers = objects.decisions.iter().map(|d| translate::answer(d)).collect();
    let now = context.clock.now();
    let connection = objects.link.connection.as_ref();
    let moment = Moment {
        now,
        watched: connection.map_or_else(Vec::new, |c| c.watched(&objects.link.object, now)),
        fresh: Token::issue(context.chance.draw()),
        absent_until: context.leadership.absent_until(),
    };
    Ok(at.take(answers, holder_exists, moment))
}

async fn again(context: &Context, known: &ProtectionGroup) -> Result<Option<ProtectionGroup>, Error> {
    let api: Api<ProtectionGroup> = Api::namespaced(context.client.clone(), &known.namespace().unwrap_or_default());
    let found = api.get_opt(&known.name_any()).await;
    let found = found.map_err(Error::api("read the group"))?;
    Ok(found.filter(|g| g.metadata.deletion_timestamp.is_none() && g.uid() == known.uid()))
}

/// An operation that runs in another ledger of the group is not judged by this one: its connection leads to another scope now, and what became
/// of its call is known there alone.
fn without_those_of_other_ledgers(
    context: &Context,
    group: &str,
    link: &Link,
    present: Option<&Stored>,
    mut operations: Vec<Arc<RecoveryOperation>>,
) -> Vec<Arc<RecoveryOperation>> {
    if link.connection.is_none() {
        return operations;
    }
    let present = present.map(|stored| stored.object.name_any()).unwrap_or_default();
    for other in context.stores.ledgers_of(group) {
        if other.name_any() != present
            && let Some(running) = &other.spec.operation_ref
        {
            operations.retain(|o| o.name_any() != running.name);
        }
    }
    operations
}

async fn exists(context: &Context, holder: &GroupRef, from: From) -> Result<bool, Error> {
    let found = match from {
        From::Caches => {
            let reference = ObjectRef::new(&holder.name).within(&holder.namespace);
            context.stores.groups.get(&reference).and_then(|g| g.uid())
        }
        From::Server => {
            let groups: Api<ProtectionGroup> = Api::namespaced(context.client.clone(), &holder.namespace);
            let found = groups.get_opt(&holder.name).await;
            found
                .map_err(Error::api("read the holder of the ledger"))?
                .and_then(|g| g.uid())
        }
    };
    Ok(found.as_deref() == Some(&holder.uid))
}

async fn operations(
    context: &Context,
    group: &stationmaster_engine::Group,
    from: From,
) -> Result<Vec<Arc<RecoveryOperation>>, Error> {
    match from {
        From::Caches => Ok(context.stores.operations_of(&group.namespace, &group.name)),
        From::Server => {
            let of = format!("spec.groupRef.name={}", group.name);
            list(context, &group.namespace, &of, "list the group's operations").await
        }
    }
}

/// Decisions on the running operation are listed afresh where `fresh` names it. Those that the ledger has judged belong to it also when their
/// operation is gone: what could not be told when they were judged is told later.
async fn decisions(
    context: &Context,
    objects: &Objects,
    fresh: Option<&str>,
) -> Result<Vec<Arc<OperationDecision>>, Error> {
    let namespace = objects.group.namespace().unwrap_or_default();
    let others = objects.operations.iter().map(|o| o.name_any());
    let mut all: Vec<_> = others
        .filter(|name| Some(name.as_str()) != fresh)
        .flat_map(|name| context.stores.decisions_on(&namespace, &name))
        .collect();
    if let Some(running) = fresh {
        let of = format!("spec.operationRef.name={running}");
        all.extend(list(context, &namespace, &of, "list the operation's decisions").await?);
    }
    let consumed = objects
        .stored
        .iter()
        .filter_map(Stored::ledger)
        .flat_map(|ledger| &ledger.consumed);
    let judged = context
        .stores
        .decisions_of(&namespace, consumed.map(|past| past.uid.as_str()));
    let missing = |d: &Arc<OperationDecision>| all.iter().all(|other| other.uid() != d.uid());
    let missing: Vec<_> = judged.into_iter().filter(missing).collect();
    all.extend(missing);
    all.sort_by_key(|d| (d.meta().creation_timestamp.as_ref().map(|t| t.0), d.name_any()));
    Ok(all)
}

/// One object that cannot be read must not hide the others, nor keep its group from being served.
async fn list<K>(context: &Context, namespace: &str, of: &str, doing: &'static str) -> Result<Vec<Arc<K>>, Error>
where
    K: Resource<DynamicType = (), Scope = kube::core::NamespaceResourceScope> + DeserializeOwned + Clone + Debug,
{
    let api: Api<DeserializeGuard<K>> = Api::namespaced(context.client.clone(), namespace);
    let found = api
        .list(&ListParams::default().fields(of))
        .await
        .map_err(Error::api(doing))?;
    let readable = |guard: DeserializeGuard<K>| match guard.0 {
        Ok(object) => Some(Arc::new(object)),
        Err(invalid) => {
            // Its watch has told of it, and it is answered beside the passes.
            let name = invalid.metadata.name.unwrap_or_default();
            tracing::debug!(
                name,
                error = invalid.error,
                "an object cannot be read and is passed over"
            );
            None
        }
    };
    Ok(found.items.into_iter().filter_map(readable).collect())
}
