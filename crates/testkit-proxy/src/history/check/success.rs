//! Success: written only after a reading of the provider that shows it, and only because the ledger says so.
//! It must not take a job's word for the role.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Case, Invariant};
use crate::history::view::completed;

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
            let mut readings = case
                .exchanges
                .iter()
                .rev()
                .filter(|read| read.relayed.is_some_and(|relayed| relayed < line));
            let Some(seen) = readings.find_map(|read| read.reading(write.object)) else {
                found.push((line, format!("{name} succeeded, and nobody read the provider's object")));
                continue;
            };
            let target = completed["record"]["target"].as_str();
            let moves = completed["type"].as_str().is_some_and(|word| MOVES.contains(&word));
            if let Some(target) = target.filter(|_| moves)
                && seen.active != Some(target)
            {
                let shown = seen.active.unwrap_or("nothing");
                let what = format!("{name} to {target} succeeded, and the last reading shows {shown}");
                found.push((line, what));
            }
        }
    }
    told(case, &mut found);
    for (line, what) in found {
        case.report(Invariant::VerifiedSuccess, line, what);
    }
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
                    .ledger_shown()
                    .is_some_and(|record| record["group"]["namespace"] == namespace && completed(record).any(wins))
        });
        if !was_written && !was_read {
            found.push((
                write.asked,
                format!("the status of {name} says Succeeded, and no ledger does"),
            ));
        }
    }
}
