//! How time passes: never while an operator that could do something does not, unless that is one of the faults.
//! It must not look at time in which nothing would come of anything.

use super::action::{Action, at_work, fault};
use super::protocol::Protocol;
use super::shell;
use super::state::{Budget, Pc, State};
use jiff::SignedDuration;
use stationmaster_provider_proof::variant;

/// How much time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// In which jobs end, and the search for evidence and the wait for an outcome are over.
    Minute,
    /// In which a signed request dies.
    DeadTime,
    /// In which a key is forgotten.
    KeyTime,
}

/// Which time can pass.
pub fn possible(state: &State, protocol: Protocol, actions: &mut Vec<Action>) {
    // What the holder has to do is not seen in the other group's turn.
    if !state.holds() {
        return;
    }
    let late = fault(state, state.left.pauses);
    for span in [Span::Minute, Span::DeadTime, Span::KeyTime] {
        let mut left = state.left;
        if *span.left(&mut left) > 0 && (late || free(state, span, protocol)) && span.matters(state, protocol) {
            actions.push(Action::Passes(span));
        }
    }
}

/// Whether the time passes by itself: no process has anything to do now, nor, where it is long, before it is over.
pub fn free(state: &State, span: Span, protocol: Protocol) -> bool {
    let at_work = state.replicas.iter().any(at_work);
    let shorter: &[Span] = match span {
        Span::Minute => &[],
        Span::DeadTime => &[Span::Minute],
        Span::KeyTime => &[Span::Minute, Span::DeadTime],
    };
    let soon = || shorter.iter().any(|s| s.is_due(state, protocol));
    !at_work && quiet(state, protocol) && !soon()
}

/// Whether no process that is between two passes has anything to do.
pub fn quiet(state: &State, protocol: Protocol) -> bool {
    let idle = (0..state.replicas.len()).find(|who| state.replicas[*who] == Pc::Idle);
    idle.is_none_or(|who| shell::decide(state, who, &state.stored, protocol).is_none())
}

impl Span {
    fn seconds(self) -> i64 {
        match self {
            Span::Minute => 61,
            Span::DeadTime => i64::from(variant::DEAD_SECONDS) + 1,
            Span::KeyTime => i64::from(variant::DEDUPE_SECONDS) + 1,
        }
    }

    fn left(self, left: &mut Budget) -> &mut u8 {
        match self {
            Span::Minute => &mut left.minutes,
            Span::DeadTime => &mut left.dead_times,
            Span::KeyTime => &mut left.key_times,
        }
    }

    /// It passes.
    pub fn go_by(self, state: &mut State) {
        *self.left(&mut state.left) -= 1;
        self.advance(state);
    }

    fn advance(self, state: &mut State) {
        state.now += SignedDuration::from_secs(self.seconds());
        state.world.advance_to(state.now);
    }

    /// Whether anything would come of it: a job ends, a process has something to do, or a request that is on its way, or is held, dies.
    fn matters(self, state: &State, protocol: Protocol) -> bool {
        if self != Span::Minute && (!state.network.is_empty() || !state.idle()) {
            return true;
        }
        self.is_due(state, protocol)
    }

    /// Whether a job ends in it, or a process has something to do when it is over.
    fn is_due(self, state: &State, protocol: Protocol) -> bool {
        let mut later = state.clone();
        self.advance(&mut later);
        later.world.jobs() != state.world.jobs() || !quiet(&later, protocol)
    }
}
