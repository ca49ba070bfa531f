//! How a connection proves who it is: HTTP Basic, or a signature with an access key; and what is remembered of a refusal.
//! It must not send anything, nor print a secret.

use crate::sign::{Unsigned, authorization, date};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, DATE, HOST, HeaderName};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use stationmaster_engine::Reason;
use stationmaster_provider::{Fault, FaultClass};
use stationmaster_transport::{Request, Secrets};

/// The type of every body, also of none: a signature covers the header.
const JSON: &str = "application/json";
/// Messages and the names of tasks are in the language that is asked for; only one is known here.
const LANGUAGE: &str = "en-US";

/// Who asks.
pub(crate) enum Credentials {
    Basic {
        username: String,
        password: SecretString,
    },
    AccessKey {
        access_key: String,
        secret_key: SecretString,
    },
}

impl Credentials {
    /// What must not be read in any text about a request.
    pub(crate) fn secrets(&self) -> Secrets {
        match self {
            Credentials::Basic { username, password } => {
                Secrets::of([password.clone(), SecretString::from(basic(username, password))])
            }
            Credentials::AccessKey { secret_key, .. } => Secrets::of([secret_key.clone()]),
        }
    }

    /// Whether requests are dead some time after they were signed.
    pub(crate) fn dates(&self) -> bool {
        matches!(self, Credentials::AccessKey { .. })
    }

    /// Puts the credentials on a request that is ready otherwise. A signature is made as of `at`.
    pub(crate) fn authorize(&self, request: &mut Request, host: &str, at: Timestamp) -> Result<(), Fault> {
        put(request, CONTENT_TYPE, JSON)?;
        put(request, ACCEPT_LANGUAGE, LANGUAGE)?;
        match self {
            Credentials::Basic { username, password } => {
                put(request, AUTHORIZATION, &format!("Basic {}", basic(username, password)))
            }
            Credentials::AccessKey { access_key, secret_key } => {
                let date = date(at);
                put(request, HOST, host)?;
                put(request, DATE, &date)?;
                let unsigned = Unsigned {
                    method: request.method.as_str(),
                    path_and_query: request.uri.path_and_query().map_or("/", |path| path.as_str()),
                    host,
                    content_type: JSON,
                    date: &date,
                    own_headers: &[],
                    body: &request.body,
                };
                let value = authorization(access_key, secret_key, &unsigned);
                put(request, AUTHORIZATION, &value)
            }
        }
    }
}

fn basic(username: &str, password: &SecretString) -> String {
    STANDARD.encode(format!("{username}:{}", password.expose_secret()))
}

fn put(request: &mut Request, name: HeaderName, value: &str) -> Result<(), Fault> {
    let set = request.headers.set(name, value);
    set.map_err(|error| Fault::new(FaultClass::NotSent, Reason::SecretInvalid, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Method;

    fn request() -> Request {
        Request::new(
            "X",
            Method::GET,
            "http://ocp.alibaba.net:8080/api/v2/compute/idcs?size=100"
                .parse()
                .unwrap(),
        )
    }

    fn at() -> Timestamp {
        "2023-01-17T04:14:02Z".parse().unwrap()
    }

    #[test]
    fn a_signature_goes_with_its_date_host_and_type() {
        let credentials = Credentials::AccessKey {
            access_key: "ak".to_owned(),
            secret_key: SecretString::from("hunter22"),
        };
        let mut request = request();
        credentials
            .authorize(&mut request, "ocp.alibaba.net:8080", at())
            .unwrap();
        let header = |name| request.headers.get(name);
        assert_eq!(header("date"), Some("Tue, 17 Jan 2023 04:14:02 GMT"));
        assert_eq!(header("host"), Some("ocp.alibaba.net:8080"));
        assert_eq!(
            (header("content-type"), header("accept-language")),
            (Some(JSON), Some(LANGUAGE))
        );
        assert!(
            header("authorization")
                .unwrap()
                .starts_with("OCP-ACCESS-KEY-HMACSHA1 ak:")
        );
        assert!(!format!("{request:?}").contains("hunter22") && credentials.dates());
    }

    #[test]
    fn basic_is_no_dated_request_and_is_struck_out_of_texts_in_both_forms() {
        let credentials = Credentials::Basic {
            username: "admin".to_owned(),
            password: SecretString::from("hunter22"),
        };
        let mut request = request();
        credentials.authorize(&mut request, "h", at()).unwrap();
        let sent = request.headers.get("authorization").unwrap().to_owned();
        assert_eq!(sent, "Basic YWRtaW46aHVudGVyMjI=");
        let told = credentials.secrets().scrub(&format!("{sent} hunter22"));
        assert!(
            !told.contains("hunter22") && !told.contains("YWRtaW46aHVudGVyMjI="),
            "{told}"
        );
        assert!(!credentials.dates() && request.headers.get("date").is_none());
    }
}
