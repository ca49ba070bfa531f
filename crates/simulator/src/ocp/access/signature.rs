//! The signature of an access key: seven parts, HMAC-SHA1 (`docs/vendors/ocp.md#signature`).
//! It must not know who owns a key.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use md5::{Digest, Md5};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha1::Sha1;

use crate::call::Call;

/// The scheme of the header `Authorization`.
pub(super) const SCHEME: &str = "OCP-ACCESS-KEY-HMACSHA1";

/// What RFC 3986 does not encode.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A date in the form of RFC 1123.
pub(super) fn date(text: &str) -> Option<Timestamp> {
    rfc2822::parse(text).ok().map(|zoned| zoned.timestamp())
}

/// Whether a signature is the one of the call. The documents show repeated query keys in two ways; both are taken.
pub(super) fn fits(call: &Call, secret: &str, given: &str) -> bool {
    [",", "%2C"].iter().any(|comma| signature(call, secret, comma) == given)
}

fn signature(call: &Call, secret: &str, comma: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(message(call, comma).as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// The seven parts.
fn message(call: &Call, comma: &str) -> String {
    let header = |name: &str| call.header(name).unwrap_or_default();
    let digest = if call.body.is_empty() {
        String::new()
    } else {
        hex::encode_upper(Md5::digest(&call.body))
    };
    [
        &*call.method.to_uppercase(),
        &digest,
        header("content-type"),
        header("date"),
        header("host"),
        &own_headers(call),
        &target(call, comma),
    ]
    .join("\n")
}

/// The vendor's own headers, sorted by name, values in the order in which they were sent.
fn own_headers(call: &Call) -> String {
    let mut headers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in &call.headers {
        if let (true, Ok(value)) = (name.as_str().starts_with("x-ocp-"), value.to_str()) {
            headers.entry(name.as_str()).or_default().push(value);
        }
    }
    let lines = headers
        .into_iter()
        .map(|(name, values)| format!("{name}:{}", values.join(",")));
    lines.collect::<Vec<_>>().join("\n")
}

/// Path and sorted query.
fn target(call: &Call, comma: &str) -> String {
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut query: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for part in call.query.split('&').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        query.entry(plain(key)).or_default().push(plain(value));
    }
    if query.is_empty() {
        return call.path.clone();
    }
    let encoded = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
    let pairs = query.into_iter().map(|(key, mut values)| {
        values.sort();
        let values: Vec<String> = values.iter().map(|v| encoded(v)).collect();
        format!("{}={}", encoded(&key), values.join(comma))
    });
    format!("{}?{}", call.path, pairs.collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderMap;

    const SECRET: &str = "2fc0c299cc94c6be266f2ceece765d4d";

    fn call(method: &str, query: &str, headers: &[(&'static str, &str)], body: &'static str) -> Call {
        let mut map = HeaderMap::new();
        for (name, value) in [("host", "ocp.alibaba.net:8080")].iter().chain(headers) {
            map.append(*name, value.parse().expect("header"));
        }
        Call {
            method: method.into(),
            path: "/api/v2/compute/idcs".into(),
            query: query.into(),
            headers: map,
            body: body.into(),
            vendor: crate::routes::Vendor::Ocp,
            route: None,
            received_real: Timestamp::UNIX_EPOCH,
            received_virtual: Timestamp::UNIX_EPOCH,
            fate: Default::default(),
        }
    }

    #[test]
    fn the_documented_call_with_a_body() {
        let headers = [
            ("content-type", "application/json"),
            ("date", "Tue, 17 Jan 2023 09:13:57 GMT"),
            ("x-ocp-data", "A,1"),
        ];
        let body = r#"{"name":"test01","description":"test","regionId":1}"#;
        let signed = call("POST", "", &headers, body);
        assert!(message(&signed, ",").contains("186974DB33A090A16D3E2CA35F547B56"));
        assert!(fits(&signed, SECRET, "XN8P+O+v3vUabB16ZCooq5wMJoY="));
        let changed = call("PUT", "", &headers, body);
        assert!(!fits(&changed, SECRET, "XN8P+O+v3vUabB16ZCooq5wMJoY="));
    }

    #[test]
    fn the_documented_call_with_a_query() {
        let headers = [
            ("content-type", "application/json;charset=utf-8"),
            ("date", "Tue, 17 Jan 2023 04:14:02 GMT"),
        ];
        let signed = call("GET", "size=100", &headers, "");
        assert!(fits(&signed, SECRET, "TsQD6HDOuZuJ409m0wdnZPmijlc="));
        assert!(!fits(
            &call("GET", "size=101", &headers, ""),
            SECRET,
            "TsQD6HDOuZuJ409m0wdnZPmijlc="
        ));
    }

    #[test]
    fn repeated_query_keys_are_sorted_and_both_kinds_of_comma_are_taken() {
        let repeated = call("GET", "b=x%20y&a=3&a=1&c", &[], "");
        assert_eq!(target(&repeated, ","), "/api/v2/compute/idcs?a=1,3&b=x%20y&c=");
        for comma in [",", "%2C"] {
            assert!(fits(&repeated, SECRET, &signature(&repeated, SECRET, comma)));
        }
    }

    #[test]
    fn dates_are_of_rfc_1123() {
        let time = date("Tue, 17 Jan 2023 09:13:57 GMT").expect("a date");
        assert_eq!(time.to_string(), "2023-01-17T09:13:57Z");
        assert!(date("2023-01-17T09:13:57Z").is_none());
    }
}
