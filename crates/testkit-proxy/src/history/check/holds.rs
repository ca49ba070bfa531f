//! Which journal holds what a call is at: one object, all objects of a batch, or a job.
//! It must not know a vendor, nor take a claim for one before its journal lists the object.

use std::collections::BTreeMap;

use super::Case;
use crate::history::ForwardResult;
use crate::history::dialect::At;
use crate::history::ledgers::{LedgerWrite, Submission};
use crate::history::view::Exchange;

impl<'a> Case<'a> {
    /// The journal that holds everything that a call is at, as its last write before the call says that was acknowledged. A call at objects
    /// that no one journal holds together has none.
    pub fn journal_of(&self, call: &Exchange<'a>) -> Option<&LedgerWrite<'a>> {
        let at = &call.call.as_ref()?.at;
        let holds = |journal: &&LedgerWrite<'a>| match at {
            At::Objects(objects) => {
                let held = |object: &&str| journal.held().any(|held| held == *object);
                !objects.is_empty() && objects.iter().all(|object| held(&object.as_ref()))
            }
            At::Job { job, .. } => journal.names_job(job),
        };
        let journals = self.journals_before(call.asked);
        journals.filter(holds).max_by_key(|journal| journal.written())
    }

    /// The attempt that the ledger records when the call is asked for.
    pub fn recorded(&self, call: &Exchange<'a>) -> Option<Submission<'a>> {
        let submissions = self.journal_of(call)?.submissions();
        submissions
            .into_iter()
            .rev()
            .find(|submission| submission.state == "recorded")
    }

    /// Whether two calls must not be in doubt at once: they are at one object, at one job, or at what one journal holds.
    pub fn meet(&self, one: &Exchange<'a>, other: &Exchange<'a>) -> bool {
        let (Some(first), Some(second)) = (&one.call, &other.call) else {
            return false;
        };
        let job = |at: &At<'a>| match at {
            At::Job { job, .. } => Some(*job),
            At::Objects(_) => None,
        };
        let shared = |object| second.at.objects().contains(object);
        let same_job = job(&first.at).is_some_and(|job_of_first| job(&second.at) == Some(job_of_first));
        let journal = |call| self.journal_of(call).map(|journal| journal.name);
        same_job
            || first.at.objects().iter().any(shared)
            || journal(one).is_some_and(|name| journal(other) == Some(name))
    }

    /// Why an object does not count as the journal's own: what was last written under its name is no claim that leads there, or one from before
    /// the journal listed the object. What was written before the history began is not known, and not objected to.
    pub fn not_held(&self, journal: &LedgerWrite<'a>, object: &str, line: u64) -> Option<String> {
        if object == journal.object {
            return None;
        }
        let of_object = || self.ledgers.iter().filter(|write| write.object == object);
        let name = of_object().next()?.name;
        let before = self.exchanges.iter().filter(|exchange| exchange.asked < line);
        // The last write that surely was done, and those after it that may have been.
        let mut may_stand: Vec<Option<&LedgerWrite<'a>>> = Vec::new();
        for exchange in before {
            let write = of_object().find(|write| std::ptr::eq(write.exchange, exchange));
            let deletes = exchange
                .api
                .is_some_and(|api| api.is("delete", "groupledgers") && api.name.as_deref() == Some(name));
            if write.is_none() && !deletes {
                continue;
            }
            match exchange.result {
                ForwardResult::Applied => may_stand = vec![write],
                ForwardResult::Unknown => may_stand.push(write),
                ForwardResult::Refused | ForwardResult::NotForwarded => {}
            }
        }
        let counts = |write: &LedgerWrite<'a>| {
            write.group[2] == journal.group[2]
                && write
                    .claim()
                    .is_some_and(|claim| claim["journal"] == journal.object && claim["listed"] == true)
        };
        if may_stand.is_empty() || may_stand.iter().flatten().any(|write| counts(write)) {
            return None;
        }
        Some(match may_stand[may_stand.len() - 1] {
            None => format!("{object} was given up"),
            Some(write) if write.group[2] != journal.group[2] => format!("{object} is held by {}", write.group[1]),
            Some(_) => format!("{object} is claimed, and its claim does not say that the journal lists it"),
        })
    }

    /// Each journal as it was written last before a line.
    fn journals_before(&self, line: u64) -> impl Iterator<Item = &LedgerWrite<'a>> {
        let mut last: BTreeMap<&str, &LedgerWrite<'a>> = BTreeMap::new();
        let written = self
            .ledgers
            .iter()
            .filter(|write| write.written().is_some_and(|written| written < line));
        for write in written {
            let known = last.entry(write.name).or_insert(write);
            if known.written() <= write.written() {
                *known = write;
            }
        }
        last.into_values().filter(|write| write.claim().is_none())
    }
}
