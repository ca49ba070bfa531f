//! Trust: which roots a server's certificate is verified against.
//! It must not skip verification unless it was asked to.

use crate::config::{ConfigError, TlsConfig};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::sync::Arc;

/// The TLS settings of a client.
pub(crate) fn client_config(config: &TlsConfig) -> Result<ClientConfig, ConfigError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| ConfigError::Tls(error.to_string()))?;
    if config.insecure_skip_verify {
        return Ok(builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(TrustsAnything(provider)))
            .with_no_client_auth());
    }
    Ok(builder.with_root_certificates(roots(config)?).with_no_client_auth())
}

fn roots(config: &TlsConfig) -> Result<RootCertStore, ConfigError> {
    let mut roots = RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    for error in &system.errors {
        tracing::warn!(%error, "a root certificate of the system cannot be read");
    }
    roots.add_parsable_certificates(system.certs);
    if let Some(pem) = &config.ca_bundle_pem {
        let mut any = false;
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| ConfigError::CaBundle(format!("not PEM: {error:?}")))?;
            roots
                .add(certificate)
                .map_err(|error| ConfigError::CaBundle(error.to_string()))?;
            any = true;
        }
        if !any {
            return Err(ConfigError::CaBundle("it holds no certificate".to_owned()));
        }
    }
    if roots.is_empty() {
        tracing::warn!(
            "no root certificates: the system has none and no CA bundle is set; every https endpoint will fail"
        );
    }
    Ok(roots)
}

/// Takes every certificate, but still wants the handshake to be signed with its key.
#[derive(Debug)]
struct TrustsAnything(Arc<CryptoProvider>);

impl ServerCertVerifier for TrustsAnything {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(pem: &str) -> Result<ClientConfig, ConfigError> {
        client_config(&TlsConfig {
            ca_bundle_pem: Some(pem.as_bytes().to_vec()),
            insecure_skip_verify: false,
        })
    }

    #[test]
    fn a_bundle_without_a_certificate_is_refused() {
        assert!(matches!(bundle(""), Err(ConfigError::CaBundle(_))));
        assert!(matches!(bundle("hello"), Err(ConfigError::CaBundle(_))));
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(matches!(bundle(broken), Err(ConfigError::CaBundle(_))));
    }

    #[test]
    fn a_bundle_with_a_certificate_is_taken() {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        assert!(bundle(&made.cert.pem()).is_ok());
    }
}
