//! How a group claims several provider objects: two groups whose sets overlap, two mortal processes, made again, another set – over the real pass.
//! It must not know what a provider does with a call: that is the model of a call.
//!
//! | what | module |
//! | --- | --- |
//! | everything that is explored | [`state`] |
//! | what can happen | [`action`] |
//! | what the provider shows, and what is filed | [`scene`] |
//! | the steps of a process, as the shell takes them | [`shell`] |
//! | what must come of every state | [`settle`] |
//! | the protocol, and protocols that are known to be wrong | [`protocol`] |
//! | what is explored, how far | [`runs`] |

pub mod action;
pub mod protocol;
pub mod runs;
pub mod scene;
pub mod settle;
pub mod shell;
pub mod state;

#[cfg(test)]
mod tests;

pub use protocol::Protocol;
pub use runs::run;

use crate::explored::{is_one_in, steps, violations};
use crate::line::Violation;
use action::Action;
use state::{Broken, Budget, State};
use stateright::{Checker, HasDiscoveries, Model, Property};
use std::collections::BTreeSet;
use std::time::Duration;

/// The model.
#[derive(Clone, Copy, Debug)]
pub struct Sets {
    /// What each of the two groups is made of, and what it is made of after a change.
    pub sets: [[&'static [&'static str]; 2]; 2],
    /// Which protocol.
    pub protocol: Protocol,
    /// How much trouble.
    pub budget: Budget,
    /// How many states are looked at, the nearest first.
    pub states: usize,
    /// Of how many states one is tried for what must come of it; 0 for none.
    pub settle_one_in: u64,
}

const PROMISES: [(&str, Broken); 2] = [
    (
        "a group acts only while it holds each of its objects",
        Broken::ActsWithout,
    ),
    (
        "nothing is given up at which a call may still arrive",
        Broken::GivesUpInDoubt,
    ),
];

const SETTLES: &str = "each group holds all of its objects or none, and one of the two holds them";

const ACTS: &str = "a group makes a call";

/// How long a search may take on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(120);

impl Model for Sets {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State::new(self.sets, self.budget)]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        action::possible(state, actions);
    }

    fn next_state(&self, before: &State, action: Action) -> Option<State> {
        let mut state = before.clone();
        action::happen(&mut state, action, self.protocol);
        state.judge();
        (state != *before).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut all = vec![kept::<0>(), kept::<1>()];
        if self.settle_one_in > 0 {
            all.push(Property::always(SETTLES, |model: &Self, state: &State| {
                state.broken.is_some()
                    || !is_one_in(model.settle_one_in, state)
                    || settle::settles(state, model.protocol)
            }));
            // A model in which nothing happens would prove nothing.
            all.push(Property::sometimes(ACTS, |_: &Self, state: &State| state.acted));
        }
        all
    }
}

fn kept<const PROMISE: usize>() -> Property<Sets> {
    let (name, _) = PROMISES[PROMISE];
    Property::always(name, |_, state: &State| state.broken != Some(PROMISES[PROMISE].1))
}

impl Sets {
    /// Explores what is within the budget, up to so many states: how many states there are, and what is violated.
    pub fn explore(self) -> (usize, Vec<Violation>) {
        let checker = self
            .checker()
            .threads(2)
            .target_state_count(self.states)
            .spawn_bfs()
            .join();
        (checker.unique_state_count(), violations(&checker))
    }

    /// Looks for what must not be; the steps to it.
    pub fn search(self, property: &'static str) -> Option<Vec<String>> {
        let checker = self
            .checker()
            .finish_when(HasDiscoveries::AllOf(BTreeSet::from([property])))
            .timeout(PATIENCE)
            .target_state_count(self.states)
            .spawn_bfs()
            .join();
        checker.discovery(property).map(steps)
    }
}
