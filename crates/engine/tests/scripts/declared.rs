//! What a plan declares of its calls, as the engine heeds it: one that follows the move, how long a check holds, one that is harmless twice.
//! It must not test what a provider must declare: the contract says that.

use crate::stage::Stage;
use crate::stage::classes::NOT_REPEATED;
use crate::stage::provider::{At, Count, JOB_SECONDS, Mishap, Servers};
use crate::stage::view::DEAD_SECONDS;
use stationmaster_engine::OperationType::{self, DisableProtection, PlannedFailover, Reprotect};
use stationmaster_engine::ledger::Ending;
use stationmaster_engine::report::{ConditionType, State};
use stationmaster_engine::{ActiveStation, Reason, Resolution, Station};

const NAME: &str = "orders-db-t1";

fn confirming() -> Stage {
    let mut stage = Stage::protected();
    let variant = stage.provider.variant();
    (variant.after_move, variant.partway) = (true, true);
    stage
}

#[test]
fn a_move_is_confirmed_where_the_plan_says_so_and_is_a_success_only_then() {
    let mut stage = confirming();
    stage.intent("target", "t1");
    stage.run_until_quiet();
    assert_eq!(stage.calls(), ["reverse-server-group", "confirm-server-group"]);
    assert_eq!(stage.ended(NAME), (Ending::Succeeded, Reason::Succeeded));
}

#[test]
fn a_confirmation_that_never_arrived_is_made_again_once_that_is_proven() {
    let mut stage = confirming();
    stage.provider.variant().resolution = Resolution::Evidence;
    stage.intent("target", "t1");
    while stage.sends.is_empty() {
        stage.pass();
    }
    stage.luck(Mishap::never());
    stage.run_until_quiet();
    stage.wait(i64::from(DEAD_SECONDS));
    let confirm = "confirm-server-group";
    assert_eq!(stage.calls(), ["reverse-server-group", confirm, confirm]);
    assert_eq!(stage.ended(NAME), (Ending::Succeeded, Reason::Succeeded));
}

/// Production has moved, and the operator has not looked since.
fn moved() -> Stage {
    let mut stage = confirming();
    stage.intent("target", "t1");
    for _ in 0..2 {
        stage.pass();
    }
    assert_eq!(stage.effects(), ["reverse-server-group"]);
    stage.sleep(JOB_SECONDS);
    assert_eq!(stage.provider.at, At::Moved(PlannedFailover));
    stage
}

#[test]
fn what_follows_a_move_is_not_made_where_production_has_gone_back() {
    let mut stage = moved();
    stage.provider.station = Station::Source;
    stage.provider.foreign(At::Moved(PlannedFailover));
    stage.run_until_quiet();
    assert_eq!(stage.calls(), ["reverse-server-group"]);
    assert_eq!(stage.ended(NAME), (Ending::Failed, Reason::ExternalRoleChange));
    let completed = stage.ledger().completed.last().unwrap();
    assert_eq!(
        completed.message,
        "production runs at source and not at the target: no call is made"
    );
}

#[test]
fn what_follows_a_move_is_not_waited_for_without_an_end_where_the_move_is_not_shown() {
    let mut stage = moved();
    stage.provider.disguise = Some(ActiveStation::Mixed);
    stage.pass();
    assert_eq!(
        stage.standing(),
        (ConditionType::Reconciling, Reason::ActiveStationUnknown)
    );
    stage.run_until_quiet();
    assert_eq!(stage.calls(), ["reverse-server-group"]);
    assert_eq!(stage.ended(NAME), (Ending::Failed, Reason::OutcomeDiffers));
    let message = &stage.ledger().completed.last().unwrap().message;
    assert_eq!(message, "production was to run at target by now (status unconfirmed)");
}

#[test]
fn a_check_binds_the_calls_that_it_was_declared_for_and_none_after_them() {
    let mut stage = moved();
    stage.servers(Servers::CannotTell);
    stage.run_until_quiet();
    assert_eq!(stage.calls(), ["reverse-server-group", "confirm-server-group"]);
    assert_eq!(stage.ended(NAME), (Ending::Succeeded, Reason::Succeeded));
}

/// The last call of an operation got lost for good; so many calls left in the end, and how it stands.
fn lost_for_good(edit: impl FnOnce(&mut Stage), operation: OperationType) -> (usize, State) {
    let at = if operation == Reprotect {
        At::FailedOver
    } else {
        At::Protected
    };
    let mut stage = Stage::unseen(at);
    stage.provider.variant().harmless = true;
    // No time and no sameness is a proof.
    stage.provider.variant().dead_time_seconds = None;
    edit(&mut stage);
    stage.run_until_quiet();
    stage.luck(Mishap::never());
    let name = stage.file(operation, "source");
    stage.run_until_quiet();
    (stage.calls().len(), stage.state(&name).0)
}

#[test]
fn a_lost_call_is_made_again_where_a_second_one_does_nothing() {
    let succeeded = State::Ended(Ending::Succeeded);
    for resolution in NOT_REPEATED {
        let class = |s: &mut Stage| s.provider.variant().resolution = resolution;
        assert_eq!(
            lost_for_good(class, DisableProtection),
            (2, succeeded),
            "{resolution:?}"
        );
        let once = |s: &mut Stage| {
            class(s);
            s.provider.variant().harmless = false;
        };
        assert_eq!(
            lost_for_good(once, DisableProtection),
            (1, State::InDoubt),
            "{resolution:?}: a second one could do something"
        );
        let blind = |s: &mut Stage| {
            class(s);
            s.provider.variant().revision = false;
        };
        assert_eq!(
            lost_for_good(blind, DisableProtection),
            (1, State::InDoubt),
            "{resolution:?}: nobody would see that its effect was undone"
        );
        let two = |s: &mut Stage| {
            class(s);
            s.provider.variant().calls = Count::Two;
        };
        assert_eq!(
            lost_for_good(two, Reprotect),
            (1, State::InDoubt),
            "{resolution:?}: another call follows"
        );
    }
}
