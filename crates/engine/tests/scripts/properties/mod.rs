//! Properties over random lives: nothing is sent that nobody asks for, nothing twice, and disarming always works.
//! It must not trust itself: every property is shown to fail for a known-bad variant.

mod acts;
mod happen;
mod offers;
mod witness;

use crate::stage::Stage;
use crate::stage::mutant::Mutant;
use acts::Act;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use stationmaster_engine::report::{ConditionStatus, ConditionType};
use stationmaster_engine::{OperationType, Reason};
use std::collections::BTreeMap;
use witness::Witness;

/// Lives through the acts, and judges after each of them.
fn live(life: &[Act], mutant: Mutant) -> Result<Stage, String> {
    let mut stage = Stage::protected();
    stage.mutant = mutant;
    let mut witness = Witness::default();
    let told = |stage: &Stage, wrong: String| Err(format!("{wrong}\n{}", stage.told()));
    for act in life {
        let before = stage.group.intent.clone();
        witness.notes_tokens(&stage);
        act.happen(&mut stage);
        witness.sees(act, &before, &stage);
        witness.notes_tokens(&stage);
        if let Err(wrong) = witness.judges(&stage) {
            return told(&stage, wrong);
        }
    }
    // Disarming always works: whatever the state is, after a withdrawal nothing more is sent for an intent.
    stage.dies_at = None;
    stage.provider.mishaps.clear();
    let before = stage.group.intent.clone();
    stage.withdraw();
    witness.sees(&Act::Withdraw, &before, &stage);
    let sent = stage.sends.len();
    // Long enough for a job, for evidence and for a verification.
    for _ in 0..14 {
        stage.sleep(35);
        stage.pass();
    }
    // What is due at this very moment is done in a few passes.
    for _ in 0..4 {
        stage.pass();
    }
    if let Err(wrong) = witness.judges(&stage) {
        return told(&stage, wrong);
    }
    let intents = |s: &crate::stage::Send| s.call.operation == OperationType::PlannedFailover;
    if stage.sends[sent..].iter().any(intents) {
        return told(&stage, "a withdrawn intent was carried out".to_owned());
    }
    let ledger = stage.ledger.clone();
    let armed = ledger.as_ref().is_some_and(|l| l.intent.is_some());
    let intent = stage.condition(ConditionType::IntentCurrent);
    let running = ledger.as_ref().is_some_and(|l| l.operation.is_some());
    if armed || (!running && ledger.is_some() && intent != Some((ConditionStatus::True, Reason::NoIntent))) {
        return told(&stage, format!("not disarmed: {intent:?}"));
    }
    // At rest nothing is written.
    let (ledgers, statuses) = (stage.ledger_writes, stage.status_writes);
    for _ in 0..3 {
        stage.pass();
    }
    if (stage.ledger_writes, stage.status_writes) != (ledgers, statuses) {
        return told(&stage, "something is written at rest".to_owned());
    }
    Ok(stage)
}

/// Tries so many lives, the same ones each time; `HEART_CASES` tries that many others.
fn run(cases: u32, lives: impl Strategy<Value = Vec<Act>>, mutant: Mutant) -> Result<(), String> {
    let soak = std::env::var("HEART_CASES").ok().and_then(|n| n.parse().ok());
    let config = Config {
        cases: soak.unwrap_or(cases),
        failure_persistence: None,
        max_shrink_iters: if mutant == Mutant::None { 4_000 } else { 0 },
        ..Config::default()
    };
    let mut runner = match soak {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    runner
        .run(&lives, |life| {
            live(&life, mutant).map(drop).map_err(TestCaseError::fail)
        })
        .map_err(|error| match error {
            TestError::Fail(why, life) => format!("{why}\n{life:?}"),
            TestError::Abort(why) => format!("aborted: {why}"),
        })
}

#[test]
fn nothing_is_sent_that_nobody_asks_for_and_nothing_twice() {
    run(400, acts::life(), Mutant::None).unwrap_or_else(|wrong| panic!("{wrong}"));
}

#[test]
fn nothing_is_repeated_for_people_who_changed_their_minds_while_a_call_was_in_doubt() {
    run(200, acts::doubtful_life(), Mutant::None).unwrap_or_else(|wrong| panic!("{wrong}"));
}

#[test]
fn nothing_is_sent_for_people_who_change_their_minds_faster_than_the_operator_looks() {
    run(200, acts::fickle_life(), Mutant::None).unwrap_or_else(|wrong| panic!("{wrong}"));
}

fn found(mutant: Mutant, what: &[&str]) {
    let lives = match mutant {
        Mutant::ForgetsWithdrawals => acts::doubtful_life().boxed(),
        Mutant::IgnoresMissedChanges => acts::fickle_life().boxed(),
        _ => acts::life().boxed(),
    };
    let wrong = run(3_000, lives, mutant).expect_err("the known-bad variant is not found");
    assert!(
        what.iter().any(|w| wrong.contains(w)),
        "found for another reason: {wrong}"
    );
}

#[test]
fn a_station_read_as_an_intent_is_found() {
    found(Mutant::NeedsNoToken, &["nobody asks for it"]);
}

#[test]
fn a_call_that_is_made_again_is_found() {
    found(
        Mutant::ResendsTheAmbiguous,
        &["took effect 2 times", "nobody asks for it"],
    );
}

#[test]
fn a_role_change_without_a_new_token_is_found() {
    found(Mutant::IssuesNotAfterForeignChanges, &["the object is not the one"]);
}

#[test]
fn missed_changes_that_are_ignored_are_found() {
    found(Mutant::IgnoresMissedChanges, &["nobody asks for it"]);
}

#[test]
fn a_withdrawal_that_is_forgotten_in_doubt_is_found() {
    found(Mutant::ForgetsWithdrawals, &["nobody asks for it"]);
}

#[test]
fn a_token_that_is_kept_while_production_moves_is_found() {
    found(Mutant::KeepsTheToken, &["token Some"]);
}

/// A property over lives in which nothing happens would prove nothing.
#[test]
fn lives_are_lived() {
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let mut said: BTreeMap<Reason, usize> = BTreeMap::new();
    let mut effects: BTreeMap<String, usize> = BTreeMap::new();
    for index in 0..300 {
        let doubt = index % 3 == 0;
        let lives = if doubt {
            acts::doubtful_life().boxed()
        } else {
            acts::life().boxed()
        };
        let life = lives.new_tree(&mut runner).expect("a life").current();
        let stage = live(&life, Mutant::None).unwrap_or_else(|wrong| panic!("{wrong}"));
        for notice in &stage.notices {
            *said.entry(notice.reason).or_default() += 1;
        }
        for done in stage.provider.done() {
            *effects.entry(done.action.clone()).or_default() += 1;
        }
    }
    println!("{said:?}\n{effects:?}");
    let often = [
        Reason::Submitting,
        Reason::Succeeded,
        Reason::AdoptedByEffect,
        Reason::SubmissionUnknown,
        Reason::CallNotSent,
        Reason::JobFailed,
        Reason::IntentArmed,
        Reason::IntentWithdrawn,
        Reason::IntentLapsed,
        Reason::ChangesMissed,
        Reason::StateChanged,
        Reason::ExternalRoleChange,
        Reason::GroupRecreated,
        Reason::FirstSight,
        Reason::OperationSuperseded,
        Reason::OperationDeleted,
        Reason::TokenStale,
        Reason::TokenConsumed,
        Reason::DecisionAccepted,
        Reason::DeclaredNotExecuted,
        Reason::Abandoned,
    ];
    for reason in often {
        assert!(said.contains_key(&reason), "{reason} is never met: {said:?}");
    }
    for action in [
        "reverse-server-group",
        "failover-server-group",
        "start-server-group",
        "stop-server-group",
    ] {
        assert!(
            effects.get(action).is_some_and(|n| *n > 3),
            "{action} is hardly met: {effects:?}"
        );
    }
}
