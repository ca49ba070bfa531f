//! What comes of a repeat: its answer, a refusal, a person's word, a late arrival; and what the last look withholds.
//! It must not test when a call is repeated: the module above does.

use super::{BOTH, DOUBT, NAME, ambiguous, asked, lost, seconds, submissions, taken};
use crate::stage::Stage;
use crate::stage::provider::{At, Mishap};
use crate::stage::view::{self, DEAD_SECONDS};
use stationmaster_engine::CallOutcome;
use stationmaster_engine::Watch;
use stationmaster_engine::journal::{self, Lost};
use stationmaster_engine::ledger::{Ending, Step, SubmissionState};
use stationmaster_engine::{DecisionAction, Depth, OperationType, Reason, Resolution, gate};

#[test]
fn a_repeat_that_does_not_get_through_leaves_the_doubt_and_is_tried_again() {
    for resolution in BOTH {
        for mishap in [
            Mishap::NeverLeaves,
            Mishap::TurnedAway {
                after_seconds: Some(40),
            },
        ] {
            let mut stage = asked(resolution, &[Mishap::never(), mishap]);
            while stage.ledger().operation.is_none() || submissions(stage.ledger()).len() < 2 {
                seconds(&mut stage, 1);
            }
            let ledger = stage.ledger();
            assert!(matches!(submissions(ledger)[1].state, SubmissionState::NotSent { .. }));
            assert!(ledger.operation.as_ref().unwrap().ambiguous(), "{resolution:?}");
            assert_eq!(stage.token(), "none", "the first one may have left");
            stage.wait(200);
            assert_eq!(
                stage.ended(NAME),
                (Ending::Succeeded, Reason::Succeeded),
                "{resolution:?}"
            );
            assert_eq!(stage.operations[NAME].steps[1].attempts, 3);
        }
    }
}

#[test]
fn a_repeat_that_was_turned_away_waits_as_long_as_the_provider_wants() {
    for resolution in BOTH {
        let turned_away = Mishap::TurnedAway {
            after_seconds: Some(40),
        };
        let mut stage = asked(resolution, &[Mishap::never(), turned_away]);
        while stage.sends.len() < 3 {
            seconds(&mut stage, 1);
        }
        let attempts = submissions(stage.ledger());
        let waited = attempts[2].recorded_at.duration_since(attempts[1].recorded_at);
        assert!((40..45).contains(&waited.as_secs()), "{resolution:?}: {waited}");
    }
}

#[test]
fn a_repeat_says_why_it_is_safe() {
    for (resolution, why) in [
        (Resolution::Token, "with the same key"),
        (Resolution::Revision, "for the same revision"),
    ] {
        let mut stage = lost(resolution);
        stage.run_until_quiet();
        let mut submitting = stage.notices.iter().filter(|n| n.reason == Reason::Submitting);
        assert!(
            submitting.any(|n| n.message.contains(why)),
            "{why}: {:?}",
            stage.notices
        );
    }
}

#[test]
fn a_refused_repeat_leaves_the_doubt_and_is_the_last() {
    for resolution in BOTH {
        let mut stage = asked(resolution, &[Mishap::never(), Mishap::Refused]);
        stage.wait(900);
        assert_eq!(stage.state(NAME), DOUBT, "{resolution:?}");
        assert_eq!(stage.calls().len(), 2);
        let message = &stage.operations[NAME].steps[1].message;
        assert!(message.contains("PROOF.1002"), "{message}");
        // What the doubt was about is seen after all.
        let sent = stage.sends[0].call.clone();
        stage.provider.loses_on_the_way(&sent, stage.now);
        stage.wait(100);
        assert_eq!(
            stage.ended(NAME),
            (Ending::Succeeded, Reason::AdoptedByEffect),
            "{resolution:?}"
        );
    }
}

#[test]
fn a_refused_call_is_in_no_doubt_when_nothing_of_it_left_before() {
    for resolution in BOTH {
        let mut stage = asked(resolution, &[Mishap::NeverLeaves, Mishap::Refused]);
        stage.run_until_quiet();
        assert_eq!(
            stage.ended(NAME),
            (Ending::Failed, Reason::CallRefused),
            "{resolution:?}"
        );
    }
}

#[test]
fn a_call_that_can_do_nothing_any_more_is_not_remembered_as_late() {
    let cases = [
        (Resolution::Token, Some(DEAD_SECONDS), 0),
        (Resolution::Token, None, 1),
        (Resolution::Revision, None, 0),
    ];
    for (resolution, dead_time_seconds, late) in cases {
        let mut stage = Stage::protected();
        stage.provider.variant().resolution = resolution;
        stage.provider.variant().dead_time_seconds = dead_time_seconds;
        stage.luck(Mishap::never());
        stage.intent("target", "t1");
        stage.run_until_quiet();
        assert_eq!(stage.ended(NAME), (Ending::Succeeded, Reason::Succeeded));
        assert_eq!(
            stage.ledger().pending_calls.len(),
            late,
            "{resolution:?} {dead_time_seconds:?}"
        );
    }
}

#[test]
fn a_persons_word_is_about_all_attempts() {
    for resolution in BOTH {
        let in_doubt = || {
            let mut stage = asked(resolution, &vec![Mishap::never(); 9]);
            stage.wait(1_000);
            stage
        };
        let mut stage = in_doubt();
        stage.answer(DecisionAction::NotExecuted);
        stage.run_until_quiet();
        assert_eq!(stage.ended(NAME), (Ending::Failed, Reason::DeclaredNotExecuted));
        assert_eq!(stage.ledger().pending_calls.len(), 5, "each of them may still arrive");

        let mut stage = in_doubt();
        stage.answer(DecisionAction::Executed);
        stage.pass();
        assert_eq!(stage.calls().len(), 5);
        let operation = stage.ledger().operation.as_ref().unwrap();
        assert!(!operation.ambiguous());
        assert_eq!(
            operation.pending_calls().len(),
            5,
            "nothing showed that the provider took it"
        );
    }
}

#[test]
fn an_answer_that_comes_after_the_repeat_was_recorded_is_taken() {
    for resolution in BOTH {
        let mut stage = asked(resolution, &[Mishap::never(), Mishap::never()]);
        seconds(&mut stage, 36);
        let ledger = stage.ledger();
        assert_eq!(submissions(ledger).len(), 2);
        let step = "ReverseServerGroup";
        let after = journal::answer(ledger, NAME, step, 2, ambiguous(), stage.now);
        assert!(after.is_ok());

        // Of the first: it was taken.
        let after = journal::answer(ledger, NAME, step, 1, taken(), stage.now).unwrap();
        let operation = after.operation.as_ref().unwrap();
        assert_eq!(operation.jobs_of(step), ["job-7"]);
        assert!(!operation.ambiguous());
        let known = journal::answer(&after, NAME, step, 2, ambiguous(), stage.now);
        assert!(matches!(known, Err(Lost::Known { attempt: 2, .. })));

        // Of the first: it was refused. The second may still be on its way.
        let refused = CallOutcome::Refused {
            code: "C".to_owned(),
            message: "no".to_owned(),
        };
        let after = journal::answer(ledger, NAME, step, 1, refused, stage.now).unwrap();
        assert!(after.operation.as_ref().unwrap().ambiguous());
        stage.ledger = Some(after);
        stage.wait(900);
        assert_eq!(stage.state(NAME), DOUBT);
        assert_eq!(stage.calls().len(), 2);
    }
}

#[test]
fn the_last_look_withholds_a_repeat_that_is_not_safe() {
    type Spoil = fn(&mut Step, &mut bool);
    let spoilt: [(&str, Spoil, bool); 5] = [
        ("nothing", |_, _| {}, true),
        ("evidence alone", |s, _| resolved_by(s, Resolution::Evidence), false),
        ("a person alone", |s, _| resolved_by(s, Resolution::Person), false),
        ("taken back", |_, withdrawn| *withdrawn = true, false),
        (
            "the first was taken",
            |s, _| s.submissions[0].state = SubmissionState::Accepted { jobs: Vec::new() },
            false,
        ),
    ];
    for resolution in BOTH {
        let mut stage = lost(resolution);
        // It dies with the repeat recorded and not sent.
        while submissions(stage.ledger()).len() < 2 {
            stage.dies_at = Some(stage.points.len() + 2);
            stage.pass();
            stage.sleep(1);
        }
        for (what, spoil, sent) in spoilt {
            let mut ledger = stage.ledger().clone();
            let operation = ledger.operation.as_mut().unwrap();
            spoil(&mut operation.steps[1], &mut operation.withdrawn);
            let seen = view::observe(&stage.provider, Depth::Full);
            let looked = gate::still_true(&ledger, "ReverseServerGroup", 2, &seen, Watch::default());
            assert_eq!(looked.is_ok(), sent, "{what}: {looked:?}");
        }
        stage.provider.foreign(At::Protected);
        let seen = view::observe(&stage.provider, Depth::Full);
        let looked = gate::still_true(stage.ledger(), "ReverseServerGroup", 2, &seen, Watch::default());
        assert_eq!(looked.unwrap_err().reason, Reason::StateChanged);
    }
}

fn resolved_by(step: &mut Step, resolution: Resolution) {
    if let stationmaster_engine::StepKind::Call(call) = &mut step.spec.kind {
        call.resolution = resolution;
    }
}

#[test]
fn a_lost_forced_failover_is_made_again_where_the_provider_takes_it_once() {
    for resolution in BOTH {
        let mut stage = Stage::protected();
        stage.provider.variant().forced = resolution;
        stage.luck(Mishap::never());
        let name = stage.file(OperationType::Failover, "target");
        stage.run_until_quiet();
        assert_eq!(
            stage.ended(&name),
            (Ending::Succeeded, Reason::Succeeded),
            "{resolution:?}"
        );
        assert_eq!((stage.calls().len(), stage.effects().len()), (2, 1));
    }
}
