//! The acts: making the operator's own operation object, and making one call.
//! It must not send a call that the engine's pass has not let through, nor send it twice.

use super::kept::Objects;
use super::ledgers::{Ledgers, Stored};
use super::link::Link;
use super::{tell, words};
use crate::controllers::{Context, Ending};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ManagedFieldsEntry;
use kube::ResourceExt;
use kube::api::{Api, ObjectMeta, PostParams};
use stationmaster_api::refs::GroupRef;
use stationmaster_api::{ProtectionGroup, RecoveryOperation, RecoveryOperationSpec, names};
use stationmaster_engine::Why;
use stationmaster_engine::pass::{Creates, Made, Standing};
use stationmaster_engine::{OwnRequest, Reason, Sight};
use stationmaster_provider::{CallOutcome, CallRequest, PreparedCall};

/// Makes the object of the operator's own operation. Its name comes from the ledger, so it is made at most once.
pub async fn create(context: &Context, objects: &Objects, at: &Creates) -> Made {
    let namespace = objects.group.namespace().unwrap_or_default();
    let api: Api<RecoveryOperation> = Api::namespaced(context.client.clone(), &namespace);
    match api.create(&PostParams::default(), &own(&objects.group, at.own())).await {
        Ok(made) => {
            tell::about(context, &made, at.notices());
            Made::There
        }
        // Another process made it, or another content has the name: the next pass tells which.
        Err(kube::Error::Api(status)) if status.is_already_exists() => Made::There,
        Err(error) => {
            let certainly_refused = certainly_refused(&error);
            let error = crate::telemetry::error_chain(&error);
            tracing::warn!(
                namespace,
                name = at.own().name,
                error,
                "the operation could not be made"
            );
            match certainly_refused {
                true => Made::Refused(error),
                false => Made::Unheard(error),
            }
        }
    }
}

/// Whether the API server certainly did not do what was asked: it said so itself, or was never reached. A 5xx can be the answer to a write that
/// went through.
fn certainly_refused(error: &kube::Error) -> bool {
    if let kube::Error::Api(status) = error {
        return (400..500).contains(&status.code);
    }
    let mut source: Option<&dyn std::error::Error> = Some(error);
    while let Some(cause) = source {
        let legacy = cause.downcast_ref::<hyper_util::client::legacy::Error>();
        if legacy.is_some_and(hyper_util::client::legacy::Error::is_connect) {
            return true;
        }
        source = cause.source();
    }
    false
}

fn own(group: &ProtectionGroup, own: &OwnRequest) -> RecoveryOperation {
    let uid = group.uid().unwrap_or_default();
    let spec = RecoveryOperationSpec {
        group_ref: GroupRef {
            name: group.name_any(),
            uid: uid.clone(),
        },
        operation_type: words::operation_type(own.operation),
        target_station: Some(words::station(own.target)),
        priority_token: Some(own.token.to_string()),
        not_after: None,
        data_loss: None,
        accepted_risks: Vec::new(),
        reason: None,
        ticket: None,
        requested_by: Some(asked_by(group, &own.requested_by)),
    };
    let mut object = RecoveryOperation::new(&own.name, spec);
    object.metadata = ObjectMeta {
        name: Some(own.name.clone()),
        ..ObjectMeta::default()
    };
    let labels = object.labels_mut();
    labels.insert(names::MANAGED_BY_LABEL.to_owned(), names::MANAGED_BY_VALUE.to_owned());
    labels.insert(names::GROUP_UID_LABEL.to_owned(), uid);
    object
}

/// Who wrote the intent, as far as anybody knows: the name under which a client changed the field. Persons are known to the audit log alone.
pub(super) fn asked_by(group: &ProtectionGroup, field: &str) -> String {
    let entries = group.metadata.managed_fields.iter().flatten();
    let wrote = |entry: &&ManagedFieldsEntry, field: &str| {
        let fields = entry.fields_v1.as_ref().map(|fields| &fields.0);
        fields.is_some_and(|fields| fields.pointer(&format!("/f:spec/f:{field}")).is_some())
    };
    let last = |field| {
        let entries = entries.clone().filter(|entry| wrote(entry, field));
        entries.max_by_key(|entry| entry.time.as_ref().map(|time| time.0))
    };
    let writer = last("priorityToken").or_else(|| last("priorityStation"));
    match writer.and_then(|entry| entry.manager.as_deref()) {
        Some(manager) => format!("{field}, set by {}", stationmaster_engine::text::word(128, manager)),
        None => field.to_owned(),
    }
}

/// Looks once more at everything that a call rests on. Where nothing but the proof of the lease is missing the next renewal is waited for, and
/// then everything is looked at anew.
pub async fn look(context: &Context, objects: &Objects, forced: bool) -> (Sight, Standing) {
    let seen = look_once(context, objects, forced).await;
    if seen.1.leads
        || seen.1.stopping
        || !context
            .ending
            .cuts(context.leadership.soon_proves_a_call())
            .await
            .unwrap_or_default()
    {
        return seen;
    }
    look_once(context, objects, forced).await
}

/// The provider's object, then ledger and group, then clock, stop and lease.
async fn look_once(context: &Context, objects: &Objects, forced: bool) -> (Sight, Standing) {
    let sight = match &objects.link.connection {
        Some(connection) => context.ending.cuts(objects.look(connection, forced)).await,
        None => None,
    };
    let sight = sight.unwrap_or_else(|| objects.link.listed.clone());
    let namespace = objects.group.namespace().unwrap_or_default();
    let groups: Api<ProtectionGroup> = Api::namespaced(context.client.clone(), &namespace);
    let ledgers = Ledgers::new(Api::namespaced(context.client.clone(), &context.namespace));
    let name = objects.stored.as_ref().map(|s| s.object.name_any()).unwrap_or_default();
    let group = objects.group.name_any();
    let (ledger, group) = tokio::join!(ledgers.get(&name), groups.get_opt(&group));
    let identity = |g: ProtectionGroup| (g.uid().unwrap_or_default(), g.metadata.generation.unwrap_or_default());
    let standing = Standing {
        ledger: ledger
            .map(|found| found.as_ref().map(Stored::version))
            .map_err(|e| crate::telemetry::error_chain(&e)),
        group: group
            .map(|found| found.map(identity))
            .map_err(|e| crate::telemetry::error_chain(&e)),
        now: context.clock.now(),
        stopping: context.ending.has_begun(),
        leads: context.leadership.proves_a_call(),
    };
    (sight, standing)
}

/// A call in this process's hands.
#[derive(Default)]
pub struct Call(Option<Box<dyn PreparedCall>>);

impl Call {
    /// Signs it.
    ///
    /// # Errors
    /// It is provably not sent.
    pub async fn sign(&mut self, ending: &Ending, link: &Link, request: &CallRequest) -> Result<(), Why> {
        let Some(connection) = &link.connection else {
            return Err(Why::new(Reason::ProviderNotReady, "the connection is gone"));
        };
        // It may log in first, which is a reading.
        let Some(prepared) = ending.cuts(connection.prepare(request)).await else {
            return Err(Why::new(Reason::CallWithheld, "the operator was asked to stop"));
        };
        self.0 = Some(prepared.map_err(|fault| Why::new(fault.reason, fault.message))?);
        Ok(())
    }

    /// Sends what was signed, once: it is gone from our hands before the first byte leaves.
    pub async fn send(&mut self) -> CallOutcome {
        match self.0.take() {
            Some(prepared) => prepared.send().await,
            None => CallOutcome::NotSent {
                reason: Reason::CallWithheld,
                message: "the call was not signed".to_owned(),
            },
        }
    }
}
