//! Calls that may still arrive after their operation has ended.
//! It must not test how a doubt ends.

use crate::stage::Stage;
use crate::stage::mutant::Mutant;
use crate::stage::provider::{At, Mishap};
use crate::stage::view::DEAD_SECONDS;
use stationmaster_engine::ledger::{Ending, PENDING_CALLS, PendingCall};
use stationmaster_engine::report::{ConditionType, State};
use stationmaster_engine::{DecisionAction, OperationType, Reason, Resolution, Station};

use OperationType::{Failover, Reprotect};

const NAME: &str = "orders-db-t1";
const DEAD: i64 = DEAD_SECONDS as i64;

/// The answer to a forced failover is lost on the way there, somebody fails over at the console, and the effect is adopted. The call itself
/// arrives after `arrives_after` seconds.
fn overtaken(arrives_after: i64, dead_time: Option<u32>, mutant: Mutant) -> Stage {
    let mut stage = Stage::unseen(At::Protected);
    stage.provider.variant().dead_time_seconds = dead_time;
    stage.mutant = mutant;
    stage.run_until_quiet();
    stage.luck(Mishap::RequestLost {
        arrives_after: Some(arrives_after),
    });
    let name = stage.file(Failover, "target");
    stage.pass();
    stage.provider.station = Station::Target;
    stage.provider.foreign(At::FailedOver);
    stage.run_until_quiet();
    assert_eq!(stage.ended(&name), (Ending::Succeeded, Reason::AdoptedByEffect));
    stage
}

#[test]
fn a_reprotection_waits_until_a_late_call_is_dead() {
    let mut stage = overtaken(DEAD - 30, Some(DEAD_SECONDS), Mutant::None);
    let name = stage.file(Reprotect, "target");
    stage.run_until_quiet();
    assert_eq!(stage.state(&name), (State::Waiting, Reason::PendingCall));
    stage.wait(DEAD);
    assert_eq!(stage.ended(&name), (Ending::Succeeded, Reason::Succeeded));
    assert_eq!(
        stage.effects(),
        ["start-server-group"],
        "the pending call found a failed-over group"
    );
    assert_eq!(stage.ledger().active.known(), Some(Station::Target));
}

#[test]
fn a_role_change_that_may_be_a_late_effect_is_told_as_that_of_its_operation() {
    let mut stage = overtaken(DEAD, None, Mutant::None);
    assert!(stage.ledger().pending_calls.iter().any(|call| call.moves));
    stage.console_flip();
    stage.run_until_quiet();
    let told = stage.notices.iter().find(|n| n.reason == Reason::ExternalRoleChange);
    let said = "may be the late effect of failover-server-group of operation failover-1";
    assert!(told.is_some_and(|n| n.message.contains(said)), "{told:?}");
}

#[test]
fn without_that_wait_the_late_call_moves_production_back() {
    let mut stage = overtaken(DEAD - 30, Some(DEAD_SECONDS), Mutant::ForgetsPendingCalls);
    stage.file(Reprotect, "target");
    stage.run_until_quiet();
    stage.wait(DEAD);
    assert_eq!(
        stage.effects(),
        ["start-server-group", "failover-server-group"],
        "this is what the wait is for"
    );
    assert_eq!(stage.provider.station, Station::Source);
}

#[test]
fn where_no_bound_is_known_a_person_excludes_the_late_call() {
    let mut stage = overtaken(100_000, None, Mutant::None);
    let name = stage.file_with(Reprotect, "target", |r| {
        r.not_after = Some(r.created_at + jiff::SignedDuration::from_hours(99))
    });
    stage.wait(20 * DEAD);
    assert_eq!(stage.state(&name), (State::Waiting, Reason::AwaitingConfirmation));
    assert_eq!(stage.operations[&name].steps[0].name, "PendingCallExcluded");
    assert_eq!(stage.effects().len(), 0);
    stage.answer(DecisionAction::Confirm);
    stage.run_until_quiet();
    assert_eq!(stage.ended(&name), (Ending::Succeeded, Reason::Succeeded));
    assert!(stage.ledger().pending_calls.is_empty(), "it is asked once");
}

#[test]
fn each_late_call_has_a_question_of_its_own_and_a_yes_forgets_no_other() {
    let mut stage = overtaken(DEAD, None, Mutant::None);
    let name = "n".repeat(253);
    let mut second = stage.ledger().pending_calls[0].clone();
    second.operation.clone_from(&name);
    stage.ledger.as_mut().unwrap().pending_calls.push(second);
    let reprotect = stage.file(Reprotect, "target");
    stage.run_until_quiet();
    let steps = |stage: &Stage| stage.operations[&reprotect].steps.clone();
    assert_eq!(steps(&stage)[1].name, "PendingCallExcluded2");
    stage.answer(DecisionAction::Confirm);
    stage.run_until_quiet();
    let left = |stage: &Stage| {
        stage
            .ledger()
            .pending_calls
            .iter()
            .map(|c| c.operation.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(left(&stage), [name.as_str()], "the other was not asked about");
    assert!(
        steps(&stage)[1].message.contains(&name),
        "who is asked reads which one is meant"
    );
    stage.answer(DecisionAction::Confirm);
    stage.run_until_quiet();
    assert!(left(&stage).is_empty());
}

#[test]
fn a_yes_to_another_question_excludes_no_late_call() {
    let mut stage = overtaken(100_000, None, Mutant::None);
    stage.provider.foreign(At::Protected);
    stage.run_until_quiet();
    stage.provider.variant().person = true;
    stage.file(Failover, "source");
    stage.run_until_quiet();
    assert_eq!(stage.said(Reason::AwaitingConfirmation), 1);
    stage.answer(DecisionAction::Confirm);
    stage.pass();
    assert_eq!(stage.calls().len(), 2);
    assert_eq!(stage.ledger().pending_calls.len(), 1, "the first call may still arrive");
}

#[test]
fn every_operation_but_a_forced_failover_waits() {
    // A planned failover is declared not executed, and the next intent waits for the death of the first call.
    let mut stage = Stage::moved(Resolution::Person, Mishap::never());
    stage.answer(DecisionAction::NotExecuted);
    stage.run_until_quiet();
    assert_eq!(stage.ended(NAME), (Ending::Failed, Reason::DeclaredNotExecuted));
    stage.intent("target", &stage.token());
    stage.run_until_quiet();
    assert_eq!(stage.standing(), (ConditionType::Reconciling, Reason::PendingCall));
    let forced = stage.file(Failover, "target");
    stage.run_until_quiet();
    assert_eq!(stage.ended(&forced), (Ending::Succeeded, Reason::Succeeded));
}

#[test]
fn a_call_that_a_person_calls_executed_may_still_arrive() {
    // The request hangs, a person takes it for executed, and the outcome says otherwise.
    let mut stage = Stage::moved(
        Resolution::Person,
        Mishap::RequestLost {
            arrives_after: Some(DEAD - 30),
        },
    );
    stage.answer(DecisionAction::Executed);
    stage.run_until_quiet();
    stage.wait(90);
    assert_eq!(stage.ended(NAME), (Ending::Failed, Reason::OutcomeDiffers));
    assert_eq!(stage.ledger().pending_calls.len(), 1);
    let again = stage.token();
    stage.intent("target", &again);
    stage.run_until_quiet();
    assert_eq!(stage.standing(), (ConditionType::Reconciling, Reason::PendingCall));
}

#[test]
fn a_dead_late_call_is_forgotten() {
    let mut stage = Stage::moved(Resolution::Person, Mishap::never());
    stage.answer(DecisionAction::Abandon);
    stage.run_until_quiet();
    assert_eq!(stage.ledger().pending_calls.len(), 1);
    let dead_at = stage.ledger().pending_calls[0].dead_at.unwrap();
    stage.sleep(dead_at.as_second() - stage.now.as_second() - 1);
    stage.pass();
    assert_eq!(stage.ledger().pending_calls.len(), 1);
    stage.sleep(1);
    stage.pass();
    assert_eq!(stage.ledger().pending_calls.len(), 0);
    // At the very moment of its death it is none any more.
    let mut stage = Stage::protected();
    stage.provider.variant().resolution = Resolution::Person;
    stage.luck(Mishap::never());
    stage.intent("target", "t1");
    stage.pass();
    stage.pass();
    stage.sleep(DEAD);
    stage.pass();
    stage.provider.unseen = Some((Reason::ProviderUnreachable, "no route"));
    stage.answer(DecisionAction::Abandon);
    stage.pass();
    assert_eq!(stage.ended(NAME), (Ending::Unknown, Reason::Abandoned));
    assert_eq!(stage.ledger().pending_calls.len(), 0);
}

#[test]
fn the_list_of_late_calls_has_an_end_and_keeps_what_counts() {
    let mut ledger = Stage::protected().ledger().clone();
    let at = |seconds: i64| crate::stage::begin() + jiff::SignedDuration::from_secs(seconds);
    let late = |operation: String, dead_at| PendingCall {
        moves: false,
        operation,
        action: "a".to_owned(),
        recorded_at: at(0),
        dead_at,
    };
    ledger.owe(late("unbounded".to_owned(), None));
    ledger.owe(late("last to die".to_owned(), Some(at(9_999))));
    for i in 0..100 {
        ledger.owe(late(format!("late-{i}"), Some(at(i))));
    }
    assert_eq!(ledger.pending_calls.len(), PENDING_CALLS);
    assert!(ledger.pending_calls.iter().any(|c| c.operation == "unbounded"));
    assert!(ledger.pending_calls.iter().any(|c| c.operation == "last to die"));
    for i in 0..100 {
        ledger.owe(late(format!("unbounded-{i}"), None));
    }
    assert_eq!(ledger.pending_calls.len(), PENDING_CALLS);
    assert!(ledger.pending_calls.iter().any(|c| c.operation == "last to die"));
    assert!(ledger.pending_calls.iter().any(|c| c.operation == "unbounded-99"));
}

// The journal alone.
