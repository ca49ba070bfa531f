//! Probes and metrics of a replica: when it is ready, and when it is alive.
//! They must not start an operator.

mod caches;

use super::*;
use crate::client::ApiCall;
use axum::http::{Method, Request};
use serde_json::Value;
use std::time::Duration;
use tower::ServiceExt;

async fn probe(router: &Router, path: &str) -> (u16, String) {
    let request = Request::get(path).body(axum::body::Body::empty()).unwrap();
    let answer = router.clone().oneshot(request).await.unwrap();
    let code = answer.status().as_u16();
    let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    (code, String::from_utf8(body.to_vec()).unwrap())
}

struct Operator {
    readiness: Readiness,
    metrics: Arc<Metrics>,
    probes: Router,
}

impl Operator {
    fn new() -> Operator {
        let (readiness, metrics) = (Readiness::new(), Metrics::new());
        let probes = probes(Probed {
            readiness: readiness.clone(),
            metrics: metrics.clone(),
        });
        Operator {
            readiness,
            metrics,
            probes,
        }
    }

    fn answered(&self, code: u16) {
        let call = ApiCall::of(&Method::GET, "/apis/coordination.k8s.io/v1/namespaces/s/leases/l", None);
        self.metrics.api_request(&call, "h", Some(code), Duration::ZERO);
    }

    /// None when ready, else the first reason.
    async fn not_ready(&self) -> Option<String> {
        let (code, body) = probe(&self.probes, "/readyz").await;
        let body: Value = serde_json::from_str(&body).unwrap();
        match code {
            200 => None,
            503 => Some(body["reasons"][0].as_str().unwrap().to_owned()),
            other => panic!("{other}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_leader_is_ready_when_its_caches_are_filled_and_fresh() {
    let operator = Operator::new();
    assert_eq!(operator.not_ready().await.unwrap(), "it is starting");
    operator.readiness.set_leader();
    assert_eq!(operator.not_ready().await.unwrap(), "the caches are not filled yet");
    operator.metrics.watch_alive("protectiongroups");
    operator.readiness.set_synced();
    assert_eq!(operator.not_ready().await, None);
    tokio::time::advance(Duration::from_secs(50)).await;
    operator.metrics.watch_alive("groupledgers");
    assert_eq!(operator.not_ready().await, None);
    tokio::time::advance(Duration::from_secs(31)).await;
    assert_eq!(
        operator.not_ready().await.unwrap(),
        "the cache of protectiongroups had no sign of life for 81 s"
    );
    operator.metrics.watch_alive("protectiongroups");
    assert_eq!(operator.not_ready().await, None);
    operator.readiness.set_ending();
    assert_eq!(operator.not_ready().await.unwrap(), "it is ending");
}

#[tokio::test(start_paused = true)]
async fn a_standby_is_ready_within_reach_of_the_api_server() {
    let operator = Operator::new();
    operator.readiness.set_standby();
    assert_eq!(
        operator.not_ready().await.unwrap(),
        "the API server has not answered yet"
    );
    operator.answered(500);
    assert!(
        operator.not_ready().await.is_some(),
        "an error of the server is no answer"
    );
    operator.answered(404);
    assert_eq!(operator.not_ready().await, None);
    tokio::time::advance(Duration::from_secs(61)).await;
    assert_eq!(
        operator.not_ready().await.unwrap(),
        "the API server has not answered for 61 s"
    );
    assert_eq!(
        probe(&operator.probes, "/startupz").await.0,
        200,
        "started once is started for ever"
    );
}

#[tokio::test]
async fn it_is_alive_whatever_is_down() {
    let operator = Operator::new();
    operator.metrics.provider_up("shop", "otc", false);
    assert_eq!(probe(&operator.probes, "/livez").await, (200, "ok\n".to_owned()));
    assert_eq!(probe(&operator.probes, "/startupz").await.0, 503);
    assert_eq!(probe(&operator.probes, "/else").await.0, 404);
}

#[tokio::test]
async fn port_0_is_told_in_the_file_and_serves() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("addresses");
    let any = "127.0.0.1:0".parse().unwrap();
    let args = AdminArgs {
        health_addr: any,
        metrics_addr: any,
        addresses_file: Some(file.clone()),
    };
    let addresses = serve(&args, Metrics::new(), Readiness::new()).await.unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(
        text,
        format!("HEALTH={}\nMETRICS={}\n", addresses.health, addresses.metrics)
    );
    assert_ne!(addresses.health.port(), 0);

    let get = async |address: SocketAddr, path: &str| {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    assert!(get(addresses.health, "/livez").await.starts_with("HTTP/1.1 200"));
    let scrape = get(addresses.metrics, "/metrics").await;
    assert!(
        scrape.contains(CONTENT_TYPE) && scrape.contains("stationmaster_build_info{"),
        "{scrape}"
    );
    assert!(
        get(addresses.metrics, "/livez").await.starts_with("HTTP/1.1 404"),
        "the two do not mix"
    );
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let args = AdminArgs {
        health_addr: address,
        metrics_addr: "127.0.0.1:0".parse().unwrap(),
        addresses_file: None,
    };
    let error = serve(&args, Metrics::new(), Readiness::new()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("--health-addr {address} cannot be listened on")
    );
}
