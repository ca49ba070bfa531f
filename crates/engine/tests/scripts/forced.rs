//! Forced failovers beside other operations: which goes first, and which does not run.
//! They must not test a call that is in doubt; `doubt` does.

use crate::stage::Stage;
use crate::stage::provider::{Fate, Mishap, Servers};
use OperationType::{DisableProtection, Failover};
use stationmaster_engine::ledger::Ending;
use stationmaster_engine::report::{ConditionType, State};
use stationmaster_engine::{OperationType, Reason, Token};

const NOTHING: [&str; 0] = [];

#[test]
fn of_two_forced_failovers_one_runs() {
    let mut stage = Stage::protected();
    let first = stage.file(Failover, "target");
    let second = stage.file(Failover, "target");
    stage.run_until_quiet();
    assert_eq!(stage.ended(&first), (Ending::Succeeded, Reason::Succeeded));
    assert_eq!(stage.ended(&second), (Ending::Refused, Reason::TokenConsumed));
    assert_eq!(stage.effects(), ["failover-server-group"]);
}

#[test]
fn a_forced_failover_goes_before_what_was_filed_earlier() {
    let mut stage = Stage::protected();
    let disable = stage.file(DisableProtection, "source");
    let forced = stage.file(Failover, "target");
    stage.run_until_quiet();
    assert_eq!(stage.ended(&forced), (Ending::Succeeded, Reason::Succeeded));
    assert_eq!(stage.ended(&disable).0, Ending::Refused, "its token was consumed");
    assert_eq!(stage.effects(), ["failover-server-group"]);
}

#[test]
fn a_forced_failover_takes_the_place_of_what_has_not_made_a_call() {
    // A planned failover that waits for a person.
    let mut stage = Stage::protected();
    stage.servers(Servers::CannotTell);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    assert_eq!(stage.token(), "t1", "what waits for a person does not hide the token");
    let forced = stage.file(Failover, "target");
    stage.run_until_quiet();
    assert_eq!(
        stage.ended("orders-db-t1"),
        (Ending::Cancelled, Reason::OperationSuperseded)
    );
    assert_eq!(stage.ended(&forced), (Ending::Succeeded, Reason::Succeeded));
    assert_eq!(stage.effects(), ["failover-server-group"]);
    assert_eq!(stage.intent_reason(), Reason::AtPriorityStation);

    // An intent that waits.
    let mut stage = Stage::protected();
    stage.servers(Servers::Running);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    stage.file(Failover, "target");
    stage.run_until_quiet();
    assert_eq!(stage.effects(), ["failover-server-group"]);
}

#[test]
fn a_planned_failover_whose_call_does_not_leave_does_not_block_a_forced_one() {
    let mut stage = Stage::protected();
    stage.luck(Mishap::TurnedAway {
        after_seconds: Some(600),
    });
    stage.intent("target", "t1");
    stage.run_until_quiet();
    assert_eq!(stage.standing(), (ConditionType::Reconciling, Reason::CallTurnedAway));
    assert_eq!(stage.token(), "t1", "nothing has left: the token stands again");
    let forced = stage.file(Failover, "target");
    stage.run_until_quiet();
    assert_eq!(stage.ended(&forced), (Ending::Succeeded, Reason::Succeeded));
    assert_eq!(
        stage.ended("orders-db-t1"),
        (Ending::Cancelled, Reason::OperationSuperseded)
    );
    assert_eq!(stage.effects(), ["failover-server-group"]);
}

#[test]
fn a_planned_failover_that_has_left_refuses_a_forced_one() {
    let mut stage = Stage::protected();
    stage.fate(Fate::Stalls);
    stage.intent("target", "t1");
    stage.pass();
    let forced = stage.file(Failover, "target");
    stage.pass();
    stage.run_until_quiet();
    // It was filed while the token was still shown, and superseded the planned one before its call; filed later it is refused.
    assert_eq!(
        stage.ended("orders-db-t1"),
        (Ending::Cancelled, Reason::OperationSuperseded)
    );
    assert_eq!(stage.state(&forced).0, State::Running);
    let late = stage.file_with(Failover, "target", |r| r.token = Some(Token::quoted("t1")));
    stage.run_until_quiet();
    assert_eq!(stage.ended(&late), (Ending::Refused, Reason::TokenConsumed));
}

#[test]
fn a_forced_failover_whose_author_saw_another_state_does_not_run() {
    for flips in [1, 2] {
        let mut stage = Stage::protected();
        stage.servers(Servers::CannotTell);
        stage.intent("target", "t1");
        stage.run_until_quiet();
        for _ in 0..flips {
            stage.console_flip();
        }
        let target = if flips == 1 { "source" } else { "target" };
        stage.file(Failover, target);
        stage.run_until_quiet();
        assert_eq!(stage.calls(), NOTHING, "{flips} flips");
        assert_eq!(stage.token(), "t2");
    }
}
