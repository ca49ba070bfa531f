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
pub const KNOWN_OPEN: &[Open] = &[
    Open {
        rows: &["next door/40 objects hang"],
        found: "it ended Some(Running) JobRunning",
        why: "the call is made in time; but a group whose call is made is not urgent any more, and 40 urgent ones that hang leave it no place \
              in which to tell its success",
    },
    Open {
        rows: &["200 at once/10 requests in a second"],
        found: "the goal is 48 s",
        why: "each order costs more than one read and one call at the connection's limit: the last look is a second read, and orders that have \
              made their call are followed meanwhile",
    },
];

/// What is known of a row.
pub fn of(row: &str) -> Option<&'static Open> {
    KNOWN_OPEN.iter().find(|open| open.rows.contains(&row))
}
