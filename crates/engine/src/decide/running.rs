//! The running operation while it is carried further: taken out of the ledger, and put back or ended at one place.
//! It must not be held while the group is at rest.

use super::draft::Draft;
use crate::gate::Call;
use crate::input::Watch;
use crate::ledger::{Ending, Operation, Step, StepState};
use crate::{Fingerprint, Reason, Request, text};

/// An operation at the step that it has reached.
pub(super) struct Running<'d, 'a> {
    pub(super) draft: &'d mut Draft<'a>,
    pub(super) operation: Operation,
    pub(super) index: usize,
}

/// What became of a step in this pass.
pub(super) enum Turn {
    /// It is done; the next one may begin.
    Done,
    /// Everything waits for it.
    Waits,
    /// The operation has ended.
    Ended(End),
}

/// How an operation ends.
pub(super) struct End {
    pub(super) ending: Ending,
    pub(super) reason: Reason,
    pub(super) message: String,
    /// Whether the world was changed by somebody else: it is looked at anew when the operation is out of the way.
    pub(super) adopts_world: bool,
}

impl End {
    /// An end that leaves the world to the next look.
    pub(super) fn new(ending: Ending, reason: Reason, message: impl Into<String>) -> End {
        End {
            ending,
            reason,
            message: message.into(),
            adopts_world: false,
        }
    }

    /// It was tried and did not work.
    pub(super) fn failed(reason: Reason, message: impl Into<String>) -> Turn {
        Turn::Ended(End::new(Ending::Failed, reason, message))
    }

    /// It is taken back, and has made no call.
    pub(super) fn cancelled(reason: Reason, message: impl Into<String>) -> Turn {
        Turn::Ended(End::new(Ending::Cancelled, reason, message))
    }
}

impl Running<'_, '_> {
    /// The step that it has reached.
    pub(super) fn step(&self) -> &Step {
        &self.operation.steps[self.index]
    }

    /// The same, to be changed.
    pub(super) fn step_mut(&mut self) -> &mut Step {
        &mut self.operation.steps[self.index]
    }

    /// Lets the step wait, and says why.
    pub(super) fn wait(&mut self, state: StepState, reason: Reason, message: impl Into<String>) -> Turn {
        let now = self.draft.now();
        self.step_mut().wait(state, reason, text::sentence(message), now);
        Turn::Waits
    }

    /// Tells the user something about the operation.
    pub(super) fn notice(&mut self, warning: bool, reason: Reason, message: impl Into<String>) {
        self.draft.notice(warning, reason, message, Some(&self.operation.name));
    }

    /// The call of the step, bound to `before`, as the gate looks at it.
    pub(super) fn call<'s>(&'s self, before: &'s Fingerprint) -> Call<'s> {
        let object = |r: &Request| Some(&r.uid) == self.operation.uid.as_ref();
        Call {
            operation: &self.operation,
            step: self.step(),
            before,
            sight: self.draft.input.sight,
            suspended: self.draft.input.group.suspend,
            jobs: self.draft.input.jobs,
            held: Some((self.draft.input.held, self.draft.input.group)),
            watch: Watch::default(),
            object_exists: self.draft.input.requests.iter().any(object),
            now: self.draft.now(),
        }
    }
}
