//! Moments as OCP writes them: ISO 8601 with an offset and a fraction of any length, also none.
//! It must not guess a zone.

use jiff::Timestamp;

/// A moment; none for an empty or unreadable text.
pub(crate) fn moment(text: Option<&str>) -> Option<Timestamp> {
    text?.trim().trim_matches('"').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_of_any_length_are_read() {
        for (text, wanted) in [
            ("2024-07-23T17:42:34.056+08:00", "2024-07-23T09:42:34.056Z"),
            ("2024-07-23T17:42:34.01+08:00", "2024-07-23T09:42:34.01Z"),
            ("2024-07-23T17:42:34+08:00", "2024-07-23T09:42:34Z"),
            ("\"2024-07-23T09:42:34Z\"\n", "2024-07-23T09:42:34Z"),
            ("2024-07-23T17:42:34.123456789+08:00", "2024-07-23T09:42:34.123456789Z"),
        ] {
            assert_eq!(moment(Some(text)), Some(wanted.parse().unwrap()), "{text}");
        }
        for text in ["", "2024-07-23T17:42:34", "2024-07-23 17:42:34", "soon"] {
            assert_eq!(moment(Some(text)), None, "{text}");
        }
        assert_eq!(moment(None), None);
    }
}
