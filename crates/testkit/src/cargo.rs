//! Cargo, as it is at a person's terminal, also when this program was itself started by cargo.
//! It must not choose what is built.

use std::ffi::{OsStr, OsString};
use std::process::Command;

/// The cargo that runs us, else the one on PATH.
///
/// Cargo tells a program that it starts which package it belongs to. Some build scripts (ring's) look at those variables, so that a
/// cargo that inherited them would build half of the dependencies again, and the next one without them once more.
pub fn command() -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    forget_us(&mut command);
    command
}

/// For every `cargo build` that `cargo xtask` makes: with its package named too, cargo chooses the features that it chose for that command.
/// Without it, whatever rests on a dependency with other features would be compiled once more. Nothing of the package is built.
pub(crate) const WITH_THE_FEATURES_OF_XTASK: [&str; 2] = ["--package", "xtask"];

/// Takes away what cargo told this program about itself.
pub fn forget_us(command: &mut Command) {
    for (name, _) in std::env::vars_os().filter(|(name, _)| speaks_of_us(name)) {
        command.env_remove(name);
    }
}

/// Whether cargo sets the variable for one package. The person's own settings (`CARGO_HOME`, `CARGO_TARGET_DIR`, `CARGO_BUILD_JOBS`,
/// …) do not.
fn speaks_of_us(name: &OsStr) -> bool {
    const NAMES: [&str; 5] = [
        "CARGO_BIN_NAME",
        "CARGO_CRATE_NAME",
        "CARGO_PRIMARY_PACKAGE",
        "CARGO_TARGET_TMPDIR",
        "OUT_DIR",
    ];
    const PREFIXES: [&str; 3] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_EXE_"];
    let name = name.to_string_lossy();
    NAMES.contains(&&*name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_speaks_of_this_package_is_not_passed_on_and_settings_are() {
        assert!(std::env::var_os("CARGO_PKG_NAME").is_some(), "cargo runs this test");
        let command = command();
        let removed: Vec<_> = command
            .get_envs()
            .filter(|(_, value)| value.is_none())
            .map(|(name, _)| name)
            .collect();
        for name in ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR"] {
            assert!(removed.contains(&OsStr::new(name)), "{name} would be passed on");
        }
        for name in [
            "CARGO",
            "CARGO_HOME",
            "CARGO_TARGET_DIR",
            "CARGO_BUILD_JOBS",
            "RUSTFLAGS",
            "PATH",
        ] {
            assert!(!speaks_of_us(OsStr::new(name)), "{name} is the person's");
        }
    }
}
