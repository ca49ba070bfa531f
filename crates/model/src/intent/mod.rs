//! How an intent is read: people, Git, backups, the console and a mortal operator, in any order, over the real decision.
//! It must not know how calls travel: that is the other model's.

mod act;
mod cluster;
mod design;
mod effects;
mod known_bad;
mod operator;
mod people;
mod reads;
mod scene;
mod settle;
mod state;
mod told;
mod witness;

#[cfg(test)]
mod tests;

pub use act::Action;
pub use design::Design;
pub use state::{Spent, State};

use crate::explored::{is_one_in, steps, violations};
use crate::line::{Finding, Line, Violation};
use stateright::{Checker, HasDiscoveries, Model, Property};
use stationmaster_engine::OperationType;
use stationmaster_provider_proof::{Count, Variant, matrix};
use std::time::{Duration, Instant};

/// How far is explored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// How much of each kind of trouble there may be.
    pub most: Spent,
    /// How many things may happen in all.
    pub depth: usize,
    /// Of how many states one is tried for what must come of it.
    pub settle_one_in: u64,
}

/// The model.
#[derive(Clone, Copy, Debug)]
pub struct Intent {
    /// Which provider.
    pub variant: Variant,
    /// Which design.
    pub design: Design,
    /// How far.
    pub bound: Bound,
}

/// Every run: the design as it is over SDRS and over other providers, and the designs that are known to be wrong. `long` goes three steps
/// further, and over more providers.
pub fn run(long: bool) -> Vec<Line> {
    let most = Spent {
        people: 2,
        git: 1,
        console: 1,
        dark: 1,
        servers: 1,
        cluster: 1,
        deaths: 1,
        pauses: 1,
    };
    let sdrs = Variant::sdrs();
    // At this one production is moved there and back while a list still counts.
    let quick = Variant {
        there_and_back_seconds: 60,
        ..sdrs
    };
    let by_the_list = |variant, most, depth| Intent {
        variant,
        design: Design::ByTheList,
        bound: Bound {
            most,
            depth,
            settle_one_in: 5,
        },
    };
    let as_it_is = |variant, depth, settle_one_in| Intent {
        variant,
        design: Design::AsItIs,
        bound: Bound {
            most,
            depth,
            settle_one_in,
        },
    };
    // The trouble in which the known-bad designs show is more of one kind than there is in the others.
    let troubles = known_bad::KNOWN_BAD.map(|(_, _, variant, most)| Intent {
        variant,
        design: Design::AsItIs,
        bound: known_bad::bound(most),
    });
    // Without a revision nobody can see that it was moved and moved back.
    let there_and_back = matrix::pairs()
        .into_iter()
        .filter(|v| v.calls == Count::Two && v.revision);
    let there_and_back = there_and_back.map(|variant| Intent {
        variant,
        design: Design::AsItIs,
        bound: known_bad::bound(known_bad::THERE_AND_BACK),
    });
    let others = |matrix: Vec<Variant>| matrix.into_iter().filter(move |other| *other != sdrs);
    let mut lines = if long {
        let others = others(matrix::pairs()).map(|variant| as_it_is(variant, 7, 1));
        vec![
            explore("intent/sdrs", [as_it_is(sdrs, 10, 1)]),
            explore("intent/providers", others),
            explore("intent/the trouble of the known-bad", troubles),
            explore("intent/there and back between two calls", there_and_back),
            explore(
                "intent/many forced failovers at once",
                [
                    by_the_list(sdrs, most, 8),
                    by_the_list(quick, most, 7),
                    by_the_list(quick, known_bad::LISTED, 12),
                ],
            ),
        ]
    } else {
        let others = others(matrix::quick()).map(|variant| as_it_is(variant, 6, 5));
        vec![
            explore("intent/sdrs", [as_it_is(sdrs, 7, 1)]),
            explore("intent/providers", others),
            explore(
                "intent/many forced failovers at once",
                [by_the_list(sdrs, most, 6), by_the_list(quick, known_bad::LISTED, 9)],
            ),
        ]
    };
    for (design, name, variant, most) in known_bad::KNOWN_BAD {
        let bound = known_bad::bound(most);
        let steps = Intent { variant, design, bound }.find();
        let name = name.to_owned();
        lines.push(Line {
            name,
            finding: Finding::KnownBad { steps },
        });
    }
    lines
}

const JUSTIFIED: &str = "every call is justified by what a person asked for who saw the present state";
const CARRIED_OUT: &str = "a current intent is carried out when nothing stands in its way";
const GETS_THROUGH: &str = "a forced failover whose author saw the present state is carried out";
const DISARMS: &str = "disarming always works, and rest is rest";

impl Model for Intent {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let mut state = State::new(self.variant);
        operator::passes(&mut state, self.design);
        vec![state]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        act::possible(state, &self.bound, actions);
    }

    fn next_state(&self, before: &State, action: Action) -> Option<State> {
        let mut state = before.clone();
        act::happen(&mut state, action, self.design);
        (state != *before).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let justified = Property::always(JUSTIFIED, |_: &Intent, state: &State| state.witness.wrong.is_none());
        if !self.design.is_shipped() {
            return vec![justified];
        }
        let mut all = vec![
            justified,
            Property::always(CARRIED_OUT, |model: &Intent, state: &State| {
                !model.tries(state) || settle::a_current_intent_is_carried_out(state)
            }),
            Property::always(GETS_THROUGH, |model: &Intent, state: &State| {
                !model.tries(state) || settle::a_standing_order_is_carried_out(state)
            }),
            Property::always(DISARMS, |model: &Intent, state: &State| {
                !model.tries(state) || settle::disarming_works(state)
            }),
        ];
        if self.variant.has(OperationType::Failover) {
            // A model in which nothing happens would prove nothing.
            let made = |_: &Intent, state: &State| made(state, "filed-");
            all.push(Property::sometimes("a forced failover is made", made));
        }
        all
    }
}

/// One line for several models.
fn explore(name: &str, models: impl IntoIterator<Item = Intent>) -> Line {
    let begun = Instant::now();
    let (mut count, mut states, mut violations) = (0, 0, Vec::new());
    for model in models {
        let (seen, wrong) = model.explore();
        count += 1;
        states += seen;
        violations.extend(wrong);
    }
    let several = if count == 1 {
        String::new()
    } else {
        format!(", {count} variants")
    };
    Line {
        name: format!("{name}{several}"),
        finding: Finding::Holds {
            states,
            took: begun.elapsed(),
            violations,
        },
    }
}

fn made(state: &State, by: &str) -> bool {
    state.provider.journal().iter().any(|e| e.by.starts_with(by))
}

impl Intent {
    /// Whether this state is one of those that are tried for what must come of them.
    fn tries(&self, state: &State) -> bool {
        state.witness.wrong.is_none() && is_one_in(self.bound.settle_one_in, state)
    }

    /// Explores everything within the bound: how many states, and what does not hold.
    fn explore(self) -> (usize, Vec<Violation>) {
        let depth = self.bound.depth;
        let checker = self.checker().threads(2).target_max_depth(depth).spawn_bfs().join();
        let mut violations = violations(&checker);
        for violation in &mut violations {
            violation.steps.insert(0, format!("the provider is {}", self.variant));
        }
        (checker.unique_state_count(), violations)
    }

    /// The shortest way to a call that nobody can justify.
    pub fn find(self) -> Option<Vec<String>> {
        let depth = self.bound.depth;
        let first = HasDiscoveries::AnyFailures;
        let checker = self.checker().threads(2).target_max_depth(depth).finish_when(first);
        let checker = checker.timeout(Duration::from_secs(60)).spawn_bfs().join();
        checker.discovery(JUSTIFIED).map(steps)
    }
}
