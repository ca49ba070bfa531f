//! How a call is submitted: two mortal replicas, a bad network, late and double delivery, people – over the real decision and journal.
//! It must not know how an intent comes to be: that is the other model's.
//!
//! | what | module |
//! | --- | --- |
//! | everything that is explored | [`state`] |
//! | what can happen | [`action`], [`people`], [`time`] |
//! | its happening | [`happen`] |
//! | a second group on the same object | [`groups`] |
//! | what is held against the promises | [`judge`] |
//! | the steps of a process, as the shell takes them | [`shell`] |
//! | the protocol, and protocols that are known to be wrong | [`protocol`] |
//! | what must come of every state | [`settle`] |
//! | what is explored, how far | [`runs`] |

pub mod action;
pub mod groups;
pub mod happen;
pub mod impossible;
pub mod judge;
pub mod known_bad;
pub mod people;
pub mod protocol;
pub mod runs;
pub mod settle;
pub mod shell;
pub mod state;
pub mod time;

#[cfg(test)]
mod tests;

pub use protocol::Protocol;
pub use runs::run;

use crate::explored::{is_one_in, steps, violations};
use crate::line::Violation;
use action::Action;
use jiff::Timestamp;
use people::Word;
use state::{Broken, Budget, OBJECT, Pc, State, Stored};
use stateright::{Checker, HasDiscoveries, Model, Property};
use stationmaster_engine::OperationType;
use stationmaster_engine::ledger::Ending;
use stationmaster_provider_proof::{Variant, World};
use std::sync::Arc;
use std::time::Duration;

/// The model.
#[derive(Clone, Copy, Debug)]
pub struct Submission {
    /// Which provider.
    pub variant: Variant,
    /// What a person asks for first: a planned failover by an intent, or another operation by an object.
    pub first: OperationType,
    /// Which protocol.
    pub protocol: Protocol,
    /// How much trouble.
    pub budget: Budget,
    /// How far a person's word can be trusted.
    pub word: Word,
    /// Of how many states one is tried for what must come of it; 0 for none.
    pub settle_one_in: u64,
    /// Whether a doubt that only a person can end is looked for: no promise, but what a class of calls cannot give.
    pub looks_for_doubt: bool,
    /// Whether the provider's clock leads: older jobs carry times at which the lost call could have begun them.
    pub clock_leads: bool,
}

const PROMISES: [(&str, Broken); 7] = [
    ("a call is carried out at most once", Broken::Twice),
    ("what is carried out late is named in the ledger", Broken::NotNamed),
    (
        "nothing is carried out late after a later operation has made it possible again",
        Broken::AfterRearming,
    ),
    ("a success was seen at the provider", Broken::NotVerified),
    ("what is sent was looked at last", Broken::LookedAway),
    ("nothing is called unknown without a doubt", Broken::UnknownForNothing),
    // Asked for only where the model is told to.
    ("a doubt ends without a person", Broken::StaysInDoubt),
];

/// How long a search may take on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(120);

const ENDS: &str = "once faults stop every operation ends, and a person's truth ends every doubt";

const SUCCEEDS: &str = "an operation succeeds";

impl Model for Submission {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![self.begin()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        action::possible(state, self.protocol, self.word, actions);
    }

    fn next_state(&self, before: &State, action: Action) -> Option<State> {
        let mut state = before.clone();
        happen::happen(&mut state, action, self.protocol, self.word);
        if judge::called_unknown_for_nothing(&state) {
            state.breaks(Broken::UnknownForNothing);
        }
        if self.looks_for_doubt && judge::stays_in_doubt(&state) && time::quiet(&state, self.protocol) {
            state.breaks(Broken::StaysInDoubt);
        }
        (state != *before).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut all = vec![
            kept::<0>(),
            kept::<1>(),
            kept::<2>(),
            kept::<3>(),
            kept::<4>(),
            kept::<5>(),
            kept::<6>(),
        ];
        if self.settle_one_in > 0 {
            all.push(Property::always(ENDS, |model: &Self, state: &State| {
                !model.tries(state) || settle::ends(state)
            }));
            // A model in which nothing happens would prove nothing.
            all.push(Property::sometimes(SUCCEEDS, |_: &Self, s: &State| succeeded(s)));
        }
        all
    }
}

fn kept<const PROMISE: usize>() -> Property<Submission> {
    let (name, _) = PROMISES[PROMISE];
    Property::always(name, |_, state: &State| state.broken != Some(PROMISES[PROMISE].1))
}

fn succeeded(state: &State) -> bool {
    let mut completed = state.ledger().completed.iter();
    completed.any(|v| v.ending == Ending::Succeeded)
}

impl Submission {
    fn begin(&self) -> State {
        let now = Timestamp::UNIX_EPOCH;
        let mut world = World::new(self.variant, &[OBJECT], now);
        world.clock_leads = self.clock_leads;
        if self.first == OperationType::Reprotect {
            world.console_fail_over(OBJECT);
        }
        let group = groups::group(1);
        let ledger = groups::first_sight(&group, &world, 1);
        let mut state = State {
            now,
            world,
            group,
            stored: Stored {
                version: 1,
                ledger: Arc::new(ledger),
            },
            older: None,
            requests: Vec::new(),
            decisions: Vec::new(),
            replicas: [Pc::Idle, Pc::Idle],
            network: Vec::new(),
            left: self.budget,
            issued: 1,
            other: None,
            clear: true,
            broken: None,
        };
        people::file(&mut state, self.first);
        state
    }

    fn tries(&self, state: &State) -> bool {
        state.broken.is_none() && is_one_in(self.settle_one_in, state)
    }

    /// Explores everything within the budget, on so many threads: how many states there are, and what is violated.
    pub fn explore(self, threads: usize) -> (usize, Vec<Violation>) {
        let begin = format!("{} at {}", self.first, self.variant);
        let checker = self.checker().threads(threads).spawn_bfs().join();
        let mut violations = violations(&checker);
        for violation in &mut violations {
            violation.steps.insert(0, begin.clone());
        }
        (checker.unique_state_count(), violations)
    }

    /// Looks for one broken promise; the steps to it.
    pub fn search(self, broken: Broken) -> Option<Vec<String>> {
        let (name, _) = PROMISES.into_iter().find(|(_, b)| *b == broken)?;
        let checker = self
            .checker()
            .finish_when(HasDiscoveries::AllOf(std::collections::BTreeSet::from([name])))
            .timeout(PATIENCE)
            .spawn_bfs()
            .join();
        checker.discovery(name).map(steps)
    }
}
