//! A job that waits for a person: decisions on its part become calls, with two mortal processes and a bad network – over the real pass.
//! It must not know how the operation came to be: that is the model of a call.
//!
//! | what | module |
//! | --- | --- |
//! | everything that is explored, and what can happen | [`state`] |
//! | what the provider shows | [`scene`] |
//! | the steps of a process, as the shell takes them | [`shell`] |
//! | what is explored, how far | [`runs`] |

pub mod runs;
pub mod scene;
pub mod shell;
pub mod state;

#[cfg(test)]
mod tests;

pub use runs::run;

use crate::explored::{steps, violations};
use crate::line::Violation;
use state::{Action, Budget, State};
use stateright::{Checker, HasDiscoveries, Model, Property};
use std::collections::BTreeSet;
use std::time::Duration;

/// A protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// What is shipped.
    AsItIs,
    /// A decision is not remembered once it is carried out, nor bound to an attempt.
    CarriesOutTwice,
    /// A call without an answer is taken for one that never left.
    RetriesInDoubt,
}

/// The model.
#[derive(Clone, Copy, Debug)]
pub struct Parts {
    /// Which protocol.
    pub protocol: Protocol,
    /// How much trouble.
    pub budget: Budget,
}

const ONCE: &str = "the provider carries out no more calls on a part than persons have decided";

const WORKS: &str = "a decision is carried out";

/// How long a search may take on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(120);

impl Model for Parts {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State::new(self.budget)]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        state.possible(actions);
    }

    fn next_state(&self, before: &State, action: Action) -> Option<State> {
        let mut state = before.clone();
        state.happen(action, self.protocol);
        (state != *before).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(ONCE, |_: &Self, state: &State| {
                usize::from(state.done) <= state.decisions.len()
            }),
            // A model in which nothing happens would prove nothing.
            Property::sometimes(WORKS, |_: &Self, state: &State| state.done > 0),
        ]
    }
}

impl Parts {
    /// Explores everything within the budget: how many states there are, and what is violated.
    pub fn explore(self) -> (usize, Vec<Violation>) {
        let checker = self.checker().threads(2).spawn_bfs().join();
        (checker.unique_state_count(), violations(&checker))
    }

    /// Looks for what must not be; the steps to it.
    pub fn search(self) -> Option<Vec<String>> {
        let checker = self
            .checker()
            .finish_when(HasDiscoveries::AllOf(BTreeSet::from([ONCE])))
            .timeout(PATIENCE)
            .spawn_bfs()
            .join();
        checker.discovery(ONCE).map(steps)
    }
}
