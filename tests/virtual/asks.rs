//! The five operations: how the world stands before each, how a person asks for it, and how the world stands when it is done.
//! It must not look at what the operator does meanwhile.

use crate::stage::{GROUP, NAMESPACE, OBJECT, Stage};
use jiff::SignedDuration;
use kube::ResourceExt;
use serde_json::{Value, json};
use stationmaster_api::ProtectionGroup;
use stationmaster_engine::{OperationType, Station};
use stationmaster_provider_proof::{At, PlannedEnd, Variant};

/// What a person files is called so.
pub const FILED: &str = "asked-for";

/// Brings the provider's object to where the operation makes sense.
pub fn prepare(stage: &Stage) {
    stage.wire.world(|world| match stage.case.operation {
        OperationType::Reprotect => world.console_fail_over(OBJECT),
        OperationType::EnableProtection => world.console_set(OBJECT, At::Available),
        OperationType::PlannedFailover | OperationType::Failover | OperationType::DisableProtection => {}
    });
}

/// Where production is meant to run afterwards.
pub fn meant(operation: OperationType) -> Station {
    match operation {
        OperationType::PlannedFailover | OperationType::Failover | OperationType::Reprotect => Station::Target,
        OperationType::EnableProtection | OperationType::DisableProtection => Station::Source,
    }
}

/// The state of the provider's object when all went well.
pub fn done(variant: Variant, operation: OperationType) -> At {
    match operation {
        OperationType::PlannedFailover if variant.outcome == PlannedEnd::FailedOver => At::FailedOver,
        OperationType::PlannedFailover | OperationType::Reprotect | OperationType::EnableProtection => At::Protected,
        OperationType::Failover => At::FailedOver,
        OperationType::DisableProtection => At::Available,
    }
}

/// Whether the provider's object stands as it does when all went well.
pub fn went_well(stage: &Stage) -> bool {
    let operation = stage.case.operation;
    stage.wire.world(|world| {
        let object = world.object(OBJECT);
        object.is_some_and(|o| o.station == meant(operation) && o.at == done(stage.case.variant, operation))
    })
}

/// A person who has read the token asks. The name of the operation that has to come of it.
pub fn ask(stage: &Stage, token: &str) -> String {
    let group = stage.group();
    let operation = stage.case.operation;
    if operation == OperationType::PlannedFailover {
        let intent = json!({"spec": {"priorityStation": "target", "priorityToken": token}});
        let asked = stage.server.merge::<ProtectionGroup>(NAMESPACE, GROUP, &intent);
        asked.unwrap_or_else(|refusal| panic!("{refusal:?}"));
        return format!("{GROUP}-{token}");
    }
    let mut spec = json!({
        "groupRef": {"name": GROUP, "uid": group.uid()},
        "type": operation.as_str(),
        "priorityToken": token,
        "notAfter": stage.now().saturating_add(SignedDuration::from_hours(24)).unwrap().to_string(),
        "reason": "played",
        "requestedBy": "a person",
    });
    let more = match operation {
        OperationType::Failover => json!({"targetStation": "target", "dataLoss": {"acceptUnknown": true}}),
        OperationType::Reprotect => json!({"targetStation": "target"}),
        _ => json!({}),
    };
    if let (Value::Object(spec), Value::Object(more)) = (&mut spec, more) {
        spec.extend(more);
    }
    let object = json!({
        "apiVersion": "stationmaster.dev/v1alpha1", "kind": "RecoveryOperation",
        "metadata": {"name": FILED, "namespace": NAMESPACE}, "spec": spec,
    });
    stage
        .server
        .create_json(&object)
        .unwrap_or_else(|refusal| panic!("{object}: {refusal:?}"));
    FILED.to_owned()
}
