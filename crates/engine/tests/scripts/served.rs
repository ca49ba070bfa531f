//! Objects that come and go: deleted operations, names that are taken or have run, groups that are not served, floods.
//! It must not test why an operation is refused for what it asks.

use crate::stage::Stage;
use crate::stage::provider::{At, Fate, Mishap, Servers};
use jiff::Timestamp;
use stationmaster_engine::ledger::Ending;
use stationmaster_engine::report::{ConditionType, State};
use stationmaster_engine::{DecisionAction, OperationType, Reason};

use OperationType::{DisableProtection, EnableProtection, Failover, Reprotect};

const NOTHING: [&str; 0] = [];

#[test]
fn deleting_an_operation_before_its_first_call_cancels_it() {
    let mut stage = Stage::protected();
    stage.servers(Servers::CannotTell);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    stage.delete("orders-db-t1");
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING);
    assert_eq!(stage.intent_reason(), Reason::OperationDeleted);
    assert_eq!(stage.token(), "t2", "it is not made again by the same intent");

    // A person's, which waits for a pending call to die.
    let mut stage = waiting_reprotect();
    let name = stage.requests.last().unwrap().name.clone();
    stage.delete(&name);
    stage.wait(2_000);
    assert_eq!(stage.calls().len(), 1);
}

#[test]
fn an_object_that_was_made_again_under_the_same_name_is_another_one() {
    let mut stage = waiting_reprotect();
    let old = stage.requests.last().unwrap().name.clone();
    stage.requests.last_mut().unwrap().uid = "from-a-backup".into();
    stage.pass();
    assert_eq!(
        stage.said(Reason::OperationDeleted),
        1,
        "the one that was judged is gone"
    );
    stage.wait(2_000);
    assert_eq!(
        stage.ended(&old),
        (Ending::Succeeded, Reason::Succeeded),
        "the other was judged itself"
    );
    assert_eq!(stage.effects(), ["failover-server-group", "start-server-group"]);
}

/// A reprotection that waits until a lost call can no longer arrive.
fn waiting_reprotect() -> Stage {
    let mut stage = Stage::protected();
    stage.luck(Mishap::AnswerLost);
    stage.file(Failover, "target");
    stage.run_until_quiet();
    stage.file(Reprotect, "target");
    stage.run_until_quiet();
    assert_eq!(stage.standing(), (ConditionType::Reconciling, Reason::PendingCall));
    stage
}

#[test]
fn deleting_an_operation_after_its_first_call_changes_nothing() {
    for operation in [Failover, DisableProtection] {
        let mut stage = Stage::protected();
        let target = if operation == Failover { "target" } else { "source" };
        let name = stage.file(operation, target);
        stage.pass();
        stage.delete(&name);
        stage.run_until_quiet();
        let history = &stage.report.as_ref().unwrap().group.history;
        assert_eq!(history[0].ending, Ending::Succeeded, "it is reported on the group");
        assert_eq!(history[0].name, name);
        assert_eq!(stage.effects().len(), 1);
    }
}

#[test]
fn an_operation_of_a_name_that_has_run_is_refused() {
    let mut stage = Stage::protected();
    let name = stage.file(DisableProtection, "source");
    stage.run_until_quiet();
    stage.delete(&name);
    stage.operations.clear();
    // A backup puts it back: without status, under a new uid, with a token that is still the present one.
    stage.provider.foreign_changes = 0;
    let again = stage.file_with(EnableProtection, "source", |r| r.name = name.clone());
    stage.run_until_quiet();
    assert_eq!(stage.ended(&again), (Ending::Refused, Reason::OperationReplayed));
    assert_eq!(stage.effects(), ["stop-server-group"]);
}

#[test]
fn an_ended_operation_without_its_status_is_not_run_again() {
    let mut stage = Stage::protected();
    let name = stage.file(DisableProtection, "source");
    stage.run_until_quiet();
    for request in &mut stage.requests {
        request.ended = false;
    }
    stage.operations.clear();
    stage.run_until_quiet();
    assert_eq!(
        stage.ended(&name),
        (Ending::Succeeded, Reason::Succeeded),
        "the status is mended from the ledger"
    );
    assert_eq!(stage.effects(), ["stop-server-group"]);
}

#[test]
fn a_name_that_is_taken_stalls_and_lapses() {
    let mut stage = Stage::protected();
    let taken = stage.file_with(DisableProtection, "target", |r| r.name = "orders-db-t1".into());
    stage.run_until_quiet();
    assert_eq!(stage.ended(&taken).0, Ending::Refused);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING);
    assert_eq!(stage.standing(), (ConditionType::Stalled, Reason::OperationNameTaken));
    stage.wait(3600);
    assert_eq!(stage.intent_reason(), Reason::IntentLapsed);
    assert_eq!(stage.standing(), (ConditionType::Ready, Reason::IntentLapsed));

    // Deleted in time, the intent goes on.
    let mut stage = Stage::protected();
    let taken = stage.file_with(DisableProtection, "target", |r| r.name = "orders-db-t1".into());
    stage.intent("target", "t1");
    stage.run_until_quiet();
    stage.delete(&taken);
    stage.run_until_quiet();
    assert_eq!(stage.effects(), ["reverse-server-group"]);
}

#[test]
fn the_operators_own_object_that_comes_to_light_after_the_end_is_ended_the_same_way() {
    let mut stage = Stage::protected();
    stage.servers(Servers::CannotTell);
    stage.intent("target", "t1");
    // The object is made, and before the ledger knows its uid the intent is withdrawn.
    stage.pass();
    assert!(stage.ledger().operation.as_ref().unwrap().uid.is_none());
    stage.withdraw();
    stage.run_until_quiet();
    assert_eq!(
        stage.ended("orders-db-t1"),
        (Ending::Cancelled, Reason::IntentWithdrawn)
    );
}

#[test]
fn the_first_pass_with_a_shallow_reading_does_not_refuse() {
    // The request is filed after it was read what to look at: what is listed is not enough to refuse on.
    let mut stage = Stage::protected();
    stage.shallow = true;
    stage.provider.world.lists_permits = false;
    stage.sleep(11);
    let name = stage.file(Failover, "target");
    stage.pass();
    assert_eq!(stage.state(&name), (State::Pending, Reason::NotObserved));
    stage.shallow = false;
    stage.run_until_quiet();
    assert_eq!(stage.ended(&name), (Ending::Succeeded, Reason::Succeeded));
}

#[test]
fn what_is_filed_on_a_group_that_is_not_served_is_told_why() {
    let mut claimed = Stage::protected();
    claimed.group.name = "another".into();
    claimed.group.uid = "group-2".into();
    claimed.holder_exists = true;
    claimed.report = None;
    let name = claimed.file(Failover, "target");
    claimed.run_until_quiet();
    assert_eq!(
        claimed.standing(),
        (ConditionType::Stalled, Reason::ProtectionObjectClaimed)
    );
    let refused = (Ending::Refused, Reason::ProtectionObjectClaimed);
    assert_eq!(
        claimed.ended(&name),
        refused,
        "that another group holds the object does not pass by itself"
    );

    let mut unread = Stage::unseen(At::Protected);
    unread.provider.unseen = Some((Reason::AuthenticationFailed, "401"));
    let name = unread.file(Failover, "target");
    unread.run_until_quiet();
    assert_eq!(
        unread.standing(),
        (ConditionType::Stalled, Reason::AuthenticationFailed)
    );
    assert_eq!(unread.state(&name), (State::Pending, Reason::AuthenticationFailed));
    // What has ended is told nothing; what names another group of this name never finds it here.
    let ended = unread.file_with(Failover, "target", |r| r.ended = true);
    let others = unread.file_with(Failover, "target", |r| r.group_uid = "another".into());
    // Nobody judges it, and it ends with its time all the same.
    let late = unread.file_with(Failover, "target", |r| r.not_after = Some(Timestamp::UNIX_EPOCH));
    unread.run_until_quiet();
    assert!(!unread.operations.contains_key(&ended));
    let told = |name: &str| (unread.operations[name].state, unread.operations[name].reason);
    assert_eq!(told(&others), (State::Ended(Ending::Refused), Reason::GroupUIDMismatch));
    assert_eq!(told(&late), (State::Ended(Ending::Expired), Reason::Expired));
}

#[test]
fn a_claimed_object_is_not_served_until_its_holder_is_gone() {
    let mut stage = Stage::protected();
    stage.group.name = "another".into();
    stage.group.uid = "group-2".into();
    stage.holder_exists = true;
    stage.intent("target", "t1");
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING);
    assert_eq!(
        stage.standing(),
        (ConditionType::Stalled, Reason::ProtectionObjectClaimed)
    );
    assert_eq!(stage.token(), "none", "it is not this group's token");
    assert!(stage.message(ConditionType::Stalled).contains("shop/orders-db"));
    stage.holder_exists = false;
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING, "taking over is a first sight");
    assert_eq!(stage.token(), "t2");
    assert_eq!(stage.ledger().group.uid, "group-2");
    // A group of the same name in another namespace is another one too; the same group made again is not.
    for namespace in ["shop", "elsewhere"] {
        let mut stage = Stage::protected();
        stage.recreate_group();
        stage.group.namespace = namespace.to_owned();
        stage.holder_exists = true;
        stage.run_until_quiet();
        let claimed = stage.standing() == (ConditionType::Stalled, Reason::ProtectionObjectClaimed);
        assert_eq!(claimed, namespace == "elsewhere");
    }
}

#[test]
fn a_flood_of_refused_operations_does_not_wash_out_what_ran() {
    let mut stage = Stage::protected();
    let ran = stage.file(DisableProtection, "source");
    stage.run_until_quiet();
    stage.file(EnableProtection, "source");
    stage.run_until_quiet();
    for _ in 0..120 {
        stage.file_with(Failover, "target", |r| r.token = None);
    }
    stage.run_until_quiet();
    assert!(stage.requests.iter().all(|r| r.ended), "every one is answered");
    assert_eq!(stage.said(Reason::TokenMissing), 120, "and once");
    stage.delete(&ran);
    let again = stage.file_with(DisableProtection, "source", |r| r.name = ran);
    stage.run_until_quiet();
    assert_eq!(stage.ended(&again), (Ending::Refused, Reason::OperationReplayed));
}

#[test]
fn an_operation_cannot_be_abandoned_into_a_second_call() {
    let mut stage = Stage::protected();
    stage.fate(Fate::Stalls);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    stage.answer(DecisionAction::Abandon);
    stage.run_until_quiet();
    assert_eq!(stage.ended("orders-db-t1"), (Ending::Unknown, Reason::Abandoned));
    assert_eq!(stage.calls(), ["reverse-server-group"]);
    assert_eq!(stage.intent_reason(), Reason::ActiveStationUnknown);
}
