//! What went wrong with a connection, in a sentence for a person: what it is, and what would be right.
//! It must not show a library's own names.

use rustls::{CertificateError, Error as Tls};
use std::error::Error;
use std::io;

/// So many names of a certificate are told.
const NAMED: usize = 5;

/// Why a server's certificate is not trusted.
pub(crate) fn certificate(error: &CertificateError) -> String {
    use CertificateError as E;
    match error {
        E::UnknownIssuer => {
            "its certificate is signed by an authority that neither the system nor the CA bundle knows; put that authority into the CA bundle"
                .to_owned()
        }
        E::Expired | E::ExpiredContext { .. } => "its certificate has expired".to_owned(),
        E::NotValidYet | E::NotValidYetContext { .. } => {
            "its certificate is not valid yet; compare the clocks of both hosts".to_owned()
        }
        E::NotValidForNameContext { expected, presented } => {
            let names: Vec<&str> = presented.iter().take(NAMED).map(|name| unwrapped(name)).collect();
            let names = if names.is_empty() { "no name".to_owned() } else { names.join(", ") };
            let expected = expected.to_str();
            format!("its certificate is for {names} and not for {expected}; use a name that the certificate holds")
        }
        E::NotValidForName => "its certificate is for another name; use a name that the certificate holds".to_owned(),
        E::Revoked => "its certificate has been revoked".to_owned(),
        E::BadEncoding => "its certificate cannot be read".to_owned(),
        E::BadSignature => "the signature of its certificate is wrong".to_owned(),
        E::InvalidPurpose | E::InvalidPurposeContext { .. } => "its certificate is not made for a server".to_owned(),
        E::UnsupportedSignatureAlgorithmContext { .. }
        | E::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "its certificate is signed with an algorithm that is not supported, such as SHA-1".to_owned()
        }
        other if is_authority(other) => {
            "its certificate is that of an authority (CA:TRUE); put this very certificate into the CA bundle, or give the server one of its own"
                .to_owned()
        }
        _ => "its certificate cannot be verified".to_owned(),
    }
}

/// The library names a name by its kind: `DnsName("localhost")`.
fn unwrapped(name: &str) -> &str {
    let inner = name.split_once('(').map_or(name, |(_, inner)| inner);
    inner.trim_end_matches(')').trim_matches('"')
}

/// Whether a server's certificate is refused because it is an authority's. The library says so with a type of another library.
pub(crate) fn is_authority(error: &CertificateError) -> bool {
    matches!(error, CertificateError::Other(other) if format!("{other:?}").contains("CaUsedAsEndEntity"))
}

/// Why there is no TLS.
pub(crate) fn tls(error: &Tls) -> String {
    match error {
        Tls::InvalidCertificate(error) => certificate(error),
        Tls::NoCertificatesPresented => "it shows no certificate".to_owned(),
        Tls::InvalidMessage(_) | Tls::InappropriateMessage { .. } => {
            "it does not speak TLS; an http port that is asked by https does that".to_owned()
        }
        Tls::AlertReceived(alert) => format!("it refuses the TLS connection ({})", spaced(&format!("{alert:?}"))),
        Tls::PeerIncompatible(_) => "it has no version or cipher of TLS that is allowed (TLS 1.2 and 1.3)".to_owned(),
        _ => "the TLS connection cannot be made".to_owned(),
    }
}

/// Why there is no connection.
pub(crate) fn connecting(texts: &[String], kind: Option<io::ErrorKind>) -> String {
    use io::ErrorKind as K;
    if texts
        .iter()
        .any(|text| text.starts_with("dns error") || text.contains("failed to lookup"))
    {
        return "its name cannot be resolved".to_owned();
    }
    match kind {
        Some(K::ConnectionRefused) => "the connection was refused: nothing listens there".to_owned(),
        Some(K::TimedOut) => "no connection in time".to_owned(),
        Some(K::HostUnreachable | K::NetworkUnreachable) => "there is no way to it".to_owned(),
        Some(K::ConnectionReset) => "the connection was reset".to_owned(),
        _ => joined(texts),
    }
}

/// Why an exchange has ended.
pub(crate) fn exchanging(
    texts: &[String],
    error: Option<&hyper::Error>,
    kind: Option<io::ErrorKind>,
    too_large: bool,
) -> String {
    use io::ErrorKind as K;
    if too_large {
        return "the answer is longer than it may be".to_owned();
    }
    match (error, kind) {
        (Some(error), _) if error.is_parse() => {
            "what came is no answer of HTTP/1.1; an https port that is asked by http does that".to_owned()
        }
        (Some(error), _) if error.is_incomplete_message() => {
            "the connection was closed before the answer was whole".to_owned()
        }
        (_, Some(K::ConnectionReset | K::BrokenPipe | K::ConnectionAborted)) => {
            "the connection was reset before the answer was whole".to_owned()
        }
        (_, Some(K::UnexpectedEof)) => "the connection was closed before the answer was whole".to_owned(),
        _ => joined(texts),
    }
}

/// An error and its causes, those that hide inside an I/O error included.
pub(crate) fn links<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        let error: &'a (dyn Error + 'static) = *error;
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        match inner {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
    .take(12)
}

/// The texts of an error and its causes, without repeating a cause that only says what its effect said.
pub(crate) fn texts(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for link in links(error) {
        let text = link.to_string();
        if !texts.last().is_some_and(|last| last.contains(&text)) {
            texts.push(text);
        }
    }
    texts
}

/// The first I/O error that says what happened.
pub(crate) fn io_kind(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    let kinds = links(error).filter_map(|error| error.downcast_ref::<io::Error>().map(io::Error::kind));
    kinds.filter(|kind| *kind != io::ErrorKind::Other).last()
}

/// The texts in one sentence, without the numbers of the operating system.
fn joined(texts: &[String]) -> String {
    let own = |text: &&String| !text.starts_with("through the proxy");
    let plain = texts
        .iter()
        .filter(own)
        .map(|text| text.split(" (os error").next().unwrap_or(text));
    plain.collect::<Vec<_>>().join(": ")
}

/// `HandshakeFailure` as words.
fn spaced(name: &str) -> String {
    let mut words = String::new();
    for (at, c) in name.chars().enumerate() {
        if c.is_uppercase() && at > 0 {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::{AlertDescription, InvalidMessage};

    #[test]
    fn no_library_s_names_are_shown() {
        let sentences = [
            tls(&Tls::InvalidMessage(InvalidMessage::InvalidContentType)),
            tls(&Tls::AlertReceived(AlertDescription::HandshakeFailure)),
            tls(&Tls::General("CaUsedAsEndEntity".to_owned())),
            certificate(&CertificateError::UnknownIssuer),
            certificate(&CertificateError::ApplicationVerificationFailure),
            connecting(
                &[
                    "tcp connect error".to_owned(),
                    "Cannot assign requested address (os error 99)".to_owned(),
                ],
                None,
            ),
        ];
        for sentence in sentences {
            let camel = sentence
                .as_bytes()
                .windows(2)
                .any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
            assert!(
                !camel && !sentence.contains("os error") && !sentence.contains('{'),
                "{sentence}"
            );
        }
        assert_eq!(spaced("HandshakeFailure"), "handshake failure");
    }
}
