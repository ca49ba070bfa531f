//! The error envelopes: three of the service, one of the gateway, and bodies that are none (`docs/vendors/sdrs.md#error-forms`).
//! It must not class an error.

use serde_json::Value;
use stationmaster_engine::text;
use stationmaster_transport::{Response, words};

/// What an error body says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ErrorBody {
    /// The provider's code: `SDRS.1013`, `APIG.0308`. None when the body is no envelope.
    pub(crate) code: Option<String>,
    /// The provider's text, or the words of a body that is no envelope; empty where there is none.
    pub(crate) message: String,
    /// By what the provider finds the request in its own records.
    pub(crate) request: Option<String>,
}

/// No envelope is larger, in bytes; a larger body is not taken apart.
const LARGEST: usize = 64 * 1024;

impl ErrorBody {
    /// Reads a body of any kind.
    pub(crate) fn read(body: &[u8]) -> ErrorBody {
        match value(body) {
            Some(Value::Object(object)) => {
                let envelopes = ["error", "badrequest", "badRequest", "itemNotFound"];
                let inner = envelopes
                    .iter()
                    .find_map(|key| object.get(*key))
                    .filter(|inner| inner.is_object());
                let (code, message) = match inner {
                    Some(inner) => (word(inner.get("code")), word(inner.get("message"))),
                    None => (
                        word(object.get("error_code").or_else(|| object.get("code"))),
                        word(object.get("error_msg").or_else(|| object.get("message"))),
                    ),
                };
                ErrorBody {
                    code: code.map(|c| text::word(64, c.trim())),
                    message: text::word(300, message.unwrap_or_default().trim()),
                    request: word(object.get("request_id")).map(|id| text::word(64, id.trim())),
                }
            }
            _ => ErrorBody {
                message: words(body),
                ..ErrorBody::default()
            },
        }
    }

    /// The envelope of an answer, with the request's id from the header where the body has none.
    pub(crate) fn of(response: &Response) -> ErrorBody {
        let mut read = ErrorBody::read(&response.body);
        let header = || response.headers.get("x-request-id").filter(|id| !id.is_empty());
        read.request = read.request.or_else(|| header().map(|id| text::word(64, id)));
        read
    }

    /// Whether it is IAM that speaks, or the gateway before it: `{"error": {"code", "message"}}`, or `error_code` with a code of theirs
    /// (`docs/vendors/sdrs.md#error-forms`).
    pub(crate) fn is_of_iam(body: &[u8]) -> bool {
        let Some(Value::Object(object)) = value(body) else {
            return false;
        };
        let inner = object.get("error").and_then(Value::as_object);
        let own = inner.is_some_and(|inner| word(inner.get("code")).is_some() && inner.contains_key("message"));
        let code = word(object.get("error_code")).unwrap_or_default();
        own || ["IAM.", "APIG."].iter().any(|prefix| code.starts_with(prefix))
    }
}

fn value(body: &[u8]) -> Option<Value> {
    (body.len() <= LARGEST)
        .then(|| serde_json::from_slice(body).ok())
        .flatten()
}

fn word(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stationmaster_transport::QUOTED;

    #[test]
    fn all_envelopes_are_read() {
        for body in [
            r#"{"error":{"message":"not there","code":"SDRS.1013"}}"#,
            r#"{"badrequest":{"message":"not there","code":"SDRS.1013"}}"#,
            r#"{"itemNotFound":{"message":"not there","code":"SDRS.1013"}}"#,
            r#"{"error_msg":"not there","error_code":"SDRS.1013","request_id":"x"}"#,
        ] {
            let read = ErrorBody::read(body.as_bytes());
            assert_eq!(
                read,
                ErrorBody {
                    code: Some("SDRS.1013".to_owned()),
                    message: "not there".to_owned(),
                    request: body.contains("request_id").then(|| "x".to_owned()),
                },
                "{body}"
            );
        }
        let iam = ErrorBody::read(br#"{"error":{"code":401,"message":"wrong","title":"Unauthorized"}}"#);
        assert_eq!(iam.code.as_deref(), Some("401"));
    }

    #[test]
    fn what_is_no_envelope_has_no_code() {
        for body in [
            "",
            "<html>Bad Gateway</html>",
            "[]",
            "{}",
            "null",
            r#"{"error":"x"}"#,
            r#"{"error":{"code":""}}"#,
        ] {
            assert_eq!(ErrorBody::read(body.as_bytes()).code, None, "{body}");
        }
        assert_eq!(ErrorBody::read(b"no\0such\nthing").message, "no such thing");
        assert!(ErrorBody::read("ä".repeat(5000).as_bytes()).message.len() <= QUOTED);
    }

    #[test]
    fn of_a_page_of_html_the_words_are_told() {
        let told = |body: &str| ErrorBody::read(body.as_bytes()).message;
        let page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\n<body><center><h1>502</h1></center><hr>nginx</body></html>";
        assert_eq!(told(page), "a page of HTML: 502 Bad Gateway 502 nginx");
        assert_eq!(told("<html><body></body></html>"), "a page of HTML without a word");
        assert_eq!(told(" <!DOCTYPE html><p>maintenance"), "a page of HTML: maintenance");
        assert!(told(&format!("<p>{}", "ä ".repeat(5000))).len() <= QUOTED + 20);
    }

    #[test]
    fn iam_is_known_by_its_own_form() {
        for own in [
            r#"{"error":{"code":401,"message":"wrong","title":"Unauthorized"}}"#,
            r#"{"error_code":"IAM.0011","error_msg":"wrong"}"#,
            r#"{"error_code":"APIG.0301","error_msg":"wrong"}"#,
        ] {
            assert!(ErrorBody::is_of_iam(own.as_bytes()), "{own}");
        }
        for other in [
            "",
            "<html>404</html>",
            "null",
            "[]",
            r#"{"error":"not found"}"#,
            r#"{"code":404,"message":"no route"}"#,
            r#"{"error":{"message":"x"}}"#,
            r#"{"error_code":"x"}"#,
        ] {
            assert!(!ErrorBody::is_of_iam(other.as_bytes()), "{other}");
        }
    }
}
