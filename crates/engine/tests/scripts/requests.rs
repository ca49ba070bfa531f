//! Operations that people file: every refusal, what waits, what gives way.
//! It must not test what operations do once they run.

use crate::stage::Stage;
use crate::stage::provider::At;
use jiff::SignedDuration;
use stationmaster_engine::ledger::Ending;
use stationmaster_engine::report::{ConditionType, State};
use stationmaster_engine::{ActiveStation, DataLoss, OperationType, Reason, Request, Risk, Token};

use OperationType::{DisableProtection, EnableProtection, Failover, PlannedFailover, Reprotect};

const NOTHING: [&str; 0] = [];

/// Files the operation, lets the stage run, and expects its end without a call.
fn refused_at(stage: &mut Stage, operation: OperationType, target: &str, edit: impl FnOnce(&mut Request)) -> Reason {
    let token = stage.token();
    let before = stage.calls().len();
    let name = stage.file_with(operation, target, edit);
    stage.run_until_quiet();
    let (ending, reason) = stage.ended(&name);
    assert!(matches!(ending, Ending::Refused | Ending::Expired), "{ending:?}");
    assert_eq!(stage.calls().len(), before);
    assert_eq!(stage.token(), token, "a refusal issues nothing");
    assert_eq!(stage.said(reason), 1, "told once");
    reason
}

fn refused(operation: OperationType, target: &str, edit: impl FnOnce(&mut Request)) -> Reason {
    refused_at(&mut Stage::protected(), operation, target, edit)
}

#[test]
fn each_reason_to_refuse() {
    assert_eq!(
        refused(Failover, "target", |r| r.group_uid = "another".into()),
        Reason::GroupUIDMismatch
    );
    assert_eq!(refused(PlannedFailover, "target", |_| {}), Reason::UsePriorityStation);
    assert_eq!(
        refused(Failover, "target", |r| r.not_after = None),
        Reason::NotAfterMissing
    );
    let yesterday = |r: &mut Request| r.not_after = Some(r.created_at - SignedDuration::from_hours(24));
    assert_eq!(refused(Failover, "target", yesterday), Reason::Expired);
    assert_eq!(refused(Failover, "target", |r| r.token = None), Reason::TokenMissing);
    assert_eq!(
        refused(Failover, "target", |r| r.token = Some(Token::quoted("t0"))),
        Reason::TokenStale
    );
    assert_eq!(refused(Failover, "source", |_| {}), Reason::AlreadyActive);
    assert_eq!(refused(Failover, "target", |r| r.target = None), Reason::WrongStation);
    assert_eq!(refused(DisableProtection, "target", |_| {}), Reason::WrongStation);
    assert_eq!(refused(Reprotect, "target", |_| {}), Reason::WrongStation);
    assert_eq!(refused(Reprotect, "source", |r| r.target = None), Reason::WrongStation);
    assert_eq!(refused(Reprotect, "source", |_| {}), Reason::IllegalProviderState);
    assert_eq!(
        refused(EnableProtection, "source", |_| {}),
        Reason::IllegalProviderState
    );
    assert_eq!(
        refused(Failover, "target", |r| r.data_loss = None),
        Reason::DataLossNotAccepted
    );
    let sixty = |r: &mut Request| r.data_loss = Some(DataLoss::Seconds(60));
    assert_eq!(refused(Failover, "target", sixty), Reason::DataLossUnknown);
}

#[test]
fn only_what_moves_production_or_overwrites_a_side_must_name_a_station() {
    for (at, operation) in [(At::Protected, DisableProtection), (At::Available, EnableProtection)] {
        let mut stage = Stage::at(at);
        let name = stage.file_with(operation, "source", |r| r.target = None);
        stage.run_until_quiet();
        assert_eq!(
            stage.ended(&name),
            (Ending::Succeeded, Reason::Succeeded),
            "{operation}"
        );
    }
}

#[test]
fn data_loss_is_weighed_where_the_provider_tells_the_lag() {
    for (lag, outcome) in [(61, Some(Reason::DataLossTooLarge)), (60, None), (0, None)] {
        let mut stage = Stage::protected();
        stage.provider.lag_seconds = Some(lag);
        let sixty = |r: &mut Request| r.data_loss = Some(DataLoss::Seconds(60));
        match outcome {
            Some(reason) => assert_eq!(refused_at(&mut stage, Failover, "target", sixty), reason),
            None => {
                stage.file_with(Failover, "target", sixty);
                stage.run_until_quiet();
                assert_eq!(stage.effects(), ["failover-server-group"]);
            }
        }
    }
}

#[test]
fn a_provider_that_has_no_such_operation_refuses_it() {
    let mut stage = Stage::at(At::FailedOver);
    stage.provider.variant().lacks = Some(Reprotect);
    assert_eq!(
        refused_at(&mut stage, Reprotect, "source", |_| {}),
        Reason::ProviderNotSupported
    );
}

#[test]
fn nobody_is_forced_where_it_is_not_certain_where_production_runs() {
    for shown in [
        ActiveStation::None,
        ActiveStation::Both,
        ActiveStation::Mixed,
        ActiveStation::Unknown,
    ] {
        let mut stage = Stage::unseen(At::Protected);
        stage.provider.disguise = Some(shown);
        stage.run_until_quiet();
        let name = stage.file(Failover, "target");
        stage.run_until_quiet();
        if shown == ActiveStation::Mixed {
            // The members disagree, and the group's own word gives the command its direction.
            assert_eq!(stage.effects(), ["failover-server-group"]);
            continue;
        }
        assert_eq!(stage.state(&name), (State::Pending, Reason::ActiveStationUnknown));
        let accepts = |r: &mut Request| r.accepted_risks = vec![Risk::DirectionUnknown];
        stage.file_with(Failover, "target", accepts);
        stage.pass();
        stage.provider.disguise = None;
        stage.run_until_quiet();
        assert_eq!(stage.effects(), ["failover-server-group"]);
    }
}

#[test]
fn an_unknown_word_of_the_provider_is_no_permission() {
    let mut stage = Stage::unseen(At::Protected);
    stage.provider.word = Some("pondering".to_owned());
    stage.provider.disguise = Some(ActiveStation::Source);
    stage.run_until_quiet();
    assert_eq!(stage.standing(), (ConditionType::Stalled, Reason::UnknownProviderState));
    for operation in [Failover, DisableProtection] {
        let target = if operation == Failover { "target" } else { "source" };
        let name = stage.file(operation, target);
        stage.run_until_quiet();
        if operation == Failover {
            assert_eq!(stage.state(&name), (State::Pending, Reason::UnknownProviderState));
        } else {
            assert_eq!(stage.ended(&name), (Ending::Refused, Reason::UnknownProviderState));
        }
    }
    stage.intent("target", "t1");
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING);
}

#[test]
fn the_others_wait_until_their_not_after() {
    let mut stage = Stage::protected();
    stage.suspend(true);
    let name = stage.file(DisableProtection, "source");
    stage.run_until_quiet();
    assert_eq!(stage.state(&name), (State::Pending, Reason::Suspended));
    stage.wait(3600);
    assert_eq!(stage.ended(&name), (Ending::Expired, Reason::Expired));
    assert_eq!(stage.calls(), NOTHING);

    let mut stage = Stage::protected();
    stage.provider.unseen = Some((Reason::ProviderUnreachable, "no route"));
    let name = stage.file(DisableProtection, "source");
    stage.run_until_quiet();
    assert_eq!(stage.state(&name), (State::Pending, Reason::ProviderUnreachable));
    stage.provider.unseen = None;
    stage.run_until_quiet();
    assert_eq!(stage.ended(&name), (Ending::Succeeded, Reason::Succeeded));
}

#[test]
fn one_operation_waits_for_the_other() {
    let mut stage = Stage::protected();
    let first = stage.file(DisableProtection, "source");
    stage.pass();
    let second = stage.file(EnableProtection, "source");
    stage.pass();
    assert_eq!(stage.state(&second), (State::Pending, Reason::OperationRunning));
    stage.run_until_quiet();
    assert_eq!(stage.ended(&first), (Ending::Succeeded, Reason::Succeeded));
    assert_eq!(stage.ended(&second), (Ending::Succeeded, Reason::Succeeded));
    assert_eq!(stage.effects(), ["stop-server-group", "start-server-group"]);
}
