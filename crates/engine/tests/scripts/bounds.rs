//! The longest names, texts and lists that the API and a provider can send: nothing grows beyond its bound.
//! It must not assert the bounds: the standing rules of the stage do, after every write.

use crate::stage::Stage;
use crate::stage::provider::{At, Fate, Mishap, Servers};
use stationmaster_engine::report::ConditionType;
use stationmaster_engine::{DecisionAction, OperationType, Request, Token};

/// The longest legal name.
fn name(tag: usize) -> String {
    format!("{}-{tag:04}", "n".repeat(248))
}

fn long(request: &mut Request, tag: usize) {
    request.name = name(tag);
    request.uid = format!("{:0>64}", tag);
    request.requested_by = "p".repeat(256);
}

/// A stage on which everything is as long as it can be.
fn wide(at: At) -> Stage {
    let mut stage = Stage::unseen(at);
    stage.group.name = name(0);
    stage.group.namespace = "s".repeat(63);
    stage.provider.long_words = true;
    stage.run_until_quiet();
    stage
}

#[test]
fn a_full_ledger_of_long_texts_stays_small() {
    let mut stage = wide(At::Protected);
    let mut tag = 0;
    // Operations that run, in doubt and failed, one after the other.
    for round in 0..12 {
        stage.luck(if round % 2 == 0 {
            Mishap::RequestLost { arrives_after: None }
        } else {
            Mishap::AnswerLost
        });
        stage.fate(Fate::Fails);
        let target = stage.provider.station.other().as_str();
        tag += 1;
        stage.file_with(OperationType::Failover, target, |r| long(r, tag));
        stage.run_until_quiet();
        for _ in 0..4 {
            stage.answer_with(DecisionAction::Retry, |a| a.requested_by = "p".repeat(256));
        }
        stage.answer_with(DecisionAction::NotExecuted, |a| a.requested_by = "p".repeat(256));
        stage.run_until_quiet();
    }
    // A flood of refused ones, with the longest reasons.
    for _ in 0..60 {
        tag += 1;
        stage.file_with(OperationType::Failover, "target", |r| {
            long(r, tag);
            r.token = Some(Token::quoted("t".repeat(16)));
        });
    }
    stage.run_until_quiet();
    // And one that waits for a person, with everything that may still arrive before it.
    stage.provider.at = At::Protected;
    stage.servers(Servers::CannotTell);
    stage.run_until_quiet();
    stage.intent(stage.provider.station.other().as_str(), &stage.token());
    stage.run_until_quiet();
    assert_eq!(stage.ledger().completed.len(), stationmaster_engine::ledger::COMPLETED);
    assert_eq!(stage.ledger().consumed.len(), stationmaster_engine::ledger::CONSUMED);
    assert!(stage.ledger().operation.is_some());
    let size = serde_json::to_string(stage.ledger()).unwrap().len();
    assert!(size > 24 * 1024, "{size} bytes are no test of the bound");
}

#[test]
fn the_lines_that_ask_are_told_however_long_the_names_are() {
    let mut stage = wide(At::Protected);
    let target = stage.provider.station.other();
    stage.file_with(OperationType::Failover, target.as_str(), |r| long(r, 1));
    stage.intent("source", "t1");
    stage.run_until_quiet();
    let message = stage.message(ConditionType::IntentCurrent);
    assert!(
        message.contains("spec.priorityToken: t2") && message.ends_with("set spec.priorityStation: target"),
        "{message}"
    );
}

#[test]
fn what_to_do_is_told_however_long_the_names_of_late_calls_are() {
    let mut stage = wide(At::Protected);
    stage.provider.variant().dead_time_seconds = None;
    for tag in 1..6 {
        stage.luck(Mishap::RequestLost { arrives_after: None });
        stage.file_with(OperationType::Failover, "target", |r| long(r, tag));
        stage.run_until_quiet();
        stage.answer(DecisionAction::NotExecuted);
        stage.run_until_quiet();
    }
    stage.intent("target", &stage.token());
    stage.run_until_quiet();
    let message = stage.message(ConditionType::Ready);
    assert!(message.contains("Confirm that"), "{message}");
}
