//! What is explored and how far: the protocol as it is over sets that overlap, and those that are known to be wrong.
//! It must not hold a rule of the model.

use super::state::{Broken, Budget};
use super::{PROMISES, Protocol, SETTLES, Sets};
use crate::line::{Finding, Line};
use std::time::Instant;

type Overlap = [[&'static [&'static str]; 2]; 2];

/// They share what one of them takes last and the other first.
const CHAIN: Overlap = [[&["a", "b"], &["a", "b"]], [&["b", "c"], &["b", "c"]]];
/// Both name the same.
const SAME: Overlap = [[&["a", "b"], &["a", "b"]], [&["a", "b"], &["a", "b"]]];
/// One of them replaces an object, and the other wants what that one gives up.
const HANDED_ON: Overlap = [[&["a", "b"], &["a", "c"]], [&["b", "d"], &["b", "d"]]];
/// One of them replaces the object under whose name its journal stands.
const MOVED_OUT: Overlap = [[&["a", "b"], &["b", "c"]], [&["c", "d"], &["c", "d"]]];

const CALM: Budget = Budget {
    processes: 2,
    groups: 2,
    deaths: 0,
    deletions: 0,
    remakes: 0,
    changes: 0,
    lags: 0,
    orders: 0,
};

/// How many states are looked at in the test run; in the long one twenty times as many.
const STATES: usize = 150_000;
/// How many states a search for what is known to be wrong may take.
const SEARCHED: usize = 200_000;

/// Every run, each when it is asked for. `long` goes further in each.
pub fn run(long: bool) -> impl Iterator<Item = Line> {
    let more = u8::from(long);
    let tries = Budget {
        deaths: 1 + more,
        ..CALM
    };
    let remade = Budget {
        deaths: more,
        deletions: 1,
        remakes: 1,
        orders: 1,
        ..CALM
    };
    let changed = Budget {
        deaths: more,
        changes: 1,
        lags: 1,
        orders: 1,
        ..CALM
    };
    let runs = [
        ("sets/two at once, a chain", CHAIN, tries),
        ("sets/two at once, the same", SAME, tries),
        ("sets/deleted and made again", CHAIN, remade),
        ("sets/an object handed on", HANDED_ON, changed),
        ("sets/the journal's object replaced", MOVED_OUT, changed),
    ];
    let holds = runs.into_iter().map(move |(name, sets, budget)| {
        let begun = Instant::now();
        let acts = budget.orders > 0;
        let (states, violations) = Sets {
            states: if long { 20 * STATES } else { STATES },
            ..model(sets, Protocol::AsItIs, budget, 31)
        }
        .explore();
        let violations = violations
            .into_iter()
            .filter(|v| acts || v.property != super::ACTS)
            .collect();
        let finding = Finding::Holds {
            states,
            took: begun.elapsed(),
            violations,
        };
        Line {
            name: name.to_owned(),
            finding,
        }
    });
    let known_bad = known_bad().into_iter().map(|(name, property, model)| Line {
        name: format!("sets/{name}"),
        finding: Finding::KnownBad {
            steps: model.search(property),
        },
    });
    holds.chain(known_bad)
}

/// The protocols that are known to be wrong: the name, what is not kept, and where it shows.
pub fn known_bad() -> Vec<(&'static str, &'static str, Sets)> {
    let acts = promise(Broken::ActsWithout);
    let gives_up = promise(Broken::GivesUpInDoubt);
    let order = Budget { orders: 1, ..CALM };
    // One group is enough: what another would then claim is free.
    let alone = Budget {
        groups: 1,
        changes: 1,
        lags: 1,
        orders: 1,
        ..CALM
    };
    vec![
        (
            "acts-with-one-claim-missing",
            acts,
            model(CHAIN, Protocol::ActsWithOneClaimMissing, order, 0),
        ),
        (
            "gives-up-while-a-call-may-arrive",
            gives_up,
            model(
                HANDED_ON,
                Protocol::GivesUpWhileACallMayArrive,
                Budget { processes: 1, ..alone },
                0,
            ),
        ),
        (
            "counts-on-what-may-be-given-up",
            acts,
            model(HANDED_ON, Protocol::CountsOnWhatMayBeGivenUp, alone, 0),
        ),
        (
            "claims-out-of-order-and-keeps",
            SETTLES,
            model(SAME, Protocol::ClaimsOutOfOrderAndKeeps, CALM, 1),
        ),
    ]
}

fn promise(broken: Broken) -> &'static str {
    PROMISES.iter().find(|(_, b)| *b == broken).map_or("", |(name, _)| name)
}

fn model(sets: Overlap, protocol: Protocol, budget: Budget, settle_one_in: u64) -> Sets {
    Sets {
        sets,
        protocol,
        budget,
        states: SEARCHED,
        settle_one_in,
    }
}
