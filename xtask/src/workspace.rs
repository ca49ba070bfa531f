//! Where the checkout is, and what every command does with files in it.
//! It must not know a single command.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::generated::Generated;

/// The root of the checkout that this command was built from.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// The cargo that runs us, else the one on PATH.
pub fn cargo() -> std::process::Command {
    let mut command = stationmaster_testkit::cargo::command();
    command.current_dir(root());
    command
}

/// Writes generated files and names those that changed; with `check` only compares and fails on stale ones.
pub fn write_or_check(sets: &[Generated], check: bool) -> Result<()> {
    let root = root();
    let mut stale = Vec::new();
    for set in sets {
        stale.extend(if check { set.stale(&root)? } else { set.write(&root)? });
    }
    for path in &stale {
        eprintln!("{} {}", if check { "stale:" } else { "wrote" }, path.display());
    }
    if check && !stale.is_empty() {
        bail!(
            "{} generated file(s) are stale; run `cargo xtask crds`, `cargo xtask manifests` and `cargo xtask references`",
            stale.len()
        );
    }
    Ok(())
}

/// The files below `root` with one of these endings. Hidden directories and build output are passed over.
#[cfg(test)]
pub fn files(root: &Path, endings: &[&str]) -> Vec<PathBuf> {
    fn walk(directory: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
        let mut entries: Vec<_> = std::fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap())
            .collect();
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() && !name.starts_with('.') && name != "target" {
                walk(&entry.path(), endings, found);
            } else if kind.is_file() && endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(entry.path());
            }
        }
    }
    let mut found = Vec::new();
    walk(root, endings, &mut found);
    found
}
