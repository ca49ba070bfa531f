//! Calls at the provider: one at a time, one for each operation, recorded first, decided on what is true now.
//! It must not take the provider's word for what an operation is: the ledger says which call belongs to which.

use std::collections::BTreeMap;

use stationmaster_simulator::JournalEntry;

use super::{Case, Invariant};
use crate::history::dialect::Class;
use crate::history::view::{Exchange, Submission};
use crate::history::{ForwardResult, Source};

/// What became of a call is not known.
const OPEN: [&str; 2] = ["recorded", "ambiguous"];
/// The call was made, and its operation goes on with it.
const TAKEN: [&str; 4] = ["accepted", "adoptedJob", "adoptedEffect", "declaredExecuted"];

/// The attempt that the ledger records when the call is asked for.
fn recorded<'a>(case: &Case<'a>, call: &Exchange<'a>) -> Option<Submission<'a>> {
    let ledger = case.ledger_before(call.object()?, call.asked)?;
    let submissions = ledger.submissions();
    submissions
        .into_iter()
        .rev()
        .find(|submission| submission.state == "recorded")
}

/// `OneCallInFlight`. Between two calls at one object the first one is over: answered, and its result written down; and if it was
/// taken, its operation has ended.
pub(super) fn one_in_flight(case: &mut Case<'_>) {
    let calls: Vec<_> = case.calls().collect();
    for (index, later) in calls.iter().enumerate() {
        let earlier = calls[..index]
            .iter()
            .rev()
            .find(|earlier| earlier.object() == later.object());
        let Some(earlier) = earlier else { continue };
        if earlier.relayed.is_none_or(|over| over > later.asked) {
            let what = format!(
                "a call at {} while the one of line {} is on its way",
                later.path, earlier.asked
            );
            case.report(Invariant::OneCallInFlight, later.asked, what);
            continue;
        }
        let Some(first) = recorded(case, earlier) else {
            // That it was not recorded is reported already, and nothing can have become of it.
            continue;
        };
        let Some(ledger) = later
            .object()
            .and_then(|object| case.ledger_before(object, later.asked))
        else {
            continue;
        };
        let now = ledger
            .submissions()
            .into_iter()
            .find(|submission| submission.is(&first));
        let what = match now {
            Some(now) if OPEN.contains(&now.state) => {
                format!(
                    "the call of line {} is {} and another one is made",
                    earlier.asked, now.state
                )
            }
            Some(now) if TAKEN.contains(&now.state) && recorded(case, later).is_none_or(|l| l.step == now.step) => {
                format!(
                    "the call of line {} was taken, and the same step makes another one",
                    earlier.asked
                )
            }
            Some(now) if now.state == "notSent" && reached(earlier) => {
                format!("the call of line {} was sent on and counts as not sent", earlier.asked)
            }
            _ => continue,
        };
        case.report(Invariant::OneCallInFlight, later.asked, what);
    }
}

/// Whether the provider may have acted on the call.
fn reached(call: &Exchange<'_>) -> bool {
    let turned_away = call.class_given == Some(Class::TurnedAway);
    call.class == Some(Class::Taken) || call.result == ForwardResult::Unknown && !turned_away
}

/// `OneExecution`. Of each step of an operation, at most one call was executed.
pub(super) fn one_execution(case: &mut Case<'_>) {
    let calls: Vec<_> = case.calls().collect();
    let mut taken = vec![false; case.journal.len()];
    let mut executed: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for call in calls {
        let name = match recorded(case, call) {
            Some(submission) => format!("{} ({})", submission.operation, submission.step),
            None => format!("the unrecorded call of line {}", call.asked),
        };
        let mut times = 0;
        if case.journal.is_empty() {
            times += u64::from(call.class == Some(Class::Taken));
        }
        for _ in &call.forwarded {
            let entry = case
                .journal
                .iter()
                .enumerate()
                .find(|(index, entry)| !taken[*index] && is_entry_of(entry, call));
            if let Some((index, entry)) = entry {
                taken[index] = true;
                times += u64::from(entry.accepted) + u64::from(entry.duplicates);
            }
        }
        let lines = executed.entry(name).or_default();
        lines.extend((0..times).map(|_| call.asked));
    }
    for (name, lines) in executed {
        if let [_, second, ..] = lines.as_slice() {
            let what = format!("{name} was executed {} times, on the lines {lines:?}", lines.len());
            case.report(Invariant::OneExecution, *second, what);
        }
    }
}

fn is_entry_of(entry: &JournalEntry, call: &Exchange<'_>) -> bool {
    entry.path == call.path && entry.method == call.method && entry.body.as_ref() == Some(call.body)
}

/// `RecordFirst`. The last acknowledged write of the ledger records exactly this call, and no call has used that record before.
pub(super) fn recorded_first(case: &mut Case<'_>) {
    let calls: Vec<_> = case.calls().collect();
    let mut used: Vec<(Submission<'_>, u64)> = Vec::new();
    for call in calls {
        let Some(submission) = recorded(case, call) else {
            let what = format!("{} {}: no acknowledged ledger write records it", call.method, call.path);
            case.report(Invariant::RecordFirst, call.asked, what);
            continue;
        };
        if call.call.and_then(|call| call.action) != Some(submission.action) {
            let what = format!("the ledger records `{}`, another call was made", submission.action);
            case.report(Invariant::RecordFirst, call.asked, what);
        }
        let recorder = call
            .object()
            .and_then(|object| case.ledger_before(object, call.asked)?.exchange.replica);
        if let (Some(caller), Some(recorder)) = (call.replica, recorder)
            && caller != recorder
        {
            let what = format!("{caller} makes the call that {recorder} has recorded");
            case.report(Invariant::RecordFirst, call.asked, what);
        }
        if let Some((_, line)) = used.iter().find(|(before, _)| before.is(&submission)) {
            let what = format!("attempt {} was made on line {line} already", submission.attempt);
            case.report(Invariant::RecordFirst, call.asked, what);
        }
        used.push((submission, call.asked));
    }
}

/// `FreshReads`. Between its record and the call three things were read: the ledger as it was written, the group, and the provider's
/// object; none of them from a cache.
pub(super) fn fresh_reads(case: &mut Case<'_>) {
    let calls: Vec<_> = case.calls().collect();
    for call in calls {
        let Some(object) = call.object() else { continue };
        let Some((ledger, written)) = case
            .ledger_before(object, call.asked)
            .and_then(|ledger| Some((ledger, ledger.written()?)))
        else {
            continue;
        };
        let between = case
            .exchanges
            .iter()
            .filter(|read| read.asked > written && read.relayed.is_some_and(|relayed| relayed < call.asked));
        let same = |read: &Exchange<'_>| read.source == Source::Provider || read.replica == ledger.exchange.replica;
        let between: Vec<_> = between.filter(|read| same(read)).collect();
        let [namespace, name, _] = ledger.group;
        let named = |read: &Exchange<'_>, namespace: Option<&str>, name: &str| {
            read.api.is_some_and(|api| {
                api.name.as_deref() == Some(name) && namespace.is_none_or(|ns| api.namespace.as_deref() == Some(ns))
            }) && !read.may_be_old()
        };
        let ledger_read = between.iter().any(|read| {
            read.read("get", "groupledgers")
                && named(read, None, ledger.name)
                && read.version() == ledger.exchange.version()
        });
        let group_read = between
            .iter()
            .any(|read| read.read("get", "protectiongroups") && named(read, Some(namespace), name));
        let object_read = between.iter().any(|read| read.reading(object).is_some());
        let missing: Vec<&str> = [
            (ledger_read, "the ledger"),
            (group_read, "the group"),
            (object_read, "the provider's object"),
        ]
        .into_iter()
        .filter_map(|(read, what)| (!read).then_some(what))
        .collect();
        if !missing.is_empty() {
            let what = format!("since the record of line {written} nobody read {}", missing.join(", "));
            case.report(Invariant::FreshReads, call.asked, what);
        }
    }
}
