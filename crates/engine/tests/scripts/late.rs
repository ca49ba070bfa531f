//! Calls that may still arrive after their operation has ended, and what the journal takes.
//! It must not test how a doubt ends.

use crate::stage::Stage;
use crate::stage::mutant::Mutant;
use crate::stage::provider::{At, Mishap};
use crate::stage::view::DEAD_SECONDS;
use stationmaster_engine::CallOutcome;
use stationmaster_engine::journal::{self, Lost};
use stationmaster_engine::ledger::{Ending, PENDING_CALLS, PendingCall};
use stationmaster_engine::report::{ConditionType, State};
use stationmaster_engine::{DecisionAction, OperationType, Reason, Resolution, Station};

use OperationType::{Failover, Reprotect};

const NAME: &str = "orders-db-t1";
const DEAD: i64 = DEAD_SECONDS as i64;

// Calls that may still arrive after their operation has ended.

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

#[test]
fn an_answer_has_a_place_only_where_nothing_is_known() {
    let mut stage = Stage::protected();
    stage.intent("target", "t1");
    stage.pass();
    stage.dies_at = Some(stage.points.len() + 2);
    stage.pass();
    let ledger = stage.ledger();
    let step = "ReverseServerGroup";
    let taken = || CallOutcome::Accepted {
        jobs: vec!["job-7".to_owned()],
    };
    let write =
        |ledger: &_, name: &str, step: &str, attempt| journal::answer(ledger, name, step, attempt, taken(), stage.now);
    assert_eq!(
        write(ledger, "another", step, 1),
        Err(Lost::NoOperation("another".to_owned()))
    );
    let known = |step: &str, attempt| Lost::Known {
        step: step.to_owned(),
        attempt,
    };
    assert_eq!(write(ledger, NAME, step, 2), Err(known(step, 2)));
    assert_eq!(write(ledger, NAME, "NoSuchStep", 1), Err(known("NoSuchStep", 1)));
    assert_eq!(write(ledger, NAME, "VerifyOutcome", 1), Err(known("VerifyOutcome", 1)));
    let written = write(ledger, NAME, step, 1).unwrap();
    assert_eq!(written.operation.as_ref().unwrap().jobs_of(step), ["job-7"]);
    assert_eq!(
        write(&written, NAME, step, 1),
        Err(known(step, 1)),
        "a fact is not overwritten"
    );
}

#[test]
fn what_a_provider_says_is_cut_when_it_is_written_down() {
    let mut stage = Stage::protected();
    stage.intent("target", "t1");
    stage.pass();
    stage.dies_at = Some(stage.points.len() + 2);
    stage.pass();
    let long = "ü".repeat(4_000);
    for outcome in [
        CallOutcome::Refused {
            code: long.clone(),
            message: long.clone(),
        },
        CallOutcome::TurnedAway {
            reason: Reason::ProviderError,
            message: long.clone(),
            after_seconds: Some(u64::MAX),
        },
        CallOutcome::NotSent {
            reason: Reason::ProviderError,
            message: long.clone(),
        },
        CallOutcome::Ambiguous { message: long.clone() },
    ] {
        let ledger = journal::answer(stage.ledger(), NAME, "ReverseServerGroup", 1, outcome, stage.now).unwrap();
        let size = serde_json::to_string(&ledger).unwrap().len();
        assert!(size < 6_000, "{size} bytes");
    }
}

#[test]
fn the_way_out_is_told_however_long_the_providers_message_is() {
    let mut stage = Stage::protected();
    stage.intent("target", "t1");
    stage.pass();
    stage.dies_at = Some(stage.points.len() + 2);
    stage.pass();
    stage.dies_at = None;
    let outcome = CallOutcome::Ambiguous {
        message: "no answer ".repeat(60),
    };
    let ledger = journal::answer(stage.ledger(), NAME, "ReverseServerGroup", 1, outcome, stage.now).unwrap();
    stage.ledger = Some(ledger);
    stage.run_until_quiet();
    let message = stage.message(ConditionType::Stalled);
    assert!(message.contains("Executed, NotExecuted or Abandon"), "{message}");
}
