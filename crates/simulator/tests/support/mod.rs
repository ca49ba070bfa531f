//! A client for tests: calls the routers in process, signed in with an IAM token, virtual time stopped.
//! It must not know what a test expects.

#![allow(dead_code, reason = "each test binary uses a part")]

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use stationmaster_simulator::scenario::{ACCOUNT, PASSWORD, PROJECT_ID, USER};
use stationmaster_simulator::{ConsoleAct, ConsoleServers, Dropped, Scenario, Service, Simulator, Station, scenario};
use tower::ServiceExt;

/// Waits for something that happens elsewhere; fails the test when it takes longer than ten seconds.
pub async fn wait_until(what: &str, mut probe: impl AsyncFnMut() -> bool) {
    let start = std::time::Instant::now();
    while !probe().await {
        assert!(
            start.elapsed() < std::time::Duration::from_secs(10),
            "waited too long for {what}"
        );
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub struct HttpReply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    pub dropped: bool,
}

impl HttpReply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("not JSON ({e}): {}", self.text))
    }

    /// The error code in whichever envelope.
    pub fn code(&self) -> String {
        let body = self.json();
        ["/error/code", "/badrequest/code", "/itemNotFound/code", "/error_code"]
            .iter()
            .find_map(|p| body.pointer(p).and_then(Value::as_str))
            .unwrap_or_else(|| panic!("no error code in {body}"))
            .to_owned()
    }

    pub fn job(&self) -> String {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()["job_id"].as_str().expect("job_id").to_owned()
    }

    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{}", self.text);
    }
}

/// A simulator with a signed-in caller.
#[derive(Debug, Clone)]
pub struct Cloud {
    pub simulator: Simulator,
    pub token: String,
}

pub async fn call(router: &Router, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> HttpReply {
    let mut request = Request::builder().method(method).uri(path).header("host", "simulator");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.to_owned())).expect("request");
    let response = router.clone().oneshot(request).await.expect("infallible");
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.expect("body").to_bytes();
    HttpReply {
        status: parts.status.as_u16(),
        headers: parts.headers,
        text: String::from_utf8(bytes.to_vec()).expect("text"),
        dropped: parts.extensions.get::<Dropped>().is_some(),
    }
}

pub fn sign_in(password: &str, scope: Value) -> String {
    json!({"auth": {
        "identity": {"methods": ["password"], "password": {"user": {
            "name": USER, "password": password, "domain": {"name": ACCOUNT},
        }}},
        "scope": scope,
    }})
    .to_string()
}

impl Cloud {
    pub async fn three_groups() -> Self {
        Self::of(scenario::three_groups()).await
    }

    pub async fn of(scenario: Scenario) -> Self {
        let simulator = Simulator::new(scenario).expect("valid scenario");
        simulator.set_speed(0.0);
        let mut cloud = Self {
            simulator,
            token: String::new(),
        };
        cloud.token = cloud.fresh_token().await;
        cloud.simulator.clear_requests();
        cloud
    }

    pub async fn fresh_token(&self) -> String {
        let answer = self
            .anonymous(
                "POST",
                "/v3/auth/tokens",
                &sign_in(PASSWORD, json!({"project": {"id": PROJECT_ID}})),
            )
            .await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.headers["x-subject-token"].to_str().expect("text").to_owned()
    }

    pub async fn anonymous(&self, method: &str, path: &str, body: &str) -> HttpReply {
        call(&self.simulator.vendor_router(&Service::ALL), method, path, &[], body).await
    }

    /// A call below `/v1/{project_id}/`.
    pub async fn send(&self, method: &str, path: &str, body: Value) -> HttpReply {
        let path = format!("/v1/{PROJECT_ID}/{path}");
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let router = self.simulator.vendor_router(&Service::ALL);
        call(&router, method, &path, &[("x-auth-token", &self.token)], &body).await
    }

    pub async fn get(&self, path: &str) -> HttpReply {
        self.send("GET", path, Value::Null).await
    }

    pub async fn post(&self, path: &str, body: Value) -> HttpReply {
        self.send("POST", path, body).await
    }

    pub async fn control(&self, method: &str, path: &str, body: &str) -> HttpReply {
        call(&self.simulator.control_router(), method, path, &[], body).await
    }

    pub async fn group(&self, id: &str) -> Value {
        let answer = self.get(&format!("server-groups/{id}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["server_group"].clone()
    }

    /// `status` and `priority_station` of a group.
    pub async fn place(&self, id: &str) -> (String, String) {
        let group = self.group(id).await;
        let text = |key: &str| group[key].as_str().expect("text").to_owned();
        (text("status"), text("priority_station"))
    }

    pub async fn job(&self, id: &str) -> Value {
        let answer = self.get(&format!("jobs/{id}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    pub async fn act(&self, group: &str, action: &str) -> HttpReply {
        self.post(
            &format!("server-groups/{group}/action"),
            json!({format!("{action}-server-group"): {}}),
        )
        .await
    }

    pub async fn reverse(&self, group: &str, to: &str) -> HttpReply {
        let body = json!({"reverse-server-group": {"priority_station": to}});
        self.post(&format!("server-groups/{group}/action"), body).await
    }

    /// Starts an action, lets it end and answers the job.
    pub async fn run(&self, answer: HttpReply, seconds: f64) -> Value {
        let id = answer.job();
        self.simulator.advance(seconds);
        self.job(&id).await
    }

    pub fn stop_servers(&self, group: &str, station: Station) {
        self.set_servers(group, station, "SHUTOFF");
    }

    pub fn set_servers(&self, group: &str, station: Station, status: &str) {
        let servers = Some(ConsoleServers {
            station: Some(station),
            status: status.into(),
        });
        let act = ConsoleAct {
            group: group.into(),
            servers,
            ..Default::default()
        };
        self.simulator.console(&act).expect("console act");
    }

    pub fn set_status(&self, group: &str, status: &str) {
        let act = ConsoleAct {
            group: group.into(),
            set_status: Some(status.into()),
            ..Default::default()
        };
        self.simulator.console(&act).expect("console act");
    }

    /// Members of a group: `protected_instances` or `replications`.
    pub async fn members(&self, kind: &str, path: &str, group: &str) -> Vec<Value> {
        let answer = self.get(&format!("{path}?server_group_id={group}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()[kind].as_array().expect("list").clone()
    }

    pub async fn instances(&self, group: &str) -> Vec<Value> {
        self.members("protected_instances", "protected-instances", group).await
    }

    pub async fn pairs(&self, group: &str) -> Vec<Value> {
        self.members("replications", "replications", group).await
    }
}
