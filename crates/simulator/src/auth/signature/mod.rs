//! AK/SK signatures in the current `Access=` and the legacy `Credential=` form.
//! It must not decide who the key belongs to.
//!
//! The forms: `docs/vendors/sdrs.md#signature` and `docs/vendors/sdrs.md#signature-legacy`.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sha2::Sha256;

use super::canonical::{SignedParts, canonical_request, payload_hash, sha256_hex};

/// The scheme name that both forms start with.
pub(crate) const ALGORITHM: &str = "SDK-HMAC-SHA256";

/// A parsed `Authorization` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Authorization {
    pub(crate) access: String,
    /// `date/region/service/sdk_request` of the legacy form.
    pub(crate) scope: Option<String>,
    pub(crate) signed_headers: Vec<String>,
    pub(crate) signature: String,
}

impl Authorization {
    /// Reads either form; `None` when a part is missing.
    pub(crate) fn parse(value: &str) -> Option<Self> {
        let rest = value.strip_prefix(ALGORITHM)?.trim_start();
        let mut access = None;
        let mut scope = None;
        let (mut signed, mut signature) = (None, None);
        for part in rest.split(',') {
            match part.trim().split_once('=')? {
                ("Access", key) => access = Some(key.to_owned()),
                ("Credential", credential) => {
                    let (key, rest) = credential.split_once('/')?;
                    access = Some(key.to_owned());
                    scope = Some(rest.to_owned());
                }
                ("SignedHeaders", names) => signed = Some(names.split(';').map(str::to_lowercase).collect()),
                ("Signature", text) => signature = Some(text.to_owned()),
                _ => {}
            }
        }
        Some(Self {
            access: access?,
            scope,
            signed_headers: signed?,
            signature: signature?,
        })
    }
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Signs a canonical request, given its hash.
pub(crate) fn sign(secret: &str, scope: Option<&str>, date: &str, canonical_hash: &str) -> String {
    match scope {
        None => hex::encode(hmac(secret.as_bytes(), &[ALGORITHM, date, canonical_hash].join("\n"))),
        Some(scope) => {
            let key = scope
                .split('/')
                .fold(format!("SDK{secret}").into_bytes(), |key, part| hmac(&key, part));
            hex::encode(hmac(&key, &[ALGORITHM, date, scope, canonical_hash].join("\n")))
        }
    }
}

/// Reads `YYYYMMDDTHHMMSSZ`.
pub(crate) fn parse_date(text: &str) -> Option<Timestamp> {
    let civil = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    TimeZone::UTC.to_timestamp(civil).ok()
}

/// Checks a signature and its date; the error says which check failed.
pub(crate) fn verify(
    header: &Authorization,
    secret: &str,
    parts: &SignedParts<'_>,
    now: Timestamp,
    window_seconds: f64,
) -> Result<(), String> {
    let date = parts
        .headers
        .get("x-sdk-date")
        .and_then(|v| v.to_str().ok())
        .ok_or("x-sdk-date not found")?;
    let signed_at = parse_date(date).ok_or("x-sdk-date is not a date")?;
    if now.duration_since(signed_at).as_secs_f64().abs() > window_seconds {
        return Err("signature expired".into());
    }
    if !header.signed_headers.iter().any(|name| name == "x-sdk-date") {
        return Err("x-sdk-date is not signed".into());
    }
    let matches = |payload: &str| -> Result<bool, String> {
        let canonical = canonical_request(parts, &header.signed_headers, payload)
            .map_err(|name| format!("signed header {name} not found"))?;
        let hash = sha256_hex(canonical.as_bytes());
        Ok(sign(secret, header.scope.as_deref(), date, &hash) == header.signature)
    };
    if matches(&payload_hash(parts))? {
        return Ok(());
    }
    // The Go client of the legacy form hashes the query string of a POST that has no body.
    let query_as_body = header.scope.is_some() && parts.method == "POST" && parts.body.is_empty();
    if query_as_body && matches(&sha256_hex(parts.query.as_bytes()))? {
        return Ok(());
    }
    Err("the signature does not match".into())
}

#[cfg(test)]
mod tests;
