//! Trust: which roots a server's certificate is verified against.
//! It must not skip verification unless it was asked to.

use crate::bundle::{self, Found};
use crate::config::{ConfigError, TlsConfig};
use crate::sentences::is_authority;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
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
    let own = match &config.ca_bundle_pem {
        Some(bundle) => bundle::read(bundle)?,
        None => Vec::new(),
    };
    let roots = Arc::new(roots(&own)?);
    if own.is_empty() || roots.is_empty() {
        return Ok(builder.with_root_certificates(roots).with_no_client_auth());
    }
    let inner = WebPkiServerVerifier::builder_with_provider(roots, provider)
        .build()
        .map_err(|error| ConfigError::Tls(error.to_string()))?;
    let pinned = own.into_iter().map(|found| found.certificate).collect();
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Pins { inner, pinned }))
        .with_no_client_auth())
}

fn roots(own: &[Found]) -> Result<RootCertStore, ConfigError> {
    let mut roots = RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    for error in &system.errors {
        tracing::warn!(%error, "a root certificate of the system cannot be read");
    }
    roots.add_parsable_certificates(system.certs);
    for Found { certificate, line } in own {
        roots.add(certificate.clone()).map_err(|_| {
            ConfigError::CaBundle(format!(
                "line {line}: what is written there in base64 is no X.509 certificate"
            ))
        })?;
    }
    if roots.is_empty() {
        tracing::warn!(
            "no root certificates: the system has none and no CA bundle is set; every https endpoint will fail"
        );
    }
    Ok(roots)
}

/// Verifies as usual. A server whose certificate is an authority's is taken all the same where the bundle holds that very certificate:
/// whoever put it there means this server. Its time and name are verified like any other's.
#[derive(Debug)]
struct Pins {
    inner: Arc<WebPkiServerVerifier>,
    pinned: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for Pins {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified = self
            .inner
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verified {
            // The library looks at the time before this.
            Err(rustls::Error::InvalidCertificate(why))
                if is_authority(&why) && self.pinned.iter().any(|pinned| pinned == end_entity) =>
            {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
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
