//! The test programs of the workspace, built once by cargo, and how cargo would start each.
//! It must not run one.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow, ensure};
use cargo_metadata::{Artifact, Message, TargetKind};
use stationmaster_testkit::cargo::forget_us;
use stationmaster_testkit::installation::programs as installed;

use super::graph;
use crate::workspace;

/// One test program.
#[derive(Clone, Debug)]
pub struct Program {
    /// Package and target.
    pub name: String,
    /// Whether it is one of a `tests` directory.
    pub is_integration: bool,
    executable: PathBuf,
    /// The package's directory, in which cargo starts it.
    directory: PathBuf,
    environment: BTreeMap<String, String>,
}

impl Program {
    /// As cargo would start it.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.executable);
        forget_us(&mut command);
        command.current_dir(&self.directory).envs(&self.environment);
        command.env("CARGO", workspace::cargo().get_program());
        command
    }
}

/// All of them; built by whoever asks first.
pub fn built() -> Result<&'static [Program]> {
    static BUILT: OnceLock<Result<Vec<Program>, String>> = OnceLock::new();
    match BUILT.get_or_init(|| build().map_err(|error| format!("{error:#}"))) {
        Ok(programs) => Ok(programs),
        Err(error) => Err(anyhow!("{error}")),
    }
}

/// Where the output of each is kept until the next run.
pub fn output_directory() -> Result<PathBuf> {
    Ok(graph::metadata()?.target_directory.join("test-output").into())
}

fn build() -> Result<Vec<Program>> {
    let mut command = workspace::cargo();
    command
        .args(["test", "--locked", "--workspace", "--tests", "--no-run"])
        .args(["--message-format", "json-render-diagnostics"]);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo cannot be run")?;
    let output = child.stdout.take().context("standard output of cargo")?;
    let mut artifacts = Vec::new();
    for message in Message::parse_stream(BufReader::new(output)) {
        if let Message::CompilerArtifact(artifact) = message.context("a message of cargo")? {
            artifacts.push(artifact);
        }
    }
    let status = child.wait()?;
    ensure!(status.success(), "cargo test --no-run ended with {status}");
    let programs = from_artifacts(&artifacts)?;
    ensure!(!programs.is_empty(), "cargo named no test program");
    // Some programs have these two built once more, as a person would: after this there is nothing to do for them.
    installed::build(&installed::Program::ALL, true).context("operator and simulator")?;
    Ok(programs)
}

fn from_artifacts(artifacts: &[Artifact]) -> Result<Vec<Program>> {
    // Cargo names the programs of a package to its own tests. Told to all, they are not looked for again in each.
    let mut told = BTreeMap::new();
    for artifact in artifacts.iter().filter(|artifact| !artifact.profile.test) {
        if let Some(executable) = &artifact.executable {
            told.insert(
                format!("CARGO_BIN_EXE_{}", artifact.target.name),
                executable.to_string(),
            );
        }
    }
    let mut programs = Vec::new();
    for artifact in artifacts.iter().filter(|artifact| artifact.profile.test) {
        let Some(executable) = &artifact.executable else {
            continue;
        };
        let directory = artifact
            .manifest_path
            .parent()
            .context("a manifest without a directory")?;
        let package = package_name(&artifact.package_id.repr).context("a package without a name")?;
        let target = &artifact.target;
        let is_integration = target.kind.contains(&TargetKind::Test);
        let name = match (is_integration, target.kind.contains(&TargetKind::Bin)) {
            (true, _) => format!("{package}/{}", target.name),
            (_, true) => format!("{package}/main of {}", target.name),
            _ => format!("{package}/library"),
        };
        let mut environment = if is_integration { told.clone() } else { BTreeMap::new() };
        environment.insert("CARGO_MANIFEST_DIR".into(), directory.to_string());
        environment.insert("CARGO_PKG_NAME".into(), package.into());
        programs.push(Program {
            name,
            is_integration,
            executable: executable.into(),
            directory: directory.into(),
            environment,
        });
    }
    Ok(programs)
}

/// From ids such as `path+file:///x/crates/api#stationmaster-api@0.1.0`, or `path+file:///x/xtask#0.1.0` where directory and package have
/// the same name.
fn package_name(id: &str) -> Option<&str> {
    let (path, rest) = id.rsplit_once('#')?;
    match rest.split_once('@') {
        Some((name, _)) => Some(name),
        None => path.rsplit('/').next(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn artifact(id: &str, kind: &str, name: &str, test: bool) -> Artifact {
        let profile = json!({"opt_level": "0", "debug_assertions": true, "overflow_checks": true, "test": test});
        let target = json!({"kind": [kind], "crate_types": [kind], "name": name, "src_path": "/x/a.rs"});
        let executable = (test || kind == "bin").then(|| format!("/t/{name}"));
        serde_json::from_value(json!({
            "package_id": id, "manifest_path": "/x/crates/one/Cargo.toml", "target": target, "profile": profile,
            "features": [], "filenames": [], "executable": executable, "fresh": true,
        }))
        .unwrap()
    }

    #[test]
    fn tests_are_named_and_told_where_the_programs_are() {
        let id = "path+file:///x/crates/one#stationmaster-one@0.1.0";
        let artifacts = [
            artifact(id, "lib", "stationmaster_one", false),
            artifact(id, "bin", "one", false),
            artifact(id, "lib", "stationmaster_one", true),
            artifact(id, "bin", "one", true),
            artifact("path+file:///x/xtask#0.1.0", "test", "tour", true),
        ];
        let programs = from_artifacts(&artifacts).unwrap();
        let names: Vec<&str> = programs.iter().map(|program| program.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "stationmaster-one/library",
                "stationmaster-one/main of one",
                "xtask/tour"
            ]
        );
        let tour = &programs[2];
        assert!(tour.is_integration && !programs[0].is_integration);
        assert_eq!(tour.environment["CARGO_BIN_EXE_one"], "/t/one");
        assert_eq!(tour.environment["CARGO_PKG_NAME"], "xtask");
        assert_eq!(tour.command().get_current_dir(), Some("/x/crates/one".as_ref()));
    }
}
