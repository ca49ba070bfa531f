//! Calls at the provider: one at a time, one for each operation, recorded first.
//! It must not take the provider's word for what an operation is: the ledger says which call belongs to which.

use std::collections::BTreeMap;

use serde_json::Value;
use stationmaster_simulator::JournalEntry;

use super::{Case, Invariant};
use crate::history::ForwardResult;
use crate::history::dialect::{At, Class};
use crate::history::ledgers::Submission;
use crate::history::view::Exchange;

/// What became of a call is not known.
const OPEN: [&str; 2] = ["recorded", "ambiguous"];
/// The call was made, and its operation goes on with it.
const TAKEN: [&str; 4] = ["accepted", "adoptedJob", "adoptedEffect", "declaredExecuted"];

/// `OneCallInFlight`. Between two calls at one object, or at what one journal holds, the first one is over: answered, and its result written
/// down; and if it was taken, its operation has ended.
pub(super) fn one_in_flight(case: &mut Case<'_>) {
    let calls: Vec<_> = case.calls().collect();
    for (index, later) in calls.iter().enumerate() {
        for earlier in last_ones(case, &calls[..index], later) {
            if let Some(what) = in_the_way(case, earlier, later) {
                case.report(Invariant::OneCallInFlight, later.asked, what);
            }
        }
    }
}

/// The calls that may still be in the way of a later one: for each object that it names the last one there, and the last one of its journal.
fn last_ones<'a>(case: &Case<'a>, before: &[&'a Exchange<'a>], later: &'a Exchange<'a>) -> Vec<&'a Exchange<'a>> {
    let named = |call: &'a Exchange<'a>| call.call.as_ref().map_or(&[][..], |call| call.at.objects());
    let last_at = |object| before.iter().rev().find(|call| named(call).contains(object));
    let last_met = before.iter().rev().find(|call| case.meet(call, later));
    let mut all: Vec<_> = named(later)
        .iter()
        .filter_map(last_at)
        .chain(last_met)
        .copied()
        .collect();
    all.sort_by_key(|call| call.asked);
    all.dedup_by_key(|call| call.asked);
    all
}

/// Why the later call must not be made yet.
fn in_the_way<'a>(case: &Case<'a>, earlier: &Exchange<'a>, later: &Exchange<'a>) -> Option<String> {
    if earlier.relayed.is_none_or(|over| over > later.asked) {
        return Some(format!(
            "a call at {} while the one of line {} is on its way",
            later.path, earlier.asked
        ));
    }
    // That it was not recorded is reported already, and nothing can have become of it.
    let first = case.recorded(earlier)?;
    let submissions = case.journal_of(later)?.submissions();
    let now = submissions.into_iter().find(|submission| submission.is(&first))?;
    let line = earlier.asked;
    if OPEN.contains(&now.state) {
        return Some(format!(
            "the call of line {line} is {} and another one is made",
            now.state
        ));
    }
    if TAKEN.contains(&now.state) && case.recorded(later).is_none_or(|l| l.step == now.step) {
        return Some(format!(
            "the call of line {line} was taken, and the same step makes another one"
        ));
    }
    (now.state == "notSent" && reached(earlier))
        .then(|| format!("the call of line {line} was sent on and counts as not sent"))
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
        let name = match case.recorded(call) {
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
    // A call without a body has none in the history, and none or null in the journal.
    let body = entry.body.as_ref().unwrap_or(&Value::Null);
    entry.path == call.path && entry.method == call.method && body == call.body
}

/// `RecordFirst`. The last acknowledged write of the journal records exactly this call, the journal holds all that it is at, and no call has used
/// that record before.
pub(super) fn recorded_first(case: &mut Case<'_>) {
    let calls: Vec<_> = case.calls().collect();
    let mut used: Vec<(Submission<'_>, u64)> = Vec::new();
    for exchange in calls {
        let Some(call) = &exchange.call else { continue };
        let (Some(submission), Some(journal)) = (case.recorded(exchange), case.journal_of(exchange)) else {
            let what = format!(
                "{} {}: no acknowledged ledger write records it",
                exchange.method, exchange.path
            );
            case.report(Invariant::RecordFirst, exchange.asked, what);
            continue;
        };
        let mut wrong = Vec::new();
        if call.action != Some(submission.action) {
            wrong.push(format!(
                "the ledger records `{}`, another call was made",
                submission.action
            ));
        }
        let for_part = match (&call.at, submission.part) {
            (At::Objects(_), recorded) => recorded.is_none(),
            (At::Job { job, part }, Some(recorded)) => {
                recorded.job == *job && part.is_none_or(|part| recorded.part == part)
            }
            (At::Job { .. }, None) => false,
        };
        if !for_part {
            wrong.push("the ledger records a call at another job, or at another part".into());
        }
        let objects = call.at.objects().iter();
        wrong.extend(objects.filter_map(|object| case.not_held(journal, object, exchange.asked)));
        if let (Some(caller), Some(recorder)) = (exchange.replica, journal.exchange.replica)
            && caller != recorder
        {
            wrong.push(format!("{caller} makes the call that {recorder} has recorded"));
        }
        if let Some((_, line)) = used.iter().find(|(before, _)| before.is(&submission)) {
            wrong.push(format!(
                "attempt {} was made on line {line} already",
                submission.attempt
            ));
        }
        for what in wrong {
            case.report(Invariant::RecordFirst, exchange.asked, what);
        }
        used.push((submission, exchange.asked));
    }
}
