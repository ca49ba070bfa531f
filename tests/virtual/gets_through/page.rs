//! The tables of `docs/proof/gets-through.md`, made from the rows.
//! It must not write the page: a person does, and is told what it has to hold.

use super::known_open::KNOWN_OPEN;
use super::row::Row;
use super::{must, must_not, wrong};
use libtest_mimic::Failed;
use std::fmt::Write;

const PAGE: &str = include_str!("../../../docs/proof/gets-through.md");

/// The page holds each table, line by line.
pub fn shows_the_rows() -> Result<(), Failed> {
    let tables = [table(&must::rows()), table(&must_not::rows()), wrongs(), open()];
    let missing: Vec<String> = tables.into_iter().filter(|table| !PAGE.contains(table)).collect();
    let count = format!(
        "{} rows that must get through, {} that must not run",
        must::rows().len(),
        must_not::rows().len()
    );
    if !PAGE.contains(&count) {
        return Err(format!("the page does not say {count:?}").into());
    }
    let mut names: Vec<String> = must::rows()
        .into_iter()
        .chain(must_not::rows())
        .map(|row| row.name)
        .collect();
    let all = names.len();
    names.sort();
    names.dedup();
    if names.len() != all {
        return Err("two rows have one name".into());
    }
    for row in KNOWN_OPEN.iter().flat_map(|open| open.rows) {
        if !names.iter().any(|name| name == row) {
            return Err(format!("{row} is known to be open, and no row").into());
        }
    }
    match missing.as_slice() {
        [] => Ok(()),
        _ => Err(format!("docs/proof/gets-through.md lacks:\n{}", missing.join("\n")).into()),
    }
}

/// Neighbours that say the same share a line.
fn table(rows: &[Row]) -> String {
    let mut lines: Vec<(&str, Vec<&str>, &str)> = Vec::new();
    for row in rows {
        let (what, which) = row.name.split_once('/').unwrap_or((&row.name, ""));
        match lines.last_mut() {
            Some((last, whiches, says)) if *last == what && *says == row.says => whiches.push(which),
            _ => lines.push((what, vec![which], &row.says)),
        }
    }
    let mut table = "| about | rows | what happens |\n|---|---|---|\n".to_owned();
    for (what, whiches, says) in lines {
        let _ = writeln!(table, "| {what} | {} | {says} |", whiches.join("; "));
    }
    table
}

fn wrongs() -> String {
    let mut table = "| known-bad | what it does | found by |\n|---|---|---|\n".to_owned();
    for wrong in &wrong::ALL {
        let _ = writeln!(table, "| `{}` | {} | {} |", wrong.word, wrong.says, wrong.row);
    }
    table
}

fn open() -> String {
    if KNOWN_OPEN.is_empty() {
        return "No row is known to be open.".to_owned();
    }
    let mut table = "| rows | why |\n|---|---|\n".to_owned();
    for open in KNOWN_OPEN {
        let _ = writeln!(table, "| {} | {} |", open.rows.join("; "), open.why);
    }
    table
}
