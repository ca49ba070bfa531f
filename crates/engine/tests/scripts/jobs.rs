//! What a job and the group can do while an operation follows them.
//! It must not test how the call came to be made.

use crate::stage::Stage;
use crate::stage::provider::{At, Fate, Mishap};
use stationmaster_engine::ledger::Ending;
use stationmaster_engine::report::{ConditionStatus, ConditionType, State};
use stationmaster_engine::{ActiveStation, DecisionAction, OperationType, Reason, SubJob};

use OperationType::Reprotect;

#[test]
fn a_move_reports_its_steps_its_job_and_how_long_it_took() {
    let mut stage = Stage::protected();
    stage.intent("target", "t1");
    stage.pass();
    let recorded = stage.report.as_ref().unwrap().group.operation.clone().unwrap();
    assert_eq!((recorded.steps_done, recorded.steps_total), (0, 4));
    stage.pass();
    stage.pass();
    let group = &stage.report.as_ref().unwrap().group;
    let running = group.operation.as_ref().unwrap();
    assert_eq!((running.steps_done, running.steps_total), (2, 4));
    assert_eq!(
        (running.step.as_str(), running.job_id.as_deref()),
        ("FollowJob", Some("job-1"))
    );
    assert_eq!(running.progress_percent, Some(50));
    assert_eq!(stage.state("orders-db-t1"), (State::Running, Reason::JobRunning));
    assert_eq!(stage.standing(), (ConditionType::Reconciling, Reason::JobRunning));
    let message = stage.message(ConditionType::Ready);
    assert!(message.contains("job job-1 is RUNNING"), "{message}");
    stage.run_until_quiet();
    let report = &stage.operations["orders-db-t1"];
    assert!(
        (20..=26).contains(&report.role_change_seconds.unwrap()),
        "{:?}",
        report.role_change_seconds
    );
    assert_eq!(report.resulting_station, Some(stationmaster_engine::Station::Target));
    assert!(report.steps.iter().all(|s| s.finished_at.is_some()));
    let no_sub_jobs: Vec<SubJob> = Vec::new();
    assert_eq!(report.job.as_ref().unwrap().job.sub_jobs, no_sub_jobs);
    let history = &stage.report.as_ref().unwrap().group.history;
    assert_eq!(
        (history.len(), history[0].requested_by.as_str()),
        (1, "spec.priorityStation")
    );
}

#[test]
fn what_each_job_can_do() {
    use Ending::{Failed, Succeeded};
    // Fate, ending, reason, where production runs, the provider's status.
    let table = [
        (
            Fate::Succeeds,
            Succeeded,
            Reason::Succeeded,
            ActiveStation::Target,
            "protected",
        ),
        (
            Fate::Fails,
            Failed,
            Reason::JobFailed,
            ActiveStation::Source,
            "error-reversing",
        ),
        (
            Fate::FailsButFlips,
            Failed,
            Reason::JobFailed,
            ActiveStation::Target,
            "protected",
        ),
        (
            Fate::SucceedsWithoutEffect,
            Failed,
            Reason::OutcomeDiffers,
            ActiveStation::Source,
            "protected",
        ),
        (
            Fate::IsForgotten,
            Succeeded,
            Reason::Succeeded,
            ActiveStation::Target,
            "protected",
        ),
        (
            Fate::IsOfAnotherType,
            Failed,
            Reason::UnexpectedJob,
            ActiveStation::Target,
            "protected",
        ),
    ];
    for (fate, ending, reason, active, status) in table {
        let mut stage = Stage::protected();
        stage.fate(fate);
        stage.intent("target", "t1");
        stage.run_until_quiet();
        assert_eq!(stage.ended("orders-db-t1"), (ending, reason), "{fate:?}");
        assert_eq!(stage.ledger().active, active, "{fate:?}");
        assert_eq!(stage.ledger().fingerprint.status, status, "{fate:?}");
        assert_eq!(stage.calls().len(), 1, "{fate:?}");
        assert_eq!(
            stage.token(),
            "t2",
            "{fate:?}: what the operation left is its own doing, and issued once"
        );
    }
}

#[test]
fn a_job_that_does_not_end_is_called_overdue_once_and_can_be_abandoned() {
    for fate in [Fate::Stalls, Fate::SaysAnOddWord] {
        let mut stage = Stage::protected();
        stage.fate(fate);
        stage.intent("target", "t1");
        stage.run_until_quiet();
        assert_eq!(
            stage.standing(),
            (ConditionType::Reconciling, Reason::JobRunning),
            "{fate:?}"
        );
        stage.wait(600);
        assert_eq!(
            stage.standing(),
            (ConditionType::Reconciling, Reason::Overdue),
            "{fate:?}"
        );
        stage.wait(600);
        assert_eq!(stage.said(Reason::Overdue), 1, "{fate:?}");
        stage.answer(DecisionAction::Abandon);
        stage.run_until_quiet();
        assert_eq!(stage.ended("orders-db-t1"), (Ending::Unknown, Reason::Abandoned));
        assert_eq!(stage.calls().len(), 1);
    }
}

#[test]
fn an_unknown_word_during_an_operation_is_waited_for_and_named() {
    let mut stage = Stage::protected();
    stage.intent("target", "t1");
    stage.pass();
    stage.pass();
    stage.provider.word = Some("pondering".to_owned());
    stage.run_until_quiet();
    assert_eq!(stage.standing(), (ConditionType::Reconciling, Reason::JobRunning));
    assert!(
        stage.message(ConditionType::Ready).contains("pondering"),
        "{}",
        stage.message(ConditionType::Ready)
    );
    stage.wait(600);
    assert_eq!(stage.standing(), (ConditionType::Reconciling, Reason::Overdue));
    stage.provider.word = None;
    stage.run_until_quiet();
    assert_eq!(stage.ended("orders-db-t1"), (Ending::Succeeded, Reason::Succeeded));
}

#[test]
fn a_provider_that_cannot_be_read_during_an_operation_is_waited_for() {
    let mut stage = Stage::protected();
    stage.intent("target", "t1");
    stage.pass();
    stage.pass();
    stage.provider.unseen = Some((Reason::ProviderUnreachable, "no route"));
    stage.wait(7200);
    assert_eq!(stage.token(), "none");
    assert_eq!(
        stage.condition(ConditionType::ProviderReachable),
        Some((ConditionStatus::False, Reason::ProviderUnreachable))
    );
    stage.provider.unseen = None;
    stage.run_until_quiet();
    assert_eq!(stage.ended("orders-db-t1"), (Ending::Succeeded, Reason::Succeeded));
}

#[test]
fn a_failed_move_is_repeated_only_by_a_new_intent() {
    let mut stage = Stage::protected();
    stage.fate(Fate::Fails);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    stage.wait(24 * 3600);
    assert_eq!(stage.calls().len(), 1);
    assert_eq!(stage.standing(), (ConditionType::Stalled, Reason::ProviderFault));
    stage.intent("target", "t2");
    stage.run_until_quiet();
    assert_eq!(stage.ended("orders-db-t2"), (Ending::Succeeded, Reason::Succeeded));
}

#[test]
fn a_role_change_during_a_reprotection_is_not_taken_for_its_doing() {
    let mut stage = Stage::at(At::FailedOver);
    let name = stage.file(Reprotect, "source");
    stage.pass();
    stage.sleep(25);
    stage.console_flip();
    stage.run_until_quiet();
    assert_eq!(stage.ended(&name), (Ending::Failed, Reason::OutcomeDiffers));
    assert_eq!(stage.said(Reason::ExternalRoleChange), 1);
    assert_eq!(stage.token(), "t2");
}

#[test]
fn what_an_operation_did_not_do_is_not_taken_for_its_doing() {
    // A disabling call is lost on its way; meanwhile somebody moves production away and back, and a person says that it was not executed.
    let mut stage = Stage::protected();
    stage.luck(Mishap::RequestLost { arrives_after: None });
    stage.file(OperationType::DisableProtection, "source");
    stage.run_until_quiet();
    stage.console_flip();
    stage.console_flip();
    stage.answer(DecisionAction::NotExecuted);
    let forced = stage.file(OperationType::Failover, "target");
    stage.run_until_quiet();
    assert_eq!(stage.ended(&forced).0, Ending::Refused, "its author saw another state");
    assert_eq!(stage.said(Reason::StateChanged), 1);
    assert_eq!(stage.token(), "t2");
}

#[test]
fn a_job_that_is_not_shown_yet_is_not_gone() {
    let mut stage = Stage::protected();
    stage.fate(Fate::IsForgotten);
    stage.intent("target", "t1");
    stage.pass();
    stage.pass();
    assert_eq!(stage.effects(), ["reverse-server-group"]);
    // The provider took the call, and for some seconds shows neither its job nor any change.
    let (at, revision) = (stage.provider.at, stage.provider.revision);
    stage.provider.at = At::Protected;
    stage.provider.revision = 1;
    stage.pass();
    assert_eq!(stage.state("orders-db-t1"), (State::Running, Reason::JobRunning));
    assert!(
        stage
            .message(ConditionType::Ready)
            .contains("does not show its job yet")
    );
    stage.provider.at = at;
    stage.provider.revision = revision;
    stage.run_until_quiet();
    assert_eq!(stage.ended("orders-db-t1"), (Ending::Succeeded, Reason::Succeeded));
}

#[test]
fn a_failover_that_failed_half_way_is_repeated_by_another_one_and_by_nothing_else() {
    let mut stage = Stage::protected();
    stage.provider.foreign(At::Error(OperationType::Failover));
    stage.provider.disguise = Some(ActiveStation::Mixed);
    stage.run_until_quiet();
    assert_eq!(stage.standing(), (ConditionType::Stalled, Reason::ProviderFault));
    let available = &stage.report.as_ref().unwrap().group.available;
    let allowed: Vec<_> = available.iter().filter(|a| a.allowed).map(|a| a.operation).collect();
    assert_eq!(allowed, [OperationType::Failover]);
    stage.intent("target", &stage.token());
    let disable = stage.file(OperationType::DisableProtection, "source");
    stage.run_until_quiet();
    assert_eq!(stage.ended(&disable), (Ending::Refused, Reason::ActiveStationUnknown));
    assert_eq!(stage.calls().len(), 0);
    let forced = stage.file(OperationType::Failover, "target");
    stage.pass();
    stage.provider.disguise = None;
    stage.run_until_quiet();
    assert_eq!(stage.ended(&forced), (Ending::Succeeded, Reason::Succeeded));
    assert_eq!(stage.effects(), ["failover-server-group"]);
}
