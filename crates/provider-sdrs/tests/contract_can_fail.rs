//! Shows that the contract suite can fail: SDRS with one thing done wrong each time, and the rule that must notice.
//! It must not weaken a rule to let a sloppy provider pass.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod bench;
mod sloppy;

use bench::{Auth, SimulatorBench};
use sloppy::{Sloppy, sloppy_bench};
use stationmaster_provider::contract::RULES;

/// The sloppiness, and the rules that must notice it.
const CASES: &[(Sloppy, &[u32])] = &[
    (Sloppy::IdentityWithACounter, &[1, 38]),
    (Sloppy::IdentityIsTheAddress, &[38]),
    (Sloppy::AnotherScope, &[2]),
    (Sloppy::DeniedIsTransient, &[3]),
    (Sloppy::UnsentIsTransient, &[4, 5]),
    (Sloppy::CertificateIsUnreachable, &[5]),
    (Sloppy::ListWithoutRevision, &[6]),
    (Sloppy::NotFoundIsTransient, &[7]),
    (Sloppy::UnknownWordIsPermission, &[8]),
    (Sloppy::EverythingIsPermitted, &[8, 9]),
    (Sloppy::FingerprintStandsStill, &[9, 10]),
    (Sloppy::ReadingsWobble, &[11]),
    (Sloppy::HealthIsPosition, &[39]),
    (Sloppy::ReadsWrite, &[12]),
    (Sloppy::StepsOfOneName, &[13]),
    (Sloppy::EffectOfAnotherCall, &[37]),
    (Sloppy::FactsForgotten, &[14]),
    (Sloppy::FactsAlwaysHold, &[15]),
    (Sloppy::PrepareSends, &[16]),
    (Sloppy::SendsTwice, &[17, 18]),
    (Sloppy::RefusalWithoutCode, &[18]),
    (Sloppy::AmbiguousIsNotSent, &[19, 21, 22, 25, 26]),
    (Sloppy::AmbiguousIsSentAgain, &[19, 20, 21, 22, 25, 26]),
    (Sloppy::ForgetsRetryAfter, &[23]),
    (Sloppy::LapsedIsAmbiguous, &[24]),
    (Sloppy::FreshRecords, &[27]),
    (Sloppy::FitsAnything, &[28]),
    (Sloppy::NeverEnds, &[29]),
    (Sloppy::AnyJobWillDo, &[30]),
    (Sloppy::FailureIsSuccess, &[31]),
    (Sloppy::GoneIsAnError, &[32]),
    (Sloppy::JobsWordIsTheRole, &[33]),
    (Sloppy::FindsNothing, &[34]),
    (Sloppy::FindsOldJobs, &[34]),
    (Sloppy::FindsHeldJobs, &[34]),
    (Sloppy::TellsSecrets, &[35]),
    (Sloppy::UndeclaredObstacle, &[36]),
    (Sloppy::ObstacleOfTheCore, &[36]),
];

#[tokio::test]
async fn each_sloppiness_is_noticed() {
    let mut unnoticed = Vec::new();
    for (sloppy, numbers) in CASES {
        for number in *numbers {
            let bench = sloppy_bench(SimulatorBench::new(Auth::Password, false).await, *sloppy);
            let rule = RULES.iter().find(|rule| rule.number == *number).unwrap();
            if rule.check(&bench).await.is_ok() {
                unnoticed.push(format!("{sloppy:?} passes rule {number}: {}", rule.text));
            }
        }
    }
    assert!(unnoticed.is_empty(), "\n{}\n", unnoticed.join("\n"));
}

#[test]
fn every_rule_has_been_seen_to_fail() {
    let seen: std::collections::BTreeSet<u32> = CASES.iter().flat_map(|(_, numbers)| numbers.iter().copied()).collect();
    // SDRS is exempt from the rule about jobs that wait; OCP's tests have seen it fail.
    let all = RULES.iter().map(|rule| rule.number).filter(|number| *number != 40);
    let all: std::collections::BTreeSet<u32> = all.collect();
    assert_eq!(seen, all);
}
