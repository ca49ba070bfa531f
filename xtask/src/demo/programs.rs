//! Everything that the demo runs, found or built, with progress: the control plane's programs, the operator, the simulator.
//! It must not hide a build: the first one takes minutes.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use stationmaster_testkit::control_plane::binaries::{Binaries, Tool};
use stationmaster_testkit::installation::programs::{self, Program};

/// What the demo needs of Kubernetes. Each program more is a longer first build: the story deletes no namespace and starts no pod,
/// so it needs no controller manager.
const TOOLS: [Tool; 3] = [Tool::Etcd, Tool::KubeApiserver, Tool::Kubectl];

/// The programs.
#[derive(Debug)]
pub struct Programs {
    /// [`TOOLS`].
    pub tools: Binaries,
    /// kubectl.
    pub kubectl: PathBuf,
    /// The operator.
    pub operator: PathBuf,
    /// The simulator.
    pub simulator: PathBuf,
}

/// Finds or builds them.
pub async fn obtain() -> Result<Programs> {
    let mut command = tokio::process::Command::from(programs::build_command(&Program::ALL));
    // Cargo's own progress goes to standard error. A run that is interrupted does not leave it at work.
    let child = command
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
        .context("cargo cannot be run")?;
    let output = child.wait_with_output().await.context("cargo cannot be run")?;
    ensure!(
        output.status.success(),
        "the operator or the simulator could not be built"
    );
    let built = programs::executables(&String::from_utf8_lossy(&output.stdout));
    let take = |program: Program| {
        let found = built.get(&program).cloned();
        found.with_context(|| format!("cargo named no executable for {}", program.name()))
    };
    let tools = tokio::task::spawn_blocking(|| Binaries::find(&TOOLS)).await??;
    Ok(Programs {
        kubectl: tools.path(Tool::Kubectl)?.to_path_buf(),
        operator: take(Program::Operator)?,
        simulator: take(Program::Simulator)?,
        tools,
    })
}
