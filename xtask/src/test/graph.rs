//! The dependency graph as cargo tells it.
//! It must not judge; the rules do.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::{Metadata, MetadataCommand, Package};

use crate::workspace;

/// All packages that are used for any target or feature of the workspace, with Cargo.lock as it is.
pub fn metadata() -> Result<Metadata> {
    let mut command = MetadataCommand::new();
    command
        .cargo_path(workspace::cargo().get_program())
        .current_dir(workspace::root());
    command
        .other_options(["--locked".to_owned()])
        .exec()
        .context("cargo metadata")
}

/// The packages that the graph reaches; Cargo.lock may name more.
pub fn used(metadata: &Metadata) -> Result<Vec<&Package>> {
    let resolve = metadata.resolve.as_ref().context("cargo metadata gave no graph")?;
    let ids: BTreeSet<_> = resolve.nodes.iter().map(|node| &node.id).collect();
    let used: Vec<&Package> = metadata
        .packages
        .iter()
        .filter(|package| ids.contains(&package.id))
        .collect();
    ensure!(!used.is_empty(), "cargo metadata named no packages");
    Ok(used)
}

/// One package in a tree and the way to it.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// Package name.
    pub name: String,
    /// From the root to the package, joined with arrows.
    pub way: String,
}

/// The normal dependencies of one package, with the features that it has when it is built alone (the graph of
/// `cargo metadata` unifies features over the workspace, and so sees a kube client where there is none).
pub fn normal_tree(package: &str) -> Result<Vec<Found>> {
    let arguments = [
        "--edges", "normal", "--target", "all", "--prefix", "depth", "--format", "{p}",
    ];
    let mut command = workspace::cargo();
    command.args(["tree", "--locked", "--package", package]).args(arguments);
    let output = command.output().context("cargo tree")?;
    if !output.status.success() {
        bail!(
            "cargo tree of {package}: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    parse_tree(&String::from_utf8(output.stdout)?)
}

/// Lines such as `2serde v1.0.228 (*)`: depth, name, version.
pub fn parse_tree(text: &str) -> Result<Vec<Found>> {
    let mut way: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let digits = line.find(|c: char| !c.is_ascii_digit()).unwrap_or(line.len());
        let depth: usize = line[..digits]
            .parse()
            .with_context(|| format!("no depth in {line:?}"))?;
        let name = line[digits..].split(' ').next().unwrap_or_default();
        ensure!(depth <= way.len(), "a level is missing before {line:?}");
        way.truncate(depth);
        way.push(name);
        found.push(Found {
            name: name.to_owned(),
            way: way.join(" → "),
        });
    }
    ensure!(!found.is_empty(), "cargo tree printed nothing");
    Ok(found)
}

#[cfg(test)]
pub mod tests {
    use serde_json::json;

    use super::*;

    /// Metadata as cargo gives it, with these packages (name, version, licence).
    pub fn fixture(packages: &[(&str, &str, Option<&str>)]) -> Metadata {
        let package = |(name, version, licence): &(&str, &str, Option<&str>)| {
            json!({
                "name": name, "version": version, "id": name, "license": licence, "source": null, "description": null,
                "dependencies": [], "targets": [], "features": {}, "manifest_path": "/x/Cargo.toml",
            })
        };
        let node = |(name, ..): &(&str, &str, Option<&str>)| json!({ "id": name, "dependencies": [], "deps": [], "features": [] });
        let metadata = json!({
            "packages": packages.iter().map(package).collect::<Vec<_>>(),
            "resolve": { "nodes": packages.iter().map(node).collect::<Vec<_>>(), "root": null },
            "workspace_members": [], "workspace_root": "/x", "target_directory": "/x/target", "version": 1,
        });
        serde_json::from_value(metadata).unwrap()
    }

    #[test]
    fn a_package_that_only_the_lock_file_names_is_not_used() {
        let mut metadata = fixture(&[("used", "1.0.0", None), ("only-locked", "1.0.0", None)]);
        metadata
            .resolve
            .as_mut()
            .unwrap()
            .nodes
            .retain(|node| node.id.repr == "used");
        assert_eq!(used(&metadata).unwrap().len(), 1);
        metadata.resolve = None;
        assert!(used(&metadata).is_err(), "no graph is no permission");
    }

    #[test]
    fn the_way_to_each_package_is_known() {
        let text =
            "0api v0.1.0 (/x)\n1kube v5.0.0\n2kube-core v5.0.0\n1serde v1.0.1\n2serde_core v1.0.1\n1kube v5.0.0 (*)\n";
        let ways: Vec<String> = parse_tree(text).unwrap().into_iter().map(|found| found.way).collect();
        let expected = [
            "api",
            "api → kube",
            "api → kube → kube-core",
            "api → serde",
            "api → serde → serde_core",
            "api → kube",
        ];
        assert_eq!(ways, expected);
        assert!(parse_tree("").is_err());
        assert!(parse_tree("error: what\n").is_err());
    }
}
