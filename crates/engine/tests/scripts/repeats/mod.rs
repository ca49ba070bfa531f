//! Calls without an answer at a provider that takes the same key, or the same revision, once: they are made again, and how that ends.
//! It must not test evidence and persons where nothing is repeated: `doubt.rs` and `decisions.rs` do.

mod answers;

use crate::stage::Stage;
use crate::stage::provider::{At, Mishap, Servers};
use crate::stage::view::{DEAD_SECONDS, DEDUPE_SECONDS};
use stationmaster_engine::CallOutcome;
use stationmaster_engine::ledger::{Ending, Ledger, Submission};
use stationmaster_engine::look::look;
use stationmaster_engine::report::State;
use stationmaster_engine::{Reason, Resolution, StepKind, StepSpec};

const NAME: &str = "orders-db-t1";
const BOTH: [Resolution; 2] = [Resolution::Token, Resolution::Revision];
const DOUBT: (State, Reason) = (State::InDoubt, Reason::SubmissionUnknown);

fn ambiguous() -> CallOutcome {
    CallOutcome::Ambiguous {
        message: "no answer".to_owned(),
    }
}

fn taken() -> CallOutcome {
    CallOutcome::Accepted {
        jobs: vec!["job-7".to_owned()],
    }
}

fn asked(resolution: Resolution, mishaps: &[Mishap]) -> Stage {
    let mut stage = Stage::protected();
    stage.provider.variant().resolution = resolution;
    for mishap in mishaps {
        stage.luck(mishap.clone());
    }
    stage.intent("target", "t1");
    stage
}

/// The call was sent and nothing is known of it; the repeat has not been made.
fn lost(resolution: Resolution) -> Stage {
    let mut stage = asked(resolution, &[Mishap::never()]);
    for _ in 0..3 {
        stage.pass();
    }
    assert_eq!(stage.calls().len(), 1);
    stage
}

/// So many seconds pass with a look in each of them, and no more.
fn seconds(stage: &mut Stage, seconds: i64) {
    for _ in 0..seconds {
        stage.sleep(1);
        stage.pass();
    }
}

fn submissions(ledger: &Ledger) -> &[Submission] {
    &ledger.operation.as_ref().expect("an operation runs").steps[1].submissions
}

#[test]
fn what_is_looked_for_is_what_was_sent() {
    let stage = lost(Resolution::Token);
    let asked = look(&stage.group, Some(stage.ledger()), &[]).lost;
    assert_eq!(asked.as_ref().map(|lost| &lost.request), Some(&stage.sends[0].call));
    assert_eq!(asked.map(|lost| lost.request.object), Some(stage.group.object.clone()));
}

#[test]
fn a_lost_request_is_made_again_in_half_a_minute_and_is_carried_out_once() {
    for resolution in BOTH {
        for arrives_after in [None, Some(45), Some(600)] {
            let mut stage = asked(resolution, &[Mishap::RequestLost { arrives_after }]);
            stage.run_until_quiet();
            stage.wait(900);
            assert_eq!(
                stage.ended(NAME),
                (Ending::Succeeded, Reason::Succeeded),
                "{resolution:?}"
            );
            assert_eq!(
                (stage.calls().len(), stage.effects().len()),
                (2, 1),
                "{resolution:?} {arrives_after:?}"
            );
            assert_eq!(stage.said(Reason::SubmissionUnknown), 0);
            let [first, second] = stage.sends.as_slice() else {
                panic!("two sends")
            };
            assert_eq!(first.call.dedupe_key, second.call.dedupe_key);
            assert_eq!(first.call.expected_revision, second.call.expected_revision);
            assert!(first.call.expected_revision.is_some());
            assert_eq!([first.call.attempt, second.call.attempt], [1, 2]);
        }
    }
}

#[test]
fn nothing_is_made_again_before_evidence_was_looked_for() {
    for resolution in BOTH {
        let mut stage = lost(resolution);
        seconds(&mut stage, 25);
        assert_eq!(stage.calls().len(), 1, "{resolution:?}");
        seconds(&mut stage, 10);
        assert_eq!(stage.calls().len(), 2, "{resolution:?}");
    }
}

#[test]
fn the_key_is_of_the_operation_and_not_of_its_name_alone() {
    let stage = lost(Resolution::Token);
    let operation = stage.ledger().operation.clone().unwrap();
    let mut another = operation.clone();
    another.uid = Some("another".to_owned());
    assert_ne!(operation.key("Call"), another.key("Call"));
    assert_ne!(operation.key("Call"), operation.key("Other"));
}

#[test]
fn repeats_have_an_end() {
    for resolution in BOTH {
        let mut stage = asked(resolution, &vec![Mishap::never(); 9]);
        stage.wait(1_000);
        assert_eq!(stage.state(NAME), DOUBT, "{resolution:?}");
        assert_eq!(stage.calls().len(), 5);
        assert!(stage.operations[NAME].steps[1].message.contains("tried 5 times"));
    }
}

#[test]
fn what_is_not_wanted_any_more_or_not_safe_is_not_made_again() {
    type Change = fn(&mut Stage);
    let changes: [(&str, Change); 8] = [
        ("withdrawn", |s| s.withdraw()),
        ("withdrawn and put back by a revert", |s| {
            s.withdraw();
            s.pass();
            s.revert(1);
        }),
        ("its object deleted", |s| s.delete(NAME)),
        ("the group made again", Stage::recreate_group),
        ("suspended", |s| s.suspend(true)),
        ("changed by somebody else", |s| s.provider.foreign(At::Available)),
        ("a check that holds no more", |s| s.servers(Servers::Running)),
        ("no status that permits it", |s| {
            s.provider.unseen = Some((Reason::ProviderUnreachable, "down"))
        }),
    ];
    for resolution in BOTH {
        for (what, change) in changes {
            let mut stage = lost(resolution);
            change(&mut stage);
            stage.wait(900);
            assert_eq!(stage.calls().len(), 1, "{what}, {resolution:?}");
            // Of the ledger, since an object that is gone has no status.
            let step = stage.ledger().operation.as_ref().unwrap().current().unwrap();
            assert_eq!(step.reason, Some(Reason::SubmissionUnknown), "{what}, {resolution:?}");
            let message = &step.message;
            assert!(message.contains("it is not sent again: "), "{what}: {message}");
        }
    }
}

#[test]
fn what_stood_in_the_way_of_a_repeat_can_go_away() {
    for resolution in BOTH {
        let mut stage = lost(resolution);
        stage.suspend(true);
        stage.wait(300);
        stage.suspend(false);
        stage.wait(300);
        assert_eq!(
            stage.ended(NAME),
            (Ending::Succeeded, Reason::Succeeded),
            "{resolution:?}"
        );
        assert_eq!(stage.calls().len(), 2);
    }
}

#[test]
fn a_repeat_is_bound_by_the_time_in_which_the_operation_may_start() {
    for resolution in BOTH {
        let mut stage = asked(resolution, &[Mishap::never()]);
        stage.group.starting_deadline_seconds = 20;
        stage.run_until_quiet();
        assert_eq!(stage.state(NAME), DOUBT, "{resolution:?}");
        assert_eq!(stage.calls().len(), 1);
    }
}

#[test]
fn a_key_is_used_again_only_while_the_provider_surely_drops_it() {
    // (dropped for, dead time, repeated after half a minute)
    let dead = DEAD_SECONDS;
    let cases = [
        (Some(DEDUPE_SECONDS), Some(dead), true),
        (Some(dead + 60), Some(dead), true),
        (Some(dead + 20), Some(dead), false),
        (Some(180), None, true),
        (Some(140), None, false),
        (Some(10), None, false),
        (None, None, false),
        (None, Some(dead), false),
    ];
    for (dedupe_seconds, dead_time_seconds, repeated) in cases {
        let mut stage = Stage::protected();
        stage.provider.variant().resolution = Resolution::Token;
        stage.provider.variant().dedupe_seconds = dedupe_seconds.unwrap_or_default();
        stage.provider.edits_plan = dedupe_seconds.is_none().then_some(declares_no_dedupe);
        stage.provider.variant().dead_time_seconds = dead_time_seconds;
        stage.luck(Mishap::never());
        stage.intent("target", "t1");
        stage.wait(120);
        let calls = stage.calls().len();
        assert_eq!(
            calls == 2,
            repeated,
            "{dedupe_seconds:?} {dead_time_seconds:?}: {calls} calls"
        );
    }
}

fn declares_no_dedupe(steps: &mut Vec<StepSpec>) {
    for step in steps {
        if let StepKind::Call(call) = &mut step.kind {
            call.dedupe_seconds = None;
        }
    }
}

#[test]
fn without_a_revision_nothing_is_repeated_for_one() {
    let mut stage = Stage::unseen(At::Protected);
    stage.provider.variant().revision = false;
    stage.provider.variant().resolution = Resolution::Revision;
    stage.luck(Mishap::never());
    stage.run_until_quiet();
    stage.intent("target", "t1");
    stage.wait(900);
    assert_eq!(stage.state(NAME), DOUBT);
    assert_eq!(stage.calls().len(), 1);
}
