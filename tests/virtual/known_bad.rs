//! Operators, providers and API servers that are known to be wrong: the sweeps find each, by the thing that is wrong with it.
//! It must not count them as violations of the run.

use crate::case::{Case, Fault};
use crate::run::play;
use crate::sweep;
use crate::wrong::Wrong;
use libtest_mimic::{Failed, Trial};
use stationmaster_engine::OperationType::{self, DisableProtection, Failover, PlannedFailover, Reprotect};
use stationmaster_provider_proof::Variant;

/// A provider that forgives nothing: each call works when it is answered, moves production to wherever it is not, and can arrive for ever.
const UNFORGIVING: &str = "person.1call.1endpoint.atonce.unbounded.unversioned.unfound.toggle.alone";

/// What is wrong, where and with which fault it shows, and what has to be said of it.
const KNOWN: [(Wrong, &str, OperationType, Fault, &str); 10] = [
    (Wrong::Resends, UNFORGIVING, PlannedFailover, Fault::Drop, "times"),
    (
        Wrong::LooksBeforeIt,
        UNFORGIVING,
        PlannedFailover,
        Fault::Console,
        "carried out where",
    ),
    (Wrong::SendsFirst, "sdrs", Failover, Fault::Crash, "it ended"),
    (Wrong::AppliesAgain, UNFORGIVING, PlannedFailover, Fault::Pair, "times"),
    (Wrong::Believes, "sdrs", PlannedFailover, Fault::None, "shows success"),
    (Wrong::LosesTheLedger, "sdrs", Failover, Fault::None, "the ledger says"),
    (
        Wrong::TakesStaleWrites,
        UNFORGIVING,
        PlannedFailover,
        Fault::Pair,
        "times",
    ),
    (
        Wrong::ForgetsTheReport,
        "sdrs",
        Failover,
        Fault::None,
        "the group shows",
    ),
    (
        Wrong::NeverEnds,
        "sdrs",
        Reprotect,
        Fault::None,
        "does not come to rest",
    ),
    (
        Wrong::Restless,
        "sdrs",
        DisableProtection,
        Fault::None,
        "does not come to rest",
    ),
];

/// A test for each.
pub fn trials() -> Vec<Trial> {
    let trial = |(wrong, variant, operation, fault, said): (Wrong, &str, OperationType, Fault, &'static str)| {
        let variant = Variant::named(variant);
        Trial::test(format!("known_bad::{}", wrong.word()), move || {
            let case = Case {
                wrong,
                ..Case::calm(operation, variant?).with(fault, 0)
            };
            found(case, said)
        })
    };
    KNOWN.into_iter().map(trial).collect()
}

fn found(case: Case, said: &str) -> Result<(), Failed> {
    let wrong = case.wrong;
    let all = sweep::calls_first(sweep::cases(case));
    let seen = |case: &Case| play(*case).violations.iter().any(|v| v.contains(said));
    match all.iter().position(seen) {
        Some(index) => {
            println!(
                "known-bad {}: found at point {} of {}",
                wrong.word(),
                index + 1,
                all.len()
            );
            Ok(())
        }
        None => Err(format!("{} is not found at any of {} points", wrong.word(), all.len()).into()),
    }
}

/// None is left out.
pub fn every_one_is_looked_for() -> Result<(), Failed> {
    let known: Vec<Wrong> = KNOWN.iter().map(|k| k.0).collect();
    assert!(Wrong::ALL.iter().all(|w| *w == Wrong::No || known.contains(w)));
    Ok(())
}
