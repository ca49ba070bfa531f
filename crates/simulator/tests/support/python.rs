//! A Python interpreter with the packages of a test, kept outside the checkout.
//! It must not be skipped: a machine that cannot make it fails the test and says what is missing.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

/// Runs a program that must succeed.
pub fn run(what: &str, command: &mut Command) -> Output {
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

/// A Python interpreter that has what a file in `tests/python` lists; made once for each set of requirements.
pub fn python(file: &str) -> PathBuf {
    // Two tests of one process would work in the same draft.
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python").join(file);
    let text = std::fs::read(&requirements).expect("the requirements are there");
    let name = hex::encode(Sha256::digest(&text))[..16].to_owned();
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
        Command::new(interpreter(&draft.0)).args(install).arg(&requirements),
    );
    if std::fs::rename(&draft.0, &ready).is_err() {
        // Another run was faster.
        assert!(interpreter(&ready).exists(), "{} has no interpreter", ready.display());
    }
    interpreter(&ready)
}
