//! Calls that are refused, never leave or are turned away, and how often they are made again.
//! They must not test calls whose answer is lost; `doubt` does.

use crate::stage::Stage;
use crate::stage::provider::Mishap;
use stationmaster_engine::Reason;
use stationmaster_engine::ledger::Ending;

#[test]
fn a_refused_call_ends_the_operation() {
    let mut stage = Stage::protected();
    stage.luck(Mishap::Refused);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    assert_eq!(stage.ended("orders-db-t1"), (Ending::Failed, Reason::CallRefused));
    assert_eq!(stage.effects().len(), 0);
    assert_eq!(stage.token(), "t2");
}

#[test]
fn a_call_that_never_leaves_is_made_again_until_its_time_is_over() {
    let mut stage = Stage::protected();
    for _ in 0..2 {
        stage.luck(Mishap::NeverLeaves);
    }
    stage.intent("target", "t1");
    stage.run_until_quiet();
    assert_eq!(stage.ended("orders-db-t1"), (Ending::Succeeded, Reason::Succeeded));
    assert_eq!(stage.operations["orders-db-t1"].steps[1].attempts, 3);

    let mut stage = Stage::protected();
    for _ in 0..999 {
        stage.luck(Mishap::NeverLeaves);
    }
    stage.intent("target", "t1");
    for _ in 0..400 {
        stage.sleep(10);
        stage.pass();
    }
    assert_eq!(stage.ended("orders-db-t1"), (Ending::Expired, Reason::IntentLapsed));
    assert!(stage.provider.mishaps.len() > 700, "a try in 15 s");
    assert_eq!(stage.token(), "t2", "as long as nothing has left the token stands");
}

#[test]
fn a_call_that_is_turned_away_waits_as_long_as_it_was_asked_to() {
    let mut stage = Stage::protected();
    stage.luck(Mishap::TurnedAway {
        after_seconds: Some(300),
    });
    stage.intent("target", "t1");
    stage.run_until_quiet();
    assert_eq!(stage.calls().len(), 1);
    stage.wait(300);
    assert_eq!(stage.effects(), ["reverse-server-group"]);
}

#[test]
fn an_intent_withdrawn_while_its_call_waits_for_another_attempt_is_cancelled() {
    let mut stage = Stage::protected();
    stage.luck(Mishap::TurnedAway {
        after_seconds: Some(300),
    });
    stage.intent("target", "t1");
    stage.run_until_quiet();
    stage.withdraw();
    stage.run_until_quiet();
    stage.wait(600);
    assert_eq!(
        stage.ended("orders-db-t1"),
        (Ending::Cancelled, Reason::IntentWithdrawn)
    );
    assert_eq!(stage.effects().len(), 0);
}
