//! Every act against a small server in this process.
//! It must not wait longer than the acts themselves do.

mod answers;
mod hooks;
mod page;
mod plan;
mod server;
mod watches;

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use self::server::Server;
use super::{Act, Door, FaultProxy, Match, Plan, Rule};
use crate::history::{Event, ForwardResult, History};
use stationmaster_testkit::installation::http::{Fetched, NoResponse, send};

/// Long enough for what should happen soon, on a busy machine.
const SOON: Duration = Duration::from_secs(20);
/// How long is waited to see that nothing comes.
const NOTHING: Duration = Duration::from_millis(300);

struct Stage {
    server: Server,
    proxy: FaultProxy,
    door: Door,
}

impl Stage {
    /// A server that speaks to the operator as an API server does, and a proxy with these rules in front of it.
    async fn kubernetes(rules: Vec<Rule>) -> Self {
        Self::with(rules, |server| server.as_kubernetes("a")).await
    }

    async fn provider(rules: Vec<Rule>) -> Self {
        Self::with(rules, Server::as_provider).await
    }

    async fn with(rules: Vec<Rule>, upstream: impl FnOnce(&Server) -> super::Upstream) -> Self {
        let server = Server::start().await;
        let (proxy, door) = FaultProxy::start(upstream(&server), Plan { rules }).await.unwrap();
        Self { server, proxy, door }
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Fetched, NoResponse> {
        let url = format!("{}{path}", self.door.url());
        send(method, &url, &[("x-auth-token", "open-sesame")], body, None).await
    }

    async fn get(&self, path: &str) -> Result<Fetched, NoResponse> {
        self.send(Method::GET, path, None).await
    }

    async fn post(&self) -> Result<Fetched, NoResponse> {
        self.send(
            Method::POST,
            "/v1/p/server-groups/g/action",
            Some(&json!({"failover-server-group": {}})),
        )
        .await
    }

    /// The result that the history tells of the exchange with this number, once it does.
    async fn result(&self, exchange: u64) -> (Option<u16>, ForwardResult, Option<String>) {
        let relayed = |history: &History| {
            history.records.iter().find_map(|record| match &record.event {
                Event::Relay {
                    status,
                    result,
                    altered,
                } if record.exchange == exchange => Some((*status, *result, altered.clone())),
                _ => None,
            })
        };
        eventually(|| relayed(&self.proxy.history())).await
    }
}

/// Looks until there is something.
async fn eventually<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let looking = async {
        loop {
            match look() {
                Some(found) => return found,
                None => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    };
    tokio::time::timeout(SOON, looking).await.expect("it did not come")
}

#[tokio::test]
async fn without_rules_each_side_sees_the_other_and_the_history_holds_no_credentials() {
    let stage = Stage::provider(Vec::new()).await;
    let body = json!({"auth": {"password": "open-sesame"}});
    let answer = stage
        .send(Method::POST, "/v3/auth/tokens?nocatalog", Some(&body))
        .await
        .unwrap();
    assert_eq!(answer.status, 200);
    let seen: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(seen["body"], body);
    assert_eq!(seen["target"], "/v3/auth/tokens?nocatalog");
    assert_eq!(seen["headers"]["x-auth-token"], "open-sesame");
    assert_eq!(
        seen["headers"]["host"],
        stage.door.url().trim_start_matches("http://"),
        "a signature covers the host"
    );
    assert_eq!(answer.headers["x-answer"], "1");
    stage.post().await.unwrap();
    let text = stage.proxy.history().to_text();
    assert!(!text.contains("open-sesame"), "{text}");
    assert!(text.contains("failover-server-group"), "{text}");
    assert_eq!(stage.result(2).await, (Some(200), ForwardResult::Applied, None));
    assert_eq!(stage.server.bodies().len(), 2);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_a_reset_and_nothing_was_sent() {
    let stage = Stage::provider(Vec::new()).await;
    stage.server.close();
    eventually(|| {
        std::net::TcpStream::connect(stage.server.address())
            .is_err()
            .then_some(())
    })
    .await;
    stage.get("/x").await.unwrap_err();
    let (status, result, altered) = stage.result(1).await;
    assert_eq!((status, result), (None, ForwardResult::NotForwarded));
    assert!(altered.unwrap().starts_with("the server cannot be reached"));
}

#[tokio::test]
async fn the_history_goes_to_a_file_too_and_rules_come_and_go() {
    let stage = Stage::provider(Vec::new()).await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("history.jsonl");
    stage.get("/a").await.unwrap();
    stage.proxy.log_to(&file).unwrap();
    let rule = stage
        .proxy
        .add(Rule::always(Match::provider(), Act::throttle(7)))
        .unwrap();
    assert_eq!(stage.get("/b").await.unwrap().status, 429);
    assert_eq!(stage.proxy.counts(&rule), Some((1, 1)));
    assert!(stage.proxy.remove(&rule));
    assert_eq!(stage.get("/c").await.unwrap().status, 200);
    stage.result(3).await;
    assert_eq!(History::read(&file).unwrap(), stage.proxy.history());
    assert_eq!(stage.proxy.requests(&Match::provider()), 3);
    let only = Match {
        path: Some("/c".into()),
        ..Match::default()
    };
    assert_eq!(stage.proxy.wait_for(&only, 1, SOON).await.unwrap().exchange, 3);
    let error = stage
        .proxy
        .wait_for(&only, 2, Duration::from_millis(10))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("\"path\":\"/c\""), "{error}");
}
