//! Tests of a group that is made of several provider objects: what is claimed, in which order, and what is given up.
//! They must not explore what two processes do at once: the model of claims does.

mod store;

use super::scene::*;
use crate::Reason;
use crate::ledger::PendingCall;
use crate::pass::*;
use crate::report::ConditionType;
use store::*;

fn late() -> PendingCall {
    PendingCall {
        operation: "earlier".into(),
        action: "failover".into(),
        recorded_at: now(),
        moves: true,
        dead_at: None,
    }
}

#[test]
fn each_object_is_claimed_in_the_order_of_names_before_anything_else() {
    let mut store = Store::of(&["c", "a", "b"]);
    assert_eq!(store.rest(&[]), None);
    let all = ["make a", "make b", "make c", "journal a", "replace b", "replace c"];
    assert_eq!(store.written, all);
    assert_eq!(store.journal("a").claims, ["b", "c"]);
    store.written.clear();
    store.rest(&[]);
    assert_eq!(store.written, Vec::<String>::new(), "at rest nothing is written");
    let order = store.ask("a");
    store.rest(&[order]);
    assert_eq!(store.written.last().map(String::as_str), Some("call Failover"));
}

#[test]
fn what_another_holds_is_named_with_its_holder_and_nothing_is_made() {
    let mut store = Store::of(&["a", "b"]);
    store.entries.insert("b".into(), claim_of(another(), "x"));
    let why = store.rest(&[]).unwrap();
    assert_eq!(why.reason, Reason::ProtectionObjectClaimed);
    assert!(
        why.message.contains("object b is held by ProtectionGroup shop/another"),
        "{}",
        why.message
    );
    assert_eq!(store.written, Vec::<String>::new());
    // It was free when it was looked at, and another was faster.
    let mut store = Store::of(&["a", "b", "c"]);
    store.rushed = Some(("b", claim_of(another(), "x")));
    assert_eq!(store.pass(&[]).0, Next::In(std::time::Duration::from_millis(50)));
    assert_eq!(store.written, ["make a"]);
    let why = store.rest(&[]).unwrap();
    assert_eq!(
        (why.reason, store.written.last()),
        (Reason::ProtectionObjectClaimed, Some(&"remove a".to_owned()))
    );
    assert_eq!(store.entries.keys().collect::<Vec<_>>(), ["b"]);
}

#[test]
fn without_one_of_its_objects_a_group_begins_nothing_and_shows_what_it_has() {
    let mut store = Store::settled(&["a", "b"]);
    store.entries.insert("b".into(), claim_of(another(), "x"));
    let order = store.ask("a");
    let why = store.rest(std::slice::from_ref(&order)).unwrap();
    assert_eq!(why.reason, Reason::ProtectionObjectClaimed);
    assert_eq!(store.journal("a").operation, None);
    let (_, reports) = store.pass(&[order]);
    let report = reports.unwrap().report(&env());
    assert!(report.group.token.is_some(), "its ledger is its own");
    assert!(report.group.conditions.iter().any(|c| c.kind == ConditionType::Stalled));
    // A record that is gone is made again before anything is done.
    let mut store = Store::settled(&["a", "b"]);
    store.entries.remove("b");
    let order = store.ask("a");
    store.rest(&[order]);
    assert_eq!(store.written[..2], ["make b", "replace b"]);
    assert_eq!(store.written.last().map(String::as_str), Some("call Failover"));
}

#[test]
fn a_replaced_object_is_claimed_first_and_the_old_one_given_up_when_nothing_may_arrive() {
    let mut store = Store::settled(&["a", "b"]);
    let token = store.journal("a").token;
    store.group.members = set(&["a", "c"]);
    assert_eq!(store.rest(&[]), None);
    assert_eq!(store.written, ["make c", "journal a", "replace c", "remove b"]);
    let journal = store.journal("a");
    assert_eq!(journal.claims, ["c"]);
    assert_eq!(journal.issued.why, Reason::ObjectsChanged);
    assert_ne!(journal.token, token, "what is read of another set is a first sight");
    // A call may still arrive at the old one.
    let mut store = Store::settled(&["a", "b"]);
    store.change_journal("a", |ledger| ledger.owe(late()));
    store.group.members = set(&["a", "c"]);
    store.rest(&[]);
    assert_eq!(store.written, ["make c", "journal a", "replace c"]);
    assert_eq!(store.journal("a").claims, ["b", "c"]);
    store.change_journal("a", |ledger| ledger.pending_calls.clear());
    store.rest(&[]);
    assert_eq!(store.written[3..], ["journal a", "remove b"]);
    // It comes back: what was read before of its record counts no more.
    let mut store = Store::settled(&["a", "b", "c"]);
    store.group.members = set(&["a", "b"]);
    store.pass(&[]);
    store.group.members = set(&["a", "b", "c"]);
    store.rest(&[]);
    assert_eq!(store.written, ["journal a", "replace c", "journal a", "replace c"]);
}

#[test]
fn the_journal_stays_where_it_is() {
    let mut store = Store::settled(&["b", "c"]);
    store.group.members = set(&["a", "c"]);
    store.rest(&[]);
    assert_eq!(store.written, ["make a", "journal b", "replace a"]);
    assert_eq!(store.journal("b").claims, ["a", "c"]);
    // A group of the same name finds it by what its objects' records say.
    store.group.uid = "u-2".into();
    store.written.clear();
    store.rest(&[]);
    assert_eq!(store.written, ["replace a", "replace c", "journal b"]);
    let journal = store.journal("b");
    assert_eq!(
        (journal.group.uid.as_str(), journal.issued.why),
        ("u-2", Reason::GroupRecreated)
    );
}

#[test]
fn what_a_group_that_is_gone_has_left_is_had_once_nothing_may_arrive_at_it() {
    let mut theirs = Store::settled(&["b", "c"]);
    theirs.change_journal("b", |ledger| {
        ledger.group = another();
        ledger.owe(late());
    });
    for object in ["b", "c"] {
        let mut store = Store::of(&["a", object]);
        store.entries = theirs.entries.clone();
        store.entries.insert("c".into(), claim_of(another(), "b"));
        store.exists = false;
        let why = store.rest(&[]).unwrap();
        assert_eq!(
            (why.reason, store.written.len()),
            (Reason::ClaimAwaited, 0),
            "{}",
            why.message
        );
        store.change_journal("b", |ledger| ledger.pending_calls.clear());
        assert_eq!(store.rest(&[]), None);
        let first = if object == "b" { "replace b" } else { "remove b" };
        assert_eq!(store.written[..2], ["make a", first], "the journal is what fences");
        assert_eq!(store.journal("a").claims, [object]);
    }
}

#[test]
fn the_list_of_the_administrator_holds_for_each_object() {
    let mut store = Store::of(&["a", "b"]);
    store.barred = Some("shop");
    assert_eq!(store.rest(&[]).map(|why| why.reason), Some(Reason::ClaimNotAllowed));
    assert_eq!(store.written, Vec::<String>::new());
    // A holder of another namespace, which the list does not name, and the group's own, which it names.
    let mut store = Store::of(&["a", "b"]);
    store.barred = Some("elsewhere");
    let mut holder = another();
    holder.namespace = "elsewhere".into();
    store.entries.insert("b".into(), claim_of(holder, "x"));
    assert_eq!(store.rest(&[]), None);
    assert_eq!(store.written[..2], ["make a", "replace b"]);
}
