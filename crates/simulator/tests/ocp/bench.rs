//! A simulated OCP with two sites and a signed-in caller.
//! It must not know what a test expects.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use stationmaster_simulator::scenario::{OCP_EAST_ID, OCP_PASSWORD, OCP_USER, OCP_WEST_ID, two_sites};
use stationmaster_simulator::{Scenario, Service, Simulator, TenantAct};

use crate::support::{HttpReply, call};

/// A simulator with a caller.
#[derive(Debug, Clone)]
pub struct Ocp {
    pub simulator: Simulator,
}

/// `Authorization` of a user.
pub fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

impl Ocp {
    pub fn two_sites() -> Self {
        Self::of(two_sites())
    }

    pub fn of(mut scenario: Scenario) -> Self {
        scenario.clock.start = Some("2024-07-23T09:42:34.056Z".parse().expect("time"));
        let simulator = Simulator::new(scenario).expect("valid scenario");
        simulator.set_speed(0.0);
        Self { simulator }
    }

    pub fn set(&self, switch: &str, value: &str) {
        self.simulator.set_switch(switch, value).expect("a switch");
    }

    pub async fn with(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> HttpReply {
        call(
            &self.simulator.vendor_router(&[Service::Ocp]),
            method,
            path,
            headers,
            body,
        )
        .await
    }

    pub async fn send(&self, method: &str, path: &str, body: Value) -> HttpReply {
        let authorization = basic(OCP_USER, OCP_PASSWORD);
        let headers = [("authorization", &*authorization), ("content-type", "application/json")];
        let text = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.with(method, &format!("/api/v2{path}"), &headers, &text).await
    }

    pub async fn get(&self, path: &str) -> HttpReply {
        self.send("GET", path, Value::Null).await
    }

    pub async fn post(&self, path: &str, body: Value) -> HttpReply {
        self.send("POST", path, body).await
    }

    /// `data` of a call that must be done.
    pub async fn data(&self, path: &str) -> Value {
        done(&self.get(path).await)
    }

    pub async fn fail_over(&self, tenants: &[u64]) -> HttpReply {
        let items: Vec<Value> = tenants
            .iter()
            .map(|id| json!({"tenantId": id, "serviceName": format!("svc_{id}")}))
            .collect();
        let path = format!("/ob/clusters/{OCP_WEST_ID}/tenants/failover");
        self.post(&path, json!({"failoverTenantItemList": items})).await
    }

    pub async fn switch_over(&self, pairs: &[(u64, u64)]) -> HttpReply {
        let items: Vec<Value> = pairs
            .iter()
            .map(|(primary, standby)| json!({"tenantId": primary, "standbyTenantId": standby}))
            .collect();
        let path = format!("/ob/clusters/{OCP_EAST_ID}/tenants/switchover");
        self.post(&path, json!({"tenantParamList": items})).await
    }

    pub async fn task(&self, id: u64) -> Value {
        self.data(&format!("/tasks/instances/{id}")).await
    }

    /// Lets time pass until a task has ended, one second after the other.
    pub async fn ended(&self, id: u64) -> Value {
        for _ in 0..4000 {
            let task = self.task(id).await;
            if task["status"] != "RUNNING" {
                return task;
            }
            self.simulator.advance(1.0);
        }
        panic!("task {id} does not end")
    }

    /// An order about a task or subtask.
    pub async fn order(&self, path: &str) -> HttpReply {
        self.post(&format!("/tasks/instances/{path}"), Value::Null).await
    }

    pub fn east_is_down(&self, down: bool) {
        self.act(TenantAct {
            cluster: Some("ob-east".into()),
            down: Some(down),
            ..Default::default()
        });
    }

    pub fn act(&self, act: TenantAct) {
        self.simulator.tenant_act(&act).expect("an act");
    }

    /// A tenant as the database has it, by `cluster/name`.
    pub fn tenant(&self, cluster: u64, name: &str) -> Value {
        let state = self.simulator.state();
        let tenants = state["ocp"]["tenants"].as_array().expect("tenants");
        let found = tenants.iter().find(|t| t["cluster"] == cluster && t["name"] == name);
        found.unwrap_or_else(|| panic!("no tenant {name} in {cluster}")).clone()
    }

    /// Roles of both sides of a tenant.
    pub fn roles(&self, name: &str) -> [String; 2] {
        [OCP_EAST_ID, OCP_WEST_ID].map(|cluster| self.tenant(cluster, name)["role"].as_str().expect("role").into())
    }
}

/// `data` of an answer that must be a success.
pub fn done(answer: &HttpReply) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let body = answer.json();
    assert_eq!(body["successful"], true);
    body["data"].clone()
}

/// Ids of the tasks that a batch call started.
pub fn tasks(answer: &HttpReply) -> Vec<u64> {
    let data = done(answer);
    let contents = data["contents"].as_array().expect("contents").clone();
    contents.iter().map(|t| t["id"].as_u64().expect("id")).collect()
}

/// Names of the subtasks in the order of their edges, each with status and operation.
pub fn line(task: &Value) -> Vec<(String, String, String)> {
    let subtasks = task["subtasks"].as_array().expect("subtasks");
    let text = |s: &Value, key: &str| s[key].as_str().expect("text").to_owned();
    let mut next = subtasks.iter().find(|s| s["upstreams"] == json!([]));
    let mut found = Vec::new();
    while let Some(subtask) = next {
        found.push((
            text(subtask, "name"),
            text(subtask, "status"),
            text(subtask, "operation"),
        ));
        next = subtasks.iter().find(|s| s["id"] == subtask["downstreams"][0]);
    }
    found
}

/// The id of a subtask by its name.
pub fn subtask(task: &Value, name: &str) -> u64 {
    let subtasks = task["subtasks"].as_array().expect("subtasks");
    let found = subtasks.iter().find(|s| s["name"] == name);
    found
        .and_then(|s| s["id"].as_u64())
        .unwrap_or_else(|| panic!("no subtask {name}"))
}

/// Refused with that status and code.
#[track_caller]
pub fn refused(answer: &HttpReply, status: u16, code: &str) {
    let body = answer.json();
    assert_eq!(
        (answer.status, &body["error"]["code"]),
        (status, &json!(code)),
        "{}",
        answer.text
    );
    assert_eq!((&body["successful"], &body["status"]), (&json!(false), &json!(status)));
}
