//! Snapshots of etcd, going back to one, and compaction: what a restored backup of a cluster's store does to everybody who uses it.
//! It must not change ports, certificates or flags: those who were connected find the same server with older data.

use std::fs;
use std::path::{Path, PathBuf};

use super::binaries::{Binaries, Tool};
use super::{Component, ControlPlane, Error};
use crate::tether;

/// The name of the one member, as `flags` gives it to etcd.
const MEMBER: &str = "stationmaster";

/// A snapshot that lies in the directory of the control plane that it was taken from.
#[derive(Clone, Debug)]
pub struct Snapshot {
    file: PathBuf,
}

impl ControlPlane {
    /// Saves what etcd holds now (`etcdctl snapshot save`), while everything runs.
    pub async fn save_snapshot(&self, name: &str) -> Result<Snapshot, Error> {
        let file = self.directory().join(format!("{name}.snapshot"));
        let file_name = file.display().to_string();
        run(Tool::Etcdctl, self.etcdctl(&["snapshot", "save", &file_name])).await?;
        Ok(Snapshot { file })
    }

    /// Compacts etcd's history (`etcdctl compact`): what lies before `revision` cannot be read any more. An API server with a watch cache
    /// may still show it; one that was started with `--watch-cache=false` does not.
    pub async fn compact(&self, revision: u64) -> Result<(), Error> {
        run(Tool::Etcdctl, self.etcdctl(&["compact", &revision.to_string()])).await
    }

    fn etcdctl(&self, command: &[&str]) -> Vec<String> {
        let [authority, certificate, key] = self.etcd_files().map(Path::display);
        let mut arguments = vec![
            format!("--endpoints={}", self.etcd_endpoint()),
            format!("--cacert={authority}"),
            format!("--cert={certificate}"),
            format!("--key={key}"),
        ];
        arguments.extend(command.iter().map(ToString::to_string));
        arguments
    }

    /// Goes back to a snapshot: API server and etcd are killed, the data are replaced (`etcdutl snapshot restore`), and both are started
    /// again on the same ports. Revisions go back too, as they do where nobody asks for them to be raised. Components that did not run
    /// before are started all the same, except for the controller manager.
    pub async fn restore_snapshot(&self, snapshot: &Snapshot) -> Result<(), Error> {
        let had_manager = self.pid(Component::ControllerManager).is_some();
        for component in Component::ALL.into_iter().rev() {
            if self.pid(component).is_some() {
                self.kill(component)?;
            }
        }
        let data = self.etcd_data();
        fs::remove_dir_all(&data).map_err(Error::io(&data))?;
        let peer = self.etcd_peer_endpoint();
        let arguments = vec![
            "snapshot".into(),
            "restore".into(),
            snapshot.file.display().to_string(),
            format!("--data-dir={}", data.display()),
            format!("--name={MEMBER}"),
            format!("--initial-cluster={MEMBER}={peer}"),
            format!("--initial-advertise-peer-urls={peer}"),
        ];
        run(Tool::Etcdutl, arguments).await?;
        self.launch(Component::Etcd).await?;
        self.launch(Component::ApiServer).await?;
        if had_manager {
            self.launch(Component::ControllerManager).await?;
        }
        Ok(())
    }
}

/// Finding, building and running a program all block; the runtime's own threads must not.
async fn run(tool: Tool, arguments: Vec<String>) -> Result<(), Error> {
    let ran = tokio::task::spawn_blocking(move || {
        let binaries = Binaries::find(&[tool])?;
        let mut command = tether::command(binaries.path(tool)?)?;
        command
            .args(arguments)
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped());
        let child = tether::spawn(command)?;
        let output = child.wait_with_output().map_err(Error::io(Path::new(tool.name())))?;
        if output.status.success() {
            return Ok(());
        }
        Err(Error::Snapshot {
            program: tool.name(),
            status: output.status.to_string(),
            output: String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned(),
        })
    });
    ran.await.map_err(Error::client(format!("run {}", tool.name())))?
}
