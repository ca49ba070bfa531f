//! What a call rests on: read between its record and its sending, and from no cache.
//! It must not ask for what the provider's wire does not show.

use super::{Case, Invariant};
use crate::history::Source;
use crate::history::dialect::At;
use crate::history::view::Exchange;

/// `FreshReads`. Between its record and the call were read: the journal as it was written, the group, and each object of the provider that the call
/// is at. For a call at a job the job was read, or an object that the journal holds.
pub(super) fn reads(case: &mut Case<'_>) {
    let calls: Vec<_> = case.calls().collect();
    for exchange in calls {
        let Some(call) = &exchange.call else { continue };
        let Some((journal, written)) = case
            .journal_of(exchange)
            .and_then(|journal| Some((journal, journal.written()?)))
        else {
            continue;
        };
        let between = case
            .exchanges
            .iter()
            .filter(|read| read.asked > written && read.relayed.is_some_and(|relayed| relayed < exchange.asked));
        let same = |read: &Exchange<'_>| read.source == Source::Provider || read.replica == journal.exchange.replica;
        let between: Vec<_> = between.filter(|read| same(read)).collect();
        let [namespace, name, _] = journal.group;
        let named = |read: &Exchange<'_>, namespace: Option<&str>, name: &str| {
            read.api.is_some_and(|api| {
                api.name.as_deref() == Some(name) && namespace.is_none_or(|ns| api.namespace.as_deref() == Some(ns))
            }) && !read.may_be_old()
        };
        let journal_read = between.iter().any(|read| {
            read.read("get", "groupledgers")
                && named(read, None, journal.name)
                && read.version() == journal.exchange.version()
        });
        let group_read = between
            .iter()
            .any(|read| read.read("get", "protectiongroups") && named(read, Some(namespace), name));
        let shown = |object: &str| between.iter().any(|read| read.shows(object).is_some());
        let mut missing: Vec<String> = [(journal_read, "the ledger"), (group_read, "the group")]
            .into_iter()
            .filter(|(read, _)| !read)
            .map(|(_, what)| what.to_owned())
            .collect();
        match &call.at {
            At::Objects(objects) => {
                let unread = objects.iter().filter(|object| !shown(object));
                missing.extend(unread.map(|object| format!("the provider's object {object}")));
            }
            At::Job { job, .. } => {
                if !between.iter().any(|read| read.shows_job(job)) && !journal.held().any(shown) {
                    missing.push(format!("the job {job} nor an object of its group"));
                }
            }
        }
        if !missing.is_empty() {
            let what = format!("since the record of line {written} nobody read {}", missing.join(", "));
            case.report(Invariant::FreshReads, exchange.asked, what);
        }
    }
}
