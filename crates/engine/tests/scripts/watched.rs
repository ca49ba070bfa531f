//! What is borne with while the object is watched: a revision that moves alone; and what the provider brings about by itself is waited for.
//! It must not test what a changed status or station does: that voids tokens, however closely it was watched.

use crate::stage::Stage;
use crate::stage::provider::{OBJECT, Servers};
use jiff::SignedDuration;
use stationmaster_engine::ledger::Ending;
use stationmaster_engine::report::State;
use stationmaster_engine::{Reason, StepKind, StepSpec};

/// A protected group at a provider where production cannot be moved away and back in less than a quarter of an hour.
fn watched() -> Stage {
    let mut stage = Stage::protected();
    stage.there_and_back = Some(SignedDuration::from_mins(15));
    stage
}

#[test]
fn a_rename_under_watch_voids_no_token_and_disarms_no_intent() {
    let mut stage = watched();
    stage.servers(Servers::Running);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    for _ in 0..4 {
        stage.provider.world.console_rename(OBJECT);
        stage.wait(60);
    }
    assert_eq!(stage.token(), "t1");
    stage.servers(Servers::Stopped);
    stage.run_until_quiet();
    assert_eq!(stage.effects(), ["reverse-server-group"]);
}

#[test]
fn after_a_longer_gap_or_without_a_declaration_it_is_a_change() {
    let gone_for = |mut stage: Stage, seconds| {
        stage.provider.world.console_rename(OBJECT);
        stage.sleep(seconds);
        stage.run_until_quiet();
        stage.token()
    };
    assert_eq!(gone_for(watched(), 600), "t1");
    assert_eq!(
        gone_for(watched(), 1_000),
        "t2",
        "production may have been there and back"
    );
    assert_eq!(
        gone_for(Stage::protected(), 60),
        "t2",
        "nobody knows how long that takes"
    );
    let mut restarted = watched();
    restarted.watched = None;
    assert_eq!(gone_for(restarted, 60), "t2", "a new process has seen nothing before");
}

#[test]
fn a_move_there_and_back_is_a_change_however_little_is_seen_of_it() {
    let mut stage = watched();
    stage.console_flip();
    stage.console_flip();
    stage.sleep(1_000);
    stage.run_until_quiet();
    assert_eq!(stage.token(), "t2");
}

/// The check of the servers becomes a wait for what the provider brings about by itself.
fn waits(steps: &mut Vec<StepSpec>) {
    for step in steps {
        if let StepKind::Check { fact, .. } = &step.kind {
            step.kind = StepKind::Wait { fact: fact.clone() };
            step.deadline_seconds = Some(300);
        }
    }
}

#[test]
fn a_wait_that_takes_too_long_says_so_once_and_goes_on() {
    let mut stage = Stage::protected();
    stage.provider.edits_plan = Some(waits);
    stage.intent("target", "t1");
    stage.pass();
    stage.servers(Servers::Running);
    stage.run_until_quiet();
    assert_eq!(
        stage.state("orders-db-t1"),
        (State::Running, Reason::Other("ServersRunning"))
    );
    stage.wait(400);
    assert_eq!(stage.state("orders-db-t1"), (State::Running, Reason::Overdue));
    assert!(
        stage.operations["orders-db-t1"]
            .message
            .contains("server web-1 is running")
    );
    stage.wait(400);
    assert_eq!(stage.said(Reason::Overdue), 1, "told once");
    assert!(stage.calls().is_empty());
    stage.servers(Servers::Stopped);
    stage.run_until_quiet();
    assert_eq!(stage.ended("orders-db-t1"), (Ending::Succeeded, Reason::Succeeded));
}
