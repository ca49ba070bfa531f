//! The stories that a person can read: what was asked, what was called, what was said and shown. The pages stand in `snapshots/`.
//! It must not assert anything else: the reader does.

use crate::stage::Stage;
use crate::stage::provider::{At, Fate, Mishap, Servers};
use stationmaster_engine::{DataLoss, DecisionAction, OperationType, Token};

fn page(name: &str, stage: &Stage) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, stage.told()));
}

#[test]
fn planned_failover_and_failback() {
    let mut stage = Stage::protected();
    stage.servers(Servers::Running);
    stage.intent_without_token("target");
    stage.run_until_quiet();
    stage.intent("target", "t1");
    stage.run_until_quiet();
    stage.servers(Servers::Stopped);
    stage.run_until_quiet();
    // Nothing fails back by itself, not even when Git is put back.
    stage.revert(0);
    stage.run_until_quiet();
    stage.intent("source", "t1");
    stage.run_until_quiet();
    stage.intent("source", "t2");
    stage.run_until_quiet();
    page("planned_failover_and_failback", &stage);
}

#[test]
fn forced_failover_with_refused_attempts() {
    let mut stage = Stage::protected();
    stage.servers(Servers::CannotTell);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    stage.provider.unseen = Some((
        stationmaster_engine::Reason::ProviderUnreachable,
        "connect to the endpoint: timed out",
    ));
    stage.file(OperationType::Failover, "target");
    stage.run_until_quiet();
    stage.provider.unseen = None;
    stage.file_with(OperationType::Failover, "target", |r| {
        r.token = Some(Token::quoted("t0"))
    });
    stage.run_until_quiet();
    stage.file_with(OperationType::Failover, "target", |r| {
        r.data_loss = Some(DataLoss::Seconds(60))
    });
    stage.run_until_quiet();
    stage.file(OperationType::Failover, "source");
    stage.run_until_quiet();
    stage.file(OperationType::Failover, "target");
    stage.run_until_quiet();
    page("forced_failover_with_refused_attempts", &stage);
}

#[test]
fn reprotect_after_a_failover() {
    let mut stage = Stage::protected();
    stage.intent("source", "t1");
    stage.run_until_quiet();
    stage.file(OperationType::Failover, "target");
    stage.run_until_quiet();
    stage.file(OperationType::Reprotect, "source");
    stage.run_until_quiet();
    stage.fate(Fate::Fails);
    stage.file(OperationType::Reprotect, "target");
    stage.run_until_quiet();
    stage.file(OperationType::Reprotect, "target");
    stage.run_until_quiet();
    page("reprotect_after_a_failover", &stage);
}

#[test]
fn a_lost_answer_and_its_decision() {
    let mut stage = Stage::protected();
    stage.luck(Mishap::RequestLost { arrives_after: None });
    stage.file(OperationType::Failover, "target");
    stage.run_until_quiet();
    stage.answer(DecisionAction::Retry);
    stage.run_until_quiet();
    stage.answer(DecisionAction::NotExecuted);
    stage.run_until_quiet();
    // What could still arrive keeps a planned failover waiting, and no forced one.
    stage.intent("target", "t2");
    stage.run_until_quiet();
    stage.wait(900);
    page("a_lost_answer_and_its_decision", &stage);
}

#[test]
fn a_lost_answer_that_evidence_resolves() {
    let mut stage = Stage::protected();
    stage.luck(Mishap::RequestLost { arrives_after: None });
    stage.luck(Mishap::AnswerLost);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    stage.wait(900);
    page("a_lost_answer_that_evidence_resolves", &stage);
}

#[test]
fn the_world_moves_meanwhile() {
    let mut stage = Stage::unseen(At::Protected);
    stage.intent("target", "from-an-old-branch");
    stage.run_until_quiet();
    stage.console_flip();
    stage.run_until_quiet();
    stage.console_flip();
    stage.run_until_quiet();
    stage.servers(Servers::Running);
    stage.intent("target", "t3");
    stage.run_until_quiet();
    stage.wait(3600);
    stage.servers(Servers::Stopped);
    stage.run_until_quiet();
    stage.recreate_group();
    stage.run_until_quiet();
    page("the_world_moves_meanwhile", &stage);
}
