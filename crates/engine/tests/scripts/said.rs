//! What comes of a call is written down where nothing is known yet, and what a provider says has a bound.
//! They must not test what follows from it.

use crate::stage::Stage;
use stationmaster_engine::CallOutcome;
use stationmaster_engine::Reason;
use stationmaster_engine::journal::{self, Lost};
use stationmaster_engine::report::ConditionType;

const NAME: &str = "orders-db-t1";

#[test]
fn an_answer_has_a_place_only_where_nothing_is_known() {
    let mut stage = Stage::protected();
    stage.intent("target", "t1");
    stage.pass();
    stage.dies_at = Some(stage.points.len() + 2);
    stage.pass();
    let ledger = stage.ledger();
    let step = "ReverseServerGroup";
    let taken = || CallOutcome::Accepted {
        jobs: vec!["job-7".to_owned()],
    };
    let write =
        |ledger: &_, name: &str, step: &str, attempt| journal::answer(ledger, name, step, attempt, taken(), stage.now);
    assert_eq!(
        write(ledger, "another", step, 1),
        Err(Lost::NoOperation("another".to_owned()))
    );
    let known = |step: &str, attempt| Lost::Known {
        step: step.to_owned(),
        attempt,
    };
    assert_eq!(write(ledger, NAME, step, 2), Err(known(step, 2)));
    assert_eq!(write(ledger, NAME, "NoSuchStep", 1), Err(known("NoSuchStep", 1)));
    assert_eq!(write(ledger, NAME, "VerifyOutcome", 1), Err(known("VerifyOutcome", 1)));
    let written = write(ledger, NAME, step, 1).unwrap();
    assert_eq!(written.operation.as_ref().unwrap().jobs_of(step), ["job-7"]);
    assert_eq!(
        write(&written, NAME, step, 1),
        Err(known(step, 1)),
        "a fact is not overwritten"
    );
}

#[test]
fn what_a_provider_says_is_cut_when_it_is_written_down() {
    let mut stage = Stage::protected();
    stage.intent("target", "t1");
    stage.pass();
    stage.dies_at = Some(stage.points.len() + 2);
    stage.pass();
    let long = "ü".repeat(4_000);
    for outcome in [
        CallOutcome::Refused {
            code: long.clone(),
            message: long.clone(),
        },
        CallOutcome::TurnedAway {
            reason: Reason::ProviderError,
            message: long.clone(),
            after_seconds: Some(u64::MAX),
        },
        CallOutcome::NotSent {
            reason: Reason::ProviderError,
            message: long.clone(),
        },
        CallOutcome::Ambiguous { message: long.clone() },
    ] {
        let ledger = journal::answer(stage.ledger(), NAME, "ReverseServerGroup", 1, outcome, stage.now).unwrap();
        let size = serde_json::to_string(&ledger).unwrap().len();
        assert!(size < 6_000, "{size} bytes");
    }
}

#[test]
fn the_way_out_is_told_however_long_the_providers_message_is() {
    let mut stage = Stage::protected();
    stage.intent("target", "t1");
    stage.pass();
    stage.dies_at = Some(stage.points.len() + 2);
    stage.pass();
    stage.dies_at = None;
    let outcome = CallOutcome::Ambiguous {
        message: "no answer ".repeat(60),
    };
    let ledger = journal::answer(stage.ledger(), NAME, "ReverseServerGroup", 1, outcome, stage.now).unwrap();
    stage.ledger = Some(ledger);
    stage.run_until_quiet();
    let message = stage.message(ConditionType::Stalled);
    assert!(message.contains("Executed, NotExecuted or Abandon"), "{message}");
}
