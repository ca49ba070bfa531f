//! The provider contract (`docs/provider-contract.md`) over the whole matrix.
//! It must not skip a rule without naming its reason.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod bench;

use bench::ProofBench;
use stationmaster_provider::contract::{Bench, RULES};
use stationmaster_provider_proof::{Jobs, matrix::matrix};

#[tokio::test(start_paused = true)]
async fn every_variant_keeps_every_rule() {
    let (mut broken, mut kept, mut exempt) = (Vec::new(), 0, 0);
    for variant in matrix() {
        for rule in RULES {
            let bench = ProofBench::new(variant);
            let result = rule.check(&bench).await;
            match (bench.exempt(rule.number), result) {
                (None, Ok(())) => kept += 1,
                (None, Err(why)) => broken.push(format!("{variant}: {}. {}\n   {why}", rule.number, rule.text)),
                (Some(_), Err(_)) => exempt += 1,
                // An exemption that is not needed is taken back.
                (Some(reason), Ok(())) => broken.push(format!("{variant}: {} is kept, though {reason}", rule.number)),
            }
        }
    }
    let shown: Vec<&String> = broken.iter().take(5).collect();
    assert!(broken.is_empty(), "{} broken, such as {shown:#?}", broken.len());
    let at_once = |jobs: Jobs| jobs == Jobs::AtOnce;
    let wanted = matrix()
        .iter()
        .map(|v| usize::from(at_once(v.jobs)) + usize::from(!v.finds_jobs))
        .sum::<usize>();
    assert_eq!(exempt, wanted);
    assert_eq!(kept + exempt, matrix().len() * RULES.len());
}
