//! What is offered is what is accepted: at every moment of random lives each operation is asked for rightly, in a world of its own.
//! It must not care why something is closed: the rules have tests of their own.

use super::acts;
use crate::stage::Stage;
use crate::stage::provider::Servers;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use stationmaster_engine::{OperationType, Reason, Station};
use std::collections::BTreeMap;

/// The same world a moment later, when nothing that was read is old and everything that is due has been done.
fn settled(stage: &Stage) -> Option<Stage> {
    let mut stage = stage.clone();
    stage.dies_at = None;
    stage.sleep(11);
    for _ in 0..30 {
        if !stage.pass().changed {
            return Some(stage);
        }
    }
    None
}

/// What the status says of an operation: nothing if it could begin, else why not.
fn offered(stage: &Stage, kind: OperationType) -> Option<Reason> {
    let report = stage.report.as_ref()?;
    let entry = report.group.available.iter().find(|a| a.operation == kind);
    entry.expect("every operation is spoken of").reason
}

/// Asks for it with the present token and every loss accepted, and tells whether it was begun.
fn begun(mut stage: Stage, kind: OperationType) -> bool {
    // A check that fails delays an operation and refuses none.
    stage.servers(Servers::Stopped);
    let shown = stage.report.as_ref().map(|r| r.group.active);
    let active = shown.and_then(|a| a.known());
    let remembered = stage.ledger.as_ref().and_then(|l| l.active.known());
    let active = active.or(remembered).unwrap_or(Station::Source);
    let begun = |stage: &Stage, name: Option<&str>| {
        let Some(ledger) = &stage.ledger else { return false };
        let ours = |found: &str| name.is_none_or(|n| n == found);
        let running = ledger.operation.as_ref();
        running.is_some_and(|o| o.kind == kind && ours(&o.name))
            || ledger.completed.iter().any(|v| v.begun && name == Some(&v.name))
    };
    if kind == OperationType::PlannedFailover {
        if stage.ledger().operation.is_some() {
            return false;
        }
        let token = stage.token();
        stage.intent(active.other().as_str(), &token);
        stage.pass();
        return begun(&stage, None);
    }
    let target = if kind.moves_production() {
        active.other()
    } else {
        active
    };
    let entry = |s: &Stage| {
        s.report
            .as_ref()?
            .group
            .available
            .iter()
            .find(|a| a.operation == kind)
            .cloned()
    };
    let target = entry(&stage)
        .and_then(|a| a.target)
        .filter(|_| kind == OperationType::Failover)
        .unwrap_or(target);
    let risks = entry(&stage).map(|a| a.risks.into_keys().collect()).unwrap_or_default();
    let name = stage.file_with(kind, target.as_str(), |r| r.accepted_risks = risks);
    stage.pass();
    begun(&stage, Some(&name))
}

#[test]
fn in_every_state_of_random_lives_what_is_offered_is_what_is_begun() {
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let mut met: BTreeMap<(OperationType, Option<Reason>), usize> = BTreeMap::new();
    for _ in 0..60 {
        let life = acts::life().new_tree(&mut runner).expect("a life").current();
        let mut stage = Stage::protected();
        for act in &life {
            act.happen(&mut stage);
            let Some(state) = settled(&stage).filter(|s| s.ledger.is_some()) else {
                continue;
            };
            for kind in OperationType::ALL {
                let why = offered(&state, kind);
                let begins = begun(state.clone(), kind);
                assert_eq!(why.is_none(), begins, "{kind}: {why:?}\n{life:?}\n{}", state.told());
                *met.entry((kind, why)).or_default() += 1;
            }
        }
    }
    println!("{met:?}");
    for kind in OperationType::ALL {
        assert!(met.contains_key(&(kind, None)), "{kind} is never offered: {met:?}");
        assert!(
            met.keys().any(|(k, why)| *k == kind && why.is_some()),
            "{kind} is always offered"
        );
    }
    for reason in [
        Reason::Suspended,
        Reason::OperationRunning,
        Reason::ActiveStationUnknown,
    ] {
        assert!(
            met.keys().any(|(_, why)| *why == Some(reason)),
            "{reason} is never met: {met:?}"
        );
    }
}
