//! One seed, one run: the same case is played twice, and everything that was said is the same.
//! It must not compare less than the whole transcript.

use crate::case::{Case, Fault};
use crate::run::play;
use libtest_mimic::Failed;
use stationmaster_engine::OperationType;
use stationmaster_provider_proof::Variant;

fn transcript(case: Case) -> Vec<String> {
    play(case).transcript()
}

/// Two runs of one seed are the same, to the last answer.
pub fn one_seed_is_one_run() -> Result<(), Failed> {
    let calm = Case::calm(OperationType::PlannedFailover, Variant::sdrs());
    for fault in [
        Fault::None,
        Fault::Crash,
        Fault::Late,
        Fault::Pair,
        Fault::Election,
        Fault::RestoreAsked,
    ] {
        let case = calm.with(fault, if fault == Fault::Pair { 0 } else { 60 });
        let (first, second) = (transcript(case), transcript(case));
        assert!(first.len() > 50, "{case}: only {} lines", first.len());
        for (number, (one, other)) in first.iter().zip(&second).enumerate() {
            assert_eq!(one, other, "{case}: line {number}");
        }
        assert_eq!(first.len(), second.len(), "{case}");
    }
    Ok(())
}

/// Another seed is another run: what is compared above can differ.
pub fn another_seed_is_another_run() -> Result<(), Failed> {
    let one = Case::calm(OperationType::PlannedFailover, Variant::sdrs()).with(Fault::Pair, 0);
    let other = Case {
        seed: one.seed + 1,
        ..one
    };
    assert_ne!(transcript(one), transcript(other));
    Ok(())
}
