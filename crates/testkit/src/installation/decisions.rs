//! What a person answers to a running operation.
//! It must not choose the answer.

use stationmaster_api::operation::PartAction;
use stationmaster_api::refs::OperationRef;
use stationmaster_api::{DecisionAction, OperationDecision, OperationDecisionSpec, RecoveryOperation};

use super::{Environment, Error};

impl Environment {
    /// Answers a step of an operation, in the attempt that its status shows. `Abandon` needs no step.
    pub async fn decide(
        &self,
        operation: &str,
        step: Option<&str>,
        action: DecisionAction,
    ) -> Result<OperationDecision, Error> {
        let seen: RecoveryOperation = self.cluster.get(operation).await?;
        let steps = seen.status.iter().flat_map(|status| &status.steps);
        let attempt = step.map(|step| {
            steps
                .clone()
                .find(|shown| shown.name == step)
                .map_or(0, |shown| shown.attempts)
        });
        let name = format!("{operation}-{}", action.as_str().to_lowercase());
        let decision = |operation_ref| OperationDecisionSpec {
            operation_ref,
            step: step.map(str::to_owned),
            attempt,
            part: None,
            action,
            reason: "seen in the console".into(),
            requested_by: Some("alice".into()),
        };
        self.file_decision(&name, &seen, decision).await
    }

    /// Asks for one of the things that the operation's `status.availableActions` offers.
    pub async fn decide_part(&self, operation: &str, offer: &PartAction) -> Result<OperationDecision, Error> {
        let seen: RecoveryOperation = self.cluster.get(operation).await?;
        let part = offer.part.replace('/', "-");
        let name = format!(
            "{operation}-{}-{part}-{}",
            offer.action.as_str().to_lowercase(),
            offer.attempt
        );
        let decision = |operation_ref| OperationDecisionSpec {
            operation_ref,
            step: Some(offer.step.clone()),
            attempt: Some(offer.attempt),
            part: Some(offer.part.clone()),
            action: offer.action,
            reason: "the cause is mended".into(),
            requested_by: Some("alice".into()),
        };
        self.file_decision(&name, &seen, decision).await
    }

    async fn file_decision(
        &self,
        name: &str,
        operation: &RecoveryOperation,
        spec: impl FnOnce(OperationRef) -> OperationDecisionSpec,
    ) -> Result<OperationDecision, Error> {
        let of = OperationRef {
            name: operation.metadata.name.clone().unwrap_or_default(),
            uid: operation.metadata.uid.clone().unwrap_or_default(),
        };
        self.cluster.create(&OperationDecision::new(name, spec(of))).await
    }
}
