//! Reads against raw servers: repeated where that can help and fits, never otherwise.
//! It must not wait longer than the deadline it sets.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod support;

use http::StatusCode;
use stationmaster_transport::{ErrorKind, Exchange, Meter, RequestResult, Transport, TransportConfig, Written};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::{Peer, Server, answer, get, post, quick, transport};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::time::Instant;

/// Writes one of the answers for each connection or request, the last for ever.
async fn sequence(answers: Vec<Vec<u8>>) -> Server {
    let answers = Arc::new(Mutex::new(answers));
    Server::start(move |mut peer: Peer| {
        let answers = answers.clone();
        async move {
            while peer.request().await {
                let next = {
                    let mut answers = answers.lock().unwrap();
                    if answers.len() > 1 {
                        answers.remove(0)
                    } else {
                        answers[0].clone()
                    }
                };
                if next.is_empty() || peer.stream.write_all(&next).await.is_err() {
                    return;
                }
            }
        }
    })
    .await
}

fn ok() -> Vec<u8> {
    answer("200 OK", "", "{}")
}

#[tokio::test]
async fn a_read_is_repeated_after_a_gateway_s_error_and_a_closed_connection() {
    for bad in [
        answer("500 Oh", "", ""),
        answer("502 Bad", "", ""),
        answer("503 Busy", "", ""),
        Vec::new(),
    ] {
        let server = sequence(vec![bad.clone(), bad, ok()]).await;
        let response = quick().read(&get(server.uri("/"))).await.unwrap();
        assert_eq!((response.status, server.seen.requests()), (StatusCode::OK, 3));
    }
}

#[tokio::test]
async fn it_is_repeated_twice_at_most() {
    let server = sequence(vec![answer("503 Busy", "", "")]).await;
    let response = quick().read(&get(server.uri("/"))).await.unwrap();
    assert_eq!(
        (response.status, server.seen.requests()),
        (StatusCode::SERVICE_UNAVAILABLE, 3)
    );
    let server = sequence(vec![Vec::new()]).await;
    let error = quick().read(&get(server.uri("/"))).await.unwrap_err();
    assert_eq!(
        (error.kind, error.written, server.seen.requests()),
        (ErrorKind::Closed, Written::Perhaps, 3)
    );
}

#[tokio::test]
async fn what_the_provider_said_is_not_asked_again() {
    for status in ["200 OK", "302 Found", "400 Bad", "401 No", "403 No", "404 No", "501 No"] {
        let server = sequence(vec![answer(status, "", "")]).await;
        quick().read(&get(server.uri("/"))).await.unwrap();
        assert_eq!(server.seen.requests(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_login_is_not_repeated() {
    let server = sequence(vec![answer("503 Busy", "", "")]).await;
    quick().read(&post(server.uri("/v3/auth/tokens"))).await.unwrap();
    assert_eq!(server.seen.requests(), 1);
}

#[tokio::test]
async fn throttling_is_heeded_where_the_wait_fits() {
    let server = sequence(vec![answer("429 Slow", "retry-after: 1\r\n", ""), ok()]).await;
    let began = Instant::now();
    let response = transport(Duration::from_secs(5))
        .read(&get(server.uri("/")))
        .await
        .unwrap();
    assert_eq!((response.status, server.seen.requests()), (StatusCode::OK, 2));
    assert!(began.elapsed() >= Duration::from_secs(1));

    let server = sequence(vec![answer("429 Slow", "retry-after: 60\r\n", ""), ok()]).await;
    let began = Instant::now();
    let response = quick().read(&get(server.uri("/"))).await.unwrap();
    assert_eq!(
        (response.status, server.seen.requests()),
        (StatusCode::TOO_MANY_REQUESTS, 1)
    );
    assert!(began.elapsed() < Duration::from_secs(30), "it waited");

    let server = sequence(vec![answer("429 Slow", "", ""), ok()]).await;
    let response = quick().read(&get(server.uri("/"))).await.unwrap();
    assert_eq!(
        (response.status, server.seen.requests()),
        (StatusCode::TOO_MANY_REQUESTS, 1)
    );
}

#[tokio::test]
async fn repeats_stay_within_the_deadline() {
    let server = Server::start(|mut peer: Peer| async move { peer.until_closed().await }).await;
    let began = Instant::now();
    let error = transport(Duration::from_millis(500))
        .read(&get(server.uri("/")))
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Timeout);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!(server.seen.requests(), 1);
}

#[tokio::test]
async fn a_slow_body_ends_at_the_deadline() {
    let server = Server::start(|mut peer: Peer| async move {
        peer.request().await;
        peer.stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
            .await
            .unwrap();
        while peer.stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    let began = Instant::now();
    let error = transport(Duration::from_millis(500))
        .read(&get(server.uri("/")))
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Timeout);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[tokio::test]
async fn nobody_listens() {
    let port = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let request = get(format!("http://127.0.0.1:{port}/").parse().unwrap());
    let error = quick().read(&request).await.unwrap_err();
    assert_eq!((error.kind, error.written), (ErrorKind::Connect, Written::Never));
}

#[derive(Default)]
struct Told(Mutex<Vec<(&'static str, RequestResult)>>);

impl Meter for Told {
    fn exchange(&self, exchange: &Exchange<'_>) {
        assert!(exchange.host.starts_with("127.0.0.1:") && exchange.duration > Duration::ZERO);
        self.0.lock().unwrap().push((exchange.operation, exchange.result));
    }
}

#[tokio::test]
async fn the_meter_is_told_of_each_attempt() {
    let told = Arc::new(Told::default());
    let transport = Transport::new(TransportConfig {
        meter: Some(told.clone()),
        ..TransportConfig::default()
    })
    .unwrap();
    let server = sequence(vec![answer("503 Busy", "", ""), Vec::new(), ok()]).await;
    transport.read(&get(server.uri("/"))).await.unwrap();
    transport
        .mutate(&post(server.uri("/act")), support::later())
        .await
        .unwrap();
    let outcomes = told.0.lock().unwrap().clone();
    let status = RequestResult::Status;
    let wanted = [
        ("Read", status(503)),
        ("Read", RequestResult::Error("closed")),
        ("Read", status(200)),
        ("Act", status(200)),
    ];
    assert_eq!(outcomes, wanted);
}
