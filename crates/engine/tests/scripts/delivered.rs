//! Edits of the spec between two looks: each that the watch delivered is judged for itself.
//! They must not test what an intent does once it is armed; `intents` does.

use crate::stage::Stage;
use crate::stage::provider::Servers;
use stationmaster_engine::{Edit, Intent, Reason, Station, Token};

const NOTHING: [&str; 0] = [];

/// An armed intent that waits for its servers.
fn armed() -> Stage {
    let mut stage = Stage::protected();
    stage.servers(Servers::Running);
    stage.intent("target", "t1");
    delivered(&mut stage);
    stage.run_until_quiet();
    assert!(stage.ledger().intent.is_some());
    stage
}

/// The watch has delivered the spec as it is now.
fn delivered(stage: &mut Stage) {
    let edit = Edit {
        generation: stage.group.generation,
        intent: stage.group.intent.clone(),
    };
    stage.group.edits.push(edit);
}

/// Somebody edits a field that is not the intent.
fn edits_another_field(stage: &mut Stage) {
    stage.group.generation += 1;
    delivered(stage);
}

#[test]
fn edits_that_leave_the_intent_as_it_is_lose_nothing() {
    let mut stage = armed();
    for _ in 0..5 {
        edits_another_field(&mut stage);
    }
    stage.servers(Servers::Stopped);
    stage.run_until_quiet();
    assert_eq!(stage.effects(), ["reverse-server-group"]);
    assert_eq!(stage.said(Reason::ChangesMissed), 0);
}

#[test]
fn a_withdrawal_between_two_looks_is_one_though_the_intent_is_put_back() {
    for begun in [false, true] {
        let mut stage = armed();
        if begun {
            stage.servers(Servers::CannotTell);
            stage.run_until_quiet();
            assert!(stage.ledger().operation.is_some());
        }
        stage.withdraw();
        delivered(&mut stage);
        stage.intent("target", "t1");
        delivered(&mut stage);
        stage.servers(Servers::Stopped);
        stage.run_until_quiet();
        assert_eq!(stage.calls(), NOTHING, "begun: {begun}");
        assert_eq!(stage.said(Reason::IntentWithdrawn), 1, "begun: {begun}");
    }
}

#[test]
fn an_edit_that_the_watch_has_not_delivered_yet_is_waited_for() {
    let mut stage = armed();
    stage.servers(Servers::Stopped);
    // A GET is ahead of the watch: of two edits none has come.
    stage.group.generation += 2;
    for _ in 0..5 {
        stage.sleep(1);
        stage.pass();
    }
    assert_eq!(stage.calls(), NOTHING, "one of the two may be a withdrawal");
    assert_eq!(stage.token(), "t1", "nothing is lost by waiting");
    let asks = Intent {
        station: Station::Target,
        token: Some(Token::quoted("t1")),
    };
    let last = stage.group.generation;
    for generation in [last - 1, last] {
        let intent = Some(asks.clone());
        stage.group.edits.push(Edit { generation, intent });
    }
    stage.run_until_quiet();
    assert_eq!(stage.effects(), ["reverse-server-group"]);
}

#[test]
fn an_edit_that_never_comes_may_have_been_a_withdrawal() {
    let mut stage = armed();
    stage.servers(Servers::Stopped);
    stage.group.generation += 2;
    // A list tells only the last one.
    delivered(&mut stage);
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING);
    assert_eq!(stage.token(), "t2");
    assert_eq!(stage.said(Reason::ChangesMissed), 1, "who armed it is told");
}
