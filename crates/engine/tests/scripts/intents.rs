//! How an intent is read: tokens, what the two lines mean together, disarming, waiting and lapsing.
//! It must not test what operations do once they run.

use crate::stage::Stage;
use crate::stage::provider::{At, Servers};
use stationmaster_engine::ledger::Ending;
use stationmaster_engine::report::{ConditionStatus, ConditionType};
use stationmaster_engine::{ActiveStation, OperationType, Reason, Station};

const NOTHING: [&str; 0] = [];

// When tokens are issued, and when there is none.

#[test]
fn the_token_is_issued_at_first_sight_consumed_by_the_first_call_and_issued_again_at_the_end() {
    let mut stage = Stage::protected();
    assert_eq!(stage.token(), "t1");
    stage.intent("target", "t1");
    stage.pass();
    assert_eq!(
        stage.token(),
        "t1",
        "recorded, its object is being made, nothing has left"
    );
    stage.pass();
    assert_eq!(stage.token(), "none", "the first call consumes it");
    assert_eq!(stage.calls(), ["reverse-server-group"]);
    stage.run_until_quiet();
    assert_eq!(stage.token(), "t2");
    assert_eq!(stage.ended("orders-db-t1"), (Ending::Succeeded, Reason::Succeeded));
    assert_eq!(stage.ledger().issued.why, Reason::OperationEnded);
}

#[test]
fn a_failed_move_issues_too() {
    let mut stage = Stage::protected();
    stage.fate(crate::stage::provider::Fate::Fails);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    assert_eq!(stage.ended("orders-db-t1"), (Ending::Failed, Reason::JobFailed));
    assert_eq!(stage.token(), "t2");
    assert_eq!(stage.intent_reason(), Reason::TokenConsumed);
}

#[test]
fn reprotect_enable_and_disable_leave_the_token() {
    for (at, operation) in [
        (At::FailedOver, OperationType::Reprotect),
        (At::Available, OperationType::EnableProtection),
        (At::Protected, OperationType::DisableProtection),
    ] {
        let mut stage = Stage::at(at);
        let name = stage.file(operation, "source");
        stage.pass();
        assert_eq!(stage.token(), "t1", "{operation} has been submitted");
        assert_eq!(stage.calls().len(), 1);
        stage.run_until_quiet();
        assert_eq!(stage.ended(&name), (Ending::Succeeded, Reason::Succeeded));
        assert_eq!(stage.token(), "t1", "{operation} has ended");
    }
}

#[test]
fn a_tampered_status_is_mended_and_never_read() {
    let mut stage = Stage::protected();
    let report = stage.report.as_mut().unwrap();
    report.group.token = Some(stationmaster_engine::Token::quoted("forged"));
    stage.intent("target", "forged");
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING);
    assert_eq!(stage.token(), "t1");
    assert_eq!(stage.intent_reason(), Reason::FirstSight);
}

// What the two lines mean together.

#[test]
fn naming_the_active_station_is_fulfilled_with_any_token() {
    for token in ["t1", "an old one"] {
        let mut stage = Stage::protected();
        stage.intent("source", token);
        stage.run_until_quiet();
        let intent = stage.condition(ConditionType::IntentCurrent);
        assert_eq!(intent, Some((ConditionStatus::True, Reason::AtPriorityStation)));
        assert_eq!(stage.calls(), NOTHING);
    }
    let mut stage = Stage::protected();
    stage.intent_without_token("source");
    stage.run_until_quiet();
    assert_eq!(stage.intent_reason(), Reason::AtPriorityStation);
}

#[test]
fn an_intent_with_any_other_token_holds_and_prints_the_lines_that_would_ask() {
    let mut stage = Stage::protected();
    stage.intent("target", "t0");
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING);
    assert_eq!(
        stage.condition(ConditionType::IntentCurrent),
        Some((ConditionStatus::False, Reason::FirstSight))
    );
    let message = stage.message(ConditionType::IntentCurrent).to_owned();
    assert!(
        message.contains("spec.priorityStation: target and spec.priorityToken: t1"),
        "{message}"
    );
    assert!(
        message.contains("to leave it set spec.priorityStation: source"),
        "{message}"
    );
    // The very lines work.
    stage.intent("target", "t1");
    stage.run_until_quiet();
    assert_eq!(stage.effects(), ["reverse-server-group"]);
}

#[test]
fn an_intent_without_a_token_holds() {
    let mut stage = Stage::protected();
    stage.intent_without_token("target");
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING);
    assert_eq!(stage.intent_reason(), Reason::TokenMissing);
    assert_eq!(
        stage.standing(),
        (ConditionType::Ready, Reason::Protected),
        "a held intent is no fault"
    );
}

#[test]
fn an_armed_intent_that_names_the_other_station_now_is_armed_anew() {
    let mut stage = Stage::unseen(At::Protected);
    stage.provider.disguise = Some(ActiveStation::Both);
    stage.run_until_quiet();
    for (station, armed) in [("target", Station::Target), ("source", Station::Source)] {
        stage.intent(station, "t1");
        stage.sleep(60);
        stage.pass();
        let intent = stage.ledger().intent.as_ref().unwrap();
        assert_eq!((intent.station, intent.first_seen), (armed, stage.now));
    }
}

#[test]
fn an_intent_acts_only_on_source_and_target() {
    for shown in [
        ActiveStation::None,
        ActiveStation::Both,
        ActiveStation::Mixed,
        ActiveStation::Unknown,
    ] {
        let mut stage = Stage::unseen(At::Protected);
        stage.provider.disguise = Some(shown);
        stage.run_until_quiet();
        for (intent, token) in [("target", "t1"), ("source", "t1"), ("target", "t0")] {
            stage.intent(intent, token);
            stage.run_until_quiet();
            assert_eq!(stage.calls(), NOTHING, "{shown}");
            assert_eq!(stage.intent_reason(), Reason::ActiveStationUnknown);
            assert_eq!(stage.standing(), (ConditionType::Stalled, Reason::ActiveStationUnknown));
        }
        // It becomes certain where production runs: that is another state, and needs another token.
        stage.intent("target", &stage.token());
        stage.run_until_quiet();
        stage.provider.disguise = None;
        stage.run_until_quiet();
        assert_eq!(stage.calls(), NOTHING);
        assert_eq!(stage.intent_reason(), Reason::ExternalRoleChange);
    }
}

// Disarming always works.

#[test]
fn an_armed_intent_is_disarmed_by_naming_the_active_station_or_nothing() {
    for withdraw in [true, false] {
        let mut stage = Stage::protected();
        stage.servers(Servers::Running);
        stage.intent("target", "t1");
        stage.run_until_quiet();
        assert_eq!(
            stage.standing(),
            (ConditionType::Reconciling, Reason::Other("ServersRunning"))
        );
        match withdraw {
            true => stage.withdraw(),
            false => stage.intent("source", "t1"),
        }
        stage.run_until_quiet();
        assert_eq!(stage.token(), "t2", "a withdrawn intent issues");
        stage.servers(Servers::Stopped);
        // A stale revert to the armed intent finds another token.
        stage.revert(1);
        stage.run_until_quiet();
        assert_eq!(stage.calls(), NOTHING);
        assert_eq!(stage.intent_reason(), Reason::IntentWithdrawn);
    }
}

#[test]
fn an_operation_that_waits_for_a_person_is_disarmed_the_same_way() {
    let mut stage = Stage::protected();
    stage.servers(Servers::CannotTell);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    assert_eq!(
        stage.standing(),
        (ConditionType::Reconciling, Reason::AwaitingConfirmation)
    );
    stage.intent("source", "t1");
    stage.run_until_quiet();
    assert_eq!(
        stage.ended("orders-db-t1"),
        (Ending::Cancelled, Reason::IntentWithdrawn)
    );
    assert_eq!(stage.token(), "t2");
    stage.revert(1);
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING);
}

// Planned, always; it waits, then it lapses.

#[test]
fn a_closed_way_is_waited_for_and_opens() {
    let mut stage = Stage::protected();
    stage.servers(Servers::Running);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    assert_eq!(
        stage.condition(ConditionType::IntentCurrent),
        Some((ConditionStatus::False, Reason::Other("ServersRunning")))
    );
    assert!(stage.message(ConditionType::IntentCurrent).contains("at most 3600 s"));
    stage.servers(Servers::Stopped);
    stage.run_until_quiet();
    assert_eq!(stage.effects(), ["reverse-server-group"]);
}

#[test]
fn an_intent_that_could_not_start_lapses_and_a_stop_next_month_does_not_set_it_off() {
    let mut stage = Stage::protected();
    stage.servers(Servers::Running);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    stage.wait(3600);
    assert_eq!(stage.intent_reason(), Reason::IntentLapsed);
    assert_eq!(stage.token(), "t2");
    stage.wait(30 * 24 * 3600);
    stage.servers(Servers::Stopped);
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING);
}

#[test]
fn a_recorded_operation_lapses_too_whatever_it_waits_for() {
    for creates in [true, false] {
        let mut stage = Stage::protected();
        stage.servers(Servers::CannotTell);
        stage.creates = creates;
        stage.intent("target", "t1");
        stage.run_until_quiet();
        stage.wait(3600);
        assert_eq!(stage.intent_reason(), Reason::IntentLapsed, "creates: {creates}");
        assert_eq!(stage.token(), "t2");
        stage.creates = true;
        stage.servers(Servers::Stopped);
        stage.run_until_quiet();
        assert_eq!(stage.calls(), NOTHING);
    }
}

#[test]
fn a_planned_intent_never_becomes_a_forced_one() {
    let mut stage = Stage::protected();
    stage.provider.unseen = Some((Reason::ProviderUnreachable, "no route"));
    stage.intent("target", "t1");
    stage.run_until_quiet();
    stage.wait(1800);
    stage.provider.unseen = None;
    stage.provider.at = At::Error(OperationType::Failover);
    stage.wait(3600);
    assert_eq!(stage.calls(), NOTHING);
}
