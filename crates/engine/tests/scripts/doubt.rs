//! Calls whose answer is lost: what evidence may say, for each class of call, and when a call is made again.
//! It must not test what a person may answer: that has a module of its own.

use crate::stage::Stage;
use crate::stage::classes::{ALL, NOT_REPEATED};
use crate::stage::provider::{At, Mishap};
use crate::stage::view::DEAD_SECONDS;
use stationmaster_engine::ledger::Ending;
use stationmaster_engine::report::{ConditionType, State};
use stationmaster_engine::{OperationType, Reason, Resolution, Station};

use OperationType::{DisableProtection, Failover};

const NAME: &str = "orders-db-t1";
const DEAD: i64 = DEAD_SECONDS as i64;

#[test]
fn an_effect_that_is_seen_is_adopted_and_said_so_for_every_class() {
    for resolution in ALL {
        let stage = Stage::moved(resolution, Mishap::AnswerLost);
        assert_eq!(
            stage.ended(NAME),
            (Ending::Succeeded, Reason::AdoptedByEffect),
            "{resolution:?}"
        );
        assert_eq!(stage.effects(), ["reverse-server-group"]);
        assert_eq!(
            stage.said(Reason::AdoptedByEffect),
            2,
            "when it was adopted, and at the end"
        );
        assert_eq!(stage.said(Reason::SubmissionUnknown), 0);
    }
}

#[test]
fn a_request_that_arrives_late_is_adopted_when_its_effect_is_seen() {
    for resolution in NOT_REPEATED {
        let mut stage = Stage::moved(
            resolution,
            Mishap::RequestLost {
                arrives_after: Some(600),
            },
        );
        assert_eq!(
            stage.state(NAME),
            (State::InDoubt, Reason::SubmissionUnknown),
            "{resolution:?}"
        );
        assert_eq!(stage.standing(), (ConditionType::Stalled, Reason::SubmissionUnknown));
        assert_eq!(stage.said(Reason::SubmissionUnknown), 1);
        stage.wait(600);
        assert_eq!(
            stage.ended(NAME),
            (Ending::Succeeded, Reason::AdoptedByEffect),
            "{resolution:?}"
        );
        assert_eq!(stage.effects().len(), 1);
    }
}

#[test]
fn absence_is_proof_only_for_evidence_with_a_revision_after_the_dead_time() {
    for resolution in NOT_REPEATED {
        for (dead_time, revision) in [(Some(DEAD_SECONDS), true), (None, true), (Some(DEAD_SECONDS), false)] {
            let mut stage = Stage::unseen(At::Protected);
            stage.provider.variant().resolution = resolution;
            stage.provider.variant().dead_time_seconds = dead_time;
            stage.provider.variant().revision = revision;
            stage.luck(Mishap::never());
            stage.run_until_quiet();
            stage.intent("target", "t1");
            stage.run_until_quiet();
            stage.wait(DEAD - 300);
            assert_eq!(stage.state(NAME), (State::InDoubt, Reason::SubmissionUnknown));
            let message = stage.message(ConditionType::Stalled).to_owned();
            assert!(message.contains("Executed, NotExecuted or Abandon"), "{message}");
            stage.wait(20 * DEAD);
            let provable = resolution == Resolution::Evidence && dead_time.is_some() && revision;
            assert_eq!(
                message.contains("made again if it is still wanted"),
                provable,
                "{message}"
            );
            if provable {
                // The repeat would have been too late for the intent: it lapses.
                assert_eq!(stage.ended(NAME), (Ending::Expired, Reason::IntentLapsed));
                assert_eq!(stage.calls().len(), 1);
            } else {
                assert_eq!(
                    stage.state(NAME),
                    (State::InDoubt, Reason::SubmissionUnknown),
                    "{resolution:?}"
                );
                assert_eq!(stage.calls().len(), 1);
            }
        }
    }
}

#[test]
fn a_proven_absent_call_is_made_again_in_the_same_operation() {
    for arrives_after in [None, Some(DEAD + 60)] {
        let mut stage = Stage::moved(Resolution::Evidence, Mishap::RequestLost { arrives_after });
        stage.wait(DEAD);
        stage.wait(120);
        assert_eq!(stage.ended(NAME), (Ending::Succeeded, Reason::Succeeded));
        assert_eq!(stage.calls().len(), 2);
        assert_eq!(stage.effects().len(), 1);
        assert_eq!(stage.operations[NAME].steps[1].attempts, 2);
    }
}

#[test]
fn a_proven_absent_call_is_not_made_again_when_it_is_not_wanted_any_more() {
    type Change = fn(&mut Stage);
    let changes: [(&str, Change); 5] = [
        ("withdrawn", |s| s.withdraw()),
        ("withdrawn and put back by a revert", |s| {
            s.withdraw();
            s.pass();
            s.revert(1);
        }),
        ("disarmed", |s| s.intent("source", "t1")),
        ("its object deleted", |s| s.delete(NAME)),
        ("the group made again", Stage::recreate_group),
    ];
    for (what, change) in changes {
        let mut stage = Stage::moved(Resolution::Evidence, Mishap::never());
        change(&mut stage);
        stage.run_until_quiet();
        assert_eq!(
            stage.ledger().operation.as_ref().unwrap().name,
            NAME,
            "{what}: the doubt stays"
        );
        stage.wait(DEAD);
        stage.wait(DEAD);
        assert_eq!(stage.calls().len(), 1, "{what}");
        assert!(stage.ledger().operation.is_none(), "{what}");
        assert_ne!(stage.token(), "t1", "{what}");
    }
}

#[test]
fn a_call_that_is_lost_again_and_again_has_an_end() {
    let mut stage = Stage::protected();
    stage.group.starting_deadline_seconds = 1_000_000;
    for _ in 0..9 {
        stage.luck(Mishap::never());
    }
    stage.intent("target", "t1");
    for _ in 0..12 {
        stage.wait(DEAD);
    }
    assert_eq!(stage.ended(NAME), (Ending::Failed, Reason::CallNotSent));
    assert_eq!(stage.calls().len(), 5);
}

#[test]
fn a_lost_forced_failover_is_never_made_again() {
    let mut stage = Stage::protected();
    stage.luck(Mishap::never());
    let name = stage.file(Failover, "target");
    stage.run_until_quiet();
    stage.wait(100 * DEAD);
    assert_eq!(stage.state(&name), (State::InDoubt, Reason::SubmissionUnknown));
    assert_eq!(stage.calls().len(), 1);
    assert_eq!(stage.token(), "none");
}

#[test]
fn a_doubt_blocks_every_other_call() {
    let mut stage = Stage::moved(Resolution::Person, Mishap::never());
    let forced = stage.file_with(Failover, "target", |r| {
        r.token = Some(stationmaster_engine::Token::quoted("t1"))
    });
    stage.run_until_quiet();
    assert_eq!(
        stage.state(&forced),
        (State::Pending, Reason::OperationRunning),
        "the planned one may still fail"
    );
    let disable = stage.file(DisableProtection, "source");
    stage.run_until_quiet();
    assert_eq!(stage.ended(&disable).0, Ending::Refused, "there is no token to quote");
    assert_eq!(stage.calls().len(), 1);

    // An operation that leaves the token: what is filed beside it waits, or is refused for what it is.
    let mut stage = Stage::protected();
    stage.luck(Mishap::never());
    stage.provider.variant().resolution = Resolution::Person;
    stage.file(DisableProtection, "source");
    stage.run_until_quiet();
    let forced = stage.file(Failover, "target");
    let other = stage.file(OperationType::EnableProtection, "source");
    stage.run_until_quiet();
    assert_eq!(stage.state(&forced), (State::Pending, Reason::OperationRunning));
    assert_eq!(stage.state(&other), (State::Pending, Reason::OperationRunning));
    stage.intent("target", "t1");
    stage.run_until_quiet();
    assert_eq!(stage.intent_reason(), Reason::OperationRunning);
    assert_eq!(stage.calls().len(), 1);
}

#[test]
fn another_operations_work_is_no_evidence() {
    // An enabling call is lost, and meanwhile the group was failed over at the console.
    let mut stage = Stage::at(At::Available);
    stage.luck(Mishap::never());
    let name = stage.file(OperationType::EnableProtection, "source");
    stage.pass();
    stage.provider.station = Station::Target;
    stage.provider.foreign(At::FailedOver);
    stage.run_until_quiet();
    assert_eq!(stage.state(&name), (State::InDoubt, Reason::SubmissionUnknown));
    stage.wait(2 * DEAD);
    assert_eq!(
        stage.state(&name),
        (State::InDoubt, Reason::SubmissionUnknown),
        "a changed object is no absence"
    );
    assert_eq!(stage.calls().len(), 1);
}

#[test]
fn a_job_of_another_kind_is_not_this_calls_doing() {
    // The same call enables a group that is switched off and re-protects one that was failed over. It arrives after somebody failed over.
    let mut stage = Stage::at(At::Available);
    stage.provider.variant().finds_jobs = true;
    stage.luck(Mishap::RequestLost {
        arrives_after: Some(10),
    });
    let name = stage.file(OperationType::EnableProtection, "source");
    stage.pass();
    stage.provider.station = Station::Target;
    stage.provider.foreign(At::FailedOver);
    stage.run_until_quiet();
    assert_eq!(stage.provider.world.jobs().len(), 1, "it re-protected");
    assert_eq!(stage.state(&name), (State::InDoubt, Reason::SubmissionUnknown));
    assert!(stage.operations[&name].job.is_none());
}

#[test]
fn a_persons_operation_on_a_group_that_was_made_again_is_not_repeated() {
    let mut stage = Stage::unseen(At::Protected);
    stage.provider.variant().forced = Resolution::Evidence;
    stage.run_until_quiet();
    stage.luck(Mishap::never());
    let name = stage.file(Failover, "target");
    stage.run_until_quiet();
    stage.recreate_group();
    stage.wait(DEAD);
    stage.wait(DEAD);
    assert_eq!(stage.ended(&name), (Ending::Cancelled, Reason::GroupRecreated));
    assert_eq!(stage.calls().len(), 1);
}
