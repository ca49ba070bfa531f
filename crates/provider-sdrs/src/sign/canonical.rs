//! The canonical request: the one text that client and gateway both derive from a request.
//! It must not know keys.

use super::{Unsigned, sha256};

/// The hash of the canonical request, and the list of headers in it.
pub(super) struct Canonical {
    pub(super) hash: String,
    pub(super) signed_headers: String,
}

pub(super) fn canonical(request: &Unsigned<'_>) -> Canonical {
    let mut headers: Vec<(String, &str)> = request
        .headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim()))
        .collect();
    headers.sort();
    let signed_headers = headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect::<Vec<_>>()
        .join(";");
    let lines: String = headers
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    // The trailing slash is in the canonical form only, never on the wire.
    let slash = if request.path.ends_with('/') { "" } else { "/" };
    let text = format!(
        "{}\n{}{slash}\n{}\n{lines}\n{signed_headers}\n{}",
        request.method,
        request.path,
        request.query,
        sha256(request.body)
    );
    Canonical {
        hash: sha256(text.as_bytes()),
        signed_headers,
    }
}
