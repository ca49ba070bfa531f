//! The watchdog, in real time: it must bite exactly when the runtime cannot help itself.
//! They must not abort the process that tests: a child is starved.

use crate::leader::watchdog::Watchdog;
use crate::leader::{Election, Timings};
use crate::metrics::Metrics;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

#[test]
fn it_bites_when_nothing_beats_and_not_before() {
    let bitten = Arc::new(AtomicBool::new(false));
    let teeth = bitten.clone();
    let watchdog = Watchdog::start(millis(300), move || teeth.store(true, Ordering::SeqCst));
    let beat = watchdog.beat();
    let until = Instant::now() + millis(900);
    while Instant::now() < until {
        beat.beat();
        thread::sleep(millis(20));
        assert!(!bitten.load(Ordering::SeqCst), "it beat all the time");
    }
    thread::sleep(millis(1000));
    assert!(bitten.load(Ordering::SeqCst));
    watchdog.dismiss();
}

#[test]
fn it_does_not_bite_when_dismissed() {
    let bitten = Arc::new(AtomicBool::new(false));
    let teeth = bitten.clone();
    Watchdog::start(millis(100), move || teeth.store(true, Ordering::SeqCst)).dismiss();
    thread::sleep(millis(400));
    assert!(!bitten.load(Ordering::SeqCst));
}

const CHILD: &str = "STATIONMASTER_TEST_STARVE";

/// Not a test by itself: the process that the next test starts. It wins a lease and then blocks the only thread of its runtime.
#[test]
fn starving_child() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let server = super::server::Server::default();
        let client = crate::client::over(
            server.through(&super::server::Wire::default()),
            "s",
            millis(1000),
            &Metrics::new(),
        );
        let timings = Timings::new(millis(3000), millis(2000), millis(100)).unwrap();
        let leadership = Election::new(client, "s", "stationmaster", "child", timings)
            .acquire()
            .await;
        // With a runtime that turns, the lease lasts.
        tokio::time::sleep(millis(4000)).await;
        assert!(leadership.proves(Duration::ZERO));
        println!("starving");
        thread::sleep(millis(120_000));
        println!("survived");
    });
}

#[test]
fn a_starved_process_is_aborted() {
    let began = Instant::now();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "leader::tests::starved::starving_child", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("starving") && !text.contains("survived"), "{text}");
    assert_eq!(output.status.signal(), Some(6), "SIGABRT: {:?}", output.status);
    assert!(String::from_utf8_lossy(&output.stderr).contains("aborted by the watchdog"));
    assert!(
        began.elapsed() < Duration::from_secs(90),
        "long before the blocking ends by itself"
    );
}
