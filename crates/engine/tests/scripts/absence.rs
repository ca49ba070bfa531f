//! What was asked for before a time in which no operator was watching is held.
//! It must not test how such a time is noticed: the shell tells it.

use crate::stage::Stage;
use crate::stage::provider::{At, Fate, Mishap, Servers};
use jiff::{SignedDuration, Timestamp};
use stationmaster_engine::ledger::Ending;
use stationmaster_engine::{DecisionAction, OperationType, Reason};

const NOTHING: [&str; 0] = [];

/// The operator is back after an hour.
fn back_after_an_hour(stage: &mut Stage) {
    stage.sleep(3600);
    stage.absent_until = Some(stage.now);
}

#[test]
fn an_intent_that_was_made_or_was_waiting_meanwhile_is_held() {
    for waits_before in [true, false] {
        let mut stage = Stage::protected();
        stage.servers(Servers::Running);
        stage.intent("target", "t1");
        if waits_before {
            stage.run_until_quiet();
        }
        stage.group.starting_deadline_seconds = 100_000;
        back_after_an_hour(&mut stage);
        stage.servers(Servers::Stopped);
        stage.run_until_quiet();
        assert_eq!(stage.calls(), NOTHING, "waits before: {waits_before}");
        assert_eq!(stage.intent_reason(), Reason::OperatorAbsent);
        assert_eq!(stage.token(), "t2");
        let until = format!("No operator was watching until {}", stage.absent_until.unwrap());
        assert!(stage.told().contains(&until), "{}", stage.told());
    }
}

#[test]
fn an_operation_that_has_made_no_call_is_taken_back() {
    let mut stage = Stage::protected();
    stage.servers(Servers::CannotTell);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    back_after_an_hour(&mut stage);
    stage.answer(DecisionAction::Confirm);
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING);
    assert_eq!(stage.ended("orders-db-t1"), (Ending::Cancelled, Reason::OperatorAbsent));
}

#[test]
fn a_call_that_has_left_is_followed_to_its_end() {
    let mut stage = Stage::protected();
    stage.intent("target", "t1");
    stage.pass();
    stage.pass();
    assert_eq!(stage.calls(), ["reverse-server-group"]);
    back_after_an_hour(&mut stage);
    stage.run_until_quiet();
    assert_eq!(stage.effects(), ["reverse-server-group"]);
    assert_eq!(stage.ended("orders-db-t1"), (Ending::Succeeded, Reason::Succeeded));
}

#[test]
fn a_call_that_proves_to_have_done_nothing_is_not_made_again() {
    let mut stage = Stage::protected();
    stage.luck(Mishap::RequestLost { arrives_after: None });
    stage.intent("target", "t1");
    stage.pass();
    stage.pass();
    assert_eq!(stage.calls(), ["reverse-server-group"]);
    stage.absent_until = Some(stage.now);
    stage.wait(3600);
    assert_eq!(stage.calls(), ["reverse-server-group"]);
    assert_eq!(stage.effects(), NOTHING);
    assert_eq!(stage.ended("orders-db-t1").0, Ending::Cancelled);
}

/// Production is moved at the console, and back, and the revision is as before.
fn stage_stays(stage: &mut Stage) {
    for _ in 0..2 {
        let revision = stage.provider.revision;
        stage.console_flip();
        stage.provider.revision = revision;
        stage.run_until_quiet();
    }
}

#[test]
fn a_forced_failover_stands_after_an_absence_only_where_nothing_has_changed() {
    // The status still shows t1 when it is filed.
    let asked = |revision: bool| {
        let mut stage = Stage::unseen(At::Protected);
        stage.provider.variant().revision = revision;
        stage.run_until_quiet();
        stage.sleep(3600);
        let name = stage.file(OperationType::Failover, "target");
        stage.absent_until = Some(stage.now);
        (stage, name)
    };
    let (mut same, name) = asked(true);
    same.run_until_quiet();
    assert_eq!(same.said(Reason::OperatorAbsent), 1, "an intent is held all the same");
    assert_eq!(same.ended(&name), (Ending::Succeeded, Reason::Succeeded));
    let (mut back, name) = asked(true);
    back.console_flip();
    back.console_flip();
    back.run_until_quiet();
    assert_eq!(back.ended(&name), (Ending::Refused, Reason::TokenStale));
    // A revision that was seen to stay where it should have moved tells nothing.
    let mut stays = Stage::protected();
    stage_stays(&mut stays);
    stays.sleep(3600);
    let name = stays.file(OperationType::Failover, "target");
    stays.absent_until = Some(stays.now);
    stays.run_until_quiet();
    assert_eq!(stays.ended(&name), (Ending::Refused, Reason::TokenStale));
    // Without a revision nobody can tell that it was not moved there and back.
    let (mut stage, before) = asked(false);
    stage.run_until_quiet();
    assert_eq!(stage.ended(&before), (Ending::Refused, Reason::TokenStale));
    assert!(stage.told().contains("the present one is t2"), "{}", stage.told());
    let after = stage.file(OperationType::Failover, "target");
    stage.run_until_quiet();
    assert_eq!(stage.ended(&after), (Ending::Succeeded, Reason::Succeeded));
}

#[test]
fn each_absence_counts_once_whatever_the_clocks_say() {
    for ahead in [0, 7200, -7200] {
        let mut stage = Stage::protected();
        stage.absent_until = Some(stage.now + SignedDuration::from_secs(ahead));
        stage.run_until_quiet();
        assert_eq!(stage.token(), "t2");
        stage.sleep(60);
        stage.run_until_quiet();
        assert_eq!(stage.token(), "t2", "{ahead} s ahead: it is issued once");
        stage.intent("target", "t2");
        stage.run_until_quiet();
        assert_eq!(stage.effects(), ["reverse-server-group"]);
    }
}

#[test]
fn a_ledger_that_was_put_back_to_before_an_absence_meets_it_again() {
    let mut stage = Stage::protected();
    let old = stage.ledger.clone();
    stage.absent_until = Some(stage.now);
    stage.run_until_quiet();
    stage.ledger = old;
    stage.intent("target", "t1");
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING);
    assert_eq!(stage.intent_reason(), Reason::OperatorAbsent);
}

#[test]
fn a_group_that_is_seen_for_the_first_time_after_it_keeps_its_first_token() {
    let mut stage = Stage::protected();
    stage.ledger = None;
    stage.absent_until = Some(Timestamp::UNIX_EPOCH);
    stage.run_until_quiet();
    let first = stage.token();
    stage.sleep(60);
    stage.run_until_quiet();
    assert_eq!(stage.token(), first);
}

#[test]
fn a_role_that_changed_meanwhile_is_told_as_that() {
    let mut stage = Stage::protected();
    stage.intent("source", "t1");
    stage.run_until_quiet();
    stage.console_flip();
    back_after_an_hour(&mut stage);
    stage.run_until_quiet();
    assert_eq!(stage.intent_reason(), Reason::ExternalRoleChange);
    assert_eq!(stage.token(), "t2");
    assert_eq!(stage.said(Reason::OperatorAbsent), 0, "one cause is told");
}

#[test]
fn while_production_is_moving_an_absence_shows_no_token() {
    let mut stage = Stage::protected();
    stage.fate(Fate::Stalls);
    stage.intent("target", "t1");
    stage.pass();
    stage.pass();
    back_after_an_hour(&mut stage);
    stage.run_until_quiet();
    assert_eq!(stage.calls(), ["reverse-server-group"]);
    assert_eq!(stage.token(), "none");
}
