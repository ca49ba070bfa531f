//! The canonical request that a signature covers (`docs/vendors/sdrs.md#signature`).
//! It must not compare or keep secrets.

use http::HeaderMap;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

/// Everything but the unreserved characters is encoded.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The parts of a request that a signature can cover.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SignedParts<'a> {
    pub(crate) method: &'a str,
    /// Path as on the wire, percent-encoded.
    pub(crate) path: &'a str,
    /// Query as on the wire, without `?`; may be empty.
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

pub(crate) fn sha256_hex(data: &[u8]) -> String {
    hex::encode(Sha256::digest(data))
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn canonical_uri(path: &str) -> String {
    let mut uri = path
        .split('/')
        .map(|segment| encode(&decode(segment)))
        .collect::<Vec<_>>()
        .join("/");
    if !uri.ends_with('/') {
        uri.push('/');
    }
    uri
}

fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(key, value)| (decode(key), decode(value)))
        .collect();
    pairs.sort();
    pairs
        .iter()
        .map(|(key, value)| format!("{}={}", encode(key), encode(value)))
        .collect::<Vec<_>>()
        .join("&")
}

/// The canonical request over the given payload hash, or the name of a signed header that is missing.
pub(crate) fn canonical_request(
    parts: &SignedParts<'_>,
    signed_headers: &[String],
    payload_hash: &str,
) -> Result<String, String> {
    let mut headers = String::new();
    for name in signed_headers {
        let mut values = parts
            .headers
            .get_all(name)
            .iter()
            .map(|v| String::from_utf8_lossy(v.as_bytes()));
        let first = values.next().ok_or_else(|| name.clone())?;
        headers.push_str(&format!("{name}:{}\n", first.trim()));
    }
    Ok([
        parts.method,
        &canonical_uri(parts.path),
        &canonical_query(parts.query),
        &headers,
        &signed_headers.join(";"),
        payload_hash,
    ]
    .join("\n"))
}

/// The hash that stands for the body: the header that replaces it, or the body's own.
pub(crate) fn payload_hash(parts: &SignedParts<'_>) -> String {
    match parts.headers.get("x-sdk-content-sha256").and_then(|v| v.to_str().ok()) {
        Some(given) => given.trim().to_owned(),
        None => sha256_hex(parts.body),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_encoded_once_and_ends_with_a_slash() {
        assert_eq!(canonical_uri("/v1/a%20b"), "/v1/a%20b/");
        assert_eq!(canonical_uri("/v1/a~b/"), "/v1/a~b/");
        assert_eq!(canonical_uri("/"), "/");
    }

    #[test]
    fn the_query_is_sorted_and_a_missing_value_keeps_its_sign() {
        assert_eq!(canonical_query("b=2&a=%5B1%5D&a=0&c"), "a=0&a=%5B1%5D&b=2&c=");
        assert_eq!(canonical_query(""), "");
    }
}
