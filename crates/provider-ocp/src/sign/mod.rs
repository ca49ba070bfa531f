//! Signatures of requests with an access key: `OCP-ACCESS-KEY-HMACSHA1` (`docs/vendors/ocp.md#signature`).
//! It must not read a clock. It signs no header of several values and no query with a key twice: the documents contradict each other there.

#[cfg(test)]
mod tests;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use md5::{Digest, Md5};
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;

/// The scheme of the `Authorization` header.
const SCHEME: &str = "OCP-ACCESS-KEY-HMACSHA1";

/// A request as the signature sees it.
pub(crate) struct Unsigned<'a> {
    pub(crate) method: &'a str,
    /// Path and query as on the wire, encoded, the query sorted.
    pub(crate) path_and_query: &'a str,
    /// Exactly as sent; with the port.
    pub(crate) host: &'a str,
    pub(crate) content_type: &'a str,
    /// Of [`date`], exactly as sent.
    pub(crate) date: &'a str,
    /// The headers that begin with `x-ocp-`, names in lower case, sorted.
    pub(crate) own_headers: &'a [(&'a str, &'a str)],
    pub(crate) body: &'a [u8],
}

/// The `Date` header: `Tue, 17 Jan 2023 09:13:57 GMT`.
pub(crate) fn date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The `Authorization` header.
pub(crate) fn authorization(access_key: &str, secret_key: &SecretString, request: &Unsigned<'_>) -> String {
    let digest = match request.body {
        [] => String::new(),
        body => hex::encode_upper(Md5::digest(body)),
    };
    let own: Vec<String> = request
        .own_headers
        .iter()
        .map(|(name, value)| format!("{name}:{value}"))
        .collect();
    let message = [
        request.method,
        &digest,
        request.content_type,
        request.date,
        request.host,
        &own.join("\n"),
        request.path_and_query,
    ]
    .join("\n");
    let mut mac =
        Hmac::<Sha1>::new_from_slice(secret_key.expose_secret().as_bytes()).expect("HMAC takes a key of any length");
    mac.update(message.as_bytes());
    format!("{SCHEME} {access_key}:{}", STANDARD.encode(mac.finalize().into_bytes()))
}
