//! What holds an intent: missed changes, first sight, a lost ledger, a group made again, the console, another cluster.
//! It must not test what operations do once they run.
//!
//! The rules stand in `docs/how-an-intent-is-read.md`.

use crate::stage::Stage;
use crate::stage::provider::{At, Servers};
use stationmaster_engine::Watch;
use stationmaster_engine::ledger::Ending;
use stationmaster_engine::report::ConditionType;
use stationmaster_engine::{ActiveStation, OperationType, Reason, Station};

const NOTHING: [&str; 0] = [];

// Changes that nobody saw.

#[test]
fn an_intent_that_was_changed_twice_unseen_is_held() {
    let mut stage = Stage::protected();
    stage.intent("target", "t1");
    stage.withdraw();
    stage.revert(1);
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING);
    assert_eq!(stage.intent_reason(), Reason::ChangesMissed);
    assert_eq!(stage.token(), "t2");
}

#[test]
fn an_armed_intent_and_an_unstarted_operation_are_held_by_missed_changes() {
    for servers in [Servers::Running, Servers::CannotTell] {
        let mut stage = Stage::protected();
        stage.servers(servers);
        stage.intent("target", "t1");
        stage.run_until_quiet();
        stage.withdraw();
        stage.revert(1);
        stage.servers(Servers::Stopped);
        stage.run_until_quiet();
        assert_eq!(stage.calls(), NOTHING);
        assert_eq!(stage.intent_reason(), Reason::ChangesMissed);
    }
}

#[test]
fn a_generation_that_goes_back_is_missed_too() {
    let mut stage = Stage::protected();
    stage.group.generation = 7;
    stage.run_until_quiet();
    stage.intent("target", &stage.token());
    stage.group.generation = 3;
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING, "the API server was restored from a backup");
    assert_eq!(stage.intent_reason(), Reason::ChangesMissed);
}

#[test]
fn an_intent_that_is_withdrawn_and_restored_while_something_else_runs_is_held() {
    // The intent waits for a reprotection; while that runs, the intent is taken back and a revert restores it.
    for looks_between in [true, false] {
        let mut stage = Stage::at(At::FailedOver);
        stage.intent("target", "t1");
        stage.run_until_quiet();
        assert_eq!(
            stage.standing(),
            (ConditionType::Reconciling, Reason::IllegalProviderState)
        );
        stage.file(OperationType::Reprotect, "source");
        stage.pass();
        assert_eq!(stage.calls(), ["start-server-group"]);
        stage.withdraw();
        if looks_between {
            stage.pass();
        }
        stage.revert(1);
        stage.run_until_quiet();
        assert_eq!(stage.calls(), ["start-server-group"], "looks between: {looks_between}");
        assert_ne!(stage.token(), "t1");
    }
}

#[test]
fn an_intent_that_waits_for_a_reprotection_starts_after_it() {
    let mut stage = Stage::at(At::FailedOver);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    stage.file(OperationType::Reprotect, "source");
    stage.run_until_quiet();
    assert_eq!(stage.effects(), ["start-server-group", "reverse-server-group"]);
}

#[test]
fn an_intent_lapses_in_time_while_something_else_runs() {
    let mut stage = Stage::at(At::FailedOver);
    stage.group.starting_deadline_seconds = 60;
    stage.intent("target", "t1");
    stage.pass();
    stage.fate(crate::stage::provider::Fate::Stalls);
    stage.file(OperationType::Reprotect, "source");
    stage.pass();
    assert_eq!(stage.calls(), ["start-server-group"]);
    stage.wait(120);
    assert_eq!(stage.intent_reason(), Reason::IntentLapsed);
    assert_eq!(stage.token(), "t2");
}

// First sight, lost ledger, made again, moved at the console.

#[test]
fn first_sight_adopts_and_holds() {
    let mut stage = Stage::unseen(At::Protected);
    stage.provider.station = Station::Target;
    stage.intent("source", "from-last-year");
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING);
    assert_eq!(stage.ledger().active, ActiveStation::Target);
    assert_eq!(stage.intent_reason(), Reason::FirstSight);
}

#[test]
fn a_lost_ledger_holds() {
    let mut stage = Stage::protected();
    stage.servers(Servers::Running);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    stage.ledger = None;
    stage.servers(Servers::Stopped);
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING);
    assert_eq!(stage.token(), "t2");
    assert_eq!(stage.intent_reason(), Reason::FirstSight);
}

#[test]
fn without_a_reading_there_is_no_ledger_and_no_token() {
    let mut stage = Stage::unseen(At::Protected);
    stage.provider.unseen = Some((Reason::ProviderUnreachable, "no route"));
    stage.intent("target", "t1");
    stage.run_until_quiet();
    assert!(stage.ledger.is_none());
    assert_eq!(stage.token(), "none");
    assert_eq!(stage.intent_reason(), Reason::NotObserved);
    assert_eq!(
        stage.standing(),
        (ConditionType::Reconciling, Reason::ProviderUnreachable)
    );
}

#[test]
fn a_group_that_is_made_again_from_the_same_manifest_holds() {
    for servers in [Servers::Running, Servers::CannotTell] {
        let mut stage = Stage::protected();
        stage.servers(servers);
        stage.intent("target", "t1");
        stage.run_until_quiet();
        stage.recreate_group();
        stage.servers(Servers::Stopped);
        stage.run_until_quiet();
        assert_eq!(stage.calls(), NOTHING);
        assert_eq!(stage.intent_reason(), Reason::GroupRecreated);
        assert_eq!(stage.token(), "t2");
    }
}

#[test]
fn a_group_that_is_made_again_while_a_reprotection_runs_holds() {
    let mut stage = Stage::at(At::FailedOver);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    stage.file(OperationType::Reprotect, "source");
    stage.pass();
    stage.recreate_group();
    stage.run_until_quiet();
    assert_eq!(
        stage.effects(),
        ["start-server-group"],
        "the reprotection goes on, the intent does not"
    );
    assert_eq!(stage.token(), "t2");
}

#[test]
fn a_group_that_is_made_again_while_its_move_runs_ends_the_move_and_holds() {
    let mut stage = Stage::protected();
    stage.intent("target", "t1");
    stage.pass();
    stage.pass();
    stage.recreate_group();
    stage.run_until_quiet();
    assert_eq!(stage.effects(), ["reverse-server-group"]);
    assert_eq!(stage.token(), "t2");
    assert_eq!(stage.intent_reason(), Reason::AtPriorityStation);
}

#[test]
fn a_console_flip_is_adopted_issued_and_never_put_back() {
    let mut stage = Stage::protected();
    stage.intent("source", "t1");
    stage.run_until_quiet();
    stage.console_flip();
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING);
    assert_eq!(stage.ledger().active, ActiveStation::Target);
    assert_eq!(stage.token(), "t2");
    assert_eq!(stage.intent_reason(), Reason::ExternalRoleChange);
    assert_eq!(
        stage.standing(),
        (ConditionType::Ready, Reason::Protected),
        "an adopted role change is no fault"
    );
    assert_eq!(stage.said(Reason::ExternalRoleChange), 1);
}

#[test]
fn two_flips_between_two_looks_disarm_although_the_role_is_what_it_was() {
    for servers in [Servers::Running, Servers::CannotTell] {
        let mut stage = Stage::protected();
        stage.servers(servers);
        stage.intent("target", "t1");
        stage.run_until_quiet();
        stage.console_flip();
        stage.console_flip();
        stage.servers(Servers::Stopped);
        stage.run_until_quiet();
        assert_eq!(stage.calls(), NOTHING);
        assert_eq!(stage.intent_reason(), Reason::StateChanged);
    }
}

#[test]
fn a_flip_between_the_record_and_the_call_withholds_the_call() {
    let mut stage = Stage::protected();
    stage.intent("target", "t1");
    stage.pass();
    // The call is recorded, and the operator dies before its last look.
    stage.dies_at = Some(stage.points.len() + 2);
    stage.pass();
    assert_eq!(*stage.points.last().unwrap(), "before the last look");
    stage.dies_at = None;
    let submission = stage.ledger().operation.clone().unwrap();
    stage.console_flip();
    let seen = crate::stage::view::observe(&stage.provider, stationmaster_engine::Depth::Full);
    let step = submission.current().unwrap();
    let checked =
        stationmaster_engine::gate::still_true(stage.ledger(), &step.spec.name, step.attempts, &seen, Watch::default());
    assert_eq!(checked.unwrap_err().reason, Reason::StateChanged);
    assert_eq!(stage.calls(), NOTHING);
}

// Withdrawing is inert once the call has left.

#[test]
fn withdrawing_after_the_call_changes_nothing() {
    let mut stage = Stage::protected();
    stage.intent("target", "t1");
    stage.pass();
    stage.pass();
    stage.withdraw();
    stage.run_until_quiet();
    assert_eq!(stage.ended("orders-db-t1"), (Ending::Succeeded, Reason::Succeeded));
    assert_eq!(stage.intent_reason(), Reason::NoIntent);
}

// Two clusters, one Git.

#[test]
fn of_two_clusters_only_the_one_whose_token_git_quotes_moves() {
    let mut ours = Stage::protected();
    let mut theirs = Stage::protected();
    // The other cluster has issued more often.
    theirs.console_flip();
    theirs.run_until_quiet();
    theirs.console_flip();
    theirs.run_until_quiet();
    assert_eq!(theirs.token(), "t3");
    for stage in [&mut ours, &mut theirs] {
        stage.intent("target", "t3");
        stage.run_until_quiet();
    }
    assert_eq!(ours.calls(), NOTHING);
    assert_eq!(theirs.effects(), ["reverse-server-group"]);
}

#[test]
fn a_consumed_token_says_which_operation_used_it() {
    let mut stage = Stage::protected();
    stage.intent("target", "t1");
    stage.run_until_quiet();
    stage.intent("source", "t1");
    stage.run_until_quiet();
    assert_eq!(stage.intent_reason(), Reason::TokenConsumed);
    assert!(stage.message(ConditionType::IntentCurrent).contains("orders-db-t1"));
    assert_eq!(stage.effects().len(), 1);
}
