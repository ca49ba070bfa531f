//! The house rules of Rust files: each names what is wrong, where, and what would be right.
//! It must not read a file: files are values here.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// How many lines a file may have.
pub const LINES: usize = 300;

/// Where the files stand that may have more.
pub const POLICY: &str = "xtask/policy/lengths.toml";

/// How a second line begins.
const SECOND: [&str; 2] = ["//! It must not ", "//! They must not "];

/// A Rust file.
pub struct File {
    /// Relative to the root of the checkout.
    pub path: PathBuf,
    pub text: String,
}

/// What is wrong with the first two lines.
pub fn head(file: &File) -> Option<String> {
    let mut lines = file.text.lines();
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let path = file.path.display();
    if first.strip_prefix("//! ").is_none_or(|said| said.trim().is_empty()) {
        return Some(format!(
            "{path}:1: {first:?} does not say what the file is; right would be a line `//! What it is.`"
        ));
    }
    let says = |start: &str| second.len() > start.len() && second.starts_with(start);
    (!SECOND.into_iter().any(says)).then(|| {
        format!(
            "{path}:2: {second:?} does not say what the file must not do; right would be `{}…` or `{}…`, after a first line that is \
             a whole sentence",
            SECOND[0], SECOND[1]
        )
    })
}

/// What is too long and not listed, and what is listed and need not be.
pub fn lengths(files: &[File], listed: &[&Path]) -> Vec<String> {
    let long = |file: &&File| file.text.lines().count() > LINES;
    let unlisted = files.iter().filter(long).filter(|file| !listed.contains(&&*file.path));
    let mut wrong: Vec<String> = unlisted
        .map(|file| {
            let lines = file.text.lines().count();
            let path = file.path.display();
            format!("{path}: {lines} lines; right would be at most {LINES}, or an entry with a reason in {POLICY}")
        })
        .collect();
    for path in listed {
        let shown = path.display();
        match files.iter().find(|file| file.path == **path) {
            None => wrong.push(format!(
                "{shown}: listed in {POLICY}, but there is no such file; right would be no entry"
            )),
            Some(file) if !long(&file) => wrong.push(format!(
                "{shown}: listed in {POLICY}, but it has no more than {LINES} lines; right would be no entry"
            )),
            Some(_) => {}
        }
    }
    wrong
}

/// Files beside a directory of their name that holds modules.
pub fn modules(files: &[File]) -> Vec<String> {
    let directories: BTreeSet<&Path> = files.iter().flat_map(|file| file.path.ancestors().skip(1)).collect();
    let beside = files
        .iter()
        .filter(|file| directories.contains(&*file.path.with_extension("")));
    beside
        .map(|file| {
            let directory = file.path.with_extension("");
            // Cargo's own form for a test of many files.
            let target = directory.parent().is_some_and(|parent| parent.ends_with("tests"));
            let main = directory.join("main.rs");
            let or = if target {
                format!(", or for a test program {}", main.display())
            } else {
                String::new()
            };
            format!(
                "{}: the module of a directory stands beside it; right would be {}{or}",
                file.path.display(),
                directory.join("mod.rs").display()
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File {
            path: path.into(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_head_says_what_the_file_is_and_what_it_must_not_do() {
        for second in ["It must not lie.", "They must not lie."] {
            assert_eq!(head(&file("a.rs", &format!("//! A thing.\n//! {second}\n"))), None);
        }
        for (text, line) in [
            ("", 1),
            ("use x;\n", 1),
            ("//!\n//! It must not lie.\n", 1),
            ("// A thing.\n//! It must not lie.\n", 1),
            ("//! A thing.\n", 2),
            ("//! A thing.\n//! It must not \n", 2),
            ("//! A thing.\n//! Must not lie.\n", 2),
            ("//! A thing that\n//! goes on. It must not lie.\n", 2),
            ("//! A thing.\n\n//! It must not lie.\n", 2),
        ] {
            let wrong = head(&file("a.rs", text)).unwrap_or_default();
            assert!(wrong.starts_with(&format!("a.rs:{line}: ")), "{text:?}: {wrong}");
        }
    }

    #[test]
    fn what_is_long_is_listed_and_what_is_listed_is_long() {
        let files = [
            file("just.rs", &"\n".repeat(LINES)),
            file("long.rs", &"\n".repeat(LINES + 1)),
        ];
        let of = |listed: &[&str]| lengths(&files, &listed.iter().map(Path::new).collect::<Vec<_>>());
        assert_eq!(of(&["long.rs"]), Vec::<String>::new());
        let wrong = of(&["just.rs", "gone.rs"]);
        assert_eq!(wrong.len(), 3, "{wrong:?}");
        for (wrong, path) in wrong.iter().zip(["long.rs: 301 lines", "just.rs: ", "gone.rs: "]) {
            assert!(wrong.starts_with(path), "{wrong}");
        }
    }

    #[test]
    fn a_module_beside_its_directory_is_found_also_where_the_modules_are_deeper() {
        let right = ["src/a/mod.rs", "src/a/b.rs", "tests/c/main.rs", "tests/d.rs"].map(|path| file(path, ""));
        assert_eq!(modules(&right), Vec::<String>::new());
        let wrong = ["src/a.rs", "src/a/b/c.rs", "tests/d.rs", "tests/d/e.rs"].map(|path| file(path, ""));
        let found = modules(&wrong);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].contains("src/a/mod.rs") && !found[0].contains("main.rs"),
            "{found:?}"
        );
        assert!(found[1].contains("tests/d/main.rs"), "{found:?}");
    }
}
