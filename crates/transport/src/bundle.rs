//! A CA bundle as people have it: certificates in PEM, joined with or without a newline, or one in DER.
//! It must not pass over a block that it cannot read: the line is named.

use crate::config::ConfigError;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";

/// A certificate, and the line on which it begins, from 1.
pub(crate) struct Found {
    pub(crate) certificate: CertificateDer<'static>,
    pub(crate) line: usize,
}

/// All certificates of a bundle; at least one. Blocks of another kind are left alone.
pub(crate) fn read(bundle: &[u8]) -> Result<Vec<Found>, ConfigError> {
    // DER begins with a sequence of more than 127 bytes. No text does.
    if bundle.starts_with(&[0x30, 0x82]) {
        let certificate = CertificateDer::from(bundle.to_vec());
        return Ok(vec![Found { certificate, line: 1 }]);
    }
    let text = String::from_utf8_lossy(bundle);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(begin) = text[at..].find(BEGIN).map(|offset| at + offset) {
        let line = 1 + text[..begin].matches('\n').count();
        let wrong = |why: &str| ConfigError::CaBundle(format!("line {line}: {why}"));
        let name = &text[begin + BEGIN.len()..];
        let (label, rest) = name
            .split_once(DASHES)
            .filter(|(label, _)| !label.contains('\n'))
            .ok_or_else(|| wrong("the BEGIN line does not end with -----"))?;
        let end = format!("-----END {label}-----");
        let body = rest
            .find(&end)
            .map(|end| &rest[..end])
            .filter(|body| !body.contains(BEGIN));
        let body = body.ok_or_else(|| wrong(&format!("the block {label} has no line {end}")))?;
        at = text.len() - rest.len() + body.len() + end.len();
        match label {
            "CERTIFICATE" | "X509 CERTIFICATE" => {
                let pem = format!(
                    "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
                    body.trim()
                );
                let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| {
                    wrong("the certificate is not written in base64; was it cut or indented by a tool?")
                })?;
                found.push(Found { certificate, line });
            }
            "TRUSTED CERTIFICATE" => {
                return Err(wrong(
                    "this is OpenSSL's own form; write it with `openssl x509 -in FILE -out FILE.pem`",
                ));
            }
            _ => {}
        }
    }
    if found.is_empty() {
        return Err(ConfigError::CaBundle(
            "it holds no certificate, which would begin with -----BEGIN CERTIFICATE-----".to_owned(),
        ));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pem() -> String {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        made.cert.pem()
    }

    fn count(text: &str) -> usize {
        read(text.as_bytes()).unwrap().len()
    }

    fn why(text: &str) -> String {
        read(text.as_bytes()).err().unwrap().to_string()
    }

    #[test]
    fn certificates_are_found_however_they_are_joined() {
        let (one, two) = (pem(), pem());
        let (one, two) = (one.trim(), two.trim());
        assert_eq!(count(&format!("{one}{two}")), 2, "without a newline between them");
        assert_eq!(count(&format!("{one}\n\n# ours\n{two}\n")), 2);
        assert_eq!(count(&format!("{one}\r\n{two}").replace('\n', "\r\n")), 2);
        assert_eq!(count(&format!("\u{feff}{one} {two}")), 2);
        let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";
        assert_eq!(count(&format!("{key}{one}{key}")), 1);
    }

    #[test]
    fn one_certificate_may_be_der() {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        assert_eq!(read(made.cert.der()).unwrap().len(), 1);
    }

    #[test]
    fn a_bad_block_is_named_by_its_line() {
        let good = pem();
        let lines = good.lines().count();
        let broken = "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n";
        let at = lines + 1;
        assert!(why(&format!("{good}{broken}")).contains(&format!("line {at}: the certificate is not written")));
        let endless = format!("{good}-----BEGIN CERTIFICATE-----\nMIIB\n");
        assert!(why(&endless).contains(&format!(
            "line {at}: the block CERTIFICATE has no line -----END CERTIFICATE-----"
        )));
        let cut = format!("-----BEGIN CERTIFICATE-----\nMIIB\n{good}");
        assert!(
            why(&cut).contains("line 1: the block CERTIFICATE has no line"),
            "{}",
            why(&cut)
        );
        assert!(why("-----BEGIN CERTIFICATE\nAAAA").contains("line 1: the BEGIN line"));
        assert!(
            why("-----BEGIN TRUSTED CERTIFICATE-----\nAAAA\n-----END TRUSTED CERTIFICATE-----")
                .contains("openssl x509")
        );
        for nothing in [
            "",
            "hello",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        ] {
            assert!(why(nothing).contains("it holds no certificate"), "{nothing}");
        }
    }
}
