//! Starts a control plane, prints where it is as one line of JSON, and holds it until killed: the launcher's tests kill it.
//! It must not clean up by itself; that nothing is left behind without it is what is tested.

use stationmaster_testkit::control_plane::{Component, ControlPlane, Options};

#[tokio::main]
async fn main() {
    let plane = match ControlPlane::start(Options::default()).await {
        Ok(plane) => plane,
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    };
    let pids: Vec<u32> = Component::ALL
        .into_iter()
        .filter_map(|component| plane.pid(component))
        .collect();
    println!(
        "{}",
        serde_json::json!({ "directory": plane.directory(), "pids": pids })
    );
    std::future::pending::<()>().await;
}
