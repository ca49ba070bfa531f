//! Tests of a group that is made of several provider objects: what is claimed, in which order, and what is given up.
//! They must not explore what two processes do at once: the model of claims does.

use super::scene::*;
use crate::decide::ClaimWrite;
use crate::ledger::{ClaimRecord, Entry, GroupRef, PendingCall};
use crate::pass::*;
use crate::report::ConditionType;
use crate::{ClaimRight, Held, Reason, Request, Token, Why};
use std::collections::{BTreeMap, BTreeSet};

/// What stands under the objects' names, and what was written there, in order.
struct Store {
    group: Group,
    entries: BTreeMap<String, Entry>,
    written: Vec<String>,
    version: u32,
    /// Whether another holder exists.
    exists: bool,
    /// Of this namespace nothing may be claimed.
    barred: Option<&'static str>,
    /// Somebody else makes this claim before the pass writes.
    rushed: Option<(&'static str, Entry)>,
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn another() -> GroupRef {
    GroupRef {
        namespace: "shop".into(),
        name: "another".into(),
        uid: "u-9".into(),
    }
}

fn claim_of(group: GroupRef, journal: &str) -> Entry {
    Entry::Claim {
        version: version(900),
        record: ClaimRecord {
            group,
            journal: journal.into(),
            listed: true,
        },
    }
}

impl Store {
    fn of(members: &[&str]) -> Store {
        let mut group = group();
        group.members = set(members);
        Store {
            group,
            entries: BTreeMap::new(),
            written: Vec::new(),
            version: 100,
            exists: true,
            barred: None,
            rushed: None,
        }
    }

    /// A group that holds all of its objects.
    fn settled(members: &[&str]) -> Store {
        let mut store = Store::of(members);
        store.rest(&[]);
        store.written.clear();
        store
    }

    fn put(&mut self, what: &str, object: &str, entry: Option<Entry>) -> Version {
        self.written.push(format!("{what} {object}"));
        match entry {
            Some(entry) => self.entries.insert(object.to_owned(), entry),
            None => self.entries.remove(object),
        };
        version(self.version)
    }

    fn claims(&mut self, at: &Claims) -> Written {
        self.version += 1;
        let version = version(self.version);
        let claim = |record: &ClaimRecord| {
            let (version, record) = (version.clone(), record.clone());
            Some(Entry::Claim { version, record })
        };
        match at.write().unwrap() {
            ClaimWrite::Make { object, .. } if self.entries.contains_key(object) => Written::Conflict,
            ClaimWrite::Make { object, record } => Written::Done(self.put("make", object, claim(record))),
            ClaimWrite::Replace { object, record, .. } => Written::Done(self.put("replace", object, claim(record))),
            ClaimWrite::Remove { object, .. } => Written::Done(self.put("remove", object, None)),
        }
    }

    /// One pass with these operations filed; what it reports.
    fn pass(&mut self, requests: &[Request]) -> (Next, Option<Reports>) {
        let own = |entry: &Entry| entry.holder().is_some_and(|holder| holder.uid == self.group.uid);
        let mut held = Held::default();
        for (object, entry) in self.entries.iter().filter(|(_, entry)| own(entry)) {
            held.put(object.clone(), entry.clone());
        }
        let Pass::Asks(mut at) = Pass::over(self.group.clone(), seen(), held, requests.to_vec()) else {
            panic!("it begins with questions");
        };
        while let Some(object) = at.unread() {
            let entry = self.entries.get(&object).cloned().unwrap_or(Entry::Nobody);
            at.read(object, entry);
        }
        let moment = Moment {
            fresh: Token::quoted(format!("t{}", self.version)),
            ..moment()
        };
        let Pass::Observes(at) = at.take(vec![], self.exists, moment) else {
            panic!("then it observes");
        };
        let sight = seen();
        let read = Seen {
            found: None,
            jobs: vec![],
            unread: None,
            sight,
            ended_at: now(),
        };
        let barred = self.barred;
        let env = Env {
            right: &|namespace| match barred {
                Some(barred) if barred == namespace => ClaimRight::NotListed("the list".into()),
                Some(_) => ClaimRight::Listed,
                None => ClaimRight::FirstCome,
            },
            ..env()
        };
        let mut pass = at.take(read, &env);
        if let Some((object, entry)) = self.rushed.take() {
            self.entries.insert(object.to_owned(), entry);
        }
        let mut reports = None;
        loop {
            pass = match pass {
                Pass::Claims(at) => {
                    let written = self.claims(&at);
                    at.take(&written)
                }
                Pass::Records(at) => {
                    self.version += 1;
                    let there = match self.entries.get(&at.object()) {
                        Some(Entry::Claim { version, .. }) => Some(version),
                        Some(Entry::Journal(stored)) => Some(&stored.version),
                        _ => None,
                    };
                    assert_eq!(at.replaces(), there, "it is guarded by what stands there");
                    let stored = Stored {
                        version: version(self.version),
                        ledger: Arc::new(at.ledger().unwrap().clone()),
                    };
                    let version = self.put("journal", &at.object(), Some(Entry::Journal(stored)));
                    at.take(Written::Done(version), now())
                }
                Pass::Tells(at) => at.take(),
                Pass::Reports(at) => {
                    reports = Some(at.clone());
                    at.take()
                }
                Pass::Signs(at) => {
                    self.written.push(format!("call {}", at.call().step));
                    return (Next::OnChange, reports);
                }
                Pass::Over(next) => return (next, reports),
                other => panic!("{other:?}"),
            };
        }
    }

    /// Passes until one is not followed by another at once; why it is not served, if it is not.
    fn rest(&mut self, requests: &[Request]) -> Option<Why> {
        for _ in 0..12 {
            let (next, reports) = self.pass(requests);
            if !matches!(next, Next::Again) {
                return reports.and_then(|at| at.decided().blocked.clone());
            }
        }
        panic!("it does not come to rest: {:?}", self.written);
    }

    fn journal(&self, object: &str) -> Ledger {
        Ledger::clone(self.entries[object].journal().unwrap())
    }

    fn change_journal(&mut self, object: &str, change: impl FnOnce(&mut Ledger)) {
        let mut ledger = self.journal(object);
        change(&mut ledger);
        let stored = Stored {
            version: version(500),
            ledger: Arc::new(ledger),
        };
        self.entries.insert(object.to_owned(), Entry::Journal(stored));
    }

    fn ask(&self, object: &str) -> Request {
        Request {
            token: self.journal(object).token,
            group_uid: self.group.uid.clone(),
            ..order()
        }
    }
}

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
    let why = store.rest(&[order.clone()]).unwrap();
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
