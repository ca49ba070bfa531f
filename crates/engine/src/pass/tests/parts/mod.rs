//! Tests of a job that waits for a person: what is offered, what a decision does, once, and what becomes of its call.
//! They must not test what a provider offers: that is its own.

mod stage;

use crate::ledger::{Ending, StepState, SubmissionState};
use crate::{CallOutcome, DecisionAction::*, JobStatus, PartAction, Reason};
use stage::*;

const ALL: [PartAction; 3] = [PartAction::Retry, PartAction::Skip, PartAction::Rollback];

fn lost() -> CallOutcome {
    CallOutcome::Ambiguous {
        message: "no answer".to_owned(),
    }
}

/// The first job waits: its part failed.
fn failed() -> Stage {
    let mut stage = Stage::begun();
    stage.jobs[0] = waits("a", "1", &ALL);
    stage.pass();
    stage
}

#[test]
fn a_failed_part_does_not_end_the_operation_and_what_may_be_asked_is_told() {
    let stage = failed();
    assert_eq!(stage.reason(), Reason::PartFailed);
    assert_eq!(
        stage.offered(),
        ["Follow 1 a/7 Retry", "Follow 1 a/7 Skip", "Follow 1 a/7 Rollback"]
    );
    assert_eq!(stage.calls.len(), 1, "nobody has decided");
    let begun = Stage::begun();
    assert_eq!((begun.reason(), begun.offered().len()), (Reason::JobRunning, 0));
}

#[test]
fn a_decision_is_one_call_and_is_used_up() {
    let mut stage = failed();
    stage.decide(Retry, "Follow", 1, "a/7");
    assert_eq!(stage.on_parts(), ["Retry a/7"]);
    assert_eq!(stage.calls[1].step, "RetryPart2");
    // The provider does not show it yet: it is not offered again.
    stage.wait(10);
    assert_eq!((stage.reason(), stage.offered().len()), (Reason::JobRunning, 0));
    stage.decide(Retry, "Follow", 2, "a/7");
    assert!(!stage.decided().0, "{}", stage.decided().1);
    // It failed once more.
    stage.jobs[0] = waits("a", "2", &ALL[..1]);
    stage.pass();
    assert_eq!(stage.offered(), ["Follow 2 a/7 Retry"]);
    stage.decide(Retry, "Follow", 1, "a/7");
    assert!(!stage.decided().0, "it names another attempt");
    stage.decide(Retry, "Follow", 2, "a/7");
    assert_eq!(stage.on_parts(), ["Retry a/7", "Retry a/7"]);
    assert_ne!(stage.calls[1].dedupe_key, stage.calls[2].dedupe_key);
}

#[test]
fn only_what_is_offered_is_done() {
    let mut stage = Stage::begun();
    stage.jobs[0] = waits("a", "1", &ALL[..1]);
    stage.pass();
    for (action, part) in [(Skip, "a/7"), (Retry, "b/7"), (Retry, "7"), (Retry, "")] {
        stage.decide(action, "Follow", 1, part);
        let (accepted, message) = stage.decided();
        assert!(!accepted && message.contains("Retry of a/7"), "{message}");
    }
    stage.decide(Retry, "Verify", 1, "a/7");
    assert!(!stage.decided().0);
    assert_eq!(stage.on_parts(), Vec::<String>::new());
    // It is offered no more when the call is to be made.
    let mut stage = failed();
    stage.sight = crate::Sight::Unseen {
        reason: Reason::ProviderUnreachable,
        message: "gone".to_owned(),
    };
    stage.decide(Skip, "Follow", 1, "a/7");
    assert!(stage.decided().0 && stage.on_parts().is_empty());
    stage.sight = Stage::begun().sight;
    stage.jobs[0] = waits("a", "1", &ALL[..1]);
    stage.pass();
    assert_eq!(
        stage.on_parts(),
        Vec::<String>::new(),
        "what the reading does not permit is not done"
    );
    assert_eq!(stage.offered(), ["Follow 2 a/7 Retry"]);
}

#[test]
fn a_lost_answer_is_a_doubt_of_that_part_and_nothing_else_is_asked_meanwhile() {
    let mut stage = failed();
    stage.luck = vec![lost()];
    stage.decide(Retry, "Follow", 1, "a/7");
    stage.jobs[1] = waits("b", "1", &ALL);
    stage.wait(60);
    assert_eq!(stage.reason(), Reason::SubmissionUnknown);
    stage.decide(Retry, "Follow", 2, "b/7");
    assert!(!stage.decided().0, "one doubt at a time");
    assert_eq!(stage.on_parts(), ["Retry a/7"], "it is not sent again");
    // The part was worked on: it was taken.
    stage.jobs[0] = waits("a", "2", &ALL);
    stage.wait(10);
    let step = stage.ledger().operation.as_ref().unwrap().step("RetryPart2").unwrap();
    assert_eq!(
        (step.state, &step.submissions[0].state),
        (StepState::Succeeded, &SubmissionState::AdoptedEffect)
    );
    assert_eq!(stage.offered().len(), 6);
}

#[test]
fn a_call_that_provably_did_nothing_is_another_decision() {
    let mut stage = failed();
    stage.luck = vec![lost()];
    stage.decide(Retry, "Follow", 1, "a/7");
    stage.wait(i64::from(DEAD) + 1);
    stage.wait(10);
    assert_eq!((stage.on_parts().len(), stage.reason()), (1, Reason::PartFailed));
    assert_eq!(stage.offered()[0], "Follow 2 a/7 Retry");
    // A person says so, and the operation goes on.
    let mut stage = failed();
    stage.luck = vec![lost()];
    stage.decide(Skip, "Follow", 1, "a/7");
    stage.wait(60);
    stage.decide(NotExecuted, "SkipPart2", 1, "");
    assert!(stage.decided().0);
    assert_eq!((stage.on_parts().len(), stage.reason()), (1, Reason::PartFailed));
    // So is one that the provider refuses.
    let mut stage = failed();
    stage.luck = vec![CallOutcome::Refused {
        code: "NO".to_owned(),
        message: "not now".to_owned(),
    }];
    stage.decide(Retry, "Follow", 1, "a/7");
    stage.pass();
    assert_eq!((stage.on_parts().len(), stage.reason()), (1, Reason::PartFailed));
    assert!(stage.ledger().operation.is_some());
}

#[test]
fn what_was_taken_back_ends_failed_and_says_so() {
    let mut stage = failed();
    stage.decide(Rollback, "Follow", 1, "a/7");
    stage.jobs = vec![job("a", JobStatus::Succeeded, "2"), job("b", JobStatus::Succeeded, "2")];
    stage.sight = super::scene::seen();
    stage.pass();
    let ended = stage.ledger().completed.last().unwrap();
    assert_eq!((ended.ending, ended.reason), (Ending::Failed, Reason::JobFailed));
    assert!(ended.message.contains("taken back"), "{}", ended.message);
    assert_eq!(ended.jobs, ["a", "b"]);
}

#[test]
fn there_is_room_for_as_many_decisions_as_there_are_failures() {
    let mut stage = failed();
    for number in 1..60 {
        stage.jobs[0] = waits("a", &number.to_string(), &ALL);
        stage.pass();
        stage.decide(Retry, "Follow", number, "a/7");
        assert!(stage.decided().0, "{number}: {}", stage.decided().1);
    }
    assert_eq!(stage.on_parts().len(), 59);
    let steps = &stage.ledger().operation.as_ref().unwrap().steps;
    assert!(steps.len() <= 32 && steps[0].spec.name == "Failover", "{}", steps.len());
}
