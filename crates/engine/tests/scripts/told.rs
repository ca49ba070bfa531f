//! What the statuses tell of an operation and of a group, beyond the one word.
//! It must not test what is done.

use crate::stage::Stage;
use crate::stage::provider::{At, Count, Fate, Mishap, Servers};
use stationmaster_engine::report::{ConditionStatus, ConditionType, State};
use stationmaster_engine::{OperationType, Reason, Station};

const NAME: &str = "orders-db-t1";

/// A planned failover whose call was made a moment ago.
fn moving(fate: Fate) -> Stage {
    let mut stage = Stage::protected();
    stage.fate(fate);
    stage.intent("target", "t1");
    stage.pass();
    stage.pass();
    assert_eq!(stage.calls().len(), 1);
    stage
}

#[test]
fn an_operation_tells_complete_and_failed_only_at_its_end() {
    for (fate, complete) in [(Fate::Succeeds, true), (Fate::Fails, false)] {
        let mut stage = moving(fate);
        let says = |stage: &Stage, kind| {
            let conditions = &stage.operations[NAME].conditions;
            conditions.iter().find(|c| c.kind == kind).map(|c| c.status)
        };
        assert_eq!(says(&stage, ConditionType::Complete), None);
        assert_eq!(says(&stage, ConditionType::Failed), None);
        stage.run_until_quiet();
        assert_eq!(
            says(&stage, ConditionType::Complete),
            Some(ConditionStatus::from(complete))
        );
        assert_eq!(
            says(&stage, ConditionType::Failed),
            Some(ConditionStatus::from(!complete))
        );
    }
}

#[test]
fn only_an_operation_that_moved_production_tells_how_long_that_took() {
    let mut stage = moving(Fate::Fails);
    stage.run_until_quiet();
    let failed = &stage.operations[NAME];
    assert_eq!((failed.role_change_seconds, failed.resulting_station), (None, None));

    let mut stage = Stage::protected();
    let name = stage.file(OperationType::DisableProtection, "source");
    stage.run_until_quiet();
    let disabled = &stage.operations[&name];
    assert_eq!(disabled.role_change_seconds, None);
    assert_eq!(disabled.resulting_station, Some(Station::Source));
}

#[test]
fn the_job_of_a_call_is_told_even_while_it_cannot_be_read() {
    let mut stage = moving(Fate::Stalls);
    stage.provider.world.polls_jobs = false;
    stage.pass();
    let running = stage.report.as_ref().unwrap().group.operation.clone().unwrap();
    assert_eq!(running.job_id.as_deref(), Some("job-1"));
    assert_eq!(running.progress_percent, None);
    let jobs: Vec<Option<&str>> = stage.operations[NAME]
        .steps
        .iter()
        .map(|s| s.job_id.as_deref())
        .collect();
    assert_eq!(
        jobs,
        [None, Some("job-1"), Some("job-1"), None],
        "the call that started it and the step that follows it"
    );
}

#[test]
fn a_job_that_was_found_is_told_too() {
    let mut stage = Stage::protected();
    stage.provider.variant().finds_jobs = true;
    stage.luck(Mishap::AnswerLost);
    stage.intent("target", "t1");
    for _ in 0..3 {
        stage.pass();
    }
    let running = stage.report.as_ref().unwrap().group.operation.clone().unwrap();
    assert_eq!(running.job_id.as_deref(), Some("job-1"));
}

#[test]
fn an_operation_of_which_a_call_has_left_runs_even_while_it_waits() {
    let mut stage = Stage::unseen(At::FailedOver);
    stage.provider.variant().calls = Count::Two;
    stage.run_until_quiet();
    let name = stage.file(OperationType::Reprotect, "source");
    stage.pass();
    stage.suspend(true);
    stage.run_until_quiet();
    assert_eq!(stage.effects(), ["restore-link"]);
    assert_eq!(stage.state(&name), (State::Running, Reason::Suspended));
}

#[test]
fn an_operation_tells_its_step_and_what_that_waits_for() {
    assert_eq!(
        moving(Fate::Succeeds).operations[NAME].message,
        "FollowJob",
        "it has not begun"
    );
    let mut stage = Stage::protected();
    stage.servers(Servers::CannotTell);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    let asked = "ServersStopped: Are all servers of the group stopped? ";
    let answer = r#""spec":{"operationRef":{"name":"orders-db-t1","uid":"uid-1"},"step":"ServersStopped","attempt":1,"action":"Confirm""#;
    let told = &stage.operations[NAME].message;
    assert!(told.starts_with(asked), "{told}");
    assert!(
        told.contains(answer) && told.ends_with("| kubectl create -n shop -f -"),
        "{told}"
    );
    let group = stage.message(ConditionType::Ready);
    assert!(
        group.contains(&format!("step 1/4 {asked}")) && group.contains(answer),
        "{group}"
    );
}

#[test]
fn replication_that_is_broken_is_told_although_the_group_is_called_protected() {
    let mut stage = Stage::protected();
    stage.provider.broken = true;
    stage.run_until_quiet();
    assert_eq!(stage.standing(), (ConditionType::Ready, Reason::ReplicationBroken));
    assert_eq!(
        stage.condition(ConditionType::Protected),
        Some((ConditionStatus::False, Reason::ReplicationBroken))
    );
}

/// What keeps an order waiting or refused names the operation, and what that waits for.
#[test]
fn without_a_token_an_order_is_told_which_operation_holds_it_and_what_that_waits_for() {
    let mut stage = Stage::protected();
    stage.luck(Mishap::never());
    let first = stage.file(OperationType::Failover, "target");
    stage.run_until_quiet();
    assert_eq!(stage.state(&first), (State::InDoubt, Reason::SubmissionUnknown));
    let told = &stage.operations[&first].message;
    for word in ["Executed", "NotExecuted", "Abandon", "| kubectl create -n shop -f -"] {
        assert!(told.contains(word), "{word}: {told}");
    }
    let second = stage.file_with(OperationType::Failover, "target", |r| r.token = None);
    stage.run_until_quiet();
    assert_eq!(stage.ended(&second).1, Reason::TokenMissing);
    let told = &stage.operations[&second].message;
    assert!(
        told.contains(&first) && told.contains("waits for a person's decision"),
        "{told}"
    );
}

#[test]
fn an_outcome_that_differs_is_told_with_what_was_expected() {
    let mut stage = moving(Fate::SucceedsWithoutEffect);
    stage.run_until_quiet();
    assert_eq!(stage.ended(NAME).1, Reason::OutcomeDiffers, "{}", stage.told());
    let told = &stage.operations[NAME].message;
    assert!(
        told.contains("expected that production runs at target") && told.contains("shows production at source"),
        "{told}"
    );
}

#[test]
fn a_group_that_is_switched_off_says_so_in_its_row_and_begins_with_an_event() {
    let mut stage = Stage::protected();
    let begins = |stage: &Stage| {
        stage
            .report
            .as_ref()
            .unwrap()
            .group
            .begins
            .clone()
            .map(|why| why.reason)
    };
    assert_eq!(begins(&stage), None);
    stage.suspend(true);
    stage.run_until_quiet();
    assert_eq!(
        stage.standing(),
        (ConditionType::Ready, Reason::Suspended),
        "a pipeline is not failed by it"
    );
    assert_eq!(begins(&stage), Some(Reason::Suspended));
    stage.suspend(false);
    stage.run_until_quiet();
    stage.intent("target", "t1");
    stage.servers(Servers::Running);
    stage.run_until_quiet();
    assert_eq!(
        begins(&stage),
        Some(Reason::Other("ServersRunning")),
        "{}",
        stage.told()
    );
    stage.wait(3600);
    assert_eq!(stage.standing(), (ConditionType::Ready, Reason::IntentLapsed));
    assert_eq!(begins(&stage), Some(Reason::IntentLapsed));
}

#[test]
fn copies_that_are_current_are_counted() {
    let copies = |stage: &Stage| stage.report.as_ref().unwrap().group.copies;
    let stage = Stage::protected();
    assert_eq!(copies(&stage), Some(2));
    let mut stage = Stage::protected();
    stage.file(OperationType::Failover, "target");
    stage.run_until_quiet();
    assert_eq!(stage.standing(), (ConditionType::Ready, Reason::FailedOver));
    assert_eq!(copies(&stage), Some(1));
    assert!(stage.message(ConditionType::Ready).contains("one copy only"));
}
