//! `stationmaster-simulator`: serves a simulated cloud until it is told to stop.
//! It must not do anything that the library cannot.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use stationmaster_simulator::cli::Arguments;
use stationmaster_simulator::{Endpoints, Scenario, Simulator, Switches, Vendor};
use tokio::signal::unix::{SignalKind, signal};

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::from_command_line();
    tracing_subscriber::fmt()
        .with_env_filter(&arguments.log)
        .with_writer(std::io::stderr)
        .init();
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(run(arguments))
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let parent = nix::unistd::getppid();
    let mut switches = Switches::default();
    for pair in &arguments.switches {
        switches.set_pair(pair)?;
    }
    let speed = Some(arguments.speed)
        .filter(|s| s.is_finite() && *s >= 0.0)
        .context("--speed must not be negative")?;
    let simulator = Simulator::with_switches(Scenario::default(), switches)?;
    simulator.set_speed(speed);
    simulator.load(Scenario::find(arguments.scenario())?)?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let running = simulator.serve(arguments.serve_options()).await?;
    announce(&arguments, &running.endpoints)?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        () = orphaned(parent), if arguments.die_with_parent => tracing::info!("the parent process is gone"),
    }
    running.shutdown().await;
    Ok(())
}

/// Prints the addresses and writes the files.
fn announce(arguments: &Arguments, endpoints: &Endpoints) -> anyhow::Result<()> {
    let mut lines = match arguments.vendor {
        Vendor::Sdrs => format!(
            "SDRS_ENDPOINT={}\nIAM_ENDPOINT={}\nECS_ENDPOINT={}\n",
            endpoints.sdrs, endpoints.iam, endpoints.ecs
        ),
        Vendor::Ocp => {
            let sql: Vec<String> = endpoints.sql.iter().map(|(name, at)| format!("{name}={at}")).collect();
            format!("OCP_ENDPOINT={}\nSQL_ENDPOINTS={}\n", endpoints.ocp, sql.join(","))
        }
    };
    writeln!(lines, "SIMULATOR_CONTROL={}", endpoints.control)?;
    if let (Some(pem), Some(file)) = (&endpoints.ca_pem, &arguments.ca_file) {
        replace(file, pem)?;
        writeln!(lines, "CA_FILE={}", file.display())?;
    }
    print!("{lines}");
    if let Some(file) = &arguments.ports_file {
        replace(file, &lines)?;
    }
    Ok(())
}

/// Writes a file in one step, so that nobody reads half of it.
fn replace(file: &Path, text: &str) -> anyhow::Result<()> {
    let draft = file.with_extension("part");
    std::fs::write(&draft, text).with_context(|| format!("cannot write {}", draft.display()))?;
    std::fs::rename(&draft, file).with_context(|| format!("cannot write {}", file.display()))
}

/// Ends when the parent is another than at the start. Polled, because the kernel's own parent-death signal follows the
/// thread that started the process, and test runners end such threads early.
async fn orphaned(parent: nix::unistd::Pid) {
    while nix::unistd::getppid() == parent {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
