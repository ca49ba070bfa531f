//! A forced failover of two pairs of tenants at OCP as the operator makes it, line by line, to be forged.
//! It must not share a line of code with the proxy or the checks.

use serde_json::{Value, json};

use super::super::script::*;

/// The journal stands under the first name; the others are claims.
pub const HOME: &str = "tenant/15";
pub const OTHERS: [&str; 3] = ["tenant/16", "tenant/25", "tenant/26"];
pub const BATCH: &str = "/api/v2/ob/clusters/2/tenants/failover";
pub const RETRY: &str = "/api/v2/tasks/instances/900/subtasks/7/retry";
/// What a person files.
pub const NAME: &str = "east-lost";
const DECISIONS: &str = "/apis/stationmaster.dev/v1alpha1/namespaces/shop/operationdecisions";

/// The name of an object's ledger.
fn ledger_of(object: &str) -> String {
    object.replace('/', "-")
}

/// The claim on an object is written, by this group.
pub fn claim(object: &str, uid: &str, listed: bool) -> Step {
    let mut claim = json!({"group": {"namespace": "shop", "name": "orders", "uid": uid}, "journal": HOME});
    if listed {
        claim["listed"] = true.into();
    }
    let body = json!({
        "metadata": {"namespace": "sys", "name": ledger_of(object), "resourceVersion": "9"},
        "spec": {"objectID": object, "record": {"version": 2, "claim": claim}},
    });
    let path = format!("{LEDGERS}/{}", ledger_of(object));
    Step::kubernetes("PUT", path, body.clone(), body)
}

/// The claim on an object is removed.
pub fn given_up(object: &str) -> Step {
    let path = format!("{LEDGERS}/{}", ledger_of(object));
    Step::kubernetes("DELETE", path, Value::Null, json!({"status": "Success"}))
}

/// The forced failover, with calls in these states.
pub fn forced(states: &[Value]) -> Value {
    let submissions = states.iter().enumerate().map(
        |(index, state)| json!({"attempt": index + 1, "recordedAt": format!("2026-01-01T00:00:0{index}Z"), "state": state}),
    );
    json!({
        "name": NAME, "type": "Failover", "target": "target", "token": TOKEN, "origin": "Person",
        "steps": [{
            "spec": {"name": "FailoverTenants", "kind": {"Call": {"action": "failover"}}},
            "submissions": submissions.collect::<Vec<_>>(),
        }],
    })
}

pub fn state(word: &str) -> Value {
    json!({ "is": word })
}

/// What the batch has started.
pub fn started() -> Value {
    json!({"is": "accepted", "jobs": ["900", "901"]})
}

/// The same with the retry of a failed subtask, which a person decided, in this state.
pub fn with_retry(part: &str, word: &str) -> Value {
    let mut operation = forced(&[started()]);
    operation["steps"].as_array_mut().unwrap().push(json!({
        "spec": {"name": "RetryPart1", "kind": {"Call": {"action": "retry-subtask"}}},
        "part": {"job": "900", "part": part, "action": "Retry"},
        "submissions": [{"attempt": 1, "recordedAt": "2026-01-01T00:01:00Z", "state": {"is": word}}],
    }));
    operation
}

/// The journal is written; it then has this version.
pub fn journal(mut record: Value, version: &str) -> Step {
    record["claims"] = json!(OTHERS);
    let body = json!({
        "metadata": {"namespace": "sys", "name": ledger_of(HOME), "resourceVersion": "9"},
        "spec": {"objectID": HOME, "record": record},
    });
    let mut answer = body.clone();
    answer["metadata"]["resourceVersion"] = version.into();
    Step::kubernetes("PUT", format!("{LEDGERS}/{}", ledger_of(HOME)), body, answer)
}

/// The journal is read, and has this version.
pub fn journal_read(version: &str) -> Step {
    let body = json!({"metadata": {"namespace": "sys", "name": ledger_of(HOME), "resourceVersion": version}});
    Step::kubernetes("GET", format!("{LEDGERS}/{}", ledger_of(HOME)), Value::Null, body)
}

/// The tenants of a cluster are listed.
pub fn tenants(cluster: u32, ids: &[u32]) -> Step {
    let contents: Vec<Value> = ids.iter().map(|id| json!({"id": id, "status": "NORMAL"})).collect();
    let answer = json!({"successful": true, "data": {"contents": contents}});
    let path = format!("/api/v2/ob/clusters/{cluster}/tenants");
    Step::provider("GET", &path, Value::Null, answer)
}

/// The batch is called, at these standbys.
pub fn batch(ids: &[u32]) -> Step {
    let items: Vec<Value> = ids.iter().map(|id| json!({ "tenantId": id })).collect();
    let answer = json!({"successful": true, "data": {"contents": [{"id": 900}, {"id": 901}]}});
    Step::provider("POST", BATCH, json!({ "failoverTenantItemList": items }), answer)
}

/// A failed subtask is asked to run again.
pub fn retry() -> Step {
    Step::provider("POST", RETRY, Value::Null, json!({"successful": true}))
}

/// A person's decision is listed.
pub fn decided(operation: &str, action: &str) -> Step {
    let decision = json!({
        "metadata": {"namespace": "shop", "name": "again"},
        "spec": {"operationRef": {"name": operation}, "action": action, "part": "900/7"},
    });
    Step::kubernetes("GET", DECISIONS, Value::Null, json!({ "items": [decision] }))
}

/// What comes before the batch: claims, journal, claims that are listed, the order, its record, a last look.
pub fn until_batch() -> Vec<Step> {
    let mut steps = vec![lease("a")];
    steps.extend(OTHERS.map(|object| claim(object, UID, false)));
    steps.push(journal(record(None, json!([])), "10"));
    steps.extend(OTHERS.map(|object| claim(object, UID, true)));
    steps.extend([
        filed(NAME, "Failover"),
        journal(record(Some(forced(&[state("recorded")])), json!([])), "20"),
        tenants(1, &[15, 16]),
        tenants(2, &[25, 26]),
        journal_read("20"),
        group_read("source", ""),
        batch(&[25, 26]),
    ]);
    steps
}

/// What comes between that and the retry of a failed subtask.
pub fn until_retry() -> Vec<Step> {
    let mut steps = until_batch();
    steps.extend([
        journal(record(Some(forced(&[started()])), json!([])), "21"),
        decided(NAME, "Retry"),
        journal(record(Some(with_retry("7", "recorded")), json!([])), "22"),
        tenants(2, &[25, 26]),
        journal_read("22"),
        group_read("source", ""),
        retry(),
    ]);
    steps
}

/// To the success.
pub fn until_success() -> Vec<Step> {
    let mut steps = until_retry();
    let done = with_retry("7", "accepted");
    steps.extend([
        journal(record(Some(done.clone()), json!([])), "23"),
        tenants(2, &[25, 26]),
        journal(record(None, json!([completed("Succeeded", done)])), "24"),
    ]);
    steps
}
