//! Tests of every Rust file in the checkout: what its head says, how long it is, and where a directory's module stands.
//! It must not judge code; the compiler and clippy do.

mod rules;

use std::path::{Path, PathBuf};

use serde::Deserialize;

use self::rules::File;
use crate::workspace;

/// `policy/lengths.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Policy {
    #[serde(default)]
    long: Vec<Long>,
}

/// A file that may be longer than the others, with the reason.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Long {
    path: PathBuf,
    reason: String,
}

/// All Rust files below `root`, by path relative to it.
fn files(root: &Path) -> Vec<File> {
    let read = |path: PathBuf| File {
        text: std::fs::read_to_string(&path).unwrap(),
        path: path.strip_prefix(root).unwrap().to_owned(),
    };
    workspace::files(root, &[".rs"]).into_iter().map(read).collect()
}

fn policy() -> Policy {
    toml::from_str(include_str!("../../policy/lengths.toml")).unwrap()
}

fn assert_right(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "{} house rule(s) broken:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_file_says_what_it_is_and_what_it_must_not_do() {
    let files = files(&workspace::root());
    assert!(files.len() > 100, "only {} files were found", files.len());
    let wrong: Vec<String> = files.iter().filter_map(rules::head).collect();
    assert_right(&wrong);
}

#[test]
fn every_file_is_short_or_listed_with_a_reason() {
    let policy = policy();
    let listed: Vec<&Path> = policy.long.iter().map(|long| long.path.as_path()).collect();
    let mut wrong = rules::lengths(&files(&workspace::root()), &listed);
    let silent = policy.long.iter().filter(|long| long.reason.trim().is_empty());
    wrong.extend(silent.map(|long| format!("{}: listed in {} without a reason", long.path.display(), rules::POLICY)));
    assert_right(&wrong);
}

#[test]
fn a_directorys_module_is_its_mod_rs() {
    assert_right(&rules::modules(&files(&workspace::root())));
}
