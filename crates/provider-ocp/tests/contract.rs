//! The provider contract (`docs/provider-contract.md`) against the simulator: both ways to authenticate, plain and TLS.
//! It must not skip a rule that the bench does not name.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod bench;

use bench::{Auth, SimulatorBench};
use stationmaster_provider::contract::{Bench, RULES};

async fn all(auth: Auth, tls: bool) {
    let mut broken = Vec::new();
    for rule in RULES {
        let bench = SimulatorBench::new(auth, tls).await;
        if bench.exempt(rule.number).is_some() {
            continue;
        }
        if let Err(why) = rule.check(&bench).await {
            broken.push(format!("{}. {}\n   {why}", rule.number, rule.text));
        }
    }
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[tokio::test]
async fn with_a_password() {
    all(Auth::Basic, false).await;
}

#[tokio::test]
async fn with_an_access_key() {
    all(Auth::AccessKey, false).await;
}

#[tokio::test]
async fn with_an_access_key_over_tls() {
    all(Auth::AccessKey, true).await;
}
