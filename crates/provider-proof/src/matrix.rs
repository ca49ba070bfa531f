//! All variants, and two smaller selections of them.
//! It must not leave out a combination that a provider could have.

use crate::{Count, Jobs, Variant};
use stationmaster_engine::Resolution;
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

/// Every variant that is sensible, always in the same order.
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
    cover(|variant| variant.words().into_iter().collect())
}

/// Some dozen variants that hold every two values of two axes that any variant holds together; SDRS is the first.
pub fn pairs() -> Vec<Variant> {
    cover(|variant| {
        let words = variant.words();
        let pair = |i: usize, j: usize| format!("{}.{}", words[i], words[j]);
        (0..words.len())
            .flat_map(|j| (0..j).map(move |i| (i, j)))
            .map(|(i, j)| pair(i, j))
            .collect()
    })
}

/// Takes the variant that shows most of what was not shown yet, until everything is shown.
fn cover(shows: impl Fn(&Variant) -> BTreeSet<String>) -> Vec<Variant> {
    let all: Vec<(Variant, BTreeSet<String>)> = matrix().into_iter().map(|v| (v, shows(&v))).collect();
    let mut open: BTreeSet<String> = all.iter().flat_map(|(_, shown)| shown.iter().cloned()).collect();
    let mut chosen = vec![Variant::sdrs()];
    for shown in shows(&Variant::sdrs()) {
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
        assert!(quick.len() <= 8, "{}", quick.len());
        assert_eq!(quick[0], Variant::sdrs());
    }

    #[test]
    fn the_pairs_hold_every_two_values() {
        let two = |variants: &[Variant]| -> BTreeSet<(String, String)> {
            let all = variants.iter().map(Variant::words);
            all.flat_map(|w| {
                let of = w.clone();
                w.into_iter().flat_map(move |a| of.clone().map(|b| (a.clone(), b)))
            })
            .collect()
        };
        let pairs = pairs();
        assert_eq!(two(&pairs), two(&matrix()));
        assert!(pairs.len() <= 40, "{}", pairs.len());
    }
}
