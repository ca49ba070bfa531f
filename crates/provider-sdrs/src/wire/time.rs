//! The three forms of time that SDRS writes (`docs/vendors/sdrs.md#forms`): with a space, with a `T`, with a `T` and a `Z`; all UTC.
//! It must not guess a zone.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A moment; none for an empty or unreadable text.
pub(crate) fn moment(text: Option<&str>) -> Option<Timestamp> {
    let text = text?.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    text.parse::<DateTime>()
        .ok()?
        .to_zoned(TimeZone::UTC)
        .ok()
        .map(|at| at.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_documented_forms_are_read() {
        for (text, wanted) in [
            ("2019-05-22 08:16:54.413", "2019-05-22T08:16:54.413Z"),
            ("2019-05-22 08:16:54.74", "2019-05-22T08:16:54.74Z"),
            ("2019-05-22 08:16:54.0", "2019-05-22T08:16:54Z"),
            ("2018-05-04T03:43:24.108526", "2018-05-04T03:43:24.108526Z"),
            ("2018-04-19T01:55:30.443Z", "2018-04-19T01:55:30.443Z"),
            ("2015-11-09T01:42:57.527363Z", "2015-11-09T01:42:57.527363Z"),
        ] {
            assert_eq!(moment(Some(text)), Some(wanted.parse().unwrap()), "{text}");
        }
        assert_eq!(moment(Some("")), None);
        assert_eq!(moment(Some("soon")), None);
        assert_eq!(moment(None), None);
    }
}
