//! Request headers that can be printed: the values of secret ones never are.
//! It must not decide what a request needs; it only keeps secrets out of texts.

use http::header::{HeaderMap, HeaderName, HeaderValue};
use std::fmt;

/// Headers whose values are credentials.
const SECRET: [&str; 8] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-auth-token",
    "x-subject-token",
    "x-security-token",
    "x-session-token",
];

/// Headers of a request or an answer. `Debug` prints the names of all and the values of those that are no credentials.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(HeaderMap);

impl Headers {
    /// No headers.
    pub fn new() -> Headers {
        Headers::default()
    }

    /// Those of an answer; the secret ones are marked so that nothing prints them.
    pub(crate) fn from_answer(mut map: HeaderMap) -> Headers {
        for (name, value) in &mut map {
            if is_secret(name.as_str()) {
                value.set_sensitive(true);
            }
        }
        Headers(map)
    }

    /// Sets a header.
    ///
    /// # Errors
    /// When the value cannot be one (a line break, for example); the value is not repeated in the error.
    pub fn set(&mut self, name: HeaderName, value: &str) -> Result<(), IllegalHeader> {
        let mut value = HeaderValue::from_str(value).map_err(|_| IllegalHeader(name.as_str().to_owned()))?;
        value.set_sensitive(is_secret(name.as_str()));
        self.0.insert(name, value);
        Ok(())
    }

    /// A header's value, if it is text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(|value| value.to_str().ok())
    }

    /// All headers in the form that the HTTP library takes.
    pub fn as_map(&self) -> &HeaderMap {
        &self.0
    }
}

/// A header whose value cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the value of header {0} holds characters that no header may hold")]
pub struct IllegalHeader(pub String);

fn is_secret(name: &str) -> bool {
    SECRET.contains(&name)
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (name, value) in &self.0 {
            if value.is_sensitive() || is_secret(name.as_str()) {
                map.entry(&name.as_str(), &"<secret>");
            } else {
                map.entry(&name.as_str(), value);
            }
        }
        map.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_credential_is_printed_whatever_the_header() {
        let mut headers = Headers::new();
        for name in SECRET {
            headers.set(HeaderName::from_static(name), "hunter2").unwrap();
        }
        headers.set(http::header::ACCEPT, "application/json").unwrap();
        for text in [
            format!("{headers:?}"),
            format!("{headers:#?}"),
            format!("{:?}", headers.as_map()),
        ] {
            assert!(!text.contains("hunter2"), "{text}");
            assert!(
                text.contains("application/json") && text.contains("x-auth-token"),
                "{text}"
            );
        }
        assert_eq!(headers.get("x-auth-token"), Some("hunter2"));
    }

    #[test]
    fn an_illegal_value_is_not_repeated() {
        let error = Headers::new()
            .set(http::header::AUTHORIZATION, "hunter2\r\nx: y")
            .unwrap_err();
        assert!(!error.to_string().contains("hunter2"));
    }

    #[test]
    fn an_answer_is_redacted_too() {
        let mut map = HeaderMap::new();
        map.insert("x-subject-token", HeaderValue::from_static("hunter2"));
        let headers = Headers::from_answer(map);
        assert!(!format!("{headers:?}{:?}", headers.as_map()).contains("hunter2"));
    }
}
