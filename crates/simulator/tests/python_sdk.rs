//! The vendor's Python SDK, unmodified, against the simulator.
//! It must not be skipped: a machine that cannot run it fails the test and says what is missing.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sha2::{Digest, Sha256};
use stationmaster_simulator::scenario::{ACCESS_KEY, PAYMENTS_DB_ID, PROJECT, PROJECT_ID, SECRET_KEY, three_groups};
use stationmaster_simulator::{ServeOptions, Simulator};

const REQUIREMENTS: &str = include_str!("python/requirements.txt");

fn run(what: &str, command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{what}: cannot run {command:?}: {error}. This test needs python3 with venv and pip.")
    });
    assert!(
        output.status.success(),
        "{what} failed ({}); this test needs python3 with venv and access to a Python package index.\n{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Where environments are kept, outside the checkout.
fn cache() -> PathBuf {
    let base = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|p| p.is_absolute())
        .unwrap_or_else(|| {
            let home = std::env::var_os("HOME").expect("HOME or XDG_CACHE_HOME says where caches go");
            PathBuf::from(home).join(".cache")
        });
    base.join("stationmaster").join("python")
}

/// A half-made environment, which goes away unless it was moved into place.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A Python interpreter that has the SDK; made once for each set of requirements.
fn python() -> PathBuf {
    let name = hex::encode(Sha256::digest(REQUIREMENTS.as_bytes()))[..16].to_owned();
    let ready = cache().join(&name);
    let interpreter = |dir: &Path| dir.join("bin").join("python");
    if interpreter(&ready).exists() {
        return interpreter(&ready);
    }
    // Built aside and moved into place whole, so that another run never sees half of it.
    std::fs::create_dir_all(cache()).expect("the cache directory can be made");
    let draft = Draft(cache().join(format!("{name}.{}", std::process::id())));
    run(
        "python3 -m venv",
        Command::new("python3").args(["-m", "venv"]).arg(&draft.0),
    );
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/requirements.txt");
    let install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "-r",
    ];
    run(
        "pip install",
        Command::new(interpreter(&draft.0)).args(install).arg(requirements),
    );
    if std::fs::rename(&draft.0, &ready).is_err() {
        // Another run was faster.
        assert!(interpreter(&ready).exists(), "{} has no interpreter", ready.display());
    }
    interpreter(&ready)
}

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
            Command::new(python())
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
