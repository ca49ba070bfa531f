//! What the status says could be done now, held to what the rules then do.
//! It must not test why: the rules have modules of their own.

use crate::stage::Stage;
use crate::stage::provider::{At, Servers};
use stationmaster_engine::ledger::Ending;
use stationmaster_engine::report::State;
use stationmaster_engine::{ActiveStation, OperationType, Reason};

use OperationType::{DisableProtection, EnableProtection, Failover, PlannedFailover, Reprotect};

/// What the status says of an operation: nothing if it could begin, else why not.
fn shown(stage: &Stage, operation: OperationType) -> Option<Reason> {
    let group = &stage.report.as_ref().expect("there is a status").group;
    let entry = group.available.iter().find(|a| a.operation == operation);
    let entry = entry.expect("every operation is spoken of");
    assert_eq!(entry.allowed, entry.reason.is_none(), "{entry:?}");
    assert_eq!(entry.allowed, entry.message.is_empty(), "{entry:?}");
    entry.reason
}

/// What becomes of it when a person asks for it rightly: nothing if it begins, else why not.
fn asked(mut stage: Stage, operation: OperationType) -> Option<Reason> {
    let elsewhere = stage.provider.station.other().as_str();
    if operation == PlannedFailover {
        stage.intent(elsewhere, &stage.token());
        stage.pass();
        let begun = stage.ledger().operation.as_ref().is_some_and(|o| o.kind == operation);
        return (!begun).then(|| stage.intent_reason());
    }
    let here = stage.provider.station.as_str();
    let target = if operation.moves_production() { elsewhere } else { here };
    let entry = |s: &Stage| {
        s.report
            .as_ref()?
            .group
            .available
            .iter()
            .find(|a| a.operation == operation)
            .cloned()
    };
    let risks = entry(&stage).map(|a| a.risks.into_keys().collect()).unwrap_or_default();
    let name = stage.file_with(operation, target, |r| r.accepted_risks = risks);
    stage.pass();
    match stage.operations.get(&name).map(|o| (o.state, o.reason)) {
        Some((State::Ended(Ending::Refused) | State::Pending, reason)) => Some(reason),
        _ => None,
    }
}

/// A group at `at` of which `active` is shown.
fn group(at: At, active: Option<ActiveStation>) -> Stage {
    let mut stage = Stage::unseen(at);
    stage.provider.disguise = active;
    stage.run_until_quiet();
    stage
}

#[test]
fn what_is_shown_as_available_is_what_is_begun() {
    let mut open = 0;
    for at in [
        At::Available,
        At::Protected,
        At::FailedOver,
        At::Error(PlannedFailover),
        At::Error(Failover),
        At::Error(Reprotect),
        At::Error(EnableProtection),
        At::Error(DisableProtection),
    ] {
        for active in [None, Some(ActiveStation::Mixed), Some(ActiveStation::Unknown)] {
            for operation in OperationType::ALL {
                let stage = group(at, active);
                let shown = shown(&stage, operation);
                open += usize::from(shown.is_none());
                let asked = asked(stage, operation);
                let what = format!("{operation} at {at:?}, shown {active:?}");
                assert_eq!(shown.is_none(), asked.is_none(), "{what}: {shown:?}, {asked:?}");
            }
        }
    }
    assert!(open > 10, "{open} were allowed");
}

#[test]
fn a_suspended_an_unread_and_an_unserved_group_offer_nothing() {
    let mut suspended = Stage::protected();
    suspended.suspend(true);
    suspended.run_until_quiet();
    let mut unread = Stage::protected();
    unread.provider.unseen = Some((Reason::AuthenticationFailed, "401"));
    unread.run_until_quiet();
    let mut unserved = Stage::unseen(At::Protected);
    unserved.provider.unseen = Some((Reason::ProviderUnreachable, "no route"));
    unserved.run_until_quiet();
    for operation in OperationType::ALL {
        assert_eq!(shown(&suspended, operation), Some(Reason::Suspended));
        assert_eq!(shown(&unread, operation), Some(Reason::AuthenticationFailed));
        assert_eq!(shown(&unserved, operation), Some(Reason::NotObserved));
    }
}

#[test]
fn a_check_that_fails_delays_and_is_no_reason_not_to_offer() {
    let mut stage = Stage::protected();
    stage.servers(Servers::Running);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    assert!(stage.ledger().intent.is_some(), "it waits, and the group is read fully");
    assert_eq!(shown(&stage, PlannedFailover), None);
}

#[test]
fn beside_a_running_operation_only_a_forced_failover_is_offered_and_only_before_a_call() {
    let mut stage = Stage::protected();
    stage.servers(Servers::CannotTell);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    for operation in OperationType::ALL {
        let expected = (operation != Failover).then_some(Reason::OperationRunning);
        assert_eq!(shown(&stage, operation), expected, "{operation}");
    }
    stage.servers(Servers::Stopped);
    stage.pass();
    assert_eq!(stage.calls().len(), 1);
    // The provider would still take a forced one: that the call has left is what forbids it.
    stage.provider.at = At::Protected;
    stage.provider.disguise = Some(ActiveStation::Source);
    stage.pass();
    for operation in OperationType::ALL {
        assert_eq!(shown(&stage, operation), Some(Reason::OperationRunning), "{operation}");
    }
    // A forced one that was recorded and could not call yet is not taken over by another.
    let mut stage = Stage::protected();
    let forced = stage.file(Failover, "target");
    stage.dies_at = Some(stage.points.len() + 2);
    stage.pass();
    stage.dies_at = None;
    assert_eq!(stage.ledger().operation.as_ref().map(|o| &o.name), Some(&forced));
    stage.pass();
    assert_eq!(shown(&stage, Failover), Some(Reason::OperationRunning));
}
