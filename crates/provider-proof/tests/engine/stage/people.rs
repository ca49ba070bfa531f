//! What people do: they ask, they confirm, and they look where nobody knows.
//! They must not know the engine: they see the ledger's words and the provider's journal.

use super::{OBJECT, Stage};
use jiff::{SignedDuration, Timestamp};
use stationmaster_engine::ledger::StepState;
use stationmaster_engine::{DataLoss, DecisionAction, DecisionRequest, Intent, OperationType, Reason, Request};
use stationmaster_provider_proof::Servers;

impl Stage {
    /// A person asks, quoting the present token.
    pub(super) fn ask(&mut self, operation: OperationType) {
        let token = self.ledger.as_ref().and_then(|l| l.token.clone());
        if operation == OperationType::PlannedFailover {
            self.group.generation += 1;
            self.group.intent = Some(Intent {
                station: self.station().other(),
                token,
            });
            return;
        }
        self.requests.push(Request {
            name: format!("asked-{}", operation.as_str().to_lowercase()),
            uid: format!("uid-{operation}"),
            created_at: self.now,
            group_uid: self.group.uid.clone(),
            operation,
            target: Some(if operation.moves_production() {
                self.station().other()
            } else {
                self.station()
            }),
            token,
            not_after: Some(self.now + SignedDuration::from_secs(3600)),
            data_loss: Some(DataLoss::Unknown),
            accepted_risks: Vec::new(),
            requested_by: "dana".to_owned(),
            ended: false,
        });
    }

    /// What people do: they confirm when asked, and look at the provider when nobody knows; they give it twenty minutes.
    pub(super) fn people(&mut self) {
        self.servers();
        let Some(operation) = self.ledger.as_ref().and_then(|l| l.operation.as_ref()) else {
            return;
        };
        let (Some(step), Some(uid)) = (operation.current(), operation.uid.clone()) else {
            return;
        };
        let asked = step.state == StepState::Waiting && step.reason == Some(Reason::AwaitingConfirmation);
        let lost = step.state == StepState::Unknown && step.reason == Some(Reason::SubmissionUnknown);
        self.unknown |= lost;
        self.unknown_since = self.unknown_since.or(Some(self.now)).filter(|_| lost);
        let patient = |since: Timestamp| self.now < since + SignedDuration::from_mins(20);
        // That no pending call is left is confirmed by who knows it.
        let may_confirm = !step.spec.name.starts_with("PendingCallExcluded") || self.world.on_the_way().is_empty();
        let action = match (asked, self.unknown_since) {
            (true, _) if !may_confirm => return,
            (true, _) => DecisionAction::Confirm,
            (false, None) => return,
            (false, Some(since)) if patient(since) => return,
            (false, Some(_)) => {
                let prefix = format!("{}/{}/", operation.name, step.spec.name);
                let done = self.world.journal().iter().any(|e| e.submission.starts_with(&prefix));
                if done {
                    DecisionAction::Executed
                } else {
                    DecisionAction::NotExecuted
                }
            }
        };
        let uid_of_answer = format!("answer-{}", self.decisions.len());
        let answer = DecisionRequest {
            name: uid_of_answer.clone(),
            uid: uid_of_answer,
            operation_name: operation.name.clone(),
            operation_uid: uid,
            step: step.spec.name.clone(),
            attempt: step.attempts,
            action,
            part: String::new(),
            requested_by: "dana".to_owned(),
            ended: false,
        };
        self.decisions.push(answer);
    }

    /// Who started the servers of the group stops them again.
    fn servers(&mut self) {
        let started = self
            .started
            .is_some_and(|at| self.now < at + SignedDuration::from_mins(5));
        let shown = if started { Servers::Running } else { Servers::Stopped };
        if self.started.is_some() {
            self.world.object_mut(OBJECT).unwrap().servers = shown;
        }
    }
}
