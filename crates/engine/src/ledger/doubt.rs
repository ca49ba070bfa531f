//! The attempts of a call whose outcome is not known, and which of them may still arrive when the operation is over.
//! It must not weigh evidence, nor decide whether a call is made again.

use super::{Operation, PendingCall, Step, Submission, SubmissionState};
use crate::{CallSpec, Resolution, StepKind};
use jiff::{SignedDuration, Timestamp};

impl SubmissionState {
    /// Whether nobody knows what became of the call.
    pub fn open(&self) -> bool {
        matches!(self, SubmissionState::Recorded | SubmissionState::Ambiguous { .. })
    }

    /// Whether the call may still be on its way although the operation goes on or has ended. A person's word is no proof: who says that a call
    /// was executed may have seen somebody else's doing. Nor is a job that was found: it may be somebody else's, or an older one.
    fn may_arrive_late(&self) -> bool {
        self.open()
            || matches!(
                self,
                SubmissionState::AdoptedJob { .. }
                    | SubmissionState::AdoptedEffect
                    | SubmissionState::DeclaredExecuted
                    | SubmissionState::DeclaredNotExecuted
            )
    }
}

impl Submission {
    /// When the call cannot take effect any more, if that is known.
    pub fn dead_at(&self, call: &CallSpec) -> Option<Timestamp> {
        let seconds = i64::from(call.dead_time_seconds?);
        self.recorded_at.checked_add(SignedDuration::from_secs(seconds)).ok()
    }
}

impl Step {
    /// The attempts whose outcome is not known, oldest first. There is more than one only where a call was repeated under the same key or
    /// the same revision.
    pub fn doubts(&self) -> impl DoubleEndedIterator<Item = &Submission> {
        self.submissions.iter().filter(|s| s.state.open())
    }

    /// The newest of them.
    pub fn doubt(&self) -> Option<&Submission> {
        self.doubts().next_back()
    }

    /// Whether it is known that the call was made: by an answer, by evidence, or by a person's word.
    pub fn made(&self) -> bool {
        let made = |s: &Submission| {
            matches!(
                s.state,
                SubmissionState::Accepted { .. }
                    | SubmissionState::AdoptedJob { .. }
                    | SubmissionState::AdoptedEffect
                    | SubmissionState::DeclaredExecuted
            )
        };
        self.submissions.iter().any(made)
    }

    /// How many attempts left and provably did nothing.
    pub fn lost(&self) -> usize {
        let lost = |s: &&Submission| s.state == SubmissionState::ProvenAbsent;
        self.submissions.iter().filter(lost).count()
    }

    /// What the provider said when it refused an attempt, if it refused one.
    pub fn refusal(&self) -> Option<String> {
        self.submissions.iter().find_map(|s| match &s.state {
            SubmissionState::Refused { code, message } => Some(format!("{code}: {message}")),
            _ => None,
        })
    }

    /// The first attempt that left or may have left: what a repeat repeats.
    pub fn first_left(&self) -> Option<&Submission> {
        self.submissions.iter().find(|s| s.state.may_have_left())
    }

    /// Until when the provider drops a repeat of what left first.
    pub fn dropped_until(&self, call: &CallSpec) -> Option<Timestamp> {
        let seconds = SignedDuration::from_secs(i64::from(call.dedupe_seconds?));
        self.first_left()?.recorded_at.checked_add(seconds).ok()
    }

    /// Writes down what became of one attempt that was in doubt. Where that settles the call, the others are in doubt no more; they may
    /// still be on their way.
    pub fn settle(&mut self, attempt: u32, state: SubmissionState) {
        for submission in self.submissions.iter_mut().filter(|s| s.state.open()) {
            if submission.attempt == attempt {
                submission.state = state.clone();
            } else if state == SubmissionState::DeclaredNotExecuted {
                submission.state = SubmissionState::DeclaredNotExecuted;
            } else {
                submission.state = SubmissionState::AdoptedEffect;
            }
        }
    }

    /// Whether an attempt that arrives later can do nothing any more, because the provider itself showed that it took the call: it drops the
    /// key for longer than a request lives, or the revision that was expected is gone.
    fn harmless(&self, call: &CallSpec, late: &Submission) -> bool {
        let declared = |s: &Submission| s.state == SubmissionState::DeclaredExecuted;
        let named = |s: &Submission| matches!(s.state, SubmissionState::Accepted { .. });
        match call.resolution {
            Resolution::Token => {
                let dead_before = |until: Timestamp| late.dead_at(call).is_some_and(|dead| dead <= until);
                self.submissions.iter().any(named) && self.dropped_until(call).is_some_and(dead_before)
            }
            Resolution::Revision => {
                late.state == SubmissionState::AdoptedEffect
                    && late.before.revision.is_some()
                    && !self.submissions.iter().any(declared)
            }
            Resolution::Evidence | Resolution::Person => false,
        }
    }
}

impl Operation {
    /// By what the provider recognises a repeat of a call: the same for each attempt of the step, and for no other operation, whatever its
    /// name. At most 360 bytes.
    pub fn key(&self, step: &str) -> String {
        let own = self.uid.as_deref().unwrap_or(self.token.as_str());
        format!("{}/{own}/{step}", self.name)
    }

    /// The calls of it that may still arrive, as far as the ledger can know.
    pub fn pending_calls(&self) -> Vec<PendingCall> {
        let mut late = Vec::new();
        for step in &self.steps {
            let StepKind::Call(call) = &step.spec.kind else {
                continue;
            };
            let dangerous = |s: &&Submission| s.state.may_arrive_late() && !step.harmless(call, s);
            for submission in step.submissions.iter().filter(dangerous) {
                late.push(PendingCall {
                    operation: self.name.clone(),
                    action: call.action.clone(),
                    recorded_at: submission.recorded_at,
                    moves: self.kind.moves_production(),
                    dead_at: submission.dead_at(call),
                });
            }
        }
        late
    }
}
