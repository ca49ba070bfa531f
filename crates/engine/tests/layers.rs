//! No circle of files inside the engine: whoever reads one rule need not read all of them.
//! It must not count what a parent hands on (`pub use`), nor what is taken from a parent's own `mod.rs`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The statements of each file that is no test, by its module.
type Files = BTreeMap<String, Vec<String>>;

fn read(dir: &Path, parent: &str, files: &mut Files) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let module = match path.file_stem().unwrap().to_str().unwrap() {
            "lib" | "mod" => parent.to_owned(),
            stem => format!("{parent}::{stem}"),
        };
        if path.is_dir() {
            read(&path, &module, files);
        } else if !module.contains("::tests") {
            let text = std::fs::read_to_string(&path).unwrap();
            let text = text.split("mod tests {").next().unwrap();
            let code: String = text.lines().filter(|l| !l.trim().starts_with("//")).collect();
            files.insert(module, code.split(';').map(|s| s.trim().to_owned()).collect());
        }
    }
}

/// What `use head::{a, b::c}` names, as `head::a` and `head::b::c`; braces in braces are not opened.
fn named(statement: &str) -> Vec<String> {
    let (head, names) = statement.split_once('{').unwrap_or((statement, ""));
    let names = names.trim_end_matches('}').split(',').map(str::trim);
    names.map(|name| format!("{head}{name}")).collect()
}

/// The file in which a path ends, through what modules hand on.
fn owner(files: &Files, path: &str) -> Option<String> {
    let (parent, name) = path.rsplit_once("::")?;
    if files.contains_key(path) {
        return Some(path.to_owned());
    }
    let hands_on =
        |s: &&String| s.contains("pub use ") && s.split(|c: char| c != '_' && !c.is_alphanumeric()).any(|w| w == name);
    match files.get(parent).map(|statements| statements.iter().find(hands_on)) {
        None => owner(files, parent),
        Some(None) => Some(parent.to_owned()),
        Some(Some(statement)) => {
            let child = statement.rsplit("pub use ").next()?.split("::").next()?;
            Some(format!("{parent}::{child}")).filter(|c| files.contains_key(c))
        }
    }
}

fn uses(files: &Files, module: &str) -> BTreeSet<String> {
    let parent = module.rsplit_once("::").map_or("crate", |(parent, _)| parent);
    let own = files[module].iter().filter_map(|s| s.strip_prefix("use "));
    let paths = own.flat_map(named).map(|p| p.replacen("super", parent, 1));
    let owners = paths
        .filter(|p| p.starts_with("crate"))
        .filter_map(|p| owner(files, &p));
    owners.filter(|o| o != module && o != parent && o != "crate").collect()
}

#[test]
fn no_file_uses_one_that_uses_it() {
    let mut files = Files::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "crate", &mut files);
    let mut open: BTreeMap<&str, BTreeSet<String>> = files.keys().map(|m| (m.as_str(), uses(&files, m))).collect();
    assert!(open["crate::decide::intent"].contains("crate::gate"), "{open:#?}");
    // What uses nothing that is still open is in no circle.
    while let Some(leaf) = open.iter().find(|(_, uses)| uses.is_empty()).map(|(m, _)| *m) {
        open.remove(leaf);
        open.values_mut().for_each(|uses| {
            uses.remove(leaf);
        });
    }
    assert!(open.is_empty(), "these use one another: {open:#?}");
}
