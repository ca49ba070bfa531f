//! Histories made by hand: a planned failover as the operator makes it, line by line, to be forged.
//! It must not share a line of code with the proxy or the checks.

use serde_json::{Value, json};

use crate::history::{ApiCall, Event, ForwardResult, History, Record, Source};

pub const GROUP: &str = "g-1";
pub const UID: &str = "uid-1";
pub const TOKEN: &str = "k7m2-9xqd";
pub const CALL: &str = "/v1/p/server-groups/g-1/action";
pub const LEDGERS: &str = "/apis/stationmaster.dev/v1alpha1/namespaces/sys/groupledgers";
const GROUPS: &str = "/apis/stationmaster.dev/v1alpha1/namespaces/shop/protectiongroups/orders";
const OPERATIONS: &str = "/apis/stationmaster.dev/v1alpha1/namespaces/shop/recoveryoperations";
const LEASE: &str = "/apis/coordination.k8s.io/v1/namespaces/sys/leases/stationmaster";

/// How an exchange ends.
#[derive(Clone, Debug)]
pub enum End {
    /// Sent on, answered, passed on.
    Answered(u16, Value),
    /// Sent on, and the answer is lost.
    Lost,
    /// Never sent on.
    Stopped,
    /// Sent on, and nothing more in this history.
    Open,
}

/// One exchange to be written.
#[derive(Clone, Debug)]
pub struct Step {
    pub replica: Option<&'static str>,
    pub source: Source,
    pub method: &'static str,
    pub path: String,
    pub query: &'static str,
    pub body: Value,
    pub end: End,
}

impl Step {
    pub fn kubernetes(method: &'static str, path: impl Into<String>, body: Value, answer: Value) -> Self {
        Self {
            replica: Some("a"),
            source: Source::Kubernetes,
            method,
            path: path.into(),
            query: "",
            body,
            end: End::Answered(200, answer),
        }
    }

    pub fn provider(method: &'static str, path: &str, body: Value, answer: Value) -> Self {
        Self {
            source: Source::Provider,
            ..Self::kubernetes(method, path, body, answer)
        }
    }

    pub fn by(self, replica: Option<&'static str>) -> Self {
        Self { replica, ..self }
    }

    pub fn ends(self, end: End) -> Self {
        Self { end, ..self }
    }
}

/// The history of these exchanges, one after the other.
pub fn history(steps: &[Step]) -> History {
    let mut records: Vec<Record> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let mut add = |event| {
            let line = records.len() as u64 + 1;
            records.push(Record {
                line,
                at_micros: line * 1000,
                time: "2026-01-01T00:00:00Z".parse().unwrap(),
                exchange: index as u64 + 1,
                event,
            });
        };
        add(Event::Request {
            source: step.source,
            replica: step.replica.map(str::to_owned),
            method: step.method.into(),
            path: step.path.clone(),
            query: step.query.into(),
            api: ApiCall::of(step.method, &step.path, step.query)
                .filter(|_| step.source == Source::Kubernetes)
                .map(Box::new),
            digest: None,
            body: Some(step.body.clone()).filter(|body| !body.is_null()),
            rule: None,
        });
        let relay = |status, result| Event::Relay {
            status,
            result,
            altered: None,
        };
        match &step.end {
            End::Answered(status, body) => {
                add(Event::Forward { copy: 1 });
                add(Event::Answer {
                    copy: 1,
                    status: Some(*status),
                    body: Some(body.clone()),
                    error: None,
                });
                let result = if status / 100 == 2 {
                    ForwardResult::Applied
                } else {
                    ForwardResult::Refused
                };
                add(relay(Some(*status), result));
            }
            End::Lost => {
                add(Event::Forward { copy: 1 });
                add(relay(None, ForwardResult::Unknown));
            }
            End::Stopped => add(relay(None, ForwardResult::NotForwarded)),
            End::Open => add(Event::Forward { copy: 1 }),
        }
    }
    History { records }
}

/// A replica takes or renews the lease.
pub fn lease(replica: &'static str) -> Step {
    let body = json!({"metadata": {"resourceVersion": "1"}, "spec": {"holderIdentity": format!("{replica}-x")}});
    Step::kubernetes("PUT", LEASE, body.clone(), body).by(Some(replica))
}

/// The group as it is read, with this intent.
pub fn group_read(station: &str, token: &str) -> Step {
    let group = json!({
        "metadata": {"namespace": "shop", "name": "orders", "uid": UID, "resourceVersion": "5", "generation": 2},
        "spec": {"priorityStation": station, "priorityToken": token},
    });
    Step::kubernetes("GET", GROUPS, Value::Null, group)
}

/// The group's status is written, and shows this token.
pub fn group_status(token: &str, generation: u64) -> Step {
    let group = json!({
        "metadata": {"namespace": "shop", "name": "orders", "uid": UID, "resourceVersion": "5"},
        "status": {"priorityToken": token, "observedGeneration": generation},
    });
    Step::kubernetes("PUT", format!("{GROUPS}/status"), group.clone(), group)
}

/// A person's operation as it is listed.
pub fn filed(name: &str, kind: &str) -> Step {
    let operation = json!({
        "metadata": {"namespace": "shop", "name": name},
        "spec": {"type": kind, "groupRef": {"name": "orders", "uid": UID}},
    });
    Step::kubernetes("GET", OPERATIONS, Value::Null, json!({ "items": [operation] }))
}

/// The provider's object is read.
pub fn reading(station: &str) -> Step {
    let group = json!({"server_group": {"id": GROUP, "priority_station": station, "status": "protected"}});
    Step::provider("GET", "/v1/p/server-groups/g-1", Value::Null, group)
}

/// A ledger's record with this operation and these ended ones.
pub fn record(operation: Option<Value>, completed: Value) -> Value {
    json!({
        "group": {"namespace": "shop", "name": "orders", "uid": UID},
        "judgedGeneration": 2, "operation": operation, "completed": completed,
    })
}

/// A planned failover to `target` that an intent asked for, with calls in these states, one for each attempt.
pub fn operation(states: &[&str]) -> Value {
    let submissions = states.iter().enumerate().map(|(index, state)| {
        json!({"attempt": index + 1, "recordedAt": format!("2026-01-01T00:00:0{index}Z"), "state": {"is": state}})
    });
    json!({
        "name": format!("orders-{TOKEN}"), "type": "PlannedFailover", "target": "target", "token": TOKEN, "origin": "Intent",
        "steps": [{
            "spec": {"name": "Reverse", "kind": {"Call": {"action": "reverse-server-group"}}},
            "submissions": submissions.collect::<Vec<_>>(),
        }],
    })
}

/// How that operation ended.
pub fn completed(ending: &str, operation: Value) -> Value {
    json!({"name": operation["name"], "type": operation["type"], "ending": ending, "record": operation})
}

/// The ledger is written; it then has this version.
pub fn ledger(record: Value, version: &str) -> Step {
    let body = json!({
        "metadata": {"namespace": "sys", "name": "l-1", "resourceVersion": "9"},
        "spec": {"objectID": GROUP, "record": record},
    });
    let mut answer = body.clone();
    answer["metadata"]["resourceVersion"] = version.into();
    Step::kubernetes("PUT", format!("{LEDGERS}/l-1"), body, answer)
}

/// The ledger is read, and has this version.
pub fn ledger_read(version: &str) -> Step {
    let body = json!({"metadata": {"namespace": "sys", "name": "l-1", "resourceVersion": version}});
    Step::kubernetes("GET", format!("{LEDGERS}/l-1"), Value::Null, body)
}

/// The ledger is read, and shows this record.
pub fn ledger_shown(record: Value) -> Step {
    let body = json!({"metadata": {"namespace": "sys", "name": "l-1"}, "spec": {"objectID": GROUP, "record": record}});
    Step::kubernetes("GET", format!("{LEDGERS}/l-1"), Value::Null, body)
}

/// The call.
pub fn call() -> Step {
    let body = json!({"reverse-server-group": {"priority_station": "target"}});
    Step::provider("POST", CALL, body, json!({"job_id": "j-1"}))
}

/// The status of the operation says that it has succeeded.
pub fn success() -> Step {
    let name = format!("orders-{TOKEN}");
    let operation = json!({
        "metadata": {"namespace": "shop", "name": name, "resourceVersion": "3"}, "status": {"state": "Succeeded"},
    });
    Step::kubernetes(
        "PUT",
        format!("{OPERATIONS}/{name}/status"),
        operation.clone(),
        operation,
    )
}

/// What comes before the first call: lease, token, intent, record, last look.
pub fn until_call() -> Vec<Step> {
    vec![
        lease("a"),
        group_status(TOKEN, 1),
        group_read("target", TOKEN),
        ledger(record(Some(operation(&["recorded"])), json!([])), "20"),
        reading("source"),
        ledger_read("20"),
        group_read("target", TOKEN),
    ]
}

/// A planned failover from intent to success.
pub fn good() -> Vec<Step> {
    let done = operation(&["accepted"]);
    [
        until_call(),
        vec![
            call(),
            ledger(record(Some(done.clone()), json!([])), "21"),
            group_status("", 2),
            reading("target"),
            ledger(record(None, json!([completed("Succeeded", done)])), "22"),
            success(),
        ],
    ]
    .concat()
}
