//! The provider contract (`docs/provider-contract.md`) over the whole matrix and the pairs of all axes.
//! It must not skip a rule without naming its reason.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod bench;

use bench::ProofBench;
use stationmaster_provider::contract::{Bench, RULES};
use stationmaster_provider_proof::matrix::{matrix, pairs};

#[tokio::test(start_paused = true)]
async fn every_variant_keeps_every_rule() {
    let (mut broken, mut kept, mut exempt) = (Vec::new(), 0, 0);
    let variants: Vec<_> = matrix().into_iter().chain(pairs()).collect();
    for variant in variants.iter().copied() {
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
    assert!(exempt > 0, "the exemptions are not looked at");
    assert_eq!(kept + exempt, variants.len() * RULES.len());
}
