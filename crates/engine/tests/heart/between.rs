//! Between two calls of one operation, when somebody else moves production.
//! It must not matter whether the provider would refuse the second call: it is not made.

use crate::stage::Stage;
use crate::stage::provider::At;
use stationmaster_engine::ledger::Ending;
use stationmaster_engine::{Depth, OperationType, Reason, Station, check};

/// A reprotection that has made the first of its two calls; its job runs.
fn half_way() -> (Stage, String) {
    let mut stage = Stage::unseen(At::FailedOver);
    stage.calls.two_calls = true;
    stage.run_until_quiet();
    let name = stage.file(OperationType::Reprotect, "source");
    stage.pass();
    assert_eq!(stage.effects(), ["restore-link"]);
    (stage, name)
}

#[test]
fn the_second_call_is_not_made_once_production_runs_elsewhere() {
    let (mut stage, name) = half_way();
    // Its job ends, and before the operator looks again, somebody has been there.
    stage.now += jiff::SignedDuration::from_secs(30);
    stage.provider.until(stage.now);
    stage.provider.station = Station::Target;
    stage.provider.foreign(At::Linked);
    stage.run_until_quiet();
    assert_eq!(stage.ended(&name), (Ending::Failed, Reason::ExternalRoleChange));
    let verdict = stage.ledger().verdicts.last().unwrap();
    assert_eq!(
        verdict.message,
        "production runs at target by now: no further call is made"
    );
    assert_eq!(
        stage.effects(),
        ["restore-link"],
        "it would have overwritten source's other side"
    );
}

#[test]
fn nothing_ends_while_the_provider_still_works() {
    let (mut stage, name) = half_way();
    stage.provider.station = Station::Target;
    stage.pass();
    assert!(
        stage.ledger().operation.as_ref().is_some_and(|o| o.name == name),
        "its job runs"
    );
    stage.provider.station = Station::Source;
    stage.run_until_quiet();
    assert_eq!(stage.ended(&name), (Ending::Succeeded, Reason::Succeeded));
    assert_eq!(stage.effects(), ["restore-link", "begin-recovery"]);
}

#[test]
fn the_last_look_withholds_a_move_to_where_production_is() {
    let mut stage = Stage::protected();
    stage.wish("target", "t1");
    stage.pass();
    stage.dies_at = Some(stage.points.len() + 2);
    stage.pass();
    let mut seen = crate::stage::view::observe(&stage.provider, Depth::Full);
    let step = "ReverseServerGroup";
    assert_eq!(check::still_true(stage.ledger(), step, 1, &seen), Ok(()));
    seen.active = Station::Target.into();
    assert_eq!(
        check::still_true(stage.ledger(), step, 1, &seen),
        Err((
            Reason::ExternalRoleChange,
            "production runs at target already: no further call is made".to_owned()
        ))
    );
}
