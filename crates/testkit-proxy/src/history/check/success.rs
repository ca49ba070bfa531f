//! Success: written only after a reading of the provider that shows it, and only because the ledger says so.
//! It must not take a job's word for the role.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Case, Invariant};
use crate::history::dialect::Active;
use crate::history::ledgers::{LedgerWrite, completed};
use crate::history::view::Exchange;

/// Operations that are over when production runs at their target.
const MOVES: [&str; 2] = ["PlannedFailover", "Failover"];

/// `VerifiedSuccess`. A completed `Succeeded` that is new in a ledger, and a status that says so.
pub(super) fn verified(case: &mut Case<'_>) {
    let mut found = Vec::new();
    let mut succeeded: BTreeSet<(&str, &str)> = BTreeSet::new();
    for write in &case.ledgers {
        let won = write.completed().filter(|completed| completed["ending"] == "Succeeded");
        for completed in won {
            let name = completed["name"].as_str().unwrap_or_default();
            if !succeeded.insert((write.group[0], name)) {
                continue;
            }
            let line = write.exchange.asked;
            found.extend(
                unseen(case, write, completed, name)
                    .into_iter()
                    .map(|what| (line, what)),
            );
        }
    }
    told(case, &mut found);
    for (line, what) in found {
        case.report(Invariant::VerifiedSuccess, line, what);
    }
}

/// What was not seen of a success: each object that the operation's last call was at must have been read after that call, and be where the operation
/// says. Of an operation without a call at objects one reading of any object that its journal holds is asked for.
fn unseen<'a>(case: &Case<'a>, write: &LedgerWrite<'a>, completed: &Value, name: &str) -> Vec<String> {
    let line = write.exchange.asked;
    let its_own = |call: &&Exchange<'a>| {
        call.asked < line
            && case.journal_of(call).is_some_and(|journal| journal.name == write.name)
            && case.recorded(call).is_some_and(|recorded| recorded.operation == name)
    };
    let calls: Vec<_> = case.calls().filter(its_own).collect();
    let since = calls.last().map_or(0, |call| call.asked);
    let last_of = |object: &str| {
        let mut readings = case
            .exchanges
            .iter()
            .rev()
            .filter(|read| read.asked > since && read.relayed.is_some_and(|relayed| relayed < line));
        readings.find_map(|read| read.shows(object))
    };
    let mut at_objects = calls
        .iter()
        .rev()
        .filter_map(|call| Some(call.call.as_ref()?.at.objects()));
    let named = at_objects.find(|objects| !objects.is_empty());
    let seen: Vec<(&str, Option<Active<'a>>)> = match named {
        Some(objects) => objects
            .iter()
            .map(|object| (object.as_ref(), last_of(object)))
            .collect(),
        None => {
            let any = write.held().find_map(|object| Some((object, Some(last_of(object)?))));
            vec![any.unwrap_or((write.object, None))]
        }
    };
    let target = completed["record"]["target"].as_str();
    let moves = completed["type"].as_str().is_some_and(|word| MOVES.contains(&word));
    let target = target.filter(|_| moves);
    let wrong = |(object, seen): (&str, Option<Active<'a>>)| {
        let told = |shown: &str| {
            let target = target?;
            (shown != target).then(|| format!("{name} to {target} succeeded, and the last reading shows {shown}"))
        };
        match seen {
            None => Some(format!(
                "{name} succeeded, and nobody has read the provider's object {object} since its call"
            )),
            Some(Active::At(station)) => told(station),
            Some(Active::Untold) => told("nothing"),
            // The role was read over another wire; that the object was read at all is seen here.
            Some(Active::Elsewhere) => None,
        }
    };
    seen.into_iter().filter_map(wrong).collect()
}

/// Every status that says `Succeeded` says it because a ledger does.
fn told(case: &Case<'_>, found: &mut Vec<(u64, String)>) {
    for write in case.exchanges {
        let is_status = write.api.is_some_and(|api| {
            api.verb == "update" && api.resource == "recoveryoperations" && api.subresource.as_deref() == Some("status")
        });
        let says = write.body.pointer("/status/state").and_then(Value::as_str) == Some("Succeeded");
        if !is_status || !says {
            continue;
        }
        let text = |pointer| write.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let (namespace, name) = (text("/metadata/namespace"), text("/metadata/name"));
        let wins = |completed: &Value| completed["name"] == name && completed["ending"] == "Succeeded";
        let was_written = case.ledgers.iter().any(|ledger| {
            ledger.group[0] == namespace
                && ledger.written().is_some_and(|written| written < write.asked)
                && ledger.completed().any(wins)
        });
        // Whoever comes after one that died on the answer of that write reads it.
        let was_read = case.exchanges.iter().any(|read| {
            read.relayed.is_some_and(|relayed| relayed < write.asked)
                && read
                    .ledgers_shown()
                    .any(|record| record["group"]["namespace"] == namespace && completed(record).any(wins))
        });
        if !was_written && !was_read {
            found.push((
                write.asked,
                format!("the status of {name} says Succeeded, and no ledger does"),
            ));
        }
    }
}
