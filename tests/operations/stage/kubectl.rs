//! kubectl: the real program, as a person calls it.
//! It must not know what it prints.

use stationmaster_testkit::control_plane::binaries::{Binaries, Tool};
use stationmaster_testkit::installation::{Environment, Installation};
use std::path::PathBuf;
use std::process::Command;

/// kubectl in a namespace.
pub struct Kubectl {
    program: PathBuf,
    kubeconfig: PathBuf,
    namespace: String,
}

impl Kubectl {
    /// With the administrator's rights in the namespace of an environment.
    pub async fn of(installation: &Installation, environment: &Environment) -> Kubectl {
        let found = tokio::task::spawn_blocking(|| Binaries::find(&[Tool::Kubectl]))
            .await
            .unwrap()
            .unwrap();
        Kubectl {
            program: found.path(Tool::Kubectl).unwrap().to_path_buf(),
            kubeconfig: installation.control_plane().kubeconfig(),
            namespace: environment.cluster.namespace().to_owned(),
        }
    }

    /// What it prints; it must succeed.
    pub async fn prints(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(&self.program);
        command
            .env("KUBECONFIG", &self.kubeconfig)
            .args(["--namespace", &self.namespace])
            .args(arguments);
        let output = tokio::task::spawn_blocking(move || command.output())
            .await
            .unwrap()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// The row of an object, with single blanks.
pub fn row(table: &str, name: &str) -> String {
    let line = table.lines().find(|line| line.split_whitespace().next() == Some(name));
    let line = line.unwrap_or_else(|| panic!("no row {name} in:\n{table}"));
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}
