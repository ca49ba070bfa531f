//! Reads what a pass needs: from the caches for a glance, afresh for a pass that could act.
//! It must not decide; a failure to observe is data and no early return.

use super::ledgers::{self, Claim, LedgerError, Ledgers, Stored};
use super::{Error, translate};
use crate::controllers::Context;
use crate::observe::{Connection, NotReady};
use jiff::Timestamp;
use kube::api::{Api, ListParams};
use kube::core::DeserializeGuard;
use kube::{Resource, ResourceExt};
use stationmaster_api::{OperationDecision, ProtectionGroup, RecoveryOperation};
use stationmaster_engine::decide::Why;
use stationmaster_engine::look::{Look, LostCall, differs, look};
use stationmaster_engine::{Answer, Depth, Group, JobReport, Reason, Request, Sight};
use stationmaster_provider::CallRequest;
use std::sync::Arc;

/// Everything that a pass is made from.
pub struct Gathered {
    /// The group's object.
    pub object: ProtectionGroup,
    /// Its part that decides.
    pub group: Group,
    /// The claim, where the connection is known.
    pub claim: Option<Claim>,
    /// The ledger.
    pub stored: Option<Stored>,
    /// What keeps the group from being served: a ledger that cannot be understood.
    pub blocked: Option<Why>,
    /// Whether the connection has not been tried yet by this process: nothing can be said of the group so far.
    pub connecting: bool,
    /// Whether the ledger's holder, if it is another group, still exists.
    pub holder_exists: bool,
    /// The connection.
    pub connection: Option<Arc<Connection>>,
    /// What the provider shows.
    pub sight: Sight,
    /// The group's operations.
    pub operations: Vec<Arc<RecoveryOperation>>,
    /// The same as values.
    pub requests: Vec<Request>,
    /// Decisions on them.
    pub decisions: Vec<Arc<OperationDecision>>,
    /// The same as values.
    pub answers: Vec<Answer>,
    /// The jobs that could be read.
    pub jobs: Vec<JobReport>,
    /// The job that was found for a lost call.
    pub found: Option<JobReport>,
    /// What had to be read.
    pub look: Look,
    /// Read before the provider was observed.
    pub now: Timestamp,
}

/// From the caches alone; no request leaves the process.
pub fn cached(context: &Context, object: &ProtectionGroup) -> Gathered {
    let group = translate::group(object);
    let (connection, mut sight) = connect(context, object);
    let claim = claim(&connection, object);
    let cached = match &claim {
        Some(claim) => context.stores.ledger(&context.namespace, &claim.ledger_name()),
        None => context.stores.ledgers_of(&group.uid).into_iter().next(),
    };
    let (stored, blocked) = understood(cached.map(|l| ledgers::read((*l).clone())).transpose());
    let connecting = connecting(context, object);
    let mut operations = context.stores.operations_of(&group.namespace, &group.name);
    leave_out_other_ledgers(context, &group, claim.as_ref(), &mut operations);
    let decisions = operations
        .iter()
        .flat_map(|o| context.stores.decisions_on(&group.namespace, &o.name_any()))
        .collect();
    if let Some(connection) = &connection {
        sight = connection.sight(&translate::object(object).1);
    }
    let mut gathered = assemble(
        object.clone(),
        group,
        claim,
        stored,
        blocked,
        connection,
        sight,
        operations,
        decisions,
        context.clock.now(),
    );
    gathered.connecting = connecting;
    gathered.holder_exists = gathered.holder().is_some_and(|(namespace, name, uid)| {
        let reference = kube::runtime::reflector::ObjectRef::new(name).within(namespace);
        context
            .stores
            .groups
            .get(&reference)
            .is_some_and(|g| g.uid().as_deref() == Some(uid))
    });
    gathered
}

/// Afresh. `None` when the group is gone.
pub async fn fresh(context: &Context, known: &ProtectionGroup) -> Result<Option<Gathered>, Error> {
    let namespace = known.namespace().unwrap_or_default();
    let groups: Api<ProtectionGroup> = Api::namespaced(context.client.clone(), &namespace);
    let Some(object) = groups
        .get_opt(&known.name_any())
        .await
        .map_err(Error::api("read the group"))?
    else {
        return Ok(None);
    };
    if object.metadata.deletion_timestamp.is_some() || object.uid() != known.uid() {
        return Ok(None);
    }
    let group = translate::group(&object);
    let (connection, sight) = connect(context, &object);
    let claim = claim(&connection, &object);
    let ledgers = Ledgers::new(Api::namespaced(context.client.clone(), &context.namespace));
    let name = match &claim {
        Some(claim) => Some(claim.ledger_name()),
        None => context.stores.ledgers_of(&group.uid).first().map(|l| l.name_any()),
    };
    let stored = match name {
        Some(name) => ledgers.get(&name).await,
        None => Ok(None),
    };
    let (stored, blocked) = match stored {
        Err(error @ (LedgerError::Api { .. } | LedgerError::Conflict(_))) => return Err(error.into()),
        other => understood(other),
    };
    let mut operations = operations(context, &group).await?;
    leave_out_other_ledgers(context, &group, claim.as_ref(), &mut operations);
    let decisions = decisions(context, &group, stored.as_ref(), &operations).await?;
    let mut gathered = assemble(
        object,
        group,
        claim,
        stored,
        blocked,
        connection,
        sight,
        operations,
        decisions,
        context.clock.now(),
    );
    gathered.holder_exists = holder_exists(context, &gathered).await?;
    observe(context, &mut gathered).await;
    Ok(Some(gathered))
}

/// The connection of a group, if it works.
pub fn connection(context: &Context, object: &ProtectionGroup) -> Option<Arc<Connection>> {
    connect(context, object).0
}

fn connect(context: &Context, object: &ProtectionGroup) -> (Option<Arc<Connection>>, Sight) {
    let namespace = object.namespace().unwrap_or_default();
    let provider = &object.spec.provider_ref.name;
    let unseen = |reason, message: String| (None, Sight::Unseen { reason, message });
    let reference = kube::runtime::reflector::ObjectRef::new(provider).within(&namespace);
    if context.stores.providers.get(&reference).is_none() {
        let message = format!("there is no ProtectionProvider {provider} in namespace {namespace}");
        return unseen(Reason::ProviderNotFound, message);
    }
    match context.connections.get(&namespace, provider) {
        Some(Ok(connection)) => {
            let (kind, id) = translate::object(object);
            if connection.provider.kind() == kind {
                let sight = connection.sight(&id);
                return (Some(connection), sight);
            }
            let theirs = connection.provider.kind();
            let message = format!("ProtectionProvider {provider} is of kind {theirs}, the group of kind {kind}");
            unseen(Reason::ProviderNotSupported, message)
        }
        Some(Err(NotReady { reason, message })) => unseen(reason, format!("ProtectionProvider {provider}: {message}")),
        None => unseen(
            Reason::ProviderNotReady,
            format!("ProtectionProvider {provider} is being connected"),
        ),
    }
}

fn claim(connection: &Option<Arc<Connection>>, object: &ProtectionGroup) -> Option<Claim> {
    connection.as_ref().map(|c| Claim {
        kind: c.provider.kind().to_owned(),
        scope: c.scope.as_str().to_owned(),
        object: translate::object(object).1,
    })
}

/// An operation that runs in another ledger of the group is not judged by this one: its connection leads to another scope now, and what became
/// of its call is known there alone.
fn leave_out_other_ledgers(
    context: &Context,
    group: &Group,
    claim: Option<&Claim>,
    operations: &mut Vec<Arc<RecoveryOperation>>,
) {
    let Some(present) = claim.map(Claim::ledger_name) else {
        return;
    };
    let others = context.stores.ledgers_of(&group.uid).into_iter();
    let running = others
        .filter(|l| l.name_any() != present)
        .filter_map(|l| l.spec.operation_ref.as_ref().map(|o| o.name.clone()));
    for name in running {
        operations.retain(|o| o.name_any() != name);
    }
}

fn understood(stored: Result<Option<Stored>, LedgerError>) -> (Option<Stored>, Option<Why>) {
    match stored {
        Ok(stored) => (stored, None),
        Err(error) => {
            let why = Why::new(Reason::LedgerUnreadable, crate::telemetry::error_chain(&error));
            (None, Some(why))
        }
    }
}

/// Whether the ProtectionProvider is there and this process has not tried to connect it yet.
fn connecting(context: &Context, object: &ProtectionGroup) -> bool {
    let namespace = object.namespace().unwrap_or_default();
    let provider = &object.spec.provider_ref.name;
    let reference = kube::runtime::reflector::ObjectRef::new(provider).within(&namespace);
    context.stores.providers.get(&reference).is_some() && context.connections.get(&namespace, provider).is_none()
}

#[allow(clippy::too_many_arguments)]
fn assemble(
    object: ProtectionGroup,
    group: Group,
    claim: Option<Claim>,
    stored: Option<Stored>,
    blocked: Option<Why>,
    connection: Option<Arc<Connection>>,
    sight: Sight,
    operations: Vec<Arc<RecoveryOperation>>,
    decisions: Vec<Arc<OperationDecision>>,
    now: Timestamp,
) -> Gathered {
    let requests: Vec<Request> = operations.iter().map(|o| translate::request(o)).collect();
    let answers = decisions.iter().map(|d| translate::answer(d)).collect();
    let ledger = stored.as_ref().map(|s| &s.ledger);
    let mut look = look(&group, ledger, &requests);
    if differs(ledger.filter(|l| l.group.uid == group.uid), &sight) {
        look.depth = Depth::Full;
    }
    Gathered {
        object,
        group,
        claim,
        stored,
        blocked,
        connecting: false,
        holder_exists: false,
        connection,
        sight,
        operations,
        requests,
        decisions,
        answers,
        jobs: Vec::new(),
        found: None,
        look,
        now,
    }
}

impl Gathered {
    /// The ledger's holder, if it is another group.
    fn holder(&self) -> Option<(&str, &str, &str)> {
        let holder = &self.stored.as_ref()?.ledger.group;
        (holder.uid != self.group.uid).then_some((&holder.namespace, &holder.name, &holder.uid))
    }
}

async fn holder_exists(context: &Context, gathered: &Gathered) -> Result<bool, Error> {
    let Some((namespace, name, uid)) = gathered.holder() else {
        return Ok(false);
    };
    let groups: Api<ProtectionGroup> = Api::namespaced(context.client.clone(), namespace);
    let found = groups
        .get_opt(name)
        .await
        .map_err(Error::api("read the holder of the ledger"))?;
    Ok(found.is_some_and(|g| g.uid().as_deref() == Some(uid)))
}

async fn operations(context: &Context, group: &Group) -> Result<Vec<Arc<RecoveryOperation>>, Error> {
    let api: Api<DeserializeGuard<RecoveryOperation>> = Api::namespaced(context.client.clone(), &group.namespace);
    let ours = ListParams::default().fields(&format!("spec.groupRef.name={}", group.name));
    let list = api
        .list(&ours)
        .await
        .map_err(Error::api("list the group's operations"))?;
    Ok(list.items.into_iter().filter_map(readable).collect())
}

/// One object that cannot be read must not hide the others, nor keep its group from being served.
fn readable<K>(guard: DeserializeGuard<K>) -> Option<Arc<K>> {
    match guard.0 {
        Ok(object) => Some(Arc::new(object)),
        Err(invalid) => {
            let name = invalid.metadata.name.clone().unwrap_or_default();
            tracing::error!(
                name,
                error = invalid.error,
                "an object cannot be read and is passed over"
            );
            None
        }
    }
}

/// Decisions on the running operation are listed afresh; those on others can only be refused, so the cache is good enough for them.
async fn decisions(
    context: &Context,
    group: &Group,
    stored: Option<&Stored>,
    operations: &[Arc<RecoveryOperation>],
) -> Result<Vec<Arc<OperationDecision>>, Error> {
    let running = stored.and_then(|s| s.ledger.operation.as_ref()).map(|o| o.name.clone());
    let others = operations
        .iter()
        .map(|o| o.name_any())
        .filter(|name| Some(name) != running.as_ref());
    let mut all: Vec<_> = others
        .flat_map(|name| context.stores.decisions_on(&group.namespace, &name))
        .collect();
    if let Some(running) = running {
        let api: Api<DeserializeGuard<OperationDecision>> = Api::namespaced(context.client.clone(), &group.namespace);
        let ours = ListParams::default().fields(&format!("spec.operationRef.name={running}"));
        let list = api
            .list(&ours)
            .await
            .map_err(Error::api("list the operation's decisions"))?;
        all.extend(list.items.into_iter().filter_map(readable));
    }
    all.sort_by_key(|d| (d.meta().creation_timestamp.as_ref().map(|t| t.0), d.name_any()));
    Ok(all)
}

/// Reads the provider as far as the engine asked for it.
async fn observe(context: &Context, gathered: &mut Gathered) {
    let Some(connection) = gathered.connection.clone() else {
        return;
    };
    gathered.now = context.clock.now();
    let object = translate::object(&gathered.object).1;
    let provider = &connection.provider;
    if let Some(lost) = &gathered.look.lost
        && let Ok(found) = provider.find(&lost_call(lost, &object)).await
    {
        gathered.found = found;
    }
    // The job is read before the group: a job that has ended is then judged by a reading that is younger than its end.
    for job in &gathered.look.jobs {
        match provider.poll(&job.action, job.operation, &job.job).await {
            Ok(report) => gathered.jobs.push(report),
            Err(fault) => tracing::warn!(job = job.job, error = fault.message, "the job could not be read"),
        }
    }
    let listed = connection.sight(&object);
    // A group may be younger than the last list.
    let unknown = gathered.stored.is_none()
        && matches!(
            &listed,
            Sight::Unseen {
                reason: Reason::ProtectionObjectNotFound,
                ..
            }
        );
    gathered.sight = match gathered.look.depth {
        Depth::Listed if !unknown => listed,
        Depth::Full | Depth::Listed => connection.observe(&object).await,
    };
}

/// The call that a lost answer belongs to.
pub fn lost_call(lost: &LostCall, object: &str) -> CallRequest {
    CallRequest {
        object: object.to_owned(),
        action: lost.action.clone(),
        endpoint: lost.endpoint.clone(),
        operation: lost.operation,
        target: lost.target,
        recorded_at: lost.recorded_at,
        submission: format!("{}/{}/{}", lost.operation_name, lost.step, lost.attempt),
        dedupe_key: lost.key.clone(),
        expected_revision: lost.expected_revision.clone(),
    }
}
