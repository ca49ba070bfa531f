//! Between two calls of one operation, when somebody else moves production.
//! It must not matter whether the provider would refuse the second call: it is not made.

use crate::stage::Stage;
use crate::stage::provider::{At, Count, FirstCall, LINKED};
use stationmaster_engine::Watch;
use stationmaster_engine::ledger::Ending;
use stationmaster_engine::report::ConditionType;
use stationmaster_engine::{
    ActiveStation, Depth, Observation, OperationType, Permit, Reason, Station, StepKind, Why, gate,
};

/// A reprotection that has made the first of its two calls; its job runs.
fn half_way() -> (Stage, String) {
    let mut stage = Stage::unseen(At::FailedOver);
    stage.provider.variant().calls = Count::Two;
    stage.run_until_quiet();
    let name = stage.file(OperationType::Reprotect, "source");
    stage.pass();
    assert_eq!(stage.effects(), ["restore-link"]);
    (stage, name)
}

#[test]
fn the_second_call_is_not_made_once_production_runs_elsewhere() {
    let (mut stage, name) = half_way();
    linked(&mut stage);
    stage.provider.station = Station::Target;
    stage.provider.foreign(LINKED);
    stage.run_until_quiet();
    assert_eq!(stage.ended(&name), (Ending::Failed, Reason::ExternalRoleChange));
    let completed = stage.ledger().completed.last().unwrap();
    assert_eq!(completed.message, "production runs at target by now: no call is made");
    assert_eq!(stage.effects(), ["restore-link"], "the next one would overwrite target");
}

/// Its job ends, and the operator has not looked again.
fn linked(stage: &mut Stage) {
    stage.now += jiff::SignedDuration::from_secs(30);
    stage.provider.until(stage.now);
    assert_eq!(stage.provider.at, LINKED);
}

#[test]
fn nothing_is_sent_and_nothing_ends_while_the_provider_works() {
    let mut stage = Stage::unseen(At::FailedOver);
    stage.provider.variant().calls = Count::Two;
    // Its jobs are left alone: the next call comes at once.
    stage.provider.edits_plan = Some(|steps| steps.retain(|s| !matches!(s.kind, StepKind::Follow { .. })));
    stage.run_until_quiet();
    let name = stage.file(OperationType::Reprotect, "source");
    stage.pass();
    stage.provider.station = Station::Target;
    let woken = stage.pass();
    assert_eq!(
        stage.standing(),
        (ConditionType::Reconciling, Reason::ExternalRoleChange),
        "{woken:?}"
    );
    assert_eq!(stage.effects(), ["restore-link"]);
    stage.provider.station = Station::Source;
    linked(&mut stage);
    stage.run_until_quiet();
    assert_eq!(stage.ended(&name), (Ending::Succeeded, Reason::Succeeded));
    assert_eq!(stage.effects(), ["restore-link", "begin-recovery"]);
}

#[test]
fn the_second_call_waits_while_nothing_is_seen_of_the_first() {
    let (mut stage, name) = half_way();
    linked(&mut stage);
    stage.provider.at = At::FailedOver;
    stage.pass();
    assert_eq!(stage.standing(), (ConditionType::Reconciling, Reason::StateChanged));
    let step = stage.ledger().operation.as_ref().unwrap().current().unwrap();
    assert_eq!(
        step.message,
        "nothing is seen of the first call (status failed-over): it was taken back, or is not shown yet"
    );
    assert_eq!(stage.provider.sent, ["restore-link"], "the provider would refuse it");
    stage.provider.at = LINKED;
    stage.wait(10);
    assert_eq!(stage.ended(&name), (Ending::Succeeded, Reason::Succeeded));
    // It is not waited for without an end.
    let (mut stage, name) = half_way();
    linked(&mut stage);
    stage.provider.at = At::FailedOver;
    stage.pass();
    stage.now += jiff::SignedDuration::from_secs(59);
    stage.pass();
    assert!(stage.ledger().operation.is_some());
    stage.now += jiff::SignedDuration::from_secs(1);
    stage.pass();
    assert_eq!(stage.ended(&name), (Ending::Failed, Reason::StateChanged));
    assert_eq!(stage.provider.sent, ["restore-link"]);
}

#[test]
fn the_second_call_waits_while_it_is_not_known_where_production_runs() {
    let (mut stage, name) = half_way();
    linked(&mut stage);
    stage.provider.disguise = Some(ActiveStation::Mixed);
    stage.run_until_quiet();
    assert_eq!(
        stage.standing(),
        (ConditionType::Reconciling, Reason::ActiveStationUnknown)
    );
    let step = stage.ledger().operation.as_ref().unwrap().current().unwrap();
    assert_eq!(step.message, "where production runs is not known (status linked)");
    assert_eq!(stage.effects(), ["restore-link"]);
    stage.provider.disguise = None;
    stage.wait(10);
    assert_eq!(stage.ended(&name), (Ending::Succeeded, Reason::Succeeded));
}

#[test]
fn the_last_look_withholds_a_second_call_that_nothing_is_seen_for() {
    let (mut stage, _) = half_way();
    linked(&mut stage);
    stage.dies_at = Some(stage.points.len() + 2);
    stage.pass();
    let seen = crate::stage::view::observe(&stage.provider, Depth::Full);
    let reason = |seen: &Observation| {
        gate::still_true(stage.ledger(), "BeginRecovery", 1, seen, Watch::default()).map_err(|why| why.reason)
    };
    assert_eq!(reason(&seen), Ok(()));
    let mut open = seen.clone();
    open.permits.insert(OperationType::Reprotect, Permit::Open);
    assert_eq!(reason(&open), Err(Reason::StateChanged));
    let mut mixed = seen;
    mixed.active = ActiveStation::Mixed;
    assert_eq!(reason(&mixed), Err(Reason::ActiveStationUnknown));
}

#[test]
fn the_last_look_withholds_a_move_to_where_production_is() {
    let mut stage = Stage::protected();
    stage.intent("target", "t1");
    stage.pass();
    stage.dies_at = Some(stage.points.len() + 2);
    stage.pass();
    let mut seen = crate::stage::view::observe(&stage.provider, Depth::Full);
    let step = "ReverseServerGroup";
    assert_eq!(
        gate::still_true(stage.ledger(), step, 1, &seen, Watch::default()),
        Ok(())
    );
    seen.active = Station::Target.into();
    assert_eq!(
        gate::still_true(stage.ledger(), step, 1, &seen, Watch::default()),
        Err(Why::new(
            Reason::ExternalRoleChange,
            "production runs at target already: no call is made"
        ))
    );
}

/// The same where the first call shows nothing of itself.
fn half_way_unseen() -> (Stage, String) {
    let mut stage = Stage::unseen(At::FailedOver);
    let variant = stage.provider.variant();
    variant.calls = Count::Two;
    variant.first_call = FirstCall::Nothing;
    stage.run_until_quiet();
    let name = stage.file(OperationType::Reprotect, "source");
    stage.pass();
    assert_eq!(stage.effects(), ["restore-link"]);
    stage.now += jiff::SignedDuration::from_secs(30);
    stage.provider.until(stage.now);
    assert_eq!(stage.provider.veil, Some(At::FailedOver), "nothing is seen");
    (stage, name)
}

#[test]
fn after_a_first_call_that_shows_nothing_the_object_must_be_as_it_was() {
    let (mut stage, name) = half_way_unseen();
    stage.run_until_quiet();
    assert_eq!(stage.ended(&name), (Ending::Succeeded, Reason::Succeeded));
    assert_eq!(stage.effects(), ["restore-link", "begin-recovery"]);

    let (mut stage, _) = half_way_unseen();
    stage.provider.veil = None;
    stage.pass();
    assert_eq!(stage.standing(), (ConditionType::Reconciling, Reason::StateChanged));
    let step = stage.ledger().operation.as_ref().unwrap().current().unwrap();
    assert_eq!(
        step.message,
        "the group is not as it was before the first call (status linked): it was taken back, or is not shown yet"
    );
    assert_eq!(stage.provider.sent, ["restore-link"]);
}
