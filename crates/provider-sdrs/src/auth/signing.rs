//! The headers of a request that is signed with an access key.
//! It must not read a clock: the date decides until when the gateway takes the request.

use super::credentials::Key;
use crate::sign::{Unsigned, authorization, date};
use http::HeaderName;
use http::header::{AUTHORIZATION, HOST};
use jiff::Timestamp;
use secrecy::ExposeSecret;
use stationmaster_engine::Reason;
use stationmaster_provider::{Fault, FaultClass};
use stationmaster_transport::Request;

/// Signs `request` as of `at`. All headers that it has by now are signed.
pub(crate) fn sign(
    request: &mut Request,
    key: &Key,
    host: &str,
    project: Option<&str>,
    at: Timestamp,
) -> Result<(), Fault> {
    let date = date(at);
    put(request, HOST, host)?;
    put(request, HeaderName::from_static("x-sdk-date"), &date)?;
    if let Some(project) = project {
        put(request, HeaderName::from_static("x-project-id"), project)?;
    }
    if let Some(token) = &key.security_token {
        put(
            request,
            HeaderName::from_static("x-security-token"),
            token.expose_secret(),
        )?;
    }
    let headers = request.headers.as_map().iter();
    let unsigned = Unsigned {
        method: request.method.as_str(),
        path: request.uri.path(),
        query: request.uri.query().unwrap_or_default(),
        headers: headers
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
            .collect(),
        body: &request.body,
    };
    let value = authorization(&key.form, &key.access_key, &key.secret_key, &date, &unsigned);
    put(request, AUTHORIZATION, &value)
}

/// Sets a header that is made of credentials.
pub(crate) fn put(request: &mut Request, name: HeaderName, value: &str) -> Result<(), Fault> {
    request
        .headers
        .set(name, value)
        .map_err(|error| Fault::new(FaultClass::NotSent, Reason::SecretInvalid, error.to_string()))
}
