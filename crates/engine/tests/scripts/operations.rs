//! Operations once they run: each type, calls that do not leave, two calls, the last look.
//! It must not test lost answers: they have a module of their own.

use crate::stage::Stage;
use crate::stage::provider::{At, Count, Mishap, Servers};
use stationmaster_engine::Watch;
use stationmaster_engine::ledger::Ending;
use stationmaster_engine::report::{ConditionStatus, ConditionType};
use stationmaster_engine::{ActiveStation, OperationType, Reason};

use OperationType::{DisableProtection, EnableProtection, Failover, Reprotect};

/// The whole life of a group: moved, moved back, forced over, re-protected, moved back.
#[test]
fn every_type_in_a_life() {
    let mut stage = Stage::at(At::Available);
    let enable = stage.file(EnableProtection, "source");
    stage.run_until_quiet();
    assert_eq!(stage.ended(&enable), (Ending::Succeeded, Reason::Succeeded));
    stage.intent("target", &stage.token());
    stage.run_until_quiet();
    stage.intent("source", &stage.token());
    stage.run_until_quiet();
    let forced = stage.file(Failover, "target");
    stage.run_until_quiet();
    assert_eq!(stage.ended(&forced), (Ending::Succeeded, Reason::Succeeded));
    assert_eq!(
        stage.standing(),
        (ConditionType::Ready, Reason::FailedOver),
        "not protected is no fault"
    );
    assert_eq!(
        stage.condition(ConditionType::Protected),
        Some((ConditionStatus::False, Reason::FailedOver))
    );
    assert_eq!(
        stage.intent_reason(),
        Reason::TokenConsumed,
        "Git still says source, and nothing fails back"
    );
    let reprotect = stage.file(Reprotect, "target");
    stage.run_until_quiet();
    assert_eq!(stage.ended(&reprotect), (Ending::Succeeded, Reason::Succeeded));
    stage.intent("source", &stage.token());
    stage.run_until_quiet();
    let disable = stage.file(DisableProtection, "source");
    stage.run_until_quiet();
    assert_eq!(stage.ended(&disable), (Ending::Succeeded, Reason::Succeeded));
    assert_eq!(
        stage.effects(),
        [
            "start-server-group",
            "reverse-server-group",
            "reverse-server-group",
            "failover-server-group",
            "start-server-group",
            "reverse-server-group",
            "stop-server-group"
        ]
    );
    assert_eq!(stage.calls(), stage.effects(), "nothing was sent in vain");
    assert_eq!(stage.ledger().active, ActiveStation::Source);
    assert_eq!(
        stage.said(Reason::ExternalRoleChange) + stage.said(Reason::StateChanged),
        0
    );
}

#[test]
fn at_rest_nothing_is_written_however_often_is_looked() {
    let mut stage = Stage::protected();
    stage.intent("target", "t1");
    stage.run_until_quiet();
    let (ledgers, statuses) = (stage.ledger_writes, stage.status_writes);
    for _ in 0..200 {
        assert!(!stage.pass().changed);
        stage.sleep(7);
    }
    assert_eq!((stage.ledger_writes, stage.status_writes), (ledgers, statuses));
}

#[test]
fn at_rest_the_group_is_only_listed() {
    use stationmaster_engine::Depth;
    let mut stage = Stage::protected();
    assert_eq!(stage.look().depth, Depth::Listed);
    stage.intent("source", "t1");
    stage.run_until_quiet();
    assert_eq!(
        stage.look().depth,
        Depth::Listed,
        "a present token at the active station asks for nothing"
    );
    stage.intent("target", "t0");
    stage.run_until_quiet();
    assert_eq!(stage.look().depth, Depth::Listed, "a held intent asks for nothing");
    stage.servers(Servers::Running);
    stage.intent("target", "t1");
    assert_eq!(stage.look().depth, Depth::Full);
    stage.run_until_quiet();
    assert_eq!(stage.look().depth, Depth::Full);
    // Operations that ended long ago, of which the ledger knows nothing any more.
    let mut stage = Stage::protected();
    stage.file(DisableProtection, "source");
    stage.run_until_quiet();
    stage.ledger = None;
    stage.run_until_quiet();
    assert!(stage.requests[0].ended);
    assert_eq!(stage.look().depth, Depth::Listed);
}

#[test]
fn servers_that_start_between_the_check_and_the_call_open_the_step_again() {
    let mut stage = Stage::protected();
    stage.luck(Mishap::TurnedAway {
        after_seconds: Some(300),
    });
    stage.intent("target", "t1");
    stage.run_until_quiet();
    stage.servers(Servers::Running);
    stage.wait(300);
    assert_eq!(
        stage.standing(),
        (ConditionType::Reconciling, Reason::Other("ServersRunning"))
    );
    assert_eq!(stage.effects().len(), 0);
    stage.servers(Servers::Stopped);
    stage.run_until_quiet();
    assert_eq!(stage.effects(), ["reverse-server-group"]);
}

#[test]
fn servers_that_cannot_be_read_any_more_are_asked_of_a_person_before_the_call() {
    let mut stage = Stage::protected();
    stage.luck(Mishap::TurnedAway {
        after_seconds: Some(300),
    });
    stage.intent("target", "t1");
    stage.run_until_quiet();
    stage.servers(Servers::CannotTell);
    stage.wait(300);
    assert_eq!(
        stage.standing(),
        (ConditionType::Reconciling, Reason::AwaitingConfirmation)
    );
    assert_eq!(stage.calls().len(), 1, "what was read earlier is not read now");
    stage.answer(stationmaster_engine::DecisionAction::Confirm);
    stage.run_until_quiet();
    assert_eq!(stage.effects(), ["reverse-server-group"]);
}

#[test]
fn an_operation_of_two_calls_makes_each_once() {
    let mut stage = Stage::unseen(At::FailedOver);
    stage.provider.variant().calls = Count::Two;
    stage.run_until_quiet();
    let name = stage.file(Reprotect, "source");
    stage.run_until_quiet();
    assert_eq!(stage.ended(&name), (Ending::Succeeded, Reason::Succeeded));
    assert_eq!(stage.effects(), ["restore-link", "begin-recovery"]);
}

#[test]
fn an_operation_of_two_calls_that_has_begun_is_carried_to_its_end() {
    let mut stage = Stage::unseen(At::FailedOver);
    stage.provider.variant().calls = Count::Two;
    stage.run_until_quiet();
    let name = stage.file_with(Reprotect, "source", |r| {
        r.not_after = Some(r.created_at + jiff::SignedDuration::from_secs(5));
    });
    stage.pass();
    stage.delete(&name);
    stage.run_until_quiet();
    assert_eq!(
        stage.effects(),
        ["restore-link", "begin-recovery"],
        "neither notAfter nor a deletion stops it half-way"
    );
    // Suspension does: nothing is lost by it, and it goes on afterwards.
    let mut stage = Stage::unseen(At::FailedOver);
    stage.provider.variant().calls = Count::Two;
    stage.run_until_quiet();
    stage.file(Reprotect, "source");
    stage.pass();
    stage.suspend(true);
    stage.run_until_quiet();
    assert_eq!(stage.effects(), ["restore-link"]);
    assert_eq!(stage.standing(), (ConditionType::Reconciling, Reason::Suspended));
    stage.suspend(false);
    stage.run_until_quiet();
    assert_eq!(stage.effects(), ["restore-link", "begin-recovery"]);
}

#[test]
fn names_stay_legal_however_long_the_groups_is() {
    let mut stage = Stage::unseen(At::Protected);
    stage.group.name = format!("{}.{}", "a".repeat(242), "b".repeat(10));
    stage.run_until_quiet();
    stage.intent("target", "t1");
    stage.run_until_quiet();
    let name = &stage.requests[0].name;
    assert!(
        name.len() <= 253 && name.ends_with("-t1") && !name.contains(".-"),
        "{name}"
    );
    assert_eq!(stage.effects(), ["reverse-server-group"]);
}

#[test]
fn the_last_look_asks_for_a_full_reading_of_the_recorded_call() {
    use stationmaster_engine::{Depth, gate};
    let mut stage = Stage::protected();
    stage.intent("target", "t1");
    stage.pass();
    stage.dies_at = Some(stage.points.len() + 2);
    stage.pass();
    let full = crate::stage::view::observe(&stage.provider, Depth::Full);
    let listed = crate::stage::view::observe(&stage.provider, Depth::Listed);
    let step = "ReverseServerGroup";
    assert_eq!(
        gate::still_true(stage.ledger(), step, 1, &full, Watch::default()),
        Ok(())
    );
    assert_eq!(
        gate::still_true(stage.ledger(), step, 1, &listed, Watch::default())
            .unwrap_err()
            .reason,
        Reason::NotObserved
    );
    assert_eq!(
        gate::still_true(stage.ledger(), step, 2, &full, Watch::default())
            .unwrap_err()
            .reason,
        Reason::CallWithheld
    );
    assert_eq!(
        gate::still_true(stage.ledger(), "VerifyOutcome", 1, &full, Watch::default())
            .unwrap_err()
            .reason,
        Reason::CallWithheld
    );
    let mut running = full.clone();
    stage.servers(Servers::Running);
    running.facts = crate::stage::view::observe(&stage.provider, Depth::Full).facts;
    assert_eq!(
        gate::still_true(stage.ledger(), step, 1, &running, Watch::default())
            .unwrap_err()
            .reason,
        Reason::Other("ServersRunning")
    );
    let mut forced = Stage::protected();
    forced.file(Failover, "target");
    forced.dies_at = Some(forced.points.len() + 2);
    forced.pass();
    let step = "FailoverServerGroup";
    assert_eq!(
        gate::still_true(forced.ledger(), step, 1, &listed, Watch::default())
            .unwrap_err()
            .reason,
        Reason::NotObserved
    );
    assert_eq!(
        gate::still_true(forced.ledger(), step, 1, &full, Watch::default()),
        Ok(())
    );
    let step = "ReverseServerGroup";
    let mut closed = full;
    closed.permits.clear();
    assert_eq!(
        gate::still_true(stage.ledger(), step, 1, &closed, Watch::default())
            .unwrap_err()
            .reason,
        Reason::UnknownProviderState
    );
}
