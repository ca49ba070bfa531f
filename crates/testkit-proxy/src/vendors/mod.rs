//! The vendors whose wire the proxy and the judge can read: one file for each.
//! It must not judge, and must not share a line of code with the provider crates.

mod sdrs;

pub use self::sdrs::Sdrs;

use crate::history::dialect::Dialect;

/// All dialects: what has to be right whoever is spoken to asks each of them.
const ALL: [&dyn Dialect; 1] = [&Sdrs];

/// Whether any vendor fetches credentials there.
pub(crate) fn is_login(path: &str) -> bool {
    ALL.iter().any(|dialect| dialect.is_login(path))
}
