//! Real sockets: separate ports, HTTPS, and connections that close without an answer.
//! It must not test what is answered.

mod support;

use std::io;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use serde_json::{Value, json};
use stationmaster_simulator::scenario::{PASSWORD, PAYMENTS_DB_ID, PROJECT_ID, three_groups};
use stationmaster_simulator::{Act, FaultMatch, FaultRule, Running, ServeOptions, Simulator};
use support::{sign_in, wait_until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn start(options: ServeOptions) -> (Simulator, Running) {
    let simulator = Simulator::new(three_groups()).expect("valid");
    simulator.set_speed(0.0);
    let running = simulator.serve(options).await.expect("ports are free");
    (simulator, running)
}

fn address(url: &str) -> &str {
    url.split("//").nth(1).expect("a URL")
}

/// Writes a request on a fresh connection and reads until the other side closes it.
async fn exchange(url: &str, method: &str, path: &str, headers: &str, body: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address(url)).await?;
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: simulator\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    Ok(text)
}

async fn token(iam: &str) -> String {
    let body = sign_in(PASSWORD, json!({"project": {"id": PROJECT_ID}}));
    let answer = exchange(iam, "POST", "/v3/auth/tokens", "", &body)
        .await
        .expect("answered");
    let line = answer
        .lines()
        .find(|l| l.starts_with("x-subject-token: "))
        .expect("token");
    line.trim_start_matches("x-subject-token: ").to_owned()
}

#[tokio::test]
async fn services_have_their_own_ports() {
    let options = ServeOptions {
        iam_port: Some(0),
        sdrs_port: Some(0),
        ecs_port: Some(0),
        ..ServeOptions::default()
    };
    let (simulator, running) = start(options).await;
    let ends = running.endpoints.clone();
    let mut urls = vec![
        ends.iam.clone(),
        ends.sdrs.clone(),
        ends.ecs.clone(),
        ends.control.clone(),
    ];
    urls.sort();
    urls.dedup();
    assert_eq!(urls.len(), 4);
    let auth = format!("x-auth-token: {}\r\n", token(&ends.iam).await);
    let groups = format!("/v1/{PROJECT_ID}/server-groups");
    let status =
        async |url: &str, path: &str| exchange(url, "GET", path, &auth, "").await.expect("answered")[9..12].to_owned();
    assert_eq!(status(&ends.sdrs, &groups).await, "200");
    assert_eq!(status(&ends.ecs, &groups).await, "404");
    assert_eq!(status(&ends.iam, &groups).await, "404");
    assert_eq!(status(&ends.control, "/healthz").await, "200");
    assert_eq!(
        status(&ends.control, &groups).await,
        "404",
        "no vendor paths on the control port"
    );
    assert_eq!(
        status(&ends.sdrs, "/journal").await,
        "404",
        "no control paths on a vendor port"
    );
    assert_eq!(simulator.endpoints(), ends);
    running.shutdown().await;
    assert!(
        TcpStream::connect(address(&ends.sdrs)).await.is_err(),
        "the port is closed"
    );
}

#[tokio::test]
async fn a_dropped_answer_is_a_closed_connection() {
    let (simulator, running) = start(ServeOptions::default()).await;
    let sdrs = &running.endpoints.sdrs;
    let auth = format!("x-auth-token: {}\r\n", token(sdrs).await);
    let path = format!("/v1/{PROJECT_ID}/server-groups/{PAYMENTS_DB_ID}/action");
    for (act, accepted) in [(Act::DropRequest {}, false), (Act::DropAnswer {}, true)] {
        simulator.clear_journal();
        simulator.add_fault(FaultRule::new(FaultMatch::action("failover-server-group"), act));
        let body = r#"{"failover-server-group": {}}"#;
        // Closed in an orderly way or reset: not one byte of an answer either way.
        let text = exchange(sdrs, "POST", &path, &auth, body).await.unwrap_or_default();
        assert_eq!(text, "");
        let journal = simulator.journal();
        assert_eq!(
            (journal.len(), journal[0].accepted, journal[0].answered),
            (1, accepted, false)
        );
    }
}

#[tokio::test]
async fn a_client_that_hangs_up_was_not_answered() {
    let (simulator, running) = start(ServeOptions::default()).await;
    let sdrs = &running.endpoints.sdrs;
    let token = token(sdrs).await;
    simulator.add_fault(FaultRule::new(
        FaultMatch::default(),
        Act::Delay {
            seconds: 0.2,
            clock: stationmaster_simulator::FaultClock::Real,
            place: stationmaster_simulator::DelayPlace::Before,
        },
    ));
    let mut stream = TcpStream::connect(address(sdrs)).await.expect("open");
    let body = r#"{"failover-server-group": {}}"#;
    let request = format!(
        "POST /v1/{PROJECT_ID}/server-groups/{PAYMENTS_DB_ID}/action HTTP/1.1\r\nhost: s\r\nx-auth-token: {token}\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.expect("sent");
    wait_until("the arrival of the call", async || !simulator.journal().is_empty()).await;
    drop(stream);
    wait_until("its application", async || simulator.journal()[0].accepted).await;
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert!(!simulator.journal()[0].answered);
}

#[tokio::test]
async fn https_is_trusted_through_the_authority_and_only_so() {
    let (_simulator, running) = start(ServeOptions {
        tls: true,
        ..ServeOptions::default()
    })
    .await;
    let pem = running.endpoints.ca_pem.clone().expect("an authority");
    assert!(running.endpoints.sdrs.starts_with("https://") && running.endpoints.control.starts_with("http://"));
    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(pem.as_bytes()).expect("PEM"))
        .expect("a certificate");
    let handshake = async |roots: rustls::RootCertStore, name: &str| {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = TcpStream::connect(address(&running.endpoints.sdrs))
            .await
            .expect("open");
        let name = ServerName::try_from(name.to_owned()).expect("name");
        tokio_rustls::TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await
    };
    for name in ["localhost", "127.0.0.1"] {
        let mut stream = handshake(roots.clone(), name).await.expect("trusted");
        stream
            .write_all(b"GET /v3 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            .await
            .expect("sent");
        let mut text = String::new();
        stream.read_to_string(&mut text).await.expect("answered");
        assert!(text.starts_with("HTTP/1.1 200"), "{text}");
        assert!(
            text.contains(&format!("\"href\":\"{}/v3/\"", running.endpoints.iam)),
            "{text}"
        );
    }
    assert!(handshake(roots, "elsewhere.example").await.is_err());
    assert!(handshake(rustls::RootCertStore::empty(), "localhost").await.is_err());
}

/// The harness must see a client that repeats a call whose answer was lost.
#[tokio::test]
async fn a_client_that_repeats_a_lost_call_is_caught() {
    let (simulator, running) = start(ServeOptions::default()).await;
    let sdrs = &running.endpoints.sdrs;
    let auth = format!("x-auth-token: {}\r\n", token(sdrs).await);
    let path = format!("/v1/{PROJECT_ID}/server-groups/{PAYMENTS_DB_ID}/action");
    let body = r#"{"failover-server-group": {}}"#;
    let moved = || simulator.history().iter().filter(|h| h.role_changed()).count();

    // What a careless client does: no answer, so once more; the second one is late, after a reprotect.
    simulator.add_fault(FaultRule::new(
        FaultMatch::action("failover-server-group"),
        Act::DropAnswer {},
    ));
    simulator.add_fault(FaultRule::new(
        FaultMatch::action("failover-server-group"),
        Act::Hold {
            seconds: Some(300.0),
            clock: stationmaster_simulator::FaultClock::Virtual,
        },
    ));
    for _ in 0..2 {
        assert_eq!(exchange(sdrs, "POST", &path, &auth, body).await.unwrap_or_default(), "");
    }
    simulator.advance(60.0);
    assert_eq!(moved(), 1);
    let start = exchange(sdrs, "POST", &path, &auth, r#"{"start-server-group": {}}"#)
        .await
        .expect("answered");
    assert!(start.starts_with("HTTP/1.1 200"), "{start}");
    simulator.advance(300.0);

    let failovers: Vec<_> = simulator
        .journal()
        .into_iter()
        .filter(|e| e.action.as_deref() == Some("failover-server-group"))
        .collect();
    assert_eq!(failovers.len(), 2, "the journal shows both");
    assert_eq!(
        failovers.iter().filter(|e| e.accepted).count(),
        2,
        "and that both took effect"
    );
    simulator.advance(60.0);
    assert_eq!(moved(), 2, "production went there and back: the damage is visible");
    let report: Value = serde_json::to_value(simulator.requests()).expect("JSON");
    assert_eq!(report["reads"], 0, "this client never looked");
}
