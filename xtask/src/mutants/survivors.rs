//! The changes to the engine that no test notices, and why that is right: the committed list, and the comparison with what was found.
//! It must not know how they are found.

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// Where the list stands, from the root of the checkout.
pub const PATH: &str = "xtask/policy/mutants.toml";

/// A change that no test notices. It is known by the text of the line that is changed, not by its number, which shifts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Survivor {
    /// The file, from the root of the checkout.
    pub file: String,
    /// The change in cargo-mutants' words.
    pub mutant: String,
    /// The line that is changed, without the blanks around it.
    pub line: String,
    /// Why no test can or should notice; nothing for one that was just found.
    #[serde(default)]
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(default)]
    survivor: Vec<Survivor>,
}

impl Survivor {
    fn same(&self, other: &Survivor) -> bool {
        (&self.file, &self.mutant, &self.line) == (&other.file, &other.mutant, &other.line)
    }
}

impl fmt::Display for Survivor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.file, self.mutant, self.line)
    }
}

/// The committed list.
pub fn committed() -> Result<Vec<Survivor>> {
    let list: List = toml::from_str(include_str!("../../policy/mutants.toml")).context(PATH)?;
    for survivor in &list.survivor {
        ensure!(!survivor.reason.is_empty(), "{PATH}: no reason: {survivor}");
    }
    Ok(list.survivor)
}

/// The survivors in cargo-mutants' list: lines of `file:line:column: what is changed`.
pub fn found(missed: &str, root: &Path) -> Result<Vec<Survivor>> {
    let parse = |text: &str| -> Result<Survivor> {
        let mut parts = text.splitn(4, ':');
        let mut next = || parts.next().with_context(|| format!("not a mutant: {text}"));
        let (file, number, _column, mutant) = (next()?, next()?, next()?, next()?);
        let source = std::fs::read_to_string(root.join(file)).with_context(|| file.to_owned())?;
        let index: usize = number.parse::<usize>().with_context(|| text.to_owned())?;
        let line = source.lines().nth(index.saturating_sub(1)).unwrap_or_default();
        Ok(Survivor {
            file: file.to_owned(),
            mutant: mutant.trim().to_owned(),
            line: line.trim().to_owned(),
            reason: String::new(),
        })
    };
    missed.lines().map(parse).collect()
}

/// What was found and is not listed, and what is listed and was not found. Two equal ones need two entries.
pub fn difference<'a>(found: &'a [Survivor], listed: &'a [Survivor]) -> (Vec<&'a Survivor>, Vec<&'a Survivor>) {
    let mut gone: Vec<&Survivor> = listed.iter().collect();
    let mut new = Vec::new();
    for survivor in found {
        match gone.iter().position(|g| g.same(survivor)) {
            Some(index) => drop(gone.remove(index)),
            None => new.push(survivor),
        }
    }
    (new, gone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    const PAGE: &str = "docs/proof/mutation.md";

    /// A row of the page's table. Bars would end a cell.
    fn row(survivor: &Survivor) -> String {
        let cell = |text: &str| text.replace('|', "\\|");
        let file = survivor.file.trim_start_matches("crates/engine/src/");
        format!(
            "| `{file}` | `{}` | {} | {} |",
            cell(&survivor.line),
            cell(&survivor.mutant),
            cell(&survivor.reason)
        )
    }

    #[test]
    fn each_listed_survivor_has_a_reason_and_its_line_stands_in_its_file() {
        for survivor in committed().unwrap() {
            assert!(
                survivor.reason.len() > 20 && survivor.reason.ends_with('.'),
                "{survivor}"
            );
            let source = std::fs::read_to_string(workspace::root().join(&survivor.file)).unwrap();
            let there = source.lines().any(|line| line.trim() == survivor.line);
            assert!(there, "the line is not there any more: {survivor}");
        }
    }

    #[test]
    fn the_page_lists_what_the_list_holds_and_nothing_else() {
        let page = std::fs::read_to_string(workspace::root().join(PAGE)).unwrap();
        let shown: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
        let rows: Vec<String> = committed().unwrap().iter().map(row).collect();
        assert_eq!(shown, rows, "the table of {PAGE} should be:\n{}", rows.join("\n"));
    }

    #[test]
    fn survivors_are_known_by_their_line_wherever_it_stands() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("a.rs"), "fn f() {\n    a < b\n}\n").unwrap();
        let missed = "a.rs:2:7: replace < with <= in f\na.rs:2:7: replace < with == in f\n";
        let found = found(missed, directory.path()).unwrap();
        assert_eq!(found[0].line, "a < b");
        assert_eq!(found[0].mutant, "replace < with <= in f");
        let (new, gone) = difference(&found, &found[..1]);
        assert_eq!((new.len(), gone.len()), (1, 0));
        let twice = [found[0].clone(), found[0].clone()];
        let (new, gone) = difference(&found[..1], &twice);
        assert_eq!((new.len(), gone.len()), (0, 1), "two equal ones need two entries");
        assert!(super::found("nonsense", directory.path()).is_err());
    }
}
