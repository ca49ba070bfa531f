//! Answers an object that this version cannot read, from what can be read of it.
//! It must not touch what has begun: an operation that runs is told of by its ledger, whatever became of its object.

use super::Context;
use super::group::put::tolerate;
use super::group::{Error, project};
use crate::conditions::{Wanted, merge};
use crate::watch::Unreadable;
use jiff::Timestamp;
use kube::api::{Api, ApiResource, DynamicObject};
use kube::{Resource, ResourceExt};
use serde_json::{Value, json};
use stationmaster_api::{
    OperationDecision, ProtectionGroup, ProtectionGroupStatus, ProtectionProvider, ProtectionProviderStatus,
    RecoveryOperation, fit,
};
use stationmaster_engine::report::orphan;
use stationmaster_engine::{Reason, Why, text};

/// Writes what is wrong into the object's status, unless it stands there or something else counts more.
pub async fn tell(context: &Context, object: &Unreadable) -> Result<(), Error> {
    let resource = match object.kind {
        "protectionproviders" => ApiResource::erase::<ProtectionProvider>(&()),
        "protectiongroups" => ApiResource::erase::<ProtectionGroup>(&()),
        "recoveryoperations" => ApiResource::erase::<RecoveryOperation>(&()),
        "operationdecisions" => ApiResource::erase::<OperationDecision>(&()),
        // Nobody reads a status of anything else.
        _ => return Ok(()),
    };
    let api: Api<DynamicObject> = Api::namespaced_with(context.client.clone(), &object.namespace, &resource);
    let read = api.get_opt(&object.name).await;
    let read = read.map_err(Error::api("read an object that cannot be understood"))?;
    let Some(mut raw) = read.filter(|raw| raw.uid().as_ref() == Some(&object.uid)) else {
        return Ok(());
    };
    let why = Why::new(Reason::ObjectUnreadable, sentence(&raw.data, &object.error));
    let Some(status) = status(context, object, &raw, &why) else {
        return Ok(());
    };
    if raw.data.get("status") == Some(&status) {
        return Ok(());
    }
    raw.managed_fields_mut().clear();
    raw.data["status"] = status;
    let about = raw.object_ref(&resource);
    tolerate(
        api.replace_status(&object.name, &Default::default(), &raw).await,
        "report an object that cannot be understood",
    )?;
    let (reason, message) = (why.reason.as_str(), why.message);
    context.events.publish(about, true, reason, "Read", message);
    Ok(())
}

/// What the status should be; none where it must stay as it is.
fn status(context: &Context, object: &Unreadable, raw: &DynamicObject, why: &Why) -> Option<Value> {
    let (now, generation) = (context.clock.now(), raw.metadata.generation.unwrap_or_default());
    let before = raw.data.get("status").cloned().unwrap_or_default();
    let told = match object.kind {
        "recoveryoperations" => {
            let begun = ["startedAt", "finishedAt"]
                .iter()
                .any(|field| before.get(field).is_some());
            let runs = !context.stores.running(&object.namespace, &object.name).is_empty();
            if begun || runs {
                return None;
            }
            let report = orphan::operation_unreadable(&object.name, why, now);
            serde_json::to_value(project::operation(&report, None, generation, now))
        }
        "operationdecisions" => {
            if before.get("state").is_some_and(|state| state != "Pending") {
                return None;
            }
            serde_json::to_value(project::answer(
                &orphan::decision_unreadable(&object.uid, why),
                generation,
            ))
        }
        "protectiongroups" => serde_json::to_value(fit(ProtectionGroupStatus {
            observed_generation: Some(generation),
            conditions: conditions(&before, why, generation, now),
            ..ProtectionGroupStatus::default()
        })),
        _ => serde_json::to_value(fit(ProtectionProviderStatus {
            observed_generation: Some(generation),
            conditions: conditions(&before, why, generation, now),
            ..ProtectionProviderStatus::default()
        })),
    };
    told.ok()
}

fn conditions(
    before: &Value,
    why: &Why,
    generation: i64,
    now: Timestamp,
) -> Vec<k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition> {
    let before = before.get("conditions").cloned().unwrap_or_default();
    let before = serde_json::from_value::<Vec<_>>(before).unwrap_or_default();
    let wanted = vec![Wanted::of("Stalled", "True", why), Wanted::of("Ready", "False", why)];
    merge(&before, wanted, generation, now)
}

/// What is wrong, and what would be right.
fn sentence(data: &Value, error: &str) -> String {
    let until = data.pointer("/spec/notAfter");
    match until
        .and_then(Value::as_str)
        .filter(|until| until.parse::<Timestamp>().is_err())
    {
        Some(until) => format!(
            "spec.notAfter is {}, which cannot be read as a moment. Write one with its time zone and before the year 2200, e.g. \
             2026-11-02T03:30:00Z, in a new object: nothing is done with this one",
            json!(text::word(64, until))
        ),
        None => format!(
            "This version of the operator cannot understand the object, and does nothing with it: {}. Correct it, or file it again",
            text::word(300, error)
        ),
    }
}
