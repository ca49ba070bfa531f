//! A suspended group: every call is stopped, and no observation is.
//! They must not test what holds an intent otherwise; `held` does.

use crate::stage::Stage;
use crate::stage::provider::Servers;
use stationmaster_engine::report::{ConditionStatus, ConditionType};
use stationmaster_engine::{ActiveStation, DecisionAction, Reason};

const NOTHING: [&str; 0] = [];

#[test]
fn suspend_stops_every_call_and_no_observation() {
    let mut stage = Stage::protected();
    stage.suspend(true);
    stage.pass();
    stage.intent("target", "t1");
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING);
    assert_eq!(
        stage.condition(ConditionType::IntentCurrent),
        Some((ConditionStatus::False, Reason::Suspended))
    );
    stage.suspend(false);
    stage.run_until_quiet();
    assert_eq!(stage.effects(), ["reverse-server-group"]);
    stage.suspend(true);
    stage.console_flip();
    stage.run_until_quiet();
    assert_eq!(stage.ledger().active, ActiveStation::Source);
}

#[test]
fn suspend_between_confirmation_and_call_holds_the_call() {
    let mut stage = Stage::protected();
    stage.servers(Servers::CannotTell);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    stage.suspend(true);
    stage.answer(DecisionAction::Confirm);
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING);
    assert_eq!(stage.standing(), (ConditionType::Reconciling, Reason::Suspended));
    stage.suspend(false);
    stage.run_until_quiet();
    assert_eq!(stage.effects(), ["reverse-server-group"]);
}
