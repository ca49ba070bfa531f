//! All variants, and two smaller selections of them.
//! It must not leave out a combination that a provider could have.

use crate::{Count, FirstCall, Jobs, PlannedEnd, Variant};
use stationmaster_engine::{OperationType, Resolution};
use std::collections::BTreeSet;

/// How lost answers are resolved: all calls, and those of a forced failover.
const CLASSES: [(Resolution, Resolution); 5] = [
    (Resolution::Token, Resolution::Token),
    (Resolution::Revision, Resolution::Revision),
    (Resolution::Evidence, Resolution::Evidence),
    (Resolution::Person, Resolution::Person),
    (Resolution::Evidence, Resolution::Person),
];

const COUNTS: [Count; 2] = [Count::One, Count::Two];
const JOBS: [Jobs; 4] = [Jobs::One, Jobs::Dag, Jobs::Unnamed, Jobs::AtOnce];
const EITHER: [bool; 2] = [true, false];

/// How long the console takes there and back where that takes time, in seconds.
const THERE_AND_BACK_SECONDS: u32 = 900;

/// Every variant of the nine axes that is sensible, always in the same order. The further axes are as at SDRS.
pub fn matrix() -> Vec<Variant> {
    let base = Variant::sdrs();
    let mut all = vec![base];
    all = spread(&all, CLASSES, |v, (resolution, forced)| Variant {
        resolution,
        forced,
        ..v
    });
    all = spread(&all, COUNTS, |v, calls| Variant { calls, ..v });
    all = spread(&all, COUNTS, |v, endpoints| Variant { endpoints, ..v });
    all = spread(&all, JOBS, |v, jobs| Variant { jobs, ..v });
    all = spread(&all, [base.dead_time_seconds, None], |v, dead_time_seconds| Variant {
        dead_time_seconds,
        ..v
    });
    all = spread(&all, EITHER, |v, revision| Variant { revision, ..v });
    all = spread(&all, EITHER, |v, finds_jobs| Variant { finds_jobs, ..v });
    all = spread(&all, EITHER, |v, directed| Variant { directed, ..v });
    all = spread(&all, EITHER, |v, person| Variant { person, ..v });
    // Where a forced failover differs it is the toggle among calls that name their station.
    all.retain(|v| v.sensible() && (v.directed || v.forced == v.resolution));
    all
}

fn spread<T: Copy, const N: usize>(
    all: &[Variant],
    values: [T; N],
    with: impl Fn(Variant, T) -> Variant,
) -> Vec<Variant> {
    all.iter()
        .flat_map(|v| values.iter().map(|value| with(*v, *value)))
        .collect()
}

/// A few variants that hold every value of every axis; SDRS is the first.
pub fn quick() -> Vec<Variant> {
    selection(|words| words.to_vec())
}

/// Some dozen variants that hold every two values of two axes that any variant holds together; SDRS is the first.
pub fn pairs() -> Vec<Variant> {
    selection(two)
}

fn two(words: &[String]) -> Vec<String> {
    let before = |j: usize| (0..j).map(move |i| (i, j));
    let all = (0..words.len()).flat_map(before);
    all.map(|(i, j)| format!("{}.{}", words[i], words[j])).collect()
}

/// Covers the matrix, and then the further axes over what covers it: the product of all axes is too large to be looked at.
fn selection(shows: impl Fn(&[String]) -> Vec<String>) -> Vec<Variant> {
    let base = cover(matrix(), vec![Variant::sdrs()], |v| shows(&v.words()));
    let further = base.iter().flat_map(|v| further(*v));
    let further = further.filter(|v| v.sensible()).collect();
    cover(further, base, |v| {
        shows(&v.words().into_iter().chain(v.further_words()).collect::<Vec<String>>())
    })
}

/// The variant with a value of one further axis, and with values of two.
fn further(base: Variant) -> Vec<Variant> {
    let one = |v: Variant| -> Vec<Variant> {
        let first_call = FirstCall::Nothing;
        let outcome = PlannedEnd::FailedOver;
        let there_and_back_seconds = THERE_AND_BACK_SECONDS;
        let mut all = vec![
            Variant { first_call, ..v },
            Variant { partway: true, ..v },
            Variant {
                after_move: true,
                partway: true,
                ..v
            },
            Variant { harmless: true, ..v },
            Variant {
                there_and_back_seconds,
                ..v
            },
            Variant { outcome, ..v },
            Variant { several: true, ..v },
        ];
        all.extend(OperationType::ALL.map(|operation| Variant {
            lacks: Some(operation),
            ..v
        }));
        all
    };
    let ones = one(base);
    ones.iter().copied().chain(ones.iter().flat_map(|v| one(*v))).collect()
}

/// Takes the variant that shows most of what was not shown yet, until everything is shown.
fn cover(all: Vec<Variant>, mut chosen: Vec<Variant>, shows: impl Fn(&Variant) -> Vec<String>) -> Vec<Variant> {
    let all: Vec<(Variant, BTreeSet<String>)> = all.into_iter().map(|v| (v, shows(&v).into_iter().collect())).collect();
    let mut open: BTreeSet<String> = all.iter().flat_map(|(_, shown)| shown.iter().cloned()).collect();
    for shown in chosen.iter().flat_map(shows) {
        open.remove(&shown);
    }
    while !open.is_empty() {
        // `rev`, since of equals `max_by_key` takes the last.
        let best = all
            .iter()
            .rev()
            .max_by_key(|(_, shown)| shown.intersection(&open).count());
        let Some((variant, shown)) = best else { break };
        chosen.push(*variant);
        open.retain(|word| !shown.contains(word));
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(variants: &[Variant]) -> BTreeSet<(usize, String)> {
        variants
            .iter()
            .flat_map(|v| v.words().into_iter().enumerate())
            .collect()
    }

    #[test]
    fn the_matrix_is_complete_and_each_variant_is_named() {
        let all = matrix();
        let names: BTreeSet<String> = all.iter().map(ToString::to_string).collect();
        assert_eq!((all.len(), names.len()), (1216, 1216));
        assert!(all.iter().all(|v| Variant::named(&v.to_string()) == Ok(*v)));
        assert!(all.contains(&Variant::sdrs()));
        assert!(all.contains(&Variant {
            revision: false,
            ..Variant::sdrs()
        }));
        // 5 classes, 2, 2, 4 kinds of jobs, then five times 2.
        assert_eq!(words(&all).len(), 5 + 2 + 2 + 4 + 2 * 5);
    }

    #[test]
    fn the_quick_selection_holds_every_value() {
        let quick = quick();
        assert_eq!(words(&quick), words(&matrix()));
        assert!(quick.len() <= 16, "{}", quick.len());
        assert_eq!(quick[0], Variant::sdrs());
    }

    #[test]
    fn the_pairs_hold_every_two_values() {
        let of = |variants: &[Variant]| -> BTreeSet<String> { variants.iter().flat_map(|v| two(&v.words())).collect() };
        let pairs = pairs();
        assert_eq!(of(&pairs), of(&matrix()));
        assert!(pairs.len() <= 80, "{}", pairs.len());
    }

    #[test]
    fn the_selections_hold_the_further_axes() {
        let quick = quick();
        let shown: BTreeSet<String> = quick.iter().flat_map(Variant::further_words).collect();
        // Seven axes of two values, and one of six.
        assert_eq!(shown.len(), 7 * 2 + 6, "{shown:?}");
        assert!(quick.len() <= 20, "{}", quick.len());
        let pairs = pairs();
        assert!(pairs.iter().all(Variant::sensible));
        assert!(pairs.iter().all(|v| Variant::named(&v.to_string()) == Ok(*v)));
        let words = |v: &Variant| two(&v.words().into_iter().chain(v.further_words()).collect::<Vec<String>>());
        let shown: BTreeSet<String> = pairs.iter().flat_map(words).collect();
        for two in [
            "2calls.firstunseen",
            "confirms.endsfailedover",
            "toggle.harmless",
            "asks.lacksReprotect",
        ] {
            assert!(shown.contains(two), "{two}");
        }
        assert!(pairs.len() <= 120, "{}", pairs.len());
    }
}
