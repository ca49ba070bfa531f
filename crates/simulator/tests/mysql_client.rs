//! A stock MySQL client, unmodified, against the SQL ports of OCP's clusters, with and without TLS.
//! It must not be skipped: a machine that cannot run it fails the test and says what is missing.

#[path = "support/python.rs"]
mod python;

use std::path::Path;
use std::process::Command;

use python::{python, run};
use stationmaster_simulator::scenario::{OCP_EAST, OCP_SQL_PASSWORD, OCP_SQL_USER, OCP_WEST, two_sites};
use stationmaster_simulator::{ServeOptions, Simulator, Vendor};

async fn drive(tls: bool) {
    let simulator = Simulator::new(two_sites()).expect("valid scenario");
    simulator.set_speed(0.0);
    simulator.advance(10.0);
    let options = ServeOptions {
        vendor: Vendor::Ocp,
        tls,
        ..Default::default()
    };
    let running = simulator.serve(options).await.expect("ports are free");
    let ends = running.endpoints.clone();
    let dir = tempfile::tempdir().expect("directory");
    let ca = ends.ca_pem.map(|pem| {
        let file = dir.path().join("ca.pem");
        std::fs::write(&file, pem).expect("written");
        file.into_os_string()
    });
    let output = tokio::task::spawn_blocking(move || {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/drive_mysql.py");
        run(
            "the MySQL client's script",
            Command::new(python("requirements-mysql.txt"))
                .arg(script)
                .env("SQL_EAST", &ends.sql[OCP_EAST])
                .env("SQL_WEST", &ends.sql[OCP_WEST])
                .env("SQL_USER", OCP_SQL_USER)
                .env("SQL_PASSWORD", OCP_SQL_PASSWORD)
                .env("SIMULATOR_CONTROL", ends.control)
                .env("CA_FILE", ca.unwrap_or_default())
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
    let report = simulator.requests();
    let asked = report.routes.iter().find(|r| r.service == "sql").map_or(0, |r| r.count);
    assert_eq!(asked, 6, "each statement that read the view is counted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stock_mysql_client_runs_unmodified() {
    drive(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stock_mysql_client_runs_over_tls() {
    drive(true).await;
}
