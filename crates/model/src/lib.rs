//! Explicit-state models over the real decisions: how an intent is read, how several objects are claimed, how a call is submitted.
//! It must not copy a rule of the engine: what is explored is the engine itself.

pub mod decision;
pub mod explored;
pub mod intent;
pub mod line;
pub mod parts;
pub mod sets;
pub mod submission;

/// What a page lists under its heading "… that are known to be wrong", sorted.
#[cfg(test)]
fn named_on(page: &str) -> Vec<&str> {
    let section = page.split("\n## ").find(|part| {
        part.lines()
            .next()
            .is_some_and(|head| head.ends_with("that are known to be wrong"))
    });
    let rows = section
        .into_iter()
        .flat_map(str::lines)
        .filter_map(|line| line.strip_prefix("| `"));
    let mut names: Vec<&str> = rows.filter_map(|row| row.split('`').next()).collect();
    names.sort_unstable();
    names
}
