//! What people ask for and decide in a scene.
//! It must not wait for the outcome.

use super::{GROUP, Scene};
use kube::ResourceExt;
use stationmaster_api::{DecisionAction, DecisionState, OperationDecision, OperationType, RecoveryOperation, Station};

/// The step in which a person is asked whether an earlier call can still arrive.
pub const CONFIRM_LATE: &str = "PendingCallExcluded";

impl Scene {
    /// Quotes the present token on the group. Answers the name of the operation that the operator makes of it.
    pub async fn intent(&self, station: Station) -> String {
        let token = self.environment.token(GROUP).await.unwrap();
        self.environment.intent(GROUP, station, &token).await.unwrap();
        format!("{GROUP}-{token}")
    }

    /// Files an operation. A failover goes to the target; any other stays where production runs.
    pub async fn file(&self, operation: OperationType, stays: Station) -> String {
        let target = match operation {
            OperationType::Failover => stays_not(stays),
            _ => stays,
        };
        let name = operation.as_str().to_lowercase();
        let filed = self.environment.file(&name, GROUP, operation, Some(target)).await;
        filed.unwrap().name_any()
    }

    /// Files a forced failover to the target.
    pub async fn force(&self) -> String {
        self.file(OperationType::Failover, Station::Source).await
    }

    /// Answers a step in its present attempt, and waits until the answer is taken.
    pub async fn decide(&self, operation: &str, step: Option<&str>, action: DecisionAction) {
        let decision = self.environment.decide(operation, step, action).await.unwrap();
        let taken = self.decided(&decision).await;
        let status = taken.status.unwrap();
        assert_eq!(status.state, Some(DecisionState::Accepted), "{}: {status:?}", self.name);
    }

    async fn decided(&self, decision: &OperationDecision) -> OperationDecision {
        let answered = |d: &OperationDecision| d.status.as_ref().is_some_and(|status| status.is_judged());
        let cluster = self.cluster();
        cluster
            .wait_for(&decision.name_any(), "is taken or refused", answered)
            .await
            .unwrap()
    }

    /// Waits until a step of the operation asks a person to confirm it, and confirms it.
    pub async fn confirm(&self, operation: &str, step: &str) -> RecoveryOperation {
        let asks = |o: &RecoveryOperation| {
            let steps = o.status.iter().flat_map(|status| &status.steps);
            steps
                .clone()
                .any(|s| s.name == step && s.reason.as_deref() == Some("AwaitingConfirmation"))
        };
        let what = format!("asks for {step}");
        let asking = self.cluster().wait_for(operation, &what, asks).await.unwrap();
        self.decide(operation, Some(step), DecisionAction::Confirm).await;
        asking
    }
}

fn stays_not(stays: Station) -> Station {
    match stays {
        Station::Source => Station::Target,
        Station::Target => Station::Source,
    }
}
