//! What a person answers to a running operation: all seven actions, and the answers that are not taken.
//! It must not test what a lost answer is, only who may end the doubt.

use crate::stage::Stage;
use crate::stage::provider::{Fate, Mishap, Servers};
use stationmaster_engine::ledger::Ending;
use stationmaster_engine::report::{ConditionType, State};
use stationmaster_engine::{DecisionAction, OperationType, Reason};

use DecisionAction::{Abandon, Confirm, Executed, NotExecuted, Retry, Rollback, Skip};

const NOTHING: [&str; 0] = [];

/// A planned failover that waits for a person.
fn asked() -> Stage {
    let mut stage = Stage::protected();
    stage.servers(Servers::CannotTell);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    assert_eq!(
        stage.state("orders-db-t1"),
        (State::Waiting, Reason::AwaitingConfirmation)
    );
    assert_eq!(stage.said(Reason::AwaitingConfirmation), 1);
    stage
}

/// A forced failover of which nobody knows whether it was executed. It was if `executed`.
fn in_doubt(executed: bool) -> (Stage, String) {
    let mut stage = Stage::protected();
    let lost = Mishap::RequestLost { arrives_after: None };
    stage.luck(if executed { Mishap::AnswerLost } else { lost });
    let name = stage.file(OperationType::Failover, "target");
    stage.pass();
    // What is shown tells nothing.
    stage.provider.word = executed.then(|| "pondering".to_owned());
    stage.run_until_quiet();
    assert_eq!(stage.state(&name), (State::InDoubt, Reason::SubmissionUnknown));
    stage.provider.word = None;
    (stage, name)
}

#[test]
fn confirm_lets_the_step_pass_once() {
    let mut stage = asked();
    let decision = stage.answer(Confirm);
    stage.run_until_quiet();
    assert_eq!(stage.answered(&decision), (true, Reason::DecisionAccepted));
    assert_eq!(stage.ended("orders-db-t1"), (Ending::Succeeded, Reason::Succeeded));
    assert_eq!(stage.effects(), ["reverse-server-group"]);
}

#[test]
fn a_confirmation_does_not_outweigh_what_is_seen() {
    // A person confirms that the servers are stopped, and before the call it can be read that one runs.
    let mut stage = asked();
    stage.suspend(true);
    stage.answer(Confirm);
    stage.run_until_quiet();
    stage.servers(Servers::Running);
    stage.suspend(false);
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING);
    assert_eq!(
        stage.standing(),
        (ConditionType::Reconciling, Reason::Other("ServersRunning"))
    );
    // And it does not outlive it: what could be read and cannot any more is asked again.
    stage.servers(Servers::CannotTell);
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING);
    assert_eq!(
        stage.state("orders-db-t1"),
        (State::Waiting, Reason::AwaitingConfirmation)
    );
    assert_eq!(stage.said(Reason::AwaitingConfirmation), 2);
    // The old decision, put back by a backup under a new uid, names another attempt.
    let mut old = stage.decisions[0].clone();
    old.uid = "from-a-backup".into();
    old.ended = false;
    stage.decisions.push(old);
    stage.run_until_quiet();
    assert_eq!(stage.answered("from-a-backup"), (false, Reason::DecisionStale));
    assert_eq!(stage.calls(), NOTHING);
    stage.answer(Confirm);
    stage.run_until_quiet();
    assert_eq!(stage.effects(), ["reverse-server-group"]);
}

#[test]
fn a_fact_that_becomes_readable_needs_no_person() {
    let mut stage = asked();
    stage.servers(Servers::Stopped);
    stage.run_until_quiet();
    assert_eq!(stage.effects(), ["reverse-server-group"]);
}

#[test]
fn abandon_before_the_call_cancels_and_issues() {
    let mut stage = asked();
    let decision = stage.answer_with(Abandon, |a| {
        a.step = String::new();
        a.attempt = 0;
    });
    stage.run_until_quiet();
    assert_eq!(stage.answered(&decision), (true, Reason::DecisionAccepted));
    assert_eq!(stage.ended("orders-db-t1"), (Ending::Cancelled, Reason::Abandoned));
    assert_eq!(stage.calls(), NOTHING);
    assert_eq!(stage.token(), "t2");
    assert_eq!(stage.intent_reason(), Reason::Abandoned);
}

#[test]
fn abandon_after_the_call_ends_unknown() {
    let mut stage = Stage::protected();
    stage.fate(Fate::Stalls);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    stage.answer(Abandon);
    stage.run_until_quiet();
    assert_eq!(stage.ended("orders-db-t1"), (Ending::Unknown, Reason::Abandoned));
    assert_ne!(stage.token(), "none");
}

#[test]
fn executed_is_believed_and_verified() {
    let (mut stage, name) = in_doubt(false);
    stage.answer(Executed);
    stage.run_until_quiet();
    assert_eq!(
        stage.ended(&name),
        (Ending::Failed, Reason::OutcomeDiffers),
        "a word is not the outcome"
    );
    assert_eq!(stage.effects(), NOTHING);

    let (mut stage, name) = in_doubt(true);
    stage.answer(Executed);
    stage.run_until_quiet();
    assert_eq!(stage.ended(&name).0, Ending::Succeeded);
    assert_eq!(stage.effects().len(), 1);
}

#[test]
fn not_executed_ends_the_operation_and_another_may_be_filed() {
    let (mut stage, name) = in_doubt(false);
    let decision = stage.answer(NotExecuted);
    stage.run_until_quiet();
    assert_eq!(stage.answered(&decision), (true, Reason::DecisionAccepted));
    assert_eq!(stage.ended(&name), (Ending::Failed, Reason::DeclaredNotExecuted));
    assert_eq!(stage.calls().len(), 1, "the same operation never calls again");
    let again = stage.file(OperationType::Failover, "target");
    stage.run_until_quiet();
    assert_eq!(
        stage.ended(&again),
        (Ending::Succeeded, Reason::Succeeded),
        "a forced one does not wait"
    );
}

#[test]
fn retry_skip_and_rollback_are_refused() {
    for action in [Retry, Skip, Rollback] {
        let mut stage = asked();
        let decision = stage.answer(action);
        stage.run_until_quiet();
        assert_eq!(
            stage.answered(&decision),
            (false, Reason::DecisionNotApplicable),
            "{action:?}"
        );
        assert_eq!(stage.calls(), NOTHING);
    }
}

#[test]
fn answers_that_do_not_fit_are_refused_and_consumed() {
    type Edit = fn(&mut stationmaster_engine::DecisionRequest);
    let table: [(DecisionAction, Edit, Reason); 8] = [
        (Confirm, |a| a.attempt += 1, Reason::DecisionStale),
        (
            Confirm,
            |a| a.step = "VerifyOutcome".into(),
            Reason::DecisionNotApplicable,
        ),
        (Confirm, |a| a.step = "NoSuchStep".into(), Reason::DecisionNotApplicable),
        (Confirm, |a| a.operation_uid = "another".into(), Reason::DecisionStale),
        (Confirm, |a| a.operation_name = "another".into(), Reason::DecisionStale),
        (Abandon, |a| a.operation_uid = "another".into(), Reason::DecisionStale),
        (Executed, |_| {}, Reason::DecisionNotApplicable),
        (NotExecuted, |_| {}, Reason::DecisionNotApplicable),
    ];
    for (action, edit, reason) in table {
        let mut stage = asked();
        let decision = stage.answer_with(action, edit);
        stage.run_until_quiet();
        assert_eq!(stage.answered(&decision), (false, reason), "{action:?}");
        assert_eq!(stage.calls(), NOTHING);
        assert_eq!(stage.ledger().consumed.len(), 1);
    }
    // Where something else is waited for, where nothing is asked, and where nothing runs.
    let mut stage = asked();
    stage.servers(Servers::Running);
    stage.pass();
    assert_eq!(stage.standing().1, Reason::Other("ServersRunning"));
    let decision = stage.answer(Confirm);
    stage.run_until_quiet();
    assert_eq!(stage.answered(&decision), (false, Reason::DecisionNotApplicable));
    let (mut stage, _) = in_doubt(false);
    let decision = stage.answer(Confirm);
    stage.run_until_quiet();
    assert_eq!(stage.answered(&decision), (false, Reason::DecisionNotApplicable));
    let mut stage = Stage::protected();
    let decision = stage.answer(Abandon);
    stage.run_until_quiet();
    assert_eq!(stage.answered(&decision), (false, Reason::OperationNotFound));
}

#[test]
fn a_decision_is_consumed_once() {
    let (mut stage, name) = in_doubt(false);
    stage.answer(NotExecuted);
    stage.run_until_quiet();
    // Its status is lost; the ledger remembers.
    for answer in &mut stage.decisions {
        answer.ended = false;
    }
    let again = stage.file(OperationType::Failover, "target");
    stage.run_until_quiet();
    assert_eq!(stage.ended(&name), (Ending::Failed, Reason::DeclaredNotExecuted));
    assert_eq!(stage.ended(&again).0, Ending::Succeeded);
    assert_eq!(stage.ledger().consumed.len(), 1);
}

#[test]
fn an_unnamed_person_is_called_so() {
    let mut stage = asked();
    stage.answer_with(Abandon, |a| a.requested_by = String::new());
    stage.run_until_quiet();
    assert!(stage.operations["orders-db-t1"].message.contains("an unnamed person"));
}

#[test]
fn a_confirmation_that_is_given_while_the_contrary_is_seen_is_void() {
    let mut stage = asked();
    stage.answer(Confirm);
    stage.servers(Servers::Running);
    stage.run_until_quiet();
    stage.servers(Servers::CannotTell);
    stage.run_until_quiet();
    assert_eq!(
        stage.state("orders-db-t1"),
        (State::Waiting, Reason::AwaitingConfirmation)
    );
    assert_eq!(stage.calls(), NOTHING);
}
