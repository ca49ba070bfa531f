//! Forced failovers that cannot begin at once: what they wait for, and the facts that end them.
//! It must not test a call that is in doubt; `doubt` does.

use crate::stage::Stage;
use crate::stage::provider::{At, Fate, Mishap, Servers};
use OperationType::{EnableProtection, Failover};
use stationmaster_engine::ledger::Ending;
use stationmaster_engine::report::State;
use stationmaster_engine::{OperationType, Reason, Request, Risk, Token};

const NOTHING: [&str; 0] = [];

/// A protected group whose provider does not answer, and an order that waits for it.
fn unread() -> (Stage, String) {
    let mut stage = Stage::protected();
    stage.provider.unseen = Some((Reason::ProviderUnreachable, "no route"));
    stage.run_until_quiet();
    let name = stage.file(Failover, "target");
    stage.run_until_quiet();
    assert_eq!(stage.state(&name), (State::Pending, Reason::ProviderUnreachable));
    (stage, name)
}

#[test]
fn what_cannot_be_read_is_read_again_until_not_after() {
    let (mut stage, name) = unread();
    stage.provider.unseen = None;
    stage.run_until_quiet();
    assert_eq!(stage.ended(&name), (Ending::Succeeded, Reason::Succeeded));
    let (mut stage, name) = unread();
    stage.wait(3600);
    assert_eq!(stage.ended(&name), (Ending::Expired, Reason::Expired));
    stage.provider.unseen = None;
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING);
}

#[test]
fn what_is_turned_away_is_sent_again_at_a_pace_until_not_after() {
    let mut stage = Stage::protected();
    for _ in 0..9 {
        stage.luck(Mishap::TurnedAway {
            after_seconds: Some(600),
        });
    }
    let name = stage.file(Failover, "target");
    let begun = stage.now;
    while stage.effects().is_empty() && stage.now.as_second() - begun.as_second() < 3600 {
        stage.sleep(1);
        stage.pass();
    }
    assert!(
        stage.now.as_second() - begun.as_second() <= 9 * 16,
        "it asks again within 15 s"
    );
    stage.run_until_quiet();
    assert_eq!(stage.ended(&name), (Ending::Succeeded, Reason::Succeeded));
    assert_eq!(stage.effects().len(), 1);
}

#[test]
fn an_order_whose_object_is_deleted_is_cancelled_and_its_name_is_not_run_again() {
    let (mut stage, name) = unread();
    let again = stage.requests.last().unwrap().clone();
    stage.delete(&name);
    stage.run_until_quiet();
    assert_eq!(stage.said(Reason::OperationDeleted), 1);
    // A program puts the file back.
    stage.requests.push(Request {
        uid: "from-git".into(),
        ..again
    });
    stage.provider.unseen = None;
    stage.run_until_quiet();
    assert_eq!(stage.ended(&name), (Ending::Refused, Reason::OperationReplayed));
    assert_eq!(stage.calls(), NOTHING);
}

#[test]
fn an_order_that_is_replaced_between_two_looks_is_not_run() {
    let (mut stage, name) = unread();
    stage.requests.last_mut().unwrap().uid = "from-git".into();
    stage.provider.unseen = None;
    stage.run_until_quiet();
    assert_eq!(stage.ended(&name), (Ending::Refused, Reason::OperationReplayed));
    assert_eq!(stage.calls(), NOTHING);
}

#[test]
fn a_waiting_order_blocks_no_other() {
    let mut stage = Stage::protected();
    stage.suspend(true);
    let first = stage.file(Failover, "target");
    stage.run_until_quiet();
    assert_eq!(stage.state(&first), (State::Pending, Reason::Suspended));
    stage.suspend(false);
    let second = stage.file(Failover, "target");
    stage.run_until_quiet();
    let ends = [stage.ended(&first).0, stage.ended(&second).0];
    assert_eq!(
        ends,
        [Ending::Succeeded, Ending::Refused],
        "one moves, the other's token is used up"
    );
    assert_eq!(stage.effects(), ["failover-server-group"]);

    // The first one cannot make its call; taken back, it leaves its place.
    let mut stage = Stage::protected();
    for _ in 0..4 {
        stage.luck(Mishap::NeverLeaves);
    }
    let first = stage.file(Failover, "target");
    stage.pass();
    stage.pass();
    let second = stage.file(Failover, "target");
    stage.pass();
    assert_eq!(stage.state(&second), (State::Pending, Reason::OperationRunning));
    stage.delete(&first);
    stage.run_until_quiet();
    assert_eq!(stage.ended(&second), (Ending::Succeeded, Reason::Succeeded));
}

#[test]
fn what_is_issued_for_an_accident_of_an_intent_voids_no_order() {
    let mut stage = Stage::protected();
    // It quotes t1; two quick edits of the spec issue t2.
    stage.provider.unseen = Some((Reason::ProviderUnreachable, "no route"));
    let name = stage.file(Failover, "target");
    stage.run_until_quiet();
    stage.group.generation += 2;
    stage.run_until_quiet();
    assert_eq!(stage.token(), "t2");
    stage.provider.unseen = None;
    stage.run_until_quiet();
    assert_eq!(stage.ended(&name), (Ending::Succeeded, Reason::Succeeded));
    // What was issued because the state may have changed voids it.
    let (mut stage, name) = unread();
    stage.console_flip();
    stage.console_flip();
    stage.provider.unseen = None;
    stage.run_until_quiet();
    assert_eq!(stage.ended(&name), (Ending::Refused, Reason::TokenStale));
    assert_eq!(stage.calls(), NOTHING);
}

#[test]
fn behind_a_planned_failover_it_runs_only_if_that_one_failed() {
    for fails in [true, false] {
        let mut stage = Stage::protected();
        stage.fate(if fails { Fate::Fails } else { Fate::Succeeds });
        stage.intent("target", "t1");
        while stage.calls().is_empty() {
            stage.pass();
        }
        let name = stage.file_with(Failover, "target", |r| r.token = Some(Token::quoted("t1")));
        stage.pass();
        assert_eq!(stage.state(&name), (State::Pending, Reason::OperationRunning));
        stage.run_until_quiet();
        if fails {
            assert_eq!(stage.ended(&name), (Ending::Succeeded, Reason::Succeeded));
            assert_eq!(stage.effects(), ["reverse-server-group", "failover-server-group"]);
        } else {
            assert_eq!(stage.ended(&name), (Ending::Refused, Reason::AlreadyActive));
            assert_eq!(stage.effects(), ["reverse-server-group"]);
        }
        // Who comes later with the same words has not seen how it ended.
        let late = stage.file_with(Failover, "target", |r| r.token = Some(Token::quoted("t1")));
        stage.run_until_quiet();
        assert_eq!(stage.ended(&late).0, Ending::Refused);
        assert_eq!(stage.ended(&late).1, Reason::TokenConsumed);
    }
}

#[test]
fn beside_another_operation_it_waits_for_the_end() {
    let mut busy = Stage::at(At::Available);
    busy.file(EnableProtection, "source");
    busy.pass();
    let name = busy.file(Failover, "target");
    busy.pass();
    assert_eq!(busy.state(&name), (State::Pending, Reason::OperationRunning));
    busy.run_until_quiet();
    assert_eq!(busy.ended(&name), (Ending::Succeeded, Reason::Succeeded));
}

#[test]
fn spec_suspend_is_overruled_only_by_name_and_only_where_orders_are_guarded() {
    for (accepts, guarded) in [(true, true), (true, false), (false, true)] {
        let mut stage = Stage::protected();
        stage.guarded = guarded;
        stage.suspend(true);
        stage.run_until_quiet();
        let risks = accepts.then_some(Risk::Suspended).into_iter().collect();
        let name = stage.file_with(Failover, "target", |r| r.accepted_risks = risks);
        stage.run_until_quiet();
        if accepts && guarded {
            assert_eq!(stage.ended(&name), (Ending::Succeeded, Reason::Succeeded));
        } else {
            assert_eq!(stage.state(&name), (State::Pending, Reason::Suspended));
            assert_eq!(stage.calls(), NOTHING);
        }
    }
}

#[test]
fn orders_that_were_taken_back_hold_off_no_other_and_their_names_are_kept() {
    let (mut stage, first) = unread();
    let again = stage.requests.last().unwrap().clone();
    stage.delete(&first);
    for _ in 0..20 {
        let name = stage.file(Failover, "target");
        stage.pass();
        stage.delete(&name);
        stage.pass();
    }
    assert_eq!(stage.ledger().noted.len(), 21);
    let last = stage.file(Failover, "target");
    stage.requests.push(Request {
        uid: "from-git".into(),
        ..again
    });
    stage.provider.unseen = None;
    stage.run_until_quiet();
    assert_eq!(stage.ended(&last), (Ending::Succeeded, Reason::Succeeded));
    assert_eq!(stage.effects().len(), 1);
    let put_back = |c: &&stationmaster_engine::ledger::CompletedOperation| c.uid.as_deref() == Some("from-git");
    let ended = stage.ledger().completed.iter().find(put_back).map(|c| c.reason);
    assert_eq!(ended, Some(Reason::OperationReplayed));
}

#[test]
fn only_so_many_orders_are_remembered_and_the_others_wait() {
    let (mut stage, first) = unread();
    let more: Vec<String> = (0..20).map(|_| stage.file(Failover, "target")).collect();
    stage.run_until_quiet();
    assert_eq!(stage.ledger().noted.len(), 16);
    stage.provider.unseen = None;
    stage.servers(Servers::Stopped);
    stage.run_until_quiet();
    assert_eq!(stage.ended(&first), (Ending::Succeeded, Reason::Succeeded));
    assert!(more.iter().all(|name| stage.ended(name).0 == Ending::Refused));
    assert_eq!(stage.effects().len(), 1);
}
