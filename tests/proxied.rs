//! An operator outside the cluster: the real API server is reached through a proxy, that of the environment or of the kubeconfig.
//! It must not reach anything but loopback.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

use stationmaster_testkit::installation::{Installation, OperatorOptions, Options};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A name that leads nowhere but through the proxy.
const HOST: &str = "api.cluster.test:6443";

/// A proxy that leads to `server` whatever it was asked for, and the heads of the requests that it got.
async fn proxy(server: String) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap().to_string();
    let heads: Arc<Mutex<Vec<String>>> = Arc::default();
    let heard = Arc::clone(&heads);
    tokio::spawn(async move {
        while let Ok((mut from, _)) = listener.accept().await {
            let (heard, server) = (Arc::clone(&heard), server.clone());
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let Ok(byte) = from.read_u8().await else { return };
                    head.push(byte);
                }
                heard
                    .lock()
                    .unwrap()
                    .push(String::from_utf8(head).unwrap().to_lowercase());
                from.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                let mut to = TcpStream::connect(server).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut from, &mut to).await;
            });
        }
    });
    (place, heads)
}

#[tokio::test]
async fn the_api_server_is_reached_through_the_proxy_of_the_environment_or_of_the_kubeconfig() {
    let installation = Installation::start(Options::default()).await.unwrap();
    let kubeconfig = std::fs::read_to_string(installation.operator_kubeconfig().unwrap()).unwrap();
    let line = kubeconfig
        .lines()
        .find(|line| line.trim().starts_with("server:"))
        .unwrap();
    let server = line
        .split('"')
        .nth(1)
        .unwrap()
        .strip_prefix("https://")
        .unwrap()
        .to_owned();
    for own in [false, true] {
        let (place, heads) = proxy(server.clone()).await;
        let url = format!("http://user:hunter2@{place}");
        let host = if own { server.as_str() } else { HOST };
        let mut cluster = format!("    server: https://{host}\n    tls-server-name: localhost");
        // Loopback, and everything excepted: what the kubeconfig names is meant for this server.
        let (environment, except) = if own {
            ("http://127.0.0.1:1", "*")
        } else {
            (url.as_str(), "127.0.0.1,.corp.test")
        };
        if own {
            cluster += &format!("\n    proxy-url: {url}");
        }
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("kubeconfig");
        std::fs::write(&file, kubeconfig.replace(line, &cluster)).unwrap();
        let options = OperatorOptions {
            identity: format!("own-{own}"),
            environment: vec![("HTTPS_PROXY", environment.into()), ("NO_PROXY", except.into())],
            kubeconfig: Some(file),
            ..OperatorOptions::default()
        };
        // It is ready when it leads and its caches are filled: watches, lists and writes went through.
        let operator = installation.operator(options).await.unwrap();
        let log = operator.log().unwrap();
        assert!(!log.contains("hunter2"), "{log}");
        let heads = heads.lock().unwrap().clone();
        assert!(!heads.is_empty(), "its name leads nowhere but through the proxy");
        for head in heads {
            assert!(head.starts_with(&format!("connect {host} http/1.1\r\n")), "{head}");
            assert!(head.contains("proxy-authorization: basic dxnlcjpodw50zxiy"), "{head}");
        }
        operator.terminate().await.unwrap();
    }
}
