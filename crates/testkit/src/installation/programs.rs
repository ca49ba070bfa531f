//! The operator and the simulator as programs: found where cargo says they are, else built now.
//! It must not take one of unknown age: what is tested is what stands in the checkout.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use super::Error;

/// A program of the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Program {
    /// The operator.
    Operator,
    /// The provider simulators.
    Simulator,
}

impl Program {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Operator, Self::Simulator];

    /// The name of package and program.
    pub fn name(self) -> &'static str {
        match self {
            Self::Operator => "stationmaster",
            Self::Simulator => "stationmaster-simulator",
        }
    }
}

/// Where a program is. Cargo names it to the integration tests of its own package; for anybody else it is built (which takes
/// half a second when there is nothing to do), once in each process.
pub(crate) fn find(program: Program) -> Result<PathBuf, Error> {
    static FOUND: Mutex<BTreeMap<Program, PathBuf>> = Mutex::new(BTreeMap::new());
    if let Some(named) = std::env::var_os(format!("CARGO_BIN_EXE_{}", program.name())) {
        return Ok(named.into());
    }
    // Held while building, so that tests that run side by side do not build side by side.
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    if !found.contains_key(&program) {
        found.extend(build(&[program], false)?);
    }
    found.get(&program).cloned().ok_or_else(|| Error::Build {
        programs: program.name().into(),
        output: "cargo named no executable".into(),
    })
}

/// Builds the programs with cargo and tells where they are. With `show` cargo's own progress goes to standard error, otherwise only
/// a failure is told. Blocks.
pub fn build(programs: &[Program], show: bool) -> Result<BTreeMap<Program, PathBuf>, Error> {
    let failed = |output: String| Error::Build {
        programs: programs
            .iter()
            .map(|program| program.name())
            .collect::<Vec<_>>()
            .join(" and "),
        output,
    };
    let mut command = build_command(programs);
    command.stderr(if show { Stdio::inherit() } else { Stdio::piped() });
    let output = command.output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let built = executables(&String::from_utf8_lossy(&output.stdout));
    match programs.iter().find(|program| !built.contains_key(program)) {
        Some(missing) => Err(failed(format!("cargo named no executable for {}", missing.name()))),
        None => Ok(built),
    }
}

/// The cargo command that builds the programs and prints JSON messages on standard output.
pub fn build_command(programs: &[Program]) -> Command {
    let mut command = crate::cargo::command();
    command
        .current_dir(workspace())
        .args(["build", "--message-format", "json-render-diagnostics"])
        .args(crate::cargo::WITH_THE_FEATURES_OF_XTASK)
        .args(
            programs
                .iter()
                .flat_map(|program| ["--package", program.name(), "--bin", program.name()]),
        )
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    command
}

/// Where the programs are, from cargo's JSON messages.
pub fn executables(messages: &str) -> BTreeMap<Program, PathBuf> {
    let found = messages.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let name = message["target"]["name"].as_str()?;
        let program = Program::ALL.into_iter().find(|program| program.name() == name)?;
        Some((program, PathBuf::from(message["executable"].as_str()?)))
    });
    found.collect()
}

/// The root of the checkout.
pub(crate) fn workspace() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap_or(package).to_path_buf()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_executables_of_the_programs_are_taken_from_the_messages() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"stationmaster_simulator"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"stationmaster-tether"},"executable":"/t/stationmaster-tether"}
no JSON
{"reason":"compiler-artifact","target":{"name":"stationmaster-simulator"},"executable":"/t/stationmaster-simulator"}
{"reason":"build-finished","success":true}"#;
        let found = executables(messages);
        assert_eq!(found.len(), 1);
        assert_eq!(found[&Program::Simulator], Path::new("/t/stationmaster-simulator"));
        assert!(workspace().join("Cargo.lock").is_file());
    }
}
