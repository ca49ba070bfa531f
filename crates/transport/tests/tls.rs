//! Certificates: trusted, strange, expired, of another name; and servers that do not finish a handshake.
//! It must not let a byte of a request through to a server that is not trusted.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod support;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use stationmaster_transport::{ErrorKind, Response, TlsConfig, Transport, TransportConfig, TransportError, Written};
use std::sync::Arc;
use std::time::Duration;
use support::{Peer, Server, get, later, post, serve_tls, tls_config};
use tokio::io::AsyncWriteExt;

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new(name: &str) -> Authority {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Authority(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> Vec<u8> {
        self.0.pem().into_bytes()
    }

    fn server(&self, name: &str, expired: bool) -> Arc<ServerConfig> {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        if expired {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        tls_config(&certificate, &key)
    }
}

fn trusting(pem: Option<Vec<u8>>, insecure_skip_verify: bool) -> Transport {
    Transport::new(TransportConfig {
        request_timeout: Duration::from_secs(2),
        tls: TlsConfig {
            ca_bundle_pem: pem,
            insecure_skip_verify,
        },
        ..TransportConfig::default()
    })
    .unwrap()
}

fn uri(server: &Server) -> http::Uri {
    format!("https://localhost:{}/act", server.address.port())
        .parse()
        .unwrap()
}

async fn both(transport: &Transport, server: &Server) -> [Result<Response, TransportError>; 2] {
    let call = transport.mutate(&post(uri(server)), later()).await;
    [call, transport.read(&get(uri(server))).await]
}

#[tokio::test]
async fn a_certificate_of_the_bundle_is_trusted() {
    let authority = Authority::new("ours");
    let server = serve_tls(authority.server("localhost", false)).await;
    for outcome in both(&trusting(Some(authority.pem()), false), &server).await {
        assert_eq!(outcome.unwrap().status, 200);
    }
    assert_eq!(server.seen.requests(), 2);
}

#[tokio::test]
async fn a_bundle_with_several_authorities_trusts_each() {
    let (first, second) = (Authority::new("ours"), Authority::new("theirs"));
    let bundle = [first.pem(), second.pem()].concat();
    for authority in [&first, &second] {
        let server = serve_tls(authority.server("localhost", false)).await;
        for outcome in both(&trusting(Some(bundle.clone()), false), &server).await {
            assert_eq!(outcome.unwrap().status, 200);
        }
    }
}

#[tokio::test]
async fn a_certificate_that_cannot_be_verified_gets_no_request() {
    let (authority, stranger) = (Authority::new("ours"), Authority::new("theirs"));
    let cases = [
        (
            "an unknown authority",
            stranger.server("localhost", false),
            "signed by an authority that neither the system nor the CA bundle knows",
        ),
        ("expired", authority.server("localhost", true), "has expired"),
        (
            "another name",
            authority.server("other.example.com", false),
            "is for other.example.com and not for localhost",
        ),
    ];
    for (what, config, word) in cases {
        let server = serve_tls(config).await;
        for outcome in both(&trusting(Some(authority.pem()), false), &server).await {
            let error = outcome.unwrap_err();
            assert_eq!(
                (error.kind, error.written),
                (ErrorKind::Certificate, Written::Never),
                "{what}: {error}"
            );
            assert!(error.message.contains(word), "{what}: {error}");
        }
        assert_eq!(server.seen.requests(), 0, "{what}");
        for outcome in both(&trusting(None, true), &server).await {
            assert_eq!(outcome.unwrap().status, 200, "{what}: verification was switched off");
        }
    }
}

/// An appliance's own certificate: it is its own authority.
fn own_authority(name: &str, expired: bool) -> (Vec<u8>, Arc<ServerConfig>) {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    if expired {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
    }
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    (certificate.pem().into_bytes(), tls_config(&certificate, &key))
}

#[tokio::test]
async fn a_server_that_is_its_own_authority_is_trusted_where_the_bundle_holds_that_very_certificate() {
    let (pem, config) = own_authority("localhost", false);
    let server = serve_tls(config).await;
    for outcome in both(&trusting(Some(pem.clone()), false), &server).await {
        assert_eq!(outcome.unwrap().status, 200);
    }
    let stranger = Authority::new("ours").pem();
    let (other, _) = own_authority("localhost", false);
    for bundle in [Some(stranger), Some(other), None] {
        for outcome in both(&trusting(bundle.clone(), false), &server).await {
            let error = outcome.unwrap_err();
            assert_eq!(
                (error.kind, error.written),
                (ErrorKind::Certificate, Written::Never),
                "{error}"
            );
            assert!(error.message.contains("into the CA bundle"), "{error}");
        }
    }
    for (name, expired, word) in [
        ("localhost", true, "has expired"),
        ("other.example.com", false, "and not for localhost"),
    ] {
        let (pem, config) = own_authority(name, expired);
        let server = serve_tls(config).await;
        for outcome in both(&trusting(Some(pem.clone()), false), &server).await {
            let error = outcome.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Certificate, "{error}");
            assert!(error.message.contains(word), "{error}");
        }
        assert_eq!(server.seen.requests(), 0);
    }
}

#[tokio::test]
async fn joined_certificates_are_all_trusted() {
    let (first, second) = (Authority::new("ours"), Authority::new("theirs"));
    let joined = [first.pem().trim_ascii(), second.pem().trim_ascii()].concat();
    for authority in [&first, &second] {
        let server = serve_tls(authority.server("localhost", false)).await;
        for outcome in both(&trusting(Some(joined.clone()), false), &server).await {
            assert_eq!(outcome.unwrap().status, 200);
        }
    }
}

#[tokio::test]
async fn a_server_without_tls_gets_no_request() {
    let server = Server::answering("HTTP/1.1 400 plain\r\n\r\n").await;
    let error = trusting(None, true)
        .mutate(&post(uri(&server)), later())
        .await
        .unwrap_err();
    assert_eq!(error.written, Written::Never, "{error}");
    assert_eq!(server.seen.requests(), 0);
    let silent = Server::start(|mut peer: Peer| async move {
        peer.stream.write_all(b"220 mail.example.com ESMTP\r\n").await.unwrap();
        peer.until_closed().await;
    })
    .await;
    let error = trusting(None, true)
        .mutate(&post(uri(&silent)), later())
        .await
        .unwrap_err();
    assert_eq!((error.kind, error.written), (ErrorKind::Tls, Written::Never), "{error}");
    assert!(
        error.message.contains("an http port that is asked by https does that"),
        "{error}"
    );
}

#[tokio::test]
async fn a_handshake_that_does_not_end_is_never_written() {
    let server = Server::start(|mut peer: Peer| async move { peer.until_closed().await }).await;
    let error = trusting(None, true)
        .mutate(&post(uri(&server)), later())
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.written),
        (ErrorKind::Timeout, Written::Never),
        "{error}"
    );
    let hello = &server.seen.connections()[0];
    assert!(
        !hello.contains("failover-server-group") && !hello.contains("POST"),
        "the request leaked into the handshake"
    );
}
