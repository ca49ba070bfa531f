//! What the simulated cloud was asked to change, against what was asked for here: each once, and nothing else.
//! It must not take the operator's word for it: the journal is the provider's own.

use anyhow::{Result, ensure};
use stationmaster_api::OperationType;
use stationmaster_simulator::{HistoryEntry, JournalEntry};

use super::follow::Ended;

/// The SDRS action of an operation.
fn action(operation_type: OperationType) -> &'static str {
    match operation_type {
        OperationType::PlannedFailover => "reverse-server-group",
        OperationType::Failover => "failover-server-group",
        OperationType::Reprotect | OperationType::EnableProtection => "start-server-group",
        OperationType::DisableProtection => "stop-server-group",
    }
}

/// The calls that change protection groups, one row each.
pub fn rows(journal: &[JournalEntry]) -> Vec<Vec<String>> {
    let calls = journal.iter().filter(|call| call.service == "sdrs");
    let row = |call: &JournalEntry| {
        vec![
            format!("#{}", call.sequence),
            call.resource_name.clone().unwrap_or_default(),
            call.action.clone().unwrap_or_else(|| call.operation.clone()),
            call.status.map_or("no answer".into(), |status| status.to_string()),
            call.job_id.clone().unwrap_or_default(),
        ]
    };
    calls.map(row).collect()
}

/// Fails unless the journal holds exactly one accepted and answered call for each operation and no other, and the groups' roles
/// changed for no other cause.
pub fn check(journal: &[JournalEntry], history: &[HistoryEntry], done: &[Ended]) -> Result<()> {
    let calls: Vec<&JournalEntry> = journal.iter().filter(|call| call.service == "sdrs").collect();
    for ended in done {
        let of_it = calls.iter().filter(|call| {
            call.resource_name.as_deref() == Some(&ended.group)
                && call.action.as_deref() == Some(action(ended.operation_type))
                && call.accepted
                && call.duplicates == 0
        });
        let count = of_it.count();
        ensure!(
            count == 1,
            "{} was asked of the provider {count} times, and must be once",
            ended.name
        );
    }
    ensure!(
        calls.len() == done.len(),
        "the provider was asked {} times for {} operations",
        calls.len(),
        done.len()
    );
    let jobs: Vec<&str> = calls.iter().filter_map(|call| call.job_id.as_deref()).collect();
    for change in history.iter().filter(|change| change.role_changed()) {
        ensure!(
            jobs.contains(&change.cause.as_str()),
            "{} moved because of {}, which nobody asked for",
            change.name,
            change.cause
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(group: &str, action: &str, changes: serde_json::Value) -> JournalEntry {
        let mut entry = json!({
            "sequence": 1, "time": "2026-01-02T03:04:05Z", "realTime": "2026-01-02T03:04:05Z", "service": "sdrs",
            "method": "POST", "path": "/v1/p/server-groups/g/action", "operation": "ProtectionGroupAction", "action": action,
            "resource": "g", "resourceName": group, "body": null, "accepted": true, "acceptedTime": null,
            "acceptedOrder": 1, "answered": true, "held": false, "duplicates": 0, "status": 200, "code": null,
            "jobId": "job-1", "faults": [],
        });
        entry
            .as_object_mut()
            .unwrap()
            .extend(changes.as_object().unwrap().clone());
        serde_json::from_value(entry).unwrap()
    }

    fn moved(cause: &str) -> HistoryEntry {
        serde_json::from_value(json!({
            "sequence": 1, "time": "2026-01-02T03:04:05Z", "group": "g", "name": "payments-db",
            "status": ["reversing", "protected"], "priorityStation": ["source", "target"], "cause": cause,
        }))
        .unwrap()
    }

    fn ended() -> Vec<Ended> {
        vec![Ended {
            group: "payments-db".into(),
            operation_type: OperationType::PlannedFailover,
            name: "payments-db-aaaa-bbbb".into(),
            message: "production runs at target and is replicated".into(),
            seconds: 7,
        }]
    }

    #[test]
    fn exactly_one_call_for_each_operation_passes_and_anything_else_fails() {
        let good = call("payments-db", "reverse-server-group", json!({}));
        let stop = call("payments-db-a", "os-stop", json!({"service": "ecs"}));
        check(&[stop, good.clone()], &[moved("job-1")], &ended()).unwrap();
        let bad = [
            vec![],
            vec![good.clone(), good.clone()],
            vec![good.clone(), call("archive", "stop-server-group", json!({}))],
            vec![call("payments-db", "reverse-server-group", json!({"accepted": false}))],
            vec![call("payments-db", "reverse-server-group", json!({"duplicates": 1}))],
            vec![call("payments-db", "failover-server-group", json!({}))],
        ];
        for journal in bad {
            assert!(check(&journal, &[], &ended()).is_err(), "{journal:?}");
        }
        assert!(check(&[good], &[moved("console")], &ended()).is_err());
    }
}
