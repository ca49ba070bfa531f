//! Which group has to look when an object was touched.
//! It must not decide: waking costs a look at the caches and nothing else.

use super::answers::Case;
use super::feeds::Touched;
use super::group::seen;
use super::{Context, forced, provider};
use futures::{Stream, StreamExt};
use kube::ResourceExt;
use kube::runtime::{reflector, watcher};
use stationmaster_api::{GroupLedger, OperationDecision, ProtectionGroup, ProtectionProvider, RecoveryOperation};
use std::sync::Arc;
use std::time::Duration;

/// Done when every cache has been filled once.
pub async fn synced(context: &Context) {
    while !context.stores.synced() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Groups whose provider is gone have to say so; the stream is handed on to the provider's controller.
pub fn by_providers(
    context: &Arc<Context>,
    touched: Touched<ProtectionProvider>,
) -> impl Stream<Item = Result<ProtectionProvider, watcher::Error>> + Send + 'static {
    let context = Arc::clone(context);
    touched.inspect(move |object| {
        let Ok(object) = object else { return };
        let known = context.stores.providers.get(&reflector::ObjectRef::from_obj(object));
        if known.is_some() {
            return;
        }
        let key = (object.namespace().unwrap_or_default(), object.name_any());
        provider::forget(&context, &key);
        for group in context.stores.groups_over(&key.0, &key.1) {
            context.wakes.group(&key.0, &group.name_any());
        }
    })
}

/// The numbers of a group go with it, and a new one is told that it was seen; the stream is handed on to the group's controller.
pub fn forgetting(
    context: &Arc<Context>,
    touched: Touched<ProtectionGroup>,
) -> impl Stream<Item = Result<ProtectionGroup, watcher::Error>> + Send + 'static {
    let context = Arc::clone(context);
    touched.inspect(move |object| {
        let Ok(object) = object else { return };
        if context
            .stores
            .groups
            .get(&reflector::ObjectRef::from_obj(object))
            .is_none()
        {
            let (namespace, name) = (object.namespace().unwrap_or_default(), object.name_any());
            context.metrics.forget_group(&namespace, &name);
            // What was filed for it finds no group any more.
            for operation in context.stores.operations_of(&namespace, &name) {
                context
                    .answers
                    .ask(Case::Operation(reflector::ObjectRef::from_obj(&*operation)));
                for decision in context.stores.decisions_on(&namespace, &operation.name_any()) {
                    context
                        .answers
                        .ask(Case::Decision(reflector::ObjectRef::from_obj(&*decision)));
                }
            }
        } else if !seen::told_of_group(object) {
            context
                .answers
                .ask_later(Case::Group(reflector::ObjectRef::from_obj(object)));
        }
    })
}

/// An operation wakes its group; one without a group is told so elsewhere: who answers the one must not keep the others waiting.
pub async fn by_operations(context: Arc<Context>, mut touched: Touched<RecoveryOperation>) {
    synced(&context).await;
    while let Some(Ok(object)) = touched.next().await {
        context.forced.note(&context.stores, &object);
        let namespace = object.namespace().unwrap_or_default();
        let group = &object.spec.group_ref.name;
        let reference = reflector::ObjectRef::from_obj(&object);
        let Some(found) = context.stores.group(&namespace, group) else {
            context.answers.ask(Case::Operation(reference));
            continue;
        };
        let connection = &found.spec.provider_ref.name;
        if forced::is_forced(&object) && !context.connections.works(&namespace, connection) {
            context.wakes.provider(&namespace, connection);
        }
        context.wakes.group(&namespace, group);
        if !seen::told_of_operation(&object) {
            context.answers.ask_later(Case::Operation(reference));
        }
    }
}

/// A decision wakes the group of its operation; one that no group can judge is told so.
pub async fn by_decisions(context: Arc<Context>, mut touched: Touched<OperationDecision>) {
    synced(&context).await;
    while let Some(Ok(object)) = touched.next().await {
        let namespace = object.namespace().unwrap_or_default();
        let groups = context.stores.judges(&object);
        for group in &groups {
            context.wakes.group(&namespace, group);
        }
        let case = Case::Decision(reflector::ObjectRef::from_obj(&object));
        if groups.is_empty() {
            context.answers.ask(case);
        } else if !seen::told_of_decision(&object) {
            context.answers.ask_later(case);
        }
    }
}

/// A ledger wakes its holder.
pub async fn by_ledgers(context: Arc<Context>, mut touched: Touched<GroupLedger>) {
    synced(&context).await;
    while let Some(Ok(object)) = touched.next().await {
        let holder = &object.spec.group_ref;
        context.wakes.group(&holder.namespace, &holder.name);
        // Who waits for the claim looks too, above all when the ledger is gone.
        for group in context.stores.groups.state() {
            if super::group::members(&group).contains(&object.spec.object_id) {
                context
                    .wakes
                    .group(&group.namespace().unwrap_or_default(), &group.name_any());
            }
        }
    }
}
