//! The people of a run: they confirm what they are asked, and tell honestly what became of a call in doubt.
//! They must not know more than a person who looks at the provider's console.

use crate::stage::{GROUP, NAMESPACE, Stage};
use kube::ResourceExt;
use serde_json::json;
use stationmaster_api::operation::OperationStep;
use stationmaster_api::{OperationDecision, RecoveryOperation, StepState};
use std::collections::BTreeMap;

/// Whether each answer that was given to a call in doubt was "it did not happen".
#[derive(Debug, Default)]
pub struct People {
    /// How often each question was answered; a decision that was refused is filed again, a few times.
    given: BTreeMap<String, u32>,
    /// How many calls in doubt were declared as not executed.
    pub denied: u32,
    /// How many as executed.
    pub declared: u32,
}

/// How often the same question is answered at most.
const PATIENCE: u32 = 3;

impl People {
    /// Everybody looks once, and answers what is asked.
    pub fn look(&mut self, stage: &Stage) {
        for operation in stage.operations() {
            let Some(status) = operation.status.as_ref().filter(|s| s.finished_at.is_none()) else {
                continue;
            };
            for step in &status.steps {
                let asked = step.reason.as_deref();
                match step.state {
                    StepState::Waiting if asked == Some("AwaitingConfirmation") => {
                        // Nobody confirms that nothing can arrive while something is on its way.
                        let safe = !step.name.starts_with("PendingCallExcluded") || nothing_on_the_way(stage);
                        if safe {
                            self.answer(stage, &operation, step, "Confirm");
                        }
                    }
                    StepState::Unknown if asked == Some("SubmissionUnknown") => self.tell(stage, &operation, step),
                    _ => {}
                }
            }
        }
    }

    /// Looks at the provider and tells what became of the call.
    fn tell(&mut self, stage: &Stage, operation: &RecoveryOperation, step: &OperationStep) {
        // Where time alone will prove it, whoever has time waits.
        let proves_itself = step
            .message
            .as_deref()
            .is_some_and(|m| m.contains("if nothing changes until"));
        if !nothing_on_the_way(stage) || (proves_itself && stage.case.seed % 2 == 1) {
            return;
        }
        let prefix = format!("{}/{}/", operation.name_any(), step.name);
        let happened = stage
            .wire
            .world(|world| world.journal().iter().any(|e| e.submission.starts_with(&prefix)));
        let action = if happened { "Executed" } else { "NotExecuted" };
        if self.answer(stage, operation, step, action) {
            let count = if happened { &mut self.declared } else { &mut self.denied };
            *count += 1;
        }
    }

    fn answer(&mut self, stage: &Stage, operation: &RecoveryOperation, step: &OperationStep, action: &str) -> bool {
        let decisions: Vec<OperationDecision> = stage.server.list(NAMESPACE);
        let open = |d: &OperationDecision| d.status.as_ref().is_none_or(|s| s.state.is_none());
        if decisions.iter().any(open) {
            return false;
        }
        let question = format!(
            "{}-{}-{}",
            operation.name_any(),
            step.name.to_lowercase(),
            step.attempts
        );
        let given = self.given.entry(question.clone()).or_default();
        if *given == PATIENCE {
            return false;
        }
        *given += 1;
        let object = json!({
            "apiVersion": "stationmaster.dev/v1alpha1", "kind": "OperationDecision",
            "metadata": {"name": format!("{question}-{given}"), "namespace": NAMESPACE},
            "spec": {
                "operationRef": {"name": operation.name_any(), "uid": operation.uid()},
                "step": step.name, "attempt": step.attempts, "action": action,
                "reason": "looked", "requestedBy": "a person",
            },
        });
        let made = stage.server.create_json(&object);
        made.unwrap_or_else(|refusal| panic!("{GROUP}: {object}: {refusal:?}"));
        true
    }
}

fn nothing_on_the_way(stage: &Stage) -> bool {
    stage.wire.world(|world| world.on_the_way().is_empty())
}
