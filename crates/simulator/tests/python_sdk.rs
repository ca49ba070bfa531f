//! The vendor's Python SDK, unmodified, against the simulator.
//! It must not be skipped: a machine that cannot run it fails the test and says what is missing.

#[path = "support/python.rs"]
mod python;

use std::path::Path;
use std::process::Command;

use python::{python, run};
use stationmaster_simulator::scenario::{ACCESS_KEY, PAYMENTS_DB_ID, PROJECT, PROJECT_ID, SECRET_KEY, three_groups};
use stationmaster_simulator::{ServeOptions, Simulator};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_vendors_python_sdk_runs_unmodified() {
    let simulator = Simulator::new(three_groups()).expect("valid scenario");
    simulator.set_speed(200.0);
    let running = simulator.serve(ServeOptions::default()).await.expect("ports are free");
    let ends = running.endpoints.clone();
    let output = tokio::task::spawn_blocking(move || {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/drive_sdk.py");
        run(
            "the SDK script",
            Command::new(python("requirements.txt"))
                .arg(script)
                .env("SDRS_ENDPOINT", ends.sdrs)
                .env("IAM_ENDPOINT", ends.iam)
                .env("SIMULATOR_CONTROL", ends.control)
                .env("PROJECT_ID", PROJECT_ID)
                .env("PROJECT_NAME", PROJECT)
                .env("GROUP_ID", PAYMENTS_DB_ID)
                .env("ACCESS_KEY", ACCESS_KEY)
                .env("SECRET_KEY", SECRET_KEY)
                .env("PYTHONDONTWRITEBYTECODE", "1")
                .env("NO_PROXY", "127.0.0.1")
                .env("no_proxy", "127.0.0.1"),
        )
    })
    .await
    .expect("the script was run");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    println!("{text}");
    assert!(
        text.trim_end().ends_with("all checks passed"),
        "the script ended early:\n{text}"
    );

    let journal = simulator.journal();
    let accepted: Vec<_> = journal
        .iter()
        .filter(|e| e.accepted)
        .filter_map(|e| e.action.as_deref())
        .collect();
    let expected = ["stop", "start", "reverse", "reverse", "failover", "start", "reverse"];
    assert_eq!(
        accepted,
        expected.map(|a| format!("{a}-server-group")),
        "the SDK sent each action once"
    );
    let roles = simulator.history().iter().filter(|h| h.role_changed()).count();
    assert_eq!(roles, 3, "reverse, reverse back, failover");
}
