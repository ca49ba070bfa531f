//! The least that a status can say: for when the API server refuses to take all of it.
//! It must not leave out what somebody waits for: whether it has ended, and well or not.

use crate::fit::{Status, fit};
use crate::{
    Condition, OperationDecisionStatus, ProtectionGroupStatus, ProtectionProviderStatus, RecoveryOperationStatus,
};

/// The least of a status; `said` is why the API server did not take all of it.
pub trait Least: Status {
    /// State, conditions, and one message that says that the status did not fit.
    #[must_use]
    fn least(&self, said: &str) -> Self;
}

/// What stands in the place of every message.
fn message(said: &str) -> String {
    format!(
        "The API server did not take the whole status, and this is the least of it: {said}. Are the CustomResourceDefinitions those of this \
         version?"
    )
}

fn conditions(all: &[Condition], said: &str) -> Vec<Condition> {
    let least = |condition: &Condition| Condition {
        message: message(said),
        ..condition.clone()
    };
    all.iter().map(least).collect()
}

impl Least for ProtectionProviderStatus {
    fn least(&self, said: &str) -> Self {
        fit(ProtectionProviderStatus {
            observed_generation: self.observed_generation,
            conditions: conditions(&self.conditions, said),
            ..Self::default()
        })
    }
}

impl Least for ProtectionGroupStatus {
    fn least(&self, said: &str) -> Self {
        fit(ProtectionGroupStatus {
            observed_generation: self.observed_generation,
            active_station: self.active_station,
            priority_token: self.priority_token.clone(),
            conditions: conditions(&self.conditions, said),
            ..Self::default()
        })
    }
}

impl Least for RecoveryOperationStatus {
    fn least(&self, said: &str) -> Self {
        fit(RecoveryOperationStatus {
            observed_generation: self.observed_generation,
            state: self.state,
            reason: self.reason.clone(),
            message: Some(message(said)),
            started_at: self.started_at.clone(),
            finished_at: self.finished_at.clone(),
            conditions: conditions(&self.conditions, said),
            ..Self::default()
        })
    }
}

impl Least for OperationDecisionStatus {
    fn least(&self, said: &str) -> Self {
        fit(OperationDecisionStatus {
            observed_generation: self.observed_generation,
            state: self.state,
            reason: self.reason.clone(),
            message: Some(message(said)),
        })
    }
}
