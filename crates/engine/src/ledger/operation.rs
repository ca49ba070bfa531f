//! A running operation as the ledger holds it: its steps, and every call that was written down before it was sent.
//! It must not decide what follows from them.

use super::{Submission, SubmissionState};
use crate::plan::PlannedOutcome;
use crate::{ActiveStation, OperationType, PartCall, Reason, Risk, Station, StepKind, StepSpec, Token};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who asked for an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Origin {
    /// The group's intent; the operator makes the object.
    Intent,
    /// A person's object.
    Person,
}

/// A running operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// Name of the object: `<group>-<token>` for the operator's own.
    pub name: String,
    /// Uid of the object; none until the operator knows its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// From when on its object may be made: set only while it is certain that it was not. Without it, an object that is not there and whose uid
    /// is not known was perhaps made, and deleted by a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_make: Option<Timestamp>,
    /// What it does.
    #[serde(rename = "type")]
    pub kind: OperationType,
    /// Where production ran when it was recorded.
    pub from: ActiveStation,
    /// Where production runs when it is done.
    pub target: Station,
    /// The token that was quoted.
    pub token: Token,
    /// Who asked.
    pub origin: Origin,
    /// The group's token that the record of its call took away; it is given back when the call provably did nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumed: Option<Token>,
    /// The risks that its author accepts. Only a forced failover has any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted_risks: Vec<Risk>,
    /// Who asked, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub requested_by: String,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Until when its first call may be made.
    pub expiry: Timestamp,
    /// When its first call was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// Whether an effect was taken for the success of a call without an answer.
    #[serde(default)]
    pub adopted: bool,
    /// Whether the intent that asked for it was taken back after its call had left. It goes on, but a call that proves to have done nothing is
    /// not made again.
    #[serde(default)]
    pub withdrawn: bool,
    /// What the group is in when it is done, as the plan said; none in a record that is older than that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<PlannedOutcome>,
    /// Its steps, in order.
    pub steps: Vec<Step>,
}

/// A step of a running operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// As the provider declared it when the operation was recorded.
    pub spec: StepSpec,
    /// The part of a job that its call is made for, where a person decided it while the operation ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<PartCall>,
    /// How it stands.
    pub state: StepState,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// How often it was tried; a decision must name the present number.
    #[serde(default)]
    pub attempts: u32,
    /// What was sent, oldest first, at most [`super::ATTEMPTS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub submissions: Vec<Submission>,
    /// Whether a person confirmed it.
    #[serde(default)]
    pub confirmed: bool,
    /// Why it waits or failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The same in words, at most 512 bytes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
}

/// How a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StepState {
    /// Not begun.
    Pending,
    /// Waits for a person, a moment or a condition.
    Waiting,
    /// Being done.
    Running,
    /// Done.
    Succeeded,
    /// Ended badly.
    Failed,
    /// Nobody knows.
    Unknown,
}

impl StepState {
    /// The API's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            StepState::Pending => "Pending",
            StepState::Waiting => "Waiting",
            StepState::Running => "Running",
            StepState::Succeeded => "Succeeded",
            StepState::Failed => "Failed",
            StepState::Unknown => "Unknown",
        }
    }
}

impl Operation {
    /// What the group is in when it is done.
    pub fn outcome(&self) -> PlannedOutcome {
        self.outcome.unwrap_or_else(|| PlannedOutcome::usual(self.kind))
    }

    /// Whether a call of it left, or may have left. From then on the operation is carried to its end.
    pub fn submitted(&self) -> bool {
        self.steps
            .iter()
            .flat_map(|s| &s.submissions)
            .any(|s| s.state.may_have_left())
    }

    /// Whether all of it is done by people at the provider: it has no call of its own, and only looks.
    pub fn without_a_call(&self) -> bool {
        let calls = |step: &Step| matches!(step.spec.kind, StepKind::Call(_));
        !self.steps.iter().any(calls)
    }

    /// Whether people have begun with what they do at the provider: of what has no call a step is over.
    pub fn under_way(&self) -> bool {
        let over = |step: &Step| step.state == StepState::Succeeded;
        self.without_a_call() && self.steps.iter().any(over)
    }

    /// Whether a person's word is its end, since nothing shows the outcome.
    pub fn ends_by_a_word(&self) -> bool {
        let last = self.steps.last().map(|step| &step.spec.kind);
        matches!(last, Some(StepKind::Confirm { .. }))
    }

    /// Whether the outcome of a call of it is not known.
    pub fn ambiguous(&self) -> bool {
        self.steps.iter().any(|s| s.doubt().is_some())
    }

    /// The first step that is not done: the one that everything waits for.
    pub fn current(&self) -> Option<&Step> {
        self.steps.iter().find(|s| !s.is_done())
    }

    /// Whether the call of this step is followed by none.
    pub fn is_last_call(&self, name: &str) -> bool {
        let mut calls = self
            .steps
            .iter()
            .rev()
            .filter(|s| matches!(s.spec.kind, StepKind::Call(_)) && s.part.is_none());
        calls.next().is_some_and(|s| s.spec.name == name)
    }

    /// The step of this name.
    pub fn step(&self, name: &str) -> Option<&Step> {
        self.steps.iter().find(|s| s.spec.name == name)
    }
}

impl Step {
    /// A step that has not begun.
    pub fn new(spec: StepSpec) -> Step {
        Step {
            spec,
            part: None,
            state: StepState::Pending,
            started_at: None,
            finished_at: None,
            attempts: 0,
            submissions: Vec::new(),
            confirmed: false,
            reason: None,
            message: String::new(),
        }
    }

    /// Whether nothing waits for it any more. What became of a call on a part of a job decides nothing by itself: the job is followed on.
    pub fn is_done(&self) -> bool {
        self.state == StepState::Succeeded || (self.part.is_some() && self.state == StepState::Failed)
    }

    /// Begins the step unless it has begun.
    pub fn begin(&mut self, state: StepState, now: Timestamp) {
        self.started_at.get_or_insert(now);
        self.state = state;
    }

    /// Ends the step.
    pub fn end(&mut self, state: StepState, now: Timestamp) {
        self.begin(state, now);
        self.finished_at = Some(now);
        self.reason = None;
        self.message.clear();
    }

    /// Takes a person's confirmation back, because it is seen otherwise. The next one is for another attempt.
    pub fn reopen(&mut self) {
        self.finished_at = None;
        if self.confirmed {
            self.confirmed = false;
            self.attempts += 1;
        }
    }

    /// Makes room for another attempt: what provably never left need not be remembered.
    pub fn forget_what_never_left(&mut self) {
        let unsent = |s: &Submission| matches!(s.state, SubmissionState::NotSent { .. });
        while self.submissions.len() >= super::ATTEMPTS as usize {
            let Some(oldest) = self.submissions.iter().position(unsent) else {
                return;
            };
            self.submissions.remove(oldest);
        }
    }

    /// Lets the step wait, and says why.
    pub fn wait(&mut self, state: StepState, reason: Reason, message: impl Into<String>, now: Timestamp) {
        self.begin(state, now);
        self.reason = Some(reason);
        self.message = message.into();
    }
}
