//! Signatures of requests with an access key: `SDK-HMAC-SHA256` in its current and its legacy form.
//! It must not read a clock or know which headers a service needs.
//!
//! The forms: `docs/vendors/sdrs.md#signature` and `docs/vendors/sdrs.md#signature-legacy`.

mod canonical;
#[cfg(test)]
mod tests;

use canonical::Canonical;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// The algorithm's name in the `Authorization` header.
const ALGORITHM: &str = "SDK-HMAC-SHA256";

/// Which form of signature is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `Access=AK`.
    Access,
    /// `Credential=AK/date/region/service/sdk_request`; region and service may be empty.
    Credential { region: String, service: String },
}

/// A request as the signature sees it.
pub(crate) struct Unsigned<'a> {
    pub(crate) method: &'a str,
    /// As on the wire, encoded.
    pub(crate) path: &'a str,
    /// As on the wire, encoded and sorted; empty for none.
    pub(crate) query: &'a str,
    /// The headers to sign, names in any case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: &'a [u8],
}

/// `X-Sdk-Date`: `20191115T033655Z`.
pub(crate) fn date(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// The `Authorization` header. `headers` must hold `x-sdk-date` with the given date.
pub(crate) fn authorization(
    form: &Form,
    access_key: &str,
    secret_key: &SecretString,
    date: &str,
    request: &Unsigned<'_>,
) -> String {
    let Canonical { hash, signed_headers } = canonical::canonical(request);
    let secret = secret_key.expose_secret();
    let (identity, signature) = match form {
        Form::Access => {
            let text = format!("{ALGORITHM}\n{date}\n{hash}");
            (format!("Access={access_key}"), mac(secret.as_bytes(), &text))
        }
        Form::Credential { region, service } => {
            let day = date.split('T').next().unwrap_or(date);
            let scope = format!("{day}/{region}/{service}/sdk_request");
            let text = format!("{ALGORITHM}\n{date}\n{scope}\n{hash}");
            let key = scope
                .split('/')
                .fold(format!("SDK{secret}").into_bytes(), |key, part| mac(&key, part));
            (format!("Credential={access_key}/{scope}"), mac(&key, &text))
        }
    };
    format!(
        "{ALGORITHM} {identity}, SignedHeaders={signed_headers}, Signature={}",
        hex::encode(signature)
    )
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
