//! The layers of the simulator: the world below, its services beside each other, the gate above them, the sockets on top.
//! It must not look into a module: what stands below one name may use itself as it likes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// From the lowest. A module may use those of the lines above its own, and none of its own line.
const LAYERS: &[&[&str]] = &[
    &["clock", "reply", "routes", "switches"],
    &["scenario"],
    &["world"],
    &["refusal"],
    &["call"],
    &["ecs", "iam", "ocp", "sdrs"],
    &["auth", "faults", "journal", "requests", "throttle"],
    &["doors"],
    &["gateway"],
    &["sql", "vendor"],
    &["simulator"],
    &["control", "server"],
    &["cli"],
];

/// The Rust code of each module right below `src`, without comments and tests.
fn modules() -> BTreeMap<String, String> {
    fn read(path: &Path, code: &mut String) {
        if path.is_dir() {
            for entry in std::fs::read_dir(path).unwrap() {
                read(&entry.unwrap().path(), code);
            }
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
            let text = std::fs::read_to_string(path).unwrap();
            let text = text.split("mod tests {").next().unwrap();
            for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
                code.push_str(line);
                code.push('\n');
            }
        }
    }
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if !["lib", "main"].contains(&&*name) {
            read(&path, found.entry(name).or_default());
        }
    }
    found
}

/// The first name of each path that begins at the crate.
fn uses(code: &str) -> BTreeSet<&str> {
    let paths = code.split("crate::").skip(1);
    paths
        .map(|path| path.split(|c: char| c != '_' && !c.is_alphanumeric()).next().unwrap())
        .collect()
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

#[test]
fn each_module_uses_only_those_below_it() {
    let modules = modules();
    let known: BTreeSet<&str> = LAYERS.iter().flat_map(|layer| layer.iter().copied()).collect();
    assert_eq!(modules.keys().map(String::as_str).collect::<BTreeSet<_>>(), known);
    let mut wrong = Vec::new();
    for (module, code) in &modules {
        for used in uses(code).into_iter().filter(|used| used != module) {
            if layer(used) >= layer(module) || layer(used).is_none() {
                wrong.push(format!("{module} uses {used}, which does not stand below it"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(uses(&modules["gateway"]).contains("world"), "nothing was read");
}
