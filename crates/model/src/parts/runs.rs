//! What is explored and how far: the protocol as it is, and those that are known to be wrong.
//! It must not hold a rule of the model.

use super::state::Budget;
use super::{Parts, Protocol};
use crate::line::{Finding, Line};
use std::time::Instant;

/// Every run, each when it is asked for. `long` goes further.
pub fn run(long: bool) -> impl Iterator<Item = Line> {
    let more = u8::from(long);
    let budget = Budget {
        decisions: 2,
        deaths: 1 + more,
        silences: 1 + more,
    };
    let holds = std::iter::once_with(move || {
        let begun = Instant::now();
        let protocol = Protocol::AsItIs;
        let (states, violations) = Parts { protocol, budget }.explore();
        let finding = Finding::Holds {
            states,
            took: begun.elapsed(),
            violations,
        };
        Line {
            name: "parts/two decisions, a death and a silence".to_owned(),
            finding,
        }
    });
    let known_bad = known_bad().into_iter().map(|(name, model)| Line {
        name: format!("parts/{name}"),
        finding: Finding::KnownBad { steps: model.search() },
    });
    holds.chain(known_bad)
}

/// The protocols that are known to be wrong: the name, and where it shows.
pub fn known_bad() -> Vec<(&'static str, Parts)> {
    let budget = Budget {
        decisions: 1,
        deaths: 0,
        silences: 1,
    };
    [
        ("carries-a-decision-out-twice", Protocol::CarriesOutTwice),
        ("retries-while-the-first-retry-is-in-doubt", Protocol::RetriesInDoubt),
    ]
    .map(|(name, protocol)| (name, Parts { protocol, budget }))
    .to_vec()
}
