//! Checks of what a connection is made from, and the faults for what cannot be used.
//! It must not repeat what was given: it may be a secret.

use crate::config::ConfigError;
use secrecy::{ExposeSecret, SecretString};
use stationmaster_engine::Reason;
use stationmaster_provider::{Fault, FaultClass};

/// What cannot be used: nothing was sent.
pub fn wrong(reason: Reason, message: &str) -> Fault {
    Fault::new(FaultClass::NotSent, reason, message)
}

/// Refuses an empty text.
///
/// # Errors
/// `SecretInvalid`, naming `what` is empty.
pub fn present(what: &str, text: &str) -> Result<(), Fault> {
    match text.trim().is_empty() {
        true => Err(wrong(Reason::SecretInvalid, &format!("{what} is empty"))),
        false => Ok(()),
    }
}

/// The same of a secret.
///
/// # Errors
/// `SecretInvalid`, naming `what` is empty.
pub fn secret(what: &str, secret: &SecretString) -> Result<(), Fault> {
    present(what, secret.expose_secret())
}

impl From<ConfigError> for Fault {
    fn from(error: ConfigError) -> Fault {
        let reason = match error {
            ConfigError::CaBundle(_) => Reason::CABundleNotFound,
            ConfigError::Tls(_) => Reason::CertificateInvalid,
            ConfigError::UserAgent => Reason::EndpointInvalid,
        };
        wrong(reason, &error.to_string())
    }
}
