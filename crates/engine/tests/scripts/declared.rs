//! What a plan declares of its calls, as the engine heeds it: a call that follows the move.
//! It must not test what a provider must declare: the contract says that.

use crate::stage::Stage;
use crate::stage::provider::Mishap;
use crate::stage::view::DEAD_SECONDS;
use stationmaster_engine::ledger::Ending;
use stationmaster_engine::{Reason, Resolution};

const NAME: &str = "orders-db-t1";

fn confirming() -> Stage {
    let mut stage = Stage::protected();
    let variant = stage.provider.variant();
    (variant.after_move, variant.partway) = (true, true);
    stage
}

#[test]
fn a_move_is_confirmed_where_the_plan_says_so_and_is_a_success_only_then() {
    let mut stage = confirming();
    stage.intent("target", "t1");
    stage.run_until_quiet();
    assert_eq!(stage.calls(), ["reverse-server-group", "confirm-server-group"]);
    assert_eq!(stage.ended(NAME), (Ending::Succeeded, Reason::Succeeded));
}

#[test]
fn a_confirmation_that_never_arrived_is_made_again_once_that_is_proven() {
    let mut stage = confirming();
    stage.provider.variant().resolution = Resolution::Evidence;
    stage.intent("target", "t1");
    while stage.sends.is_empty() {
        stage.pass();
    }
    stage.luck(Mishap::never());
    stage.run_until_quiet();
    stage.wait(i64::from(DEAD_SECONDS));
    let confirm = "confirm-server-group";
    assert_eq!(stage.calls(), ["reverse-server-group", confirm, confirm]);
    assert_eq!(stage.ended(NAME), (Ending::Succeeded, Reason::Succeeded));
}
