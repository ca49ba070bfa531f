//! Keeps the administrator's list of claims, and tells both sides when one asks for what the other holds.
//! It must not decide who holds an object: the engine does.

use super::{Context, group};
use crate::watch;
use futures::StreamExt;
use k8s_openapi::api::core::v1::{ConfigMap, ObjectReference};
use kube::ResourceExt;
use kube::api::Api;
use kube::core::DeserializeGuard;
use kube::runtime::reflector::ObjectRef;
use kube::runtime::watcher::Event;
use stationmaster_api::{ProtectionGroup, RecoveryOperation};
use stationmaster_engine::Why;
use stationmaster_engine::decide::refuses;
use stationmaster_engine::ledger::GroupRef;
use stationmaster_engine::report::Report;
use stationmaster_engine::{Claims, Reason};
use std::sync::Arc;

/// What both sides of a claim are told of.
const TOLD: [Reason; 4] = [
    Reason::ProtectionObjectClaimed,
    Reason::ClaimNotAllowed,
    Reason::ClaimAwaited,
    Reason::ClaimsUnreadable,
];

/// Keeps the list for as long as the process lives. What cannot be watched stays as it was read last.
pub async fn keep(context: Arc<Context>) {
    let list = &context.claims;
    let api: Api<DeserializeGuard<ConfigMap>> = Api::namespaced(context.client.clone(), &context.namespace);
    let mut events = std::pin::pin!(watch::named(
        api,
        "configmaps",
        &list.name,
        Arc::clone(&context.metrics)
    ));
    let mut listed = None;
    while let Some(event) = events.next().await {
        let map = match event {
            Event::Init => {
                listed = None;
                continue;
            }
            Event::InitApply(map) => {
                listed = Some(map);
                continue;
            }
            Event::InitDone => listed.take(),
            Event::Apply(map) => Some(map),
            Event::Delete(_) => None,
        };
        let claims = Arc::new(list.parsed(map.as_ref()));
        if !list.replace(Arc::clone(&claims)) {
            continue;
        }
        if let Some(map) = &map {
            complain(&context, map, &claims);
        }
        for group in context.stores.groups.state() {
            context
                .wakes
                .group(&group.namespace().unwrap_or_default(), &group.name_any());
        }
    }
}

fn complain(context: &Context, map: &ConfigMap, claims: &Claims) {
    for bad in claims.bad() {
        tracing::warn!(list = context.claims.source, "entry {bad}");
        let about: ObjectReference = group::reference(map);
        let note =
            format!("entry {bad}; until it is corrected nobody may claim anew whom the other entries do not name");
        context
            .events
            .publish(about, true, Reason::ClaimsUnreadable.as_str(), "Read", note);
    }
}

/// Tells operations that are refused because of a claim, before their statuses say so.
pub fn tell_refused(context: &Context, operations: &[Arc<RecoveryOperation>], report: &Report) {
    let refused = report
        .operations
        .iter()
        .filter(|o| o.steps.is_empty() && refuses(o.reason));
    for shown in refused {
        let object = operations.iter().find(|o| o.uid() == shown.uid);
        if let Some(object) = object.filter(|o| o.status.as_ref().is_none_or(|s| s.finished_at.is_none())) {
            let note = format!("{} was not begun: {}", shown.name, shown.message);
            context
                .events
                .publish(group::reference(&**object), true, shown.reason.as_str(), "Claim", note);
        }
    }
}

/// Tells both sides, when it is news to the one that asks: it what keeps it, and the holder who asks.
pub fn tell(context: &Context, asks: &ProtectionGroup, blocked: Option<&Why>, holder: Option<&GroupRef>) {
    let Some(why) = blocked.filter(|why| TOLD.contains(&why.reason)) else {
        return;
    };
    let shown = asks.status.iter().flat_map(|status| &status.conditions);
    let mut stalled = shown.filter(|condition| condition.type_ == "Stalled" && condition.status == "True");
    // Only an event hangs on what was shown before.
    if stalled.any(|condition| condition.reason == why.reason.as_str()) {
        return;
    }
    let reason = why.reason.as_str();
    context
        .events
        .publish(group::reference(asks), true, reason, "Claim", why.message.clone());
    let Some(holder) = holder else { return };
    let name = format!("{}/{}", asks.namespace().unwrap_or_default(), asks.name_any());
    let held = context
        .stores
        .groups
        .get(&ObjectRef::new(&holder.name).within(&holder.namespace));
    if let Some(held) = held.filter(|held| held.uid().as_ref() == Some(&holder.uid)) {
        let note = match why.reason {
            Reason::ClaimAwaited => format!(
                "the administrator's list gives the provider's object to ProtectionGroup {name}; it takes over as soon as nothing is in doubt"
            ),
            _ => {
                format!("ProtectionGroup {name} names the provider's object that this group holds; it is not acted for")
            }
        };
        context
            .events
            .publish(group::reference(&*held), true, reason, "Claim", note);
    }
}
