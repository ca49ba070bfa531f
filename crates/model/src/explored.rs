//! What an exploration has shown, in words; and which states are tried for what must come of them.
//! It must not know what is explored.

use crate::line::Violation;
use stateright::{Checker, Expectation, Model, Path};
use std::fmt::{Debug, Display};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The properties that do not hold, and the examples that were not found.
pub fn violations<M>(checker: &impl Checker<M>) -> Vec<Violation>
where
    M: Model<State: Clone + PartialEq + Debug + Hash, Action: Clone + PartialEq + Debug + Display>,
{
    let mut violations = Vec::new();
    for property in checker.model().properties() {
        let found = checker.discovery(property.name);
        let sometimes = property.expectation == Expectation::Sometimes;
        if sometimes != found.is_some() {
            violations.push(Violation {
                property: property.name,
                steps: found.map(steps).unwrap_or_default(),
            });
        }
    }
    violations
}

/// What happens on a path.
pub fn steps<S, A: Display>(path: Path<S, A>) -> Vec<String> {
    path.into_actions().iter().map(ToString::to_string).collect()
}

/// Whether a state is the one among so many that is tried: the same ones in each run.
pub fn is_one_in(many: u64, state: &impl Hash) -> bool {
    let mut hasher = DefaultHasher::new();
    state.hash(&mut hasher);
    hasher.finish().is_multiple_of(many)
}
