//! Mutating requests against raw servers: written at most once, on a connection of their own, and classed by what can have left.
//! It must not rely on a well-behaved server.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod support;

use http::StatusCode;
use stationmaster_transport::{ErrorKind, TransportError, Written};
use std::sync::Arc;
use std::time::Duration;
use support::{Peer, Server, answer, get, later, post, quick, transport};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::time::Instant;

async fn failed(server: &Server) -> TransportError {
    quick().mutate(&post(server.uri("/act")), later()).await.unwrap_err()
}

#[tokio::test]
async fn a_refused_port_is_never_written() {
    let port = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let request = post(format!("http://127.0.0.1:{port}/act").parse().unwrap());
    let error = quick().mutate(&request, later()).await.unwrap_err();
    assert_eq!((error.kind, error.written), (ErrorKind::Connect, Written::Never));
    assert!(error.message.contains("refused"), "{}", error.message);
}

#[tokio::test]
async fn a_name_that_cannot_be_found_is_never_written() {
    // Longer than a label may be: the resolver says no without asking anyone.
    let request = post(format!("http://{}.invalid/act", "a".repeat(64)).parse().unwrap());
    let error = quick().mutate(&request, later()).await.unwrap_err();
    assert_eq!(
        (error.kind, error.written),
        (ErrorKind::Connect, Written::Never),
        "{error}"
    );
}

#[tokio::test]
async fn closed_at_once_is_one_connection_and_says_what_may_have_left() {
    for _ in 0..20 {
        let server = Server::start(|peer: Peer| async move { drop(peer.stream) }).await;
        let error = failed(&server).await;
        assert!(matches!(error.kind, ErrorKind::Closed), "{error:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert_eq!(server.seen.connections().len(), 1);
    }
}

#[tokio::test]
async fn closed_after_the_request_is_perhaps_and_never_sent_again() {
    let server = Server::start(|mut peer: Peer| async move {
        peer.request().await;
    })
    .await;
    let error = failed(&server).await;
    assert_eq!((error.kind, error.written), (ErrorKind::Closed, Written::Perhaps));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!((server.seen.connections().len(), server.seen.requests()), (1, 1));
}

#[tokio::test]
async fn no_answer_ends_at_the_deadline_and_closes_the_connection() {
    let closed = Arc::new(Notify::new());
    let told = closed.clone();
    let server = Server::start(move |mut peer: Peer| {
        let told = told.clone();
        async move {
            peer.request().await;
            peer.until_closed().await;
            told.notify_one();
        }
    })
    .await;
    let began = Instant::now();
    let request = post(server.uri("/act"));
    let error = transport(Duration::from_secs(2))
        .mutate(&request, later())
        .await
        .unwrap_err();
    assert_eq!((error.kind, error.written), (ErrorKind::Timeout, Written::Perhaps));
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    tokio::time::timeout(Duration::from_secs(30), closed.notified())
        .await
        .expect("the connection was left open");
    assert_eq!(server.seen.requests(), 1);
}

#[tokio::test]
async fn a_call_that_is_given_up_closes_its_connection() {
    let (arrived, closed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (came, told) = (arrived.clone(), closed.clone());
    let server = Server::start(move |mut peer: Peer| {
        let (came, told) = (came.clone(), told.clone());
        async move {
            peer.request().await;
            came.notify_one();
            peer.until_closed().await;
            told.notify_one();
        }
    })
    .await;
    let (transport, request) = (transport(Duration::from_secs(60)), post(server.uri("/act")));
    tokio::select! {
        answer = transport.mutate(&request, later()) => panic!("nobody answers: {answer:?}"),
        () = arrived.notified() => {}
    }
    tokio::time::timeout(Duration::from_secs(30), closed.notified())
        .await
        .expect("the connection was left open");
}

#[tokio::test]
async fn half_an_answer_is_perhaps() {
    for half in [
        "HTTP/1.1 200 OK\r\ncontent-le",
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"job_id\":",
    ] {
        let server = Server::start(move |mut peer: Peer| async move {
            peer.request().await;
            peer.stream.write_all(half.as_bytes()).await.unwrap();
        })
        .await;
        let error = failed(&server).await;
        assert_eq!(
            (error.kind, error.written),
            (ErrorKind::Closed, Written::Perhaps),
            "{half}"
        );
        assert_eq!(server.seen.requests(), 1);
    }
}

#[tokio::test]
async fn what_is_no_http_is_perhaps() {
    let server = Server::answering("220 mail.example.com ESMTP\r\n\r\n").await;
    let error = failed(&server).await;
    assert_eq!(
        (error.kind, error.written),
        (ErrorKind::Protocol, Written::Perhaps),
        "{error}"
    );
}

#[tokio::test]
async fn too_long_an_answer_is_perhaps_whether_its_length_is_told_or_not() {
    let told = answer("200 OK", "", &"x".repeat(2000));
    let chunk = format!("3e8\r\n{}\r\n", "x".repeat(1000));
    let untold = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{}",
        chunk.repeat(3)
    )
    .into_bytes();
    for long in [told, untold] {
        let server = Server::answering(long).await;
        let mut request = post(server.uri("/act"));
        request.cap = 1500;
        let error = quick().mutate(&request, later()).await.unwrap_err();
        assert_eq!((error.kind, error.written), (ErrorKind::TooLarge, Written::Perhaps));
    }
}

#[tokio::test]
async fn a_compressed_answer_is_not_taken() {
    let server = Server::answering(answer("200 OK", "content-encoding: gzip\r\n", "bomb")).await;
    let error = failed(&server).await;
    assert_eq!((error.kind, error.written), (ErrorKind::Protocol, Written::Perhaps));
    assert!(
        server.seen.connections()[0]
            .to_lowercase()
            .contains("accept-encoding: identity")
    );
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let other = Server::answering(answer("200 OK", "", "{}")).await;
    let location = format!("location: http://{}/elsewhere\r\n", other.address);
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary",
        "308 Permanent",
    ] {
        let server = Server::answering(answer(status, &location, "")).await;
        let response = quick().mutate(&post(server.uri("/act")), later()).await.unwrap();
        assert!(response.status.is_redirection());
        assert_eq!(
            quick().read(&get(server.uri("/"))).await.unwrap().status,
            response.status
        );
        assert_eq!(server.seen.requests(), 2);
    }
    assert_eq!(other.seen.connections().len(), 0);
}

#[tokio::test]
async fn errors_of_gateways_are_answers_and_not_sent_again() {
    for status in ["429 Slow", "500 Oh", "502 Bad", "503 Busy", "504 Late"] {
        let server = Server::answering(answer(status, "retry-after: 0\r\n", "")).await;
        let response = quick().mutate(&post(server.uri("/act")), later()).await.unwrap();
        assert_eq!(response.status.as_str(), &status[..3]);
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(server.seen.requests(), 1, "{status}");
    }
}

#[tokio::test]
async fn each_call_has_a_connection_of_its_own_even_when_one_is_kept() {
    let server = Server::answering(answer("200 OK", "", "{}")).await;
    let transport = quick();
    for _ in 0..3 {
        transport.read(&get(server.uri("/"))).await.unwrap();
    }
    assert_eq!(server.seen.connections().len(), 1, "reads keep their connection");
    for calls in 1..=3 {
        let response = transport.mutate(&post(server.uri("/act")), later()).await.unwrap();
        assert_eq!(response.status, StatusCode::OK);
        assert_eq!(server.seen.connections().len(), 1 + calls);
    }
    let call = server.seen.connections()[1].to_lowercase();
    assert!(call.starts_with("post /act http/1.1\r\n"), "{call}");
    assert!(call.contains("\r\nconnection: close\r\n"), "{call}");
    assert!(call.contains(&format!("\r\nhost: {}\r\n", server.address)), "{call}");
    assert!(call.contains("\r\nuser-agent: stationmaster/"), "{call}");
}

#[tokio::test]
async fn a_call_that_comes_too_late_is_never_written() {
    let server = Server::answering(answer("200 OK", "", "{}")).await;
    let past = Instant::now();
    tokio::time::sleep(Duration::from_millis(5)).await;
    let error = quick().mutate(&post(server.uri("/act")), past).await.unwrap_err();
    assert_eq!((error.kind, error.written), (ErrorKind::Late, Written::Never));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(server.seen.requests(), 0);
}
