//! Rows in which the product does not yet do what it should: each is played, and must fail as it is known to.
//! It must not hide a row: whoever mends one is told to take it off this list.

/// Rows that fail for one reason.
pub struct Open {
    /// Their names.
    pub rows: &'static [&'static str],
    /// A part of what is found in each.
    pub found: &'static str,
    /// Why it is so.
    pub why: &'static str,
}

/// All of them.
pub const KNOWN_OPEN: &[Open] = &[];

/// What is known of a row.
pub fn of(row: &str) -> Option<&'static Open> {
    KNOWN_OPEN.iter().find(|open| open.rows.contains(&row))
}
