//! When the engine asks to be looked at again: what is due at a moment is not left to the usual interval.
//! It must not test what happens then: each rule has a module of its own.

use crate::stage::Stage;
use crate::stage::provider::{Mishap, Servers};
use crate::stage::view::DEAD_SECONDS;
use stationmaster_engine::report::ConditionType;
use stationmaster_engine::{DecisionAction, OperationType, Reason, Resolution};

use OperationType::{DisableProtection, Failover, Reprotect};

/// The seconds until the next look, as a pass asks for it.
fn wake(stage: &mut Stage) -> Option<i64> {
    let now = stage.now.as_second();
    stage.pass().wake.map(|at| at.as_second() - now)
}

#[test]
fn at_rest_nothing_is_due() {
    assert_eq!(wake(&mut Stage::protected()), None);
}

#[test]
fn an_intent_that_waits_is_looked_at_when_it_lapses() {
    let mut stage = Stage::protected();
    stage.servers(Servers::Running);
    stage.intent("target", "t1");
    stage.pass();
    stage.sleep(600);
    assert_eq!(wake(&mut stage), Some(3000));
    stage.sleep(2999);
    stage.pass();
    assert_eq!(stage.intent_reason(), Reason::Other("ServersRunning"));
    stage.sleep(1);
    stage.pass();
    assert_eq!(stage.intent_reason(), Reason::IntentLapsed);
}

#[test]
fn an_operation_that_waits_for_a_person_is_looked_at_when_its_time_is_over() {
    let mut stage = Stage::protected();
    stage.servers(Servers::CannotTell);
    stage.intent("target", "t1");
    stage.pass();
    stage.pass();
    assert_eq!(stage.standing().1, Reason::AwaitingConfirmation);
    stage.sleep(600);
    assert_eq!(wake(&mut stage), Some(3000));
    stage.sleep(3000);
    stage.pass();
    assert_eq!(stage.intent_reason(), Reason::IntentLapsed);
}

#[test]
fn a_request_that_waits_is_looked_at_when_it_expires() {
    let mut stage = Stage::protected();
    stage.suspend(true);
    stage.file(DisableProtection, "source");
    stage.pass();
    stage.sleep(600);
    assert_eq!(wake(&mut stage), Some(3000));
}

#[test]
fn the_nearer_of_two_moments_counts() {
    for (until, due) in [(900, 900), (9_000, 3_600)] {
        let mut stage = Stage::protected();
        stage.suspend(true);
        stage.pass();
        stage.intent("target", "t1");
        stage.pass();
        stage.file_with(DisableProtection, "source", |r| {
            r.not_after = Some(r.created_at + jiff::SignedDuration::from_secs(until));
        });
        assert_eq!(wake(&mut stage), Some(due));
    }
}

#[test]
fn a_flood_of_requests_is_judged_without_waiting() {
    let mut stage = Stage::protected();
    for _ in 0..10 {
        stage.file_with(Failover, "target", |r| r.token = None);
    }
    assert_eq!(wake(&mut stage), None, "ten are judged in one pass");
    for _ in 0..11 {
        stage.file_with(Failover, "target", |r| r.token = None);
    }
    assert_eq!(wake(&mut stage), Some(1), "one is left");
}

#[test]
fn what_stands_in_the_way_of_a_call_is_looked_at_soon() {
    // A server runs.
    let mut stage = Stage::protected();
    stage.servers(Servers::CannotTell);
    stage.intent("target", "t1");
    stage.pass();
    stage.pass();
    stage.servers(Servers::Running);
    assert_eq!(wake(&mut stage), Some(5));
    assert_eq!(stage.standing().1, Reason::Other("ServersRunning"));
    // The provider cannot be read.
    stage.servers(Servers::CannotTell);
    stage.pass();
    stage.answer(DecisionAction::Confirm);
    stage.provider.unseen = Some((Reason::ProviderUnreachable, "no route"));
    assert_eq!(wake(&mut stage), Some(2));
}

#[test]
fn a_call_that_was_turned_away_is_made_again_when_the_provider_allows_it() {
    let mut stage = Stage::protected();
    stage.luck(Mishap::TurnedAway {
        after_seconds: Some(300),
    });
    stage.intent("target", "t1");
    stage.pass();
    stage.pass();
    stage.sleep(100);
    assert_eq!(wake(&mut stage), Some(200));
}

#[test]
fn a_doubt_is_looked_at_often_at_first_and_when_it_can_be_resolved() {
    let mut stage = Stage::protected();
    stage.provider.variant().resolution = Resolution::Evidence;
    stage.luck(Mishap::RequestLost { arrives_after: None });
    stage.intent("target", "t1");
    stage.pass();
    stage.pass();
    assert_eq!(wake(&mut stage), Some(2));
    stage.sleep(31);
    assert_eq!(wake(&mut stage), Some(10));
    stage.sleep(i64::from(DEAD_SECONDS) - 31 - 3);
    assert_eq!(wake(&mut stage), Some(3), "then its absence is proof");
    stage.sleep(3);
    assert_eq!(
        wake(&mut stage),
        Some(1),
        "and it is made again at once if it is still wanted"
    );
}

#[test]
fn a_doubt_that_no_moment_resolves_is_looked_at_every_ten_seconds() {
    let mut stage = Stage::protected();
    stage.luck(Mishap::RequestLost { arrives_after: None });
    stage.file(Failover, "target");
    stage.pass();
    for seconds in [31, i64::from(DEAD_SECONDS) - 31, 1] {
        stage.sleep(seconds);
        assert_eq!(wake(&mut stage), Some(10));
    }
}

#[test]
fn an_operation_that_waits_for_a_late_call_goes_on_when_that_call_is_dead() {
    let mut stage = Stage::protected();
    stage.luck(Mishap::AnswerLost);
    let sent = stage.now.as_second();
    stage.file(Failover, "target");
    stage.run_until_quiet();
    stage.file(Reprotect, "target");
    stage.pass();
    assert_eq!(stage.standing(), (ConditionType::Reconciling, Reason::PendingCall));
    let left = sent + i64::from(DEAD_SECONDS) - stage.now.as_second();
    assert_eq!(wake(&mut stage), Some(left));
    stage.sleep(left);
    stage.pass();
    assert_eq!(stage.calls().len(), 2);
}

#[test]
fn an_outcome_that_is_not_seen_yet_is_looked_for_soon() {
    let mut stage = Stage::protected();
    stage.intent("target", "t1");
    stage.pass();
    stage.pass();
    stage.sleep(25);
    // The job has ended well, and the group is shown as it was.
    stage.provider.disguise = Some(stationmaster_engine::ActiveStation::Source);
    assert_eq!(wake(&mut stage), Some(2));
    assert_eq!(stage.standing().1, Reason::Verifying);
}
