//! Failures in the contract's classes.
//! It must not carry a secret: what the provider says is scrubbed first.

use super::Access;
use stationmaster_engine::Reason;
use stationmaster_provider::{Fault, FaultClass};
use std::time::Duration;

pub(super) fn transient(message: impl Into<String>) -> Fault {
    Fault::new(FaultClass::Transient, Reason::ProviderUnreachable, message)
}

pub(super) fn error(message: impl Into<String>) -> Fault {
    Fault::new(FaultClass::Transient, Reason::ProviderError, message)
}

pub(super) fn unsent() -> Fault {
    let message = "no connection to https://proof.invalid";
    Fault::new(FaultClass::NotSent, Reason::ProviderUnreachable, message)
}

pub(super) fn throttled(after: Option<Duration>) -> Fault {
    let message = "too many requests";
    Fault::new(FaultClass::Throttled { after }, Reason::ProviderThrottled, message)
}

pub(super) fn denied() -> Fault {
    let message = "the provider refused the credentials";
    Fault::new(FaultClass::Denied, Reason::AuthenticationFailed, message)
}

pub(super) fn rejected(message: String) -> Fault {
    let code = super::call::REFUSED.to_owned();
    Fault::new(FaultClass::Rejected { code }, Reason::ProviderError, message)
}

/// What a flawed connection meets, whatever it asks.
pub(super) fn of_access(access: Access) -> Fault {
    match access {
        Access::Good | Access::NobodyListens => unsent(),
        Access::WrongCredentials => denied(),
        Access::UntrustedCertificate => Fault::new(
            FaultClass::NotSent,
            Reason::CertificateInvalid,
            "the certificate of https://proof.invalid cannot be verified",
        ),
    }
}

/// The text without the secret.
pub(super) fn scrubbed(text: &str, secret: &str) -> String {
    text.replace(secret, "***")
}
