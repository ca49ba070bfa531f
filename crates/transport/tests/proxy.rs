//! An https endpoint through a proxy: tunnelled, unseen by it, and provably not sent where the proxy refuses.
//! It must not reach anything but loopback.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod support;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use stationmaster_transport::{ErrorKind, Proxy, TlsConfig, Transport, TransportConfig, Written};
use std::net::SocketAddr;
use support::{Peer, Server, get, later, post, serve_tls, tls_config};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A name that leads nowhere but through the proxy.
const HOST: &str = "sdrs.test";

/// A TLS server for [`HOST`], and its authority.
async fn service() -> (Server, Vec<u8>) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![HOST.to_owned()])
        .unwrap()
        .signed_by(&key, &authority)
        .unwrap();
    let server = serve_tls(tls_config(&certificate, &key)).await;
    (server, authority.pem().into_bytes())
}

/// A proxy that answers CONNECT so; with 200 it leads to the service whatever it was asked for.
async fn proxy(status: &'static str, service: SocketAddr) -> Server {
    Server::start(move |mut peer: Peer| async move {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let Ok(byte) = peer.stream.read_u8().await else { return };
            head.push(byte);
        }
        peer.seen.add(peer.number, &head);
        peer.stream
            .write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes())
            .await
            .unwrap();
        if status.starts_with("200") {
            let mut to = TcpStream::connect(service).await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut peer.stream, &mut to).await;
        }
    })
    .await
}

fn through(proxy: &Server, authority: Vec<u8>) -> Transport {
    let address = format!("http://user:hunter2@{}", proxy.address);
    let proxy = Proxy::of_environment(|name| (name == "HTTPS_PROXY").then(|| address.clone()));
    Transport::new(TransportConfig {
        proxy: proxy.unwrap(),
        tls: TlsConfig {
            ca_bundle_pem: Some(authority),
            insecure_skip_verify: false,
        },
        ..TransportConfig::default()
    })
    .unwrap()
}

fn uri() -> http::Uri {
    format!("https://{HOST}/act").parse().unwrap()
}

#[tokio::test]
async fn reads_and_calls_are_tunnelled_and_the_proxy_sees_only_where_to() {
    let (service, authority) = service().await;
    let proxy = proxy("200 OK", service.address).await;
    let transport = through(&proxy, authority);
    assert_eq!(transport.read(&get(uri())).await.unwrap().status, 200);
    assert_eq!(transport.mutate(&post(uri()), later()).await.unwrap().status, 200);
    assert_eq!(service.seen.requests(), 2);
    for seen in proxy.seen.connections() {
        assert!(seen.starts_with("CONNECT sdrs.test:443 HTTP/1.1\r\n"), "{seen}");
        assert!(
            seen.to_lowercase()
                .contains("proxy-authorization: basic dxnlcjpodw50zxiy"),
            "{seen}"
        );
        assert!(!seen.contains("/act"), "{seen}");
    }
}

#[tokio::test]
async fn what_a_proxy_refuses_was_provably_not_sent() {
    let (service, authority) = service().await;
    for status in ["407 Proxy Authentication Required", "403 Forbidden", "502 Bad Gateway"] {
        let proxy = proxy(status, service.address).await;
        let transport = through(&proxy, authority.clone());
        let call = transport.mutate(&post(uri()), later()).await.unwrap_err();
        let read = transport.read(&get(uri())).await.unwrap_err();
        for error in [call, read] {
            assert_eq!(
                (error.kind, error.written),
                (ErrorKind::Connect, Written::Never),
                "{status}: {error}"
            );
            let place = format!("through the proxy {}", proxy.address);
            assert!(
                error.message.contains(&place) && !error.message.contains("hunter2"),
                "{status}: {error}"
            );
        }
    }
    assert_eq!(service.seen.requests(), 0);
}
