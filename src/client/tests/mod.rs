//! The clients of the work and of the lease: what is repeated, how long is waited, and what is counted.
//! They must not leave this machine.

mod wire;

use super::*;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::{any, get};
use futures::TryStreamExt;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Api, PostParams, WatchParams};
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::TcpListener;
use tokio::time::Instant;

/// A server on loopback whose first answers are `codes`, then 200 with what it was sent. Counts requests.
async fn server(codes: &'static [u16]) -> (Config, Arc<AtomicUsize>, Arc<std::sync::Mutex<Vec<String>>>) {
    let count = Arc::new(AtomicUsize::new(0));
    let agents = Arc::new(std::sync::Mutex::new(Vec::new()));
    let (seen, heard) = (count.clone(), agents.clone());
    let app = Router::new().fallback(any(async move |headers: http::HeaderMap, body: String| {
        heard
            .lock()
            .unwrap()
            .push(headers[USER_AGENT].to_str().unwrap().to_owned());
        let n = seen.fetch_add(1, Ordering::SeqCst);
        let code = codes
            .get(n)
            .map_or(StatusCode::OK, |code| StatusCode::from_u16(*code).unwrap());
        (code, if code == StatusCode::OK { body } else { String::new() })
    }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    (Config::new(url), count, agents)
}

fn object() -> ConfigMap {
    serde_json::from_value(serde_json::json!({ "metadata": { "name": "a", "resourceVersion": "1" } })).unwrap()
}

#[tokio::test]
async fn a_write_is_sent_once_whatever_the_answer() {
    for code in [429, 503, 504] {
        let codes: &'static [u16] = vec![code; 3].leak();
        let (config, count, agents) = server(codes).await;
        let metrics = Metrics::new();
        let api: Api<ConfigMap> = Api::namespaced(from_config(&config, &metrics).unwrap().api, "shop");
        let error = api.replace("a", &PostParams::default(), &object()).await.unwrap_err();
        assert!(
            matches!(&error, kube::Error::Api(status) if status.code == code),
            "{error:?}"
        );
        assert_eq!(count.load(Ordering::SeqCst), 1, "{code}");
        assert_eq!(agents.lock().unwrap().as_slice(), [USER]);
        let line = format!(
            "rest_client_requests_total{{code=\"{code}\",method=\"PUT\",host=\"{}\",verb=\"update\",resource=\"configmaps\"}} 1",
            config.cluster_url.authority().unwrap()
        );
        assert!(metrics.encode().contains(&line), "{}", metrics.encode());
    }
}

/// The trap that is defended against: kube's own client sends the write again until it is taken.
#[tokio::test]
async fn kubes_default_client_repeats_writes() {
    install_crypto();
    let (config, count, _) = server(&[503, 503]).await;
    let mut config = restrain(config, Limits::default());
    config.default_retry = true;
    let api: Api<ConfigMap> = Api::namespaced(Client::try_from(config).unwrap(), "shop");
    api.replace("a", &PostParams::default(), &object()).await.unwrap();
    assert_eq!(count.load(Ordering::SeqCst), 3);
}

fn in_process(router: Router, metrics: &Arc<Metrics>) -> Client {
    over(router, "shop", Duration::from_secs(30), metrics)
}

/// The error of a read; an hour without one is a failure and not a hang.
async fn fails(client: Client) -> kube::Error {
    let api: Api<ConfigMap> = Api::namespaced(client, "shop");
    let answer = tokio::time::timeout(Duration::from_secs(3600), api.get("a")).await;
    answer.expect("it never ends").unwrap_err()
}

fn timed_out(error: &kube::Error) -> bool {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        if error.is::<TimedOut>() {
            return true;
        }
        next = error.source();
    }
    false
}

#[tokio::test(start_paused = true)]
async fn a_request_without_an_answer_ends_at_the_deadline() {
    let metrics = Metrics::new();
    let client = in_process(
        Router::new().fallback(any(async || std::future::pending::<()>().await)),
        &metrics,
    );
    let began = Instant::now();
    let error = fails(client).await;
    assert_eq!(began.elapsed().as_secs(), 30);
    assert!(timed_out(&error), "{error:?}");
    assert!(
        metrics.encode().contains("code=\"<error>\",method=\"GET\""),
        "{}",
        metrics.encode()
    );
    assert_eq!(metrics.api_silence(), None, "no answer is no sign of life");
}

#[tokio::test(start_paused = true)]
async fn the_head_of_a_watch_is_waited_for_16_seconds() {
    let client = in_process(
        Router::new().fallback(any(async || std::future::pending::<()>().await)),
        &Metrics::new(),
    );
    let began = Instant::now();
    let api: Api<ConfigMap> = Api::namespaced(client, "shop");
    let error = api.watch(&WatchParams::default(), "0").await.err().unwrap();
    assert_eq!(began.elapsed().as_secs(), 16);
    assert!(timed_out(&error), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_stops_in_the_middle_ends_at_the_deadline() {
    let stuck = async || {
        let pieces = futures::stream::once(async { Ok::<_, std::io::Error>("{\"metadata\":") });
        axum::body::Body::from_stream(futures::StreamExt::chain(pieces, futures::stream::pending()))
    };
    let metrics = Metrics::new();
    let client = in_process(Router::new().fallback(any(stuck)), &metrics);
    let began = Instant::now();
    let error = fails(client).await;
    assert_eq!(began.elapsed().as_secs(), 30);
    assert!(timed_out(&error), "{error:?}");
}

/// A watch that says something every 50 s, for 200 s, and is cut off by nobody.
fn slow_watch() -> Router {
    let bookmarks = async || {
        let beat = futures::stream::unfold(0, |n: u32| async move {
            if n == 4 {
                return None;
            }
            tokio::time::sleep(Duration::from_secs(50)).await;
            let line = format!(
                "{{\"type\":\"BOOKMARK\",\"object\":{{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{{\"resourceVersion\":\"{n}\"}}}}}}\n"
            );
            Some((Ok::<_, std::io::Error>(line), n + 1))
        });
        axum::body::Body::from_stream(beat)
    };
    Router::new().fallback(get(bookmarks))
}

#[tokio::test(start_paused = true)]
async fn a_watch_has_no_deadline_and_its_bookmarks_are_signs_of_life() {
    let metrics = Metrics::new();
    let client = in_process(slow_watch(), &metrics);
    let api: Api<ConfigMap> = Api::namespaced(client, "shop");
    let began = Instant::now();
    let mut events = std::pin::pin!(api.watch(&WatchParams::default(), "0").await.unwrap());
    assert_eq!(metrics.oldest_cache(), None, "that it was accepted says nothing");
    let mut oldest = Duration::ZERO;
    while let Ok(Some(_)) = events.try_next().await {
        oldest = oldest.max(metrics.oldest_cache().unwrap().1);
    }
    assert_eq!(began.elapsed().as_secs(), 200);
    assert_eq!(
        metrics.oldest_cache(),
        Some(("configmaps".to_owned(), Duration::ZERO)),
        "its end is a sign of life"
    );
    assert_eq!(
        oldest,
        Duration::ZERO,
        "each bookmark was counted before it was handed on"
    );
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_is_refused_is_no_sign_of_life() {
    let metrics = Metrics::new();
    let client = in_process(Router::new().fallback(any(async || StatusCode::GONE)), &metrics);
    let api: Api<ConfigMap> = Api::namespaced(client, "shop");
    let refused = api.watch(&WatchParams::default(), "1").await.err().unwrap();
    assert!(
        matches!(&refused, kube::Error::Api(status) if status.code == 410),
        "{refused:?}"
    );
    assert!(
        metrics
            .encode()
            .contains("code=\"410\",method=\"GET\",host=\"in-process\",verb=\"watch\""),
        "{}",
        metrics.encode()
    );
    assert_eq!(metrics.oldest_cache(), None);
}
