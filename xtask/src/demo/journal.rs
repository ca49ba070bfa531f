//! What the simulated cloud was asked to change, against what was asked for here: each once, and nothing else.
//! It must not take the operator's word for it: the journal is the provider's own.

use anyhow::{Result, ensure};
use stationmaster_simulator::JournalEntry;

use super::follow::Ended;
use super::vendors::{Moved, Vendor};

/// The calls that move production, one row each.
pub fn rows(vendor: &Vendor, journal: &[JournalEntry]) -> Vec<Vec<String>> {
    let calls = journal.iter().filter(|call| call.service == vendor.service);
    let row = |call: &JournalEntry| {
        vec![
            format!("#{}", call.sequence),
            // Several objects have no one name.
            call.resource_name.clone().or(call.resource.clone()).unwrap_or_default(),
            call.action.clone().unwrap_or_else(|| call.operation.clone()),
            call.status.map_or("no answer".into(), |status| status.to_string()),
            call.job_id.clone().unwrap_or_default(),
        ]
    };
    calls.map(row).collect()
}

/// Fails unless the journal holds exactly one accepted and answered call for each operation and no other, and production moved for no
/// other cause.
pub fn check(vendor: &Vendor, journal: &[JournalEntry], moved: &[Moved], done: &[Ended]) -> Result<()> {
    let calls: Vec<&JournalEntry> = journal.iter().filter(|call| call.service == vendor.service).collect();
    for ended in done {
        let of_it = calls.iter().filter(|call| {
            (vendor.is_on)(call, &ended.group)
                && call.action.as_deref() == Some((vendor.action)(ended.operation_type))
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
    let started = calls.iter().filter_map(|call| call.job_id.as_deref());
    let jobs: Vec<&str> = started.flat_map(|jobs| jobs.split(',')).collect();
    for change in moved {
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
    use crate::demo::vendors::Provider;
    use stationmaster_api::OperationType;

    fn check(journal: &[JournalEntry], moved: &[Moved], done: &[Ended]) -> Result<()> {
        super::check(Provider::Sdrs.vendor(), journal, moved, done)
    }

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

    fn moved(cause: &str) -> Moved {
        Moved {
            name: "payments-db".into(),
            cause: cause.into(),
        }
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
        // A call that has started several jobs.
        let several = call("payments-db", "reverse-server-group", json!({"jobId": "job-1,job-2"}));
        check(
            std::slice::from_ref(&several),
            &[moved("job-1"), moved("job-2")],
            &ended(),
        )
        .unwrap();
        assert!(check(&[several], &[moved("job-3")], &ended()).is_err());
    }
}
