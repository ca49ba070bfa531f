//! The acts: making the operator's own operation object, and making one call.
//! It must not send a call twice, nor send one whose record, lease or last look is not good any more.

use super::gather::Gathered;
use super::ledgers::{LedgerError, Ledgers, Stored};
use super::{Error, project, translate};
use crate::controllers::Context;
use jiff::Timestamp;
use kube::ResourceExt;
use kube::api::{Api, ObjectMeta, PostParams};
use stationmaster_api::refs::GroupRef;
use stationmaster_api::{ProtectionGroup, RecoveryOperation, RecoveryOperationSpec, names};
use stationmaster_engine::decide::Submit;
use stationmaster_engine::journal::{self, Outcome};
use stationmaster_engine::{OwnRequest, Reason, Sight, gate};
use stationmaster_provider::{Answer, CallRequest, FaultClass};
use std::time::Duration;

/// For how long the lease must surely still be ours when a call is sent: enough to connect and to write it. The answer may come later than
/// that: whoever leads then finds the record and looks for evidence, which is what it would do after any crash.
const LEASE_MARGIN: Duration = Duration::from_secs(5);
/// How often the answer to a call is tried to be written down before the pass gives up; it is kept, and written first next time.
const WRITES: u32 = 5;

/// The answer to a call that could not be written down.
#[derive(Clone, Debug)]
pub struct Unwritten {
    ledger: String,
    operation: String,
    step: String,
    attempt: u32,
    recorded_at: Timestamp,
    outcome: Outcome,
}

/// Makes the object of the operator's own operation. Its name comes from the ledger, so it is made at most once. `None` where the name was
/// taken already.
pub async fn create_operation(
    context: &Context,
    gathered: &Gathered,
    own: &OwnRequest,
) -> Result<Option<RecoveryOperation>, Error> {
    let group = &gathered.group;
    let spec = RecoveryOperationSpec {
        group_ref: GroupRef {
            name: group.name.clone(),
            uid: group.uid.clone(),
        },
        operation_type: project::operation_type(own.operation),
        target_station: Some(project::station(own.target)),
        priority_token: Some(own.token.to_string()),
        not_after: None,
        data_loss: None,
        reason: None,
        ticket: None,
        requested_by: Some(own.requested_by.clone()),
    };
    let mut object = RecoveryOperation::new(&own.name, spec);
    object.metadata = ObjectMeta {
        name: Some(own.name.clone()),
        ..ObjectMeta::default()
    };
    object
        .labels_mut()
        .insert(names::MANAGED_BY_LABEL.to_owned(), names::MANAGED_BY_VALUE.to_owned());
    object
        .labels_mut()
        .insert(names::GROUP_UID_LABEL.to_owned(), group.uid.clone());
    let api: Api<RecoveryOperation> = Api::namespaced(context.client.clone(), &group.namespace);
    match api.create(&PostParams::default(), &object).await {
        Ok(made) => Ok(Some(made)),
        // Another process made it, or another content has the name: the next pass tells which.
        Err(kube::Error::Api(status)) if status.is_already_exists() => Ok(None),
        Err(error) => Err(Error::api("create the operation")(error)),
    }
}

/// Makes the call that `stored` records: sign, check, send, write the answer down.
pub async fn submit(context: &Context, gathered: &Gathered, stored: &Stored, submit: &Submit) -> Result<Stored, Error> {
    let outcome = match make(context, gathered, stored, submit).await {
        Ok(answer) => outcome(answer),
        Err((reason, message)) => Outcome::NotSent {
            reason,
            message,
            after_seconds: None,
        },
    };
    tracing::info!(
        namespace = gathered.group.namespace,
        group = gathered.group.name,
        operation = submit.operation_name,
        step = submit.step,
        attempt = submit.attempt,
        action = submit.call.action,
        outcome = ?outcome,
        "call made"
    );
    let unwritten = Unwritten {
        ledger: stored.object.name_any(),
        operation: submit.operation_name.clone(),
        step: submit.step.clone(),
        attempt: submit.attempt,
        recorded_at: submit.recorded_at,
        outcome,
    };
    let written = write_down(context, &unwritten, Some(stored)).await;
    match written {
        Ok(Some(stored)) => Ok(stored),
        // The ledger says more than this answer: it is read afresh next time.
        Ok(None) => Ok(stored.clone()),
        Err(error) => {
            keep(context, &gathered.group.uid, unwritten);
            Err(error.into())
        }
    }
}

type Withheld = (Reason, String);

/// Everything up to the sending may still withhold the call; it is then provably not sent.
async fn make(context: &Context, gathered: &Gathered, stored: &Stored, submit: &Submit) -> Result<Answer, Withheld> {
    let connection = gathered
        .connection
        .as_ref()
        .ok_or((Reason::ProviderNotReady, "the connection is gone".to_owned()))?;
    let object = translate::object(&gathered.object).1;
    let request = CallRequest {
        object: object.clone(),
        action: submit.call.action.clone(),
        endpoint: submit.call.endpoint.clone(),
        operation: submit.operation,
        target: submit.target,
        recorded_at: submit.recorded_at,
        submission: format!("{}/{}/{}", submit.operation_name, submit.step, submit.attempt),
        dedupe_key: submit.key.clone(),
        expected_revision: submit.expected_revision.clone(),
    };
    // Signed before the last look: a process that is stopped after the look then holds a request that grows too old.
    let prepared = connection
        .provider
        .prepare(&request)
        .await
        .map_err(|f| (f.reason, f.message))?;
    let seen = match connection.observe(&object).await {
        Sight::Seen(seen) => seen,
        Sight::Unseen { reason, message } => return Err((reason, message)),
    };
    gate::may_be_sent(&stored.ledger, &submit.step, submit.attempt, &seen)?;
    same_ledger(context, stored).await?;
    same_group(context, gathered).await?;
    let withheld = |message: &str| Err((Reason::CallWithheld, message.to_owned()));
    if context.clock.now().duration_since(submit.recorded_at) > gate::SEND_BUDGET {
        return withheld("too much time has passed since the call was recorded");
    }
    if context.stopping.load(std::sync::atomic::Ordering::Acquire) {
        return withheld("the operator was asked to stop");
    }
    if !context.leadership.proves(LEASE_MARGIN) {
        return withheld("the lease does not provably outlast the sending of the call");
    }
    Ok(prepared.send().await)
}

async fn same_ledger(context: &Context, stored: &Stored) -> Result<(), Withheld> {
    let ledgers = Ledgers::new(Api::namespaced(context.client.clone(), &context.namespace));
    let version = |s: &Stored| s.object.resource_version();
    match ledgers.get(&stored.object.name_any()).await {
        Ok(Some(now)) if version(&now) == version(stored) => Ok(()),
        Ok(_) => Err((Reason::CallWithheld, "someone else wrote the ledger".to_owned())),
        Err(error) => Err((Reason::CallWithheld, crate::telemetry::error_chain(&error))),
    }
}

async fn same_group(context: &Context, gathered: &Gathered) -> Result<(), Withheld> {
    let api: Api<ProtectionGroup> = Api::namespaced(context.client.clone(), &gathered.group.namespace);
    match api.get_opt(&gathered.group.name).await {
        Ok(Some(now)) if now.uid().as_deref() != Some(&gathered.group.uid) => {
            Err((Reason::CallWithheld, "the group was made again".to_owned()))
        }
        Ok(Some(now)) if now.metadata.generation != gathered.object.metadata.generation => Err((
            Reason::CallWithheld,
            "the group's spec was changed meanwhile".to_owned(),
        )),
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err((Reason::CallWithheld, "the group is gone".to_owned())),
        Err(error) => Err((Reason::CallWithheld, crate::telemetry::error_chain(&error))),
    }
}

fn outcome(answer: Answer) -> Outcome {
    match answer {
        Answer::Accepted { jobs } => Outcome::Accepted { jobs },
        Answer::Refused { code, message } => Outcome::Refused { code, message },
        Answer::TurnedAway { after, fault } => Outcome::NotSent {
            reason: if matches!(fault.class, FaultClass::Throttled { .. }) {
                Reason::CallTurnedAway
            } else {
                fault.reason
            },
            message: fault.message,
            after_seconds: after.map(|a| a.as_secs()),
        },
        Answer::NotSent(fault) => Outcome::NotSent {
            reason: fault.reason,
            message: fault.message,
            after_seconds: None,
        },
        Answer::Ambiguous { message } => Outcome::Ambiguous { message },
    }
}

/// Writes an answer into the ledger. It is a fact and no decision, so that a conflict is met by reading again and writing the same fact.
/// `None` when the ledger has no place for it any more.
async fn write_down(
    context: &Context,
    unwritten: &Unwritten,
    known: Option<&Stored>,
) -> Result<Option<Stored>, LedgerError> {
    let ledgers = Ledgers::new(Api::namespaced(context.client.clone(), &context.namespace));
    let mut known = known.cloned();
    let mut last = LedgerError::Conflict(unwritten.ledger.clone());
    for attempt in 0..WRITES {
        if attempt > 0 {
            tokio::time::sleep(Duration::from_millis(200) * attempt).await;
        }
        let stored = match known.take() {
            Some(stored) => stored,
            None => match ledgers.get(&unwritten.ledger).await {
                Ok(Some(stored)) => stored,
                Ok(None) => return Ok(None),
                Err(error) => {
                    last = error;
                    continue;
                }
            },
        };
        if !ours(context, &stored, unwritten) {
            tracing::warn!(
                ledger = unwritten.ledger,
                "the ledger records another call than the one that was answered"
            );
            return Ok(None);
        }
        let Unwritten {
            operation,
            step,
            attempt: of_step,
            outcome,
            ..
        } = unwritten;
        let ledger = match journal::answer(
            &stored.ledger,
            operation,
            step,
            *of_step,
            outcome.clone(),
            context.clock.now(),
        ) {
            Ok(ledger) => ledger,
            Err(lost) => {
                tracing::warn!(
                    ledger = unwritten.ledger,
                    error = crate::telemetry::error_chain(&lost),
                    "the answer to a call has no place any more"
                );
                return Ok(None);
            }
        };
        match ledgers.replace(&stored, &ledger).await {
            Ok(stored) => return Ok(Some(stored)),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Whether the attempt that the ledger records is the one that this process recorded: another replica may have recorded its own under the
/// same number, and what came of ours says nothing about that.
fn ours(context: &Context, stored: &Stored, unwritten: &Unwritten) -> bool {
    let operation = stored.ledger.operation.as_ref();
    let step = operation.and_then(|o| o.step(&unwritten.step));
    let recorded = step.and_then(|s| s.submissions.iter().find(|s| s.attempt == unwritten.attempt));
    recorded.is_some_and(|s| s.recorded_by == context.instance && s.recorded_at == unwritten.recorded_at)
}

/// Keeps for the next pass that a call was not made, whose record may or may not have been written.
pub fn keep_unsent(context: &Context, gathered: &Gathered, ledger: &str, submit: &Submit) {
    let message = "the API server did not say whether the call was recorded, so it was not made".to_owned();
    let unsent = Unwritten {
        ledger: ledger.to_owned(),
        operation: submit.operation_name.clone(),
        step: submit.step.clone(),
        attempt: submit.attempt,
        recorded_at: submit.recorded_at,
        outcome: Outcome::NotSent {
            reason: Reason::CallWithheld,
            message,
            after_seconds: None,
        },
    };
    keep(context, &gathered.group.uid, unsent);
}

fn keep(context: &Context, group_uid: &str, unwritten: Unwritten) {
    let mut kept = context
        .unwritten
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    kept.insert(group_uid.to_owned(), unwritten);
}

/// Writes down the answer that an earlier pass of this process could not.
pub async fn write_what_is_unwritten(context: &Context, group: &ProtectionGroup) -> Result<(), Error> {
    let uid = group.uid().unwrap_or_default();
    let kept = context
        .unwritten
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .get(&uid)
        .cloned();
    let Some(unwritten) = kept else { return Ok(()) };
    write_down(context, &unwritten, None).await?;
    context
        .unwritten
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .remove(&uid);
    Ok(())
}
