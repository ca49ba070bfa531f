//! Which packages the layout on a page lists, and which the workspace has.
//! It must not look into a package.

use std::collections::BTreeSet;
use std::path::Path;

use super::page::Page;

/// The directories of packages in the page's fenced blocks: the first word of a line that is `crates/…` or `xtask/`.
pub fn listed(page: &str) -> BTreeSet<String> {
    let page = Page::parse(Path::new("page.md"), page);
    let lines = page.blocks.iter().flat_map(|block| block.text.lines());
    let paths = lines.filter_map(|line| line.split_whitespace().next());
    paths
        .map(|path| path.trim_end_matches('/').to_owned())
        .filter(|path| path == "xtask" || path.starts_with("crates/"))
        .collect()
}

/// The members that the workspace's manifest names; `crates/*` is each directory there that has a manifest.
pub fn packages(root: &Path) -> BTreeSet<String> {
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let manifest: toml::Table = toml::from_str(&manifest).unwrap();
    let members = manifest["workspace"]["members"].as_array().unwrap();
    let mut packages = BTreeSet::new();
    for member in members.iter().map(|member| member.as_str().unwrap()) {
        let Some(directory) = member.strip_suffix("/*") else {
            packages.insert(member.to_owned());
            continue;
        };
        for entry in std::fs::read_dir(root.join(directory)).unwrap() {
            let entry = entry.unwrap();
            if entry.path().join("Cargo.toml").exists() {
                packages.insert(format!("{directory}/{}", entry.file_name().to_string_lossy()));
            }
        }
    }
    packages
}

#[test]
fn a_package_that_is_missing_or_gone_is_seen() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(
        root.path().join("Cargo.toml"),
        "[workspace]\nmembers = [\"crates/*\", \"xtask\"]\n",
    )
    .unwrap();
    for package in ["crates/a", "crates/b"] {
        std::fs::create_dir_all(root.path().join(package)).unwrap();
        std::fs::write(root.path().join(package).join("Cargo.toml"), "").unwrap();
    }
    let packages = packages(root.path());
    assert_eq!(
        listed("```\nsrc/      x\ncrates/a  x\ncrates/b  x\nxtask/    x\n```\n"),
        packages
    );
    assert_ne!(listed("```\ncrates/a  x\nxtask/    x\n```\n"), packages);
    assert_ne!(listed("```\ncrates/a\ncrates/b\ncrates/c\nxtask/\n```\n"), packages);
}
