//! The matrix: what goes wrong × a forced failover, which gets through; and beside it what must not run.
//! It must not judge by what the operator says: the provider's journal tells what was done, the objects what was shown each second.
//!
//! The page is `docs/proof/gets-through.md`.

mod filing;
mod furnish;
mod ground;
mod how;
mod known_open;
mod limits;
mod must;
mod must_not;
mod offset;
mod outside;
mod page;
mod play;
mod row;
mod trouble;
mod witness;
mod wrong;

use libtest_mimic::{Failed, Trial};
use row::Row;
use stationmaster_engine::pass::Rules;
use wrong::Wrong;

/// A test for each row, one for each wrong rule, and one for the page.
pub fn trials() -> Vec<Trial> {
    let of = |word: &'static str, rows: Vec<Row>| {
        rows.into_iter()
            .map(move |row| Trial::test(format!("gets_through::{word}::{}", row.name), move || holds(&row)))
    };
    let wrong = wrong::ALL
        .iter()
        .map(|wrong| Trial::test(format!("gets_through::known_bad::{}", wrong.word), || is_found(wrong)));
    let page = Trial::test("gets_through::the_page_shows_the_rows", page::shows_the_rows);
    let must = of("must", must::rows());
    must.chain(of("must_not", must_not::rows()))
        .chain(wrong)
        .chain([page])
        .collect()
}

fn holds(row: &Row) -> Result<(), Failed> {
    let played = row.play(Rules::shipped);
    let found = played.found.join("\n");
    if let Some(took) = played.took {
        println!("{}: called after {took} s", row.name);
    }
    match known_open::of(&row.name) {
        None if found.is_empty() => Ok(()),
        None => Err(found.into()),
        Some(open) if found.contains(open.found) => Ok(()),
        Some(open) => Err(format!(
            "it is known to fail by {:?} ({}), and {found:?} is found",
            open.found, open.why
        )
        .into()),
    }
}

/// The row that is named fails by the wrong rule. That it holds by the right ones is a test of its own.
fn is_found(wrong: &Wrong) -> Result<(), Failed> {
    let rows = if wrong.strict { must::rows() } else { must_not::rows() };
    let row = rows
        .iter()
        .find(|row| row.name == wrong.row && known_open::of(&row.name).is_none());
    let row = row.ok_or("the row that is to find it is not there, or fails anyway")?;
    let found = row.play(wrong.rules).found;
    let what = found.iter().find(|what| what.contains(wrong.found));
    let what = what.ok_or_else(|| format!("{} ({}) is not found: {found:?}", wrong.word, wrong.says))?;
    println!("known-bad {}: found by {}: {what}", wrong.word, wrong.row);
    Ok(())
}
