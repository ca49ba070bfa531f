//! `Retry-After`: seconds or a date (RFC 9110, section 10.2.3).
//! It must not wait.

use crate::headers::Headers;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use std::time::Duration;

/// Nobody means to keep a client away for longer; a larger value is cut to this.
const LONGEST: Duration = Duration::from_secs(3600);

/// For how long the server asks to wait, at most an hour.
pub fn retry_after(headers: &Headers, now: Timestamp) -> Option<Duration> {
    let text = headers.get("retry-after")?.trim();
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let at = rfc2822::parse(text).ok()?.timestamp();
            Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO)
        }
    };
    Some(wait.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(value: &str) -> Option<Duration> {
        let mut headers = Headers::new();
        headers.set(http::header::RETRY_AFTER, value).unwrap();
        retry_after(&headers, "1994-11-06T08:49:00Z".parse().unwrap())
    }

    #[test]
    fn both_forms_are_read() {
        assert_eq!(wait("7"), Some(Duration::from_secs(7)));
        assert_eq!(wait("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::from_secs(37)));
        assert_eq!(
            wait("Sun, 06 Nov 1994 08:48:00 GMT"),
            Some(Duration::ZERO),
            "a date that has passed"
        );
        assert_eq!(wait("99999999999"), Some(LONGEST));
        assert_eq!(wait("soon"), None);
        assert_eq!(wait("-1"), None);
        assert_eq!(retry_after(&Headers::new(), Timestamp::now()), None);
    }
}
