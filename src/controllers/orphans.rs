//! Operations without a group and decisions that no group can judge: they are told so, since no group's pass ever sees them.
//! It must not touch an object whose owner exists, nor keep those waiting who wake groups.

use super::Context;
use super::group::{self, project};
use super::names::is_object_name;
use crate::places::{Haste, Places};
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use kube::api::Api;
use kube::{Resource, ResourceExt};
use serde::de::DeserializeOwned;
use stationmaster_api::{OperationDecision, ProtectionGroup, RecoveryOperation};
use stationmaster_engine::Reason;
use stationmaster_engine::report::orphan;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// How many are answered side by side; of one namespace a quarter of them.
const AT_ONCE: usize = 16;
/// How often an answer is tried to be written.
const TRIES: u32 = 5;
/// The pause after the first failure; it grows.
const PAUSE: Duration = Duration::from_secs(2);

/// Where those are brought that nobody else answers. Clones lead to the same place.
#[derive(Clone)]
pub struct Orphans(UnboundedSender<Orphan>);

enum Orphan {
    Operation(RecoveryOperation),
    Decision(OperationDecision),
}

impl Orphans {
    /// The way there, and those that were brought.
    pub fn new() -> (Orphans, Brought) {
        let (sender, receiver) = unbounded();
        (Orphans(sender), Brought(receiver))
    }

    pub(super) fn operation(&self, object: RecoveryOperation) {
        // The receiver lives as long as the process works.
        let _ = self.0.unbounded_send(Orphan::Operation(object));
    }

    pub(super) fn decision(&self, object: OperationDecision) {
        let _ = self.0.unbounded_send(Orphan::Decision(object));
    }
}

/// Those that were brought.
pub struct Brought(UnboundedReceiver<Orphan>);

/// Answers them, shared out by namespace.
pub async fn run(context: Arc<Context>, mut brought: Brought) {
    let places = Places::new(AT_ONCE);
    let mut answering = JoinSet::new();
    loop {
        tokio::select! {
            Some(orphan) = brought.0.next() => {
                answering.spawn(answer(Arc::clone(&context), places.clone(), orphan));
            }
            Some(_) = answering.join_next() => {}
            else => return,
        }
    }
}

async fn answer(context: Arc<Context>, places: Places, orphan: Orphan) {
    let (namespace, name) = match &orphan {
        Orphan::Operation(object) => (object.namespace().unwrap_or_default(), object.name_any()),
        Orphan::Decision(object) => (object.namespace().unwrap_or_default(), object.name_any()),
    };
    for tried in 1..=TRIES {
        let place = places.take(&namespace, Haste::Routine).await;
        let told = match &orphan {
            Orphan::Operation(object) => operation(&context, object).await,
            Orphan::Decision(object) => decision(&context, object).await,
        };
        drop(place);
        let Err(error) = told else { return };
        let error = crate::telemetry::error_chain(&error);
        tracing::warn!(namespace, name, error, "what has no group could not be told so");
        tokio::time::sleep(PAUSE * tried).await;
    }
}

/// The object of a name that a user wrote; none where nothing can have that name.
async fn named<K>(api: &Api<K>, name: &str) -> kube::Result<Option<K>>
where
    K: Clone + DeserializeOwned + Debug,
{
    if !is_object_name(name) {
        return Ok(None);
    }
    api.get_opt(name).await
}

/// Refuses an operation whose group does not exist, unless it has ended. Operations that had been submitted are left as they stand.
async fn operation(context: &Context, object: &RecoveryOperation) -> kube::Result<()> {
    let begun = object
        .status
        .as_ref()
        .is_some_and(|s| s.finished_at.is_some() || s.started_at.is_some());
    let namespace = object.namespace().unwrap_or_default();
    let groups: Api<ProtectionGroup> = Api::namespaced(context.client.clone(), &namespace);
    let group = &object.spec.group_ref.name;
    if begun || named(&groups, group).await?.is_some() {
        return Ok(());
    }
    let now = context.clock.now();
    let report = orphan::operation_without_group(&object.name_any(), &namespace, group, now);
    let mut object = object.clone();
    object.managed_fields_mut().clear();
    let generation = object.metadata.generation.unwrap_or_default();
    object.status = Some(project::operation(&report, None, generation, now));
    let api: Api<RecoveryOperation> = Api::namespaced(context.client.clone(), &namespace);
    let told = api
        .replace_status(&object.name_any(), &Default::default(), &object)
        .await?;
    tell(context, &told, report.reason, report.message);
    Ok(())
}

/// Refuses a decision whose operation does not exist, or that belongs to no group.
async fn decision(context: &Context, object: &OperationDecision) -> kube::Result<()> {
    if object.status.as_ref().is_some_and(|s| s.state.is_some()) {
        return Ok(());
    }
    let namespace = object.namespace().unwrap_or_default();
    let operations: Api<RecoveryOperation> = Api::namespaced(context.client.clone(), &namespace);
    let name = &object.spec.operation_ref.name;
    let missing_group = match named(&operations, name).await? {
        None => None,
        Some(operation) => {
            let groups: Api<ProtectionGroup> = Api::namespaced(context.client.clone(), &namespace);
            let group = operation.spec.group_ref.name;
            if named(&groups, &group).await?.is_some() {
                return Ok(());
            }
            Some(group)
        }
    };
    let uid = object.uid().unwrap_or_default();
    let report = orphan::decision_without_operation(&uid, &namespace, name, missing_group.as_deref());
    let mut object = object.clone();
    object.managed_fields_mut().clear();
    let generation = object.metadata.generation.unwrap_or_default();
    object.status = Some(project::answer(&report, generation));
    let api: Api<OperationDecision> = Api::namespaced(context.client.clone(), &namespace);
    let told = api
        .replace_status(&object.name_any(), &Default::default(), &object)
        .await?;
    tell(context, &told, report.reason, report.message);
    Ok(())
}

/// As for any other request that is refused: a warning about it, and a line in the log.
fn tell<K: Resource<DynamicType = ()>>(context: &Context, object: &K, reason: Reason, message: String) {
    let (namespace, name) = (object.namespace().unwrap_or_default(), object.name_any());
    tracing::info!(namespace, name, reason = reason.as_str(), "{message}");
    context
        .events
        .publish(group::reference(object), true, reason.as_str(), "Judge", message);
}
