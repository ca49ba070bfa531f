//! The operator as a process: flags, probes, metrics, signals and exit codes, against an API server on loopback.
//! It must not test what the operator does to groups; there are none here.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "../src/leader/tests/server.rs"]
#[allow(dead_code, reason = "the elections use more of it")]
mod server;

use axum::body::Body;
use axum::extract::RawQuery;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use server::{Server, Wire};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// Lists that are empty, watches that stay silent, and one Lease.
async fn api_server(lease: &Server) -> String {
    let lists = async |RawQuery(query): RawQuery| {
        if query.is_some_and(|q| q.contains("watch=true")) {
            return Body::from_stream(futures::stream::pending::<Result<String, std::io::Error>>()).into_response();
        }
        Json(json!({ "kind": "List", "apiVersion": "v1", "metadata": { "resourceVersion": "1" }, "items": [] }))
            .into_response()
    };
    let app = Router::new()
        .route("/apis/stationmaster.dev/{*rest}", get(lists))
        .fallback_service(lease.through(&Wire::default()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

fn kubeconfig(directory: &Path, url: &str) {
    let config = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "c",
        "clusters": [{ "name": "c", "cluster": { "server": url } }],
        "users": [{ "name": "u", "user": {} }],
        "contexts": [{ "name": "c", "context": { "cluster": "c", "user": "u" } }],
    });
    std::fs::write(directory.join("kubeconfig"), config.to_string()).unwrap();
}

struct Operator {
    child: Child,
    directory: TempDir,
}

impl Operator {
    fn start(url: &str, flags: &[&str]) -> Operator {
        let directory = tempfile::tempdir().unwrap();
        kubeconfig(directory.path(), url);
        let log = std::fs::File::create(directory.path().join("log")).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_stationmaster"))
            .args([
                "run",
                "--health-addr=127.0.0.1:0",
                "--metrics-addr=127.0.0.1:0",
                "--lease-duration-seconds=6",
            ])
            .arg("--addresses-file")
            .arg(directory.path().join("addresses"))
            .args(flags)
            .env_clear()
            .env("KUBECONFIG", directory.path().join("kubeconfig"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Operator { child, directory }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("log")).unwrap()
    }

    fn get(&self, server: &str, path: &str) -> Option<(u16, String)> {
        let addresses = std::fs::read_to_string(self.directory.path().join("addresses")).ok()?;
        let address = addresses
            .lines()
            .find_map(|line| line.strip_prefix(server)?.strip_prefix('='))?;
        let mut stream = TcpStream::connect(address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
    }

    /// Until `/readyz` is 200 and says that it has `role`.
    async fn ready(&self, role: &str) {
        let asked = || {
            self.get("HEALTH", "/readyz")
                .is_some_and(|(code, body)| code == 200 && body.contains(role))
        };
        eventually("ready", asked, || self.log()).await;
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), signal).unwrap();
    }

    async fn ended(&mut self) -> ExitStatus {
        for _ in 0..2400 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("it does not end\n{}", self.log());
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn eventually(what: &str, mut so: impl FnMut() -> bool, why: impl Fn() -> String) {
    for _ in 0..2400 {
        if so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never {what}\n{}", why());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_leads_tells_its_numbers_and_ends_when_asked() {
    let lease = Server::default();
    let url = api_server(&lease).await;
    let mut operator = Operator::start(&url, &["--log-format=json", "--identity=pod-a"]);
    operator.ready("leader").await;
    assert!(lease.field("holderIdentity").as_str().unwrap().starts_with("pod-a_"));

    let (code, metrics) = operator.get("METRICS", "/metrics").unwrap();
    assert_eq!(code, 200);
    for line in [
        "leader_election_master_status{name=\"stationmaster\"} 1",
        "controller_runtime_reconcile_total{controller=\"protectiongroup\",result=\"error\"} 0",
        "stationmaster_build_info{",
        "stationmaster_cache_age_seconds{resource=\"protectiongroups\"}",
        "verb=\"list\",resource=\"groupledgers\"",
    ] {
        assert!(metrics.contains(line), "{line} is missing\n{metrics}");
    }
    assert!(metrics.ends_with("# EOF\n"));

    operator.signal(Signal::SIGTERM);
    let status = operator.ended().await;
    assert_eq!(status.code(), Some(0), "{}", operator.log());
    assert_eq!(lease.field("holderIdentity"), "", "the lease is given back");
    for line in operator.log().lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        assert!(line["level"].is_string() && line["timestamp"].is_string(), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_lease_is_exit_code_75() {
    let lease = Server::default();
    let url = api_server(&lease).await;
    let mut operator = Operator::start(&url, &[]);
    operator.ready("leader").await;
    lease.edit(|lease| lease["spec"]["holderIdentity"] = "thief".into());
    assert_eq!(operator.ended().await.code(), Some(75), "{}", operator.log());
    // It saw whose it is, and did not wait for the end of its own.
    assert!(
        operator.log().contains("held by") && operator.log().contains("thief"),
        "{}",
        operator.log()
    );
    assert_eq!(lease.field("holderIdentity"), "thief");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_was_frozen_past_its_lease_does_not_go_on_where_another_leads() {
    let lease = Server::default();
    let url = api_server(&lease).await;
    let mut operator = Operator::start(&url, &[]);
    operator.ready("leader").await;
    operator.signal(Signal::SIGSTOP);
    tokio::time::sleep(Duration::from_secs(8)).await;
    lease.edit(|lease| lease["spec"]["holderIdentity"] = "other".into());
    let before = lease.field("renewTime");
    operator.signal(Signal::SIGCONT);
    assert_eq!(operator.ended().await.code(), Some(75), "{}", operator.log());
    assert_eq!(lease.field("renewTime"), before, "it has led on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_was_frozen_past_its_lease_goes_on_where_nobody_else_led() {
    let lease = Server::default();
    let url = api_server(&lease).await;
    let mut operator = Operator::start(&url, &[]);
    operator.ready("leader").await;
    operator.signal(Signal::SIGSTOP);
    tokio::time::sleep(Duration::from_secs(8)).await;
    let before = lease.field("renewTime");
    operator.signal(Signal::SIGCONT);
    eventually("led on", || lease.field("renewTime") != before, || operator.log()).await;
    operator.signal(Signal::SIGTERM);
    assert_eq!(operator.ended().await.code(), Some(0), "{}", operator.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_is_ready_and_takes_over() {
    let lease = Server::default();
    let url = api_server(&lease).await;
    let mut first = Operator::start(&url, &["--identity=a"]);
    first.ready("leader").await;
    let mut second = Operator::start(&url, &["--identity=b"]);
    second.ready("standby").await;
    first.signal(Signal::SIGKILL);
    first.ended().await;
    second.ready("leader").await;
    assert_eq!(lease.field("leaseTransitions"), 1);
    second.signal(Signal::SIGTERM);
    assert_eq!(second.ended().await.code(), Some(0), "{}", second.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_ends_when_asked() {
    let lease = Server::default();
    lease.create("somebody");
    lease.edit(|lease| lease["spec"]["leaseDurationSeconds"] = 3600.into());
    let url = api_server(&lease).await;
    let mut operator = Operator::start(&url, &[]);
    operator.ready("standby").await;
    operator.signal(Signal::SIGINT);
    assert_eq!(operator.ended().await.code(), Some(0), "{}", operator.log());
    assert_eq!(lease.field("holderIdentity"), "somebody");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_begin_says_why() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let flag = format!("--health-addr={}", taken.local_addr().unwrap());
    let mut operator = Operator::start("http://127.0.0.1:1", &[&flag]);
    assert_eq!(
        operator.ended().await.code(),
        Some(2),
        "a flag given twice is wrong usage"
    );

    let ran = |arguments: &[&str], directory: &Path| {
        let binary = Command::new(env!("CARGO_BIN_EXE_stationmaster"))
            .args(arguments)
            .env_clear()
            .env("KUBECONFIG", directory.join("none"))
            .output()
            .unwrap();
        (
            binary.status.code(),
            String::from_utf8(binary.stdout).unwrap(),
            String::from_utf8(binary.stderr).unwrap(),
        )
    };
    let directory = tempfile::tempdir().unwrap();
    let (code, _, stderr) = ran(&["run", &flag, "--metrics-addr=127.0.0.1:0"], directory.path());
    assert_eq!(code, Some(1));
    let last = stderr.lines().last().unwrap();
    assert!(
        last.contains("cannot be listened on: ") && last.contains("in use"),
        "the whole chain: {last}"
    );

    let (code, _, stderr) = ran(
        &["run", "--health-addr=127.0.0.1:0", "--metrics-addr=127.0.0.1:0"],
        directory.path(),
    );
    assert_eq!(code, Some(1));
    assert!(stderr.contains("kubeconfig"), "{stderr}");

    let (code, _, stderr) = ran(&["run", "--log-level=stationmaster=loud"], directory.path());
    assert_eq!(code, Some(1));
    assert!(stderr.contains("--log-level"), "{stderr}");

    assert_eq!(ran(&["fly"], directory.path()).0, Some(2));
    let (code, stdout, _) = ran(&["version"], directory.path());
    assert_eq!(
        (code, stdout),
        (Some(0), format!("stationmaster {}\n", env!("CARGO_PKG_VERSION")))
    );
}
