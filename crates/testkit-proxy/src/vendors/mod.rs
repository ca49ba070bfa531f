//! The vendors whose wire the proxy and the judge can read: one file for each.
//! It must not judge, and must not share a line of code with the provider crates.

mod ocp;
mod sdrs;

pub use self::ocp::Ocp;
pub use self::sdrs::Sdrs;

use crate::history::dialect::Dialect;

/// All dialects, by the word of their vendor: what has to be right whoever is spoken to asks each of them.
const ALL: [(&str, &dyn Dialect); 2] = [("sdrs", &Sdrs), ("ocp", &Ocp)];

/// The dialect of a vendor.
pub fn named(vendor: &str) -> Option<&'static dyn Dialect> {
    ALL.into_iter()
        .find(|(word, _)| *word == vendor)
        .map(|(_, dialect)| dialect)
}

/// Whether any vendor fetches credentials there.
pub(crate) fn is_login(path: &str) -> bool {
    ALL.iter().any(|(_, dialect)| dialect.is_login(path))
}

/// Whether a request of any vendor to this path only asks, whatever its method.
pub(crate) fn is_question(path: &str) -> bool {
    ALL.iter().any(|(_, dialect)| dialect.is_question(path))
}
