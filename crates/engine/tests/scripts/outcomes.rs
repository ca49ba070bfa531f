//! What counts as the outcome of an operation: it is read, never believed.
//! It must not test how a job is followed.

use crate::stage::Stage;
use crate::stage::provider::{At, Fate, JOB_SECONDS, Mishap, Servers};
use crate::stage::view;
use stationmaster_engine::ledger::{Ending, StepState};
use stationmaster_engine::report::ConditionType;
use stationmaster_engine::{DecisionAction, Depth, OperationType, Reason, Station, evidence};

use OperationType::{DisableProtection, EnableProtection, Failover, PlannedFailover, Reprotect};

/// A group on which the operation was begun, production at source.
fn begun(operation: OperationType, fate: Fate) -> Stage {
    let mut stage = Stage::at(match operation {
        PlannedFailover | Failover | DisableProtection => At::Protected,
        Reprotect => At::FailedOver,
        EnableProtection => At::Available,
    });
    stage.fate(fate);
    match operation {
        PlannedFailover => {
            stage.intent("target", "t1");
            stage.pass();
        }
        Failover => drop(stage.file(operation, "target")),
        _ => drop(stage.file(operation, "source")),
    }
    stage.pass();
    assert_eq!(stage.calls().len(), 1);
    stage
}

#[test]
fn a_job_that_ends_well_without_an_effect_is_no_success_of_any_operation() {
    for operation in OperationType::ALL {
        let mut stage = begun(operation, Fate::SucceedsWithoutEffect);
        let name = stage.requests[0].name.clone();
        stage.run_until_quiet();
        assert_eq!(
            stage.ended(&name),
            (Ending::Failed, Reason::OutcomeDiffers),
            "{operation}"
        );
    }
}

#[test]
fn the_outcome_of_each_operation() {
    let states = [
        At::Available,
        At::Protected,
        At::FailedOver,
        At::Working(Reprotect),
        At::Error(Reprotect),
    ];
    for operation in OperationType::ALL {
        let mut stage = begun(operation, Fate::Stalls);
        let running = stage.ledger().operation.clone().unwrap();
        let mut reached = Vec::new();
        for at in states {
            for station in [Station::Source, Station::Target] {
                (stage.provider.at, stage.provider.station) = (at, station);
                if evidence::reached(&running, &view::observe(&stage.provider, Depth::Full)) {
                    reached.push((at, station));
                }
            }
        }
        let expected: &[(At, Station)] = match operation {
            PlannedFailover => &[(At::Protected, Station::Target)],
            // What else was done meanwhile does not undo it.
            Failover => &[
                (At::Available, Station::Target),
                (At::Protected, Station::Target),
                (At::FailedOver, Station::Target),
            ],
            Reprotect | EnableProtection => &[(At::Protected, Station::Source)],
            DisableProtection => &[(At::Available, Station::Source)],
        };
        assert_eq!(reached, expected, "{operation}");
    }
}

#[test]
fn the_step_at_which_an_operation_ended_carries_the_ending() {
    let step = |stage: &Stage, name: &str| {
        let report = &stage.operations[name];
        let states: Vec<StepState> = report.steps.iter().map(|s| s.state).collect();
        let at = report.steps.iter().find(|s| s.state != StepState::Succeeded).unwrap();
        (states, at.reason, at.message.clone(), at.finished_at.is_some())
    };
    use StepState::{Failed, Pending, Succeeded, Unknown, Waiting};
    let mut stage = begun(PlannedFailover, Fate::Fails);
    stage.run_until_quiet();
    let (states, reason, message, finished) = step(&stage, "orders-db-t1");
    assert_eq!(states, [Succeeded, Succeeded, Failed, Pending]);
    assert_eq!((reason, finished), (Some(Reason::JobFailed), true));
    assert!(message.contains("a storage array said no"), "{message}");

    let mut stage = begun(PlannedFailover, Fate::Stalls);
    stage.run_until_quiet();
    stage.answer(DecisionAction::Abandon);
    stage.run_until_quiet();
    let (states, reason, _, finished) = step(&stage, "orders-db-t1");
    assert_eq!(states, [Succeeded, Succeeded, Unknown, Pending]);
    assert_eq!((reason, finished), (Some(Reason::Abandoned), true));

    // What was taken back has not failed anywhere.
    let mut stage = Stage::protected();
    stage.servers(Servers::CannotTell);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    stage.withdraw();
    stage.run_until_quiet();
    let (states, reason, _, finished) = step(&stage, "orders-db-t1");
    assert_eq!(states, [Waiting, Pending, Pending, Pending]);
    assert_eq!((reason, finished), (Some(Reason::AwaitingConfirmation), false));
}

#[test]
fn a_job_that_is_gone_is_not_waited_for_where_the_group_tells_the_outcome() {
    // The group has turned: what it shows at rest decides at once.
    let mut stage = begun(PlannedFailover, Fate::IsForgotten);
    stage.sleep(JOB_SECONDS);
    stage.pass();
    assert_eq!(stage.ended("orders-db-t1").0, Ending::Succeeded);

    // The group shows what it showed before the call: for a minute the job may not be shown yet.
    let mut stage = begun(PlannedFailover, Fate::IsForgotten);
    let before = stage.provider.revision - 1;
    (stage.provider.at, stage.provider.revision) = (At::Protected, before);
    stage.sleep(59);
    stage.pass();
    assert_eq!(stage.state("orders-db-t1").1, Reason::JobRunning);
    stage.sleep(1);
    stage.pass();
    assert_eq!(stage.state("orders-db-t1").1, Reason::Verifying);
}

#[test]
fn an_adopted_effect_is_waited_for_without_a_job() {
    let mut stage = Stage::protected();
    stage.luck(Mishap::AnswerLost);
    stage.intent("target", "t1");
    for _ in 0..3 {
        stage.pass();
    }
    assert_eq!(stage.said(Reason::AdoptedByEffect), 1);
    let message = stage.message(ConditionType::Ready);
    assert!(
        message.ends_with("the provider is working; its job is not known"),
        "{message}"
    );
}
