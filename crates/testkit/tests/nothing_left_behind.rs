//! Nothing is left behind by a program that is killed: no process and no directory.
//! It must not count on the program to clean up: SIGKILL gives it no moment.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

use stationmaster_testkit::process::ProcessId;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Bound for whatever must happen soon; far above what it takes.
const SOON: Duration = Duration::from_secs(60);

async fn eventually(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !condition().await {
        assert!(started.elapsed() < SOON, "not within {SOON:?}: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn nothing_is_left_behind_when_the_parent_is_killed() {
    let mut parent = Command::new(env!("CARGO_BIN_EXE_hold-control-plane"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(parent.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let started: serde_json::Value = serde_json::from_str(&line).unwrap();
    let directory = PathBuf::from(started["directory"].as_str().unwrap());
    let processes: Vec<ProcessId> = started["pids"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pid| ProcessId::of(u32::try_from(pid.as_u64().unwrap()).unwrap()).unwrap())
        .collect();
    assert_eq!(processes.len(), 3);
    assert!(mentions(&directory) >= 3, "the check below can see such processes");

    parent.kill().unwrap();
    assert_eq!(parent.wait().unwrap().signal(), Some(9));

    eventually("the components have ended", async || {
        !processes.iter().any(|process| process.is_running())
    })
    .await;
    eventually("the directory is gone", async || !directory.exists()).await;
    eventually("no process knows the directory", async || mentions(&directory) == 0).await;
}

/// How many processes have the directory in their command line.
fn mentions(directory: &Path) -> usize {
    let directory = directory.to_str().unwrap();
    std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok())
        .filter(|line| String::from_utf8_lossy(line).contains(directory))
        .count()
}
