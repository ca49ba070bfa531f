//! What stands under the names of provider objects, and a pass over it.
//! It must not expect anything but that each write is guarded.

use super::super::scene::*;
use crate::decide::ClaimWrite;
use crate::ledger::{ClaimRecord, Entry, GroupRef};
use crate::pass::*;
use crate::{ClaimRight, Held, Request, Token, Why};
use std::collections::{BTreeMap, BTreeSet};

/// What stands under the objects' names, and what was written there, in order.
pub struct Store {
    pub group: Group,
    pub entries: BTreeMap<String, Entry>,
    pub written: Vec<String>,
    pub version: u32,
    /// Whether another holder exists.
    pub exists: bool,
    /// Of this namespace nothing may be claimed.
    pub barred: Option<&'static str>,
    /// Somebody else makes this claim before the pass writes.
    pub rushed: Option<(&'static str, Entry)>,
}

pub fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

pub fn another() -> GroupRef {
    GroupRef {
        namespace: "shop".into(),
        name: "another".into(),
        uid: "u-9".into(),
    }
}

pub fn claim_of(group: GroupRef, journal: &str) -> Entry {
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
    pub fn of(members: &[&str]) -> Store {
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
    pub fn settled(members: &[&str]) -> Store {
        let mut store = Store::of(members);
        store.rest(&[]);
        store.written.clear();
        store
    }

    pub fn put(&mut self, what: &str, object: &str, entry: Option<Entry>) -> Version {
        self.written.push(format!("{what} {object}"));
        match entry {
            Some(entry) => self.entries.insert(object.to_owned(), entry),
            None => self.entries.remove(object),
        };
        version(self.version)
    }

    pub fn claims(&mut self, at: &Claims) -> Written {
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
    pub fn pass(&mut self, requests: &[Request]) -> (Next, Option<Reports>) {
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
            begun_at: now(),
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
    pub fn rest(&mut self, requests: &[Request]) -> Option<Why> {
        for _ in 0..12 {
            let (next, reports) = self.pass(requests);
            if !matches!(next, Next::Again) {
                return reports.and_then(|at| at.decided().blocked.clone());
            }
        }
        panic!("it does not come to rest: {:?}", self.written);
    }

    pub fn journal(&self, object: &str) -> Ledger {
        Ledger::clone(self.entries[object].journal().unwrap())
    }

    pub fn change_journal(&mut self, object: &str, change: impl FnOnce(&mut Ledger)) {
        let mut ledger = self.journal(object);
        change(&mut ledger);
        let stored = Stored {
            version: version(500),
            ledger: Arc::new(ledger),
        };
        self.entries.insert(object.to_owned(), Entry::Journal(stored));
    }

    pub fn ask(&self, object: &str) -> Request {
        Request {
            token: self.journal(object).token,
            group_uid: self.group.uid.clone(),
            ..order()
        }
    }
}
