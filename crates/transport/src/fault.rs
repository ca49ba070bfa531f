//! A transport error in the words of the provider contract.
//! It must not look at answers: what a status means is each provider's to say.

use crate::error::{ErrorKind, TransportError, Written};
use stationmaster_engine::Reason;
use stationmaster_provider::{Fault, FaultClass};

impl TransportError {
    /// The fault of a read: it may be asked again, whatever happened.
    pub fn read_fault(&self) -> Fault {
        let class = match (self.kind, self.written) {
            (ErrorKind::Queue, _) => FaultClass::Throttled { after: None },
            (_, Written::Never) => FaultClass::NotSent,
            (_, Written::Perhaps) => FaultClass::Transient,
        };
        Fault::new(class, self.reason(), &self.message)
    }

    /// The fault of a mutating call: provably not sent, or nobody knows.
    pub fn call_fault(&self) -> Fault {
        let class = match self.written {
            Written::Never => FaultClass::NotSent,
            Written::Perhaps => FaultClass::Ambiguous,
        };
        Fault::new(class, self.reason(), &self.message)
    }

    fn reason(&self) -> Reason {
        match self.kind {
            ErrorKind::Certificate => Reason::CertificateInvalid,
            ErrorKind::Connect | ErrorKind::Tls | ErrorKind::Timeout | ErrorKind::Closed => Reason::ProviderUnreachable,
            ErrorKind::TooLarge | ErrorKind::Protocol => Reason::ProviderError,
            ErrorKind::Queue => Reason::ProviderThrottled,
            ErrorKind::Late => Reason::CallNotSent,
            ErrorKind::Request | ErrorKind::OutOfReach => Reason::EndpointInvalid,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(kind: ErrorKind, written: Written) -> TransportError {
        TransportError::new(kind, written, "x")
    }

    #[test]
    fn what_may_have_left_is_never_called_unsent() {
        for kind in [
            ErrorKind::Closed,
            ErrorKind::Timeout,
            ErrorKind::TooLarge,
            ErrorKind::Protocol,
        ] {
            assert_eq!(error(kind, Written::Perhaps).call_fault().class, FaultClass::Ambiguous);
            assert_eq!(error(kind, Written::Perhaps).read_fault().class, FaultClass::Transient);
            assert_eq!(error(kind, Written::Never).call_fault().class, FaultClass::NotSent);
        }
    }

    #[test]
    fn a_bad_certificate_has_its_own_reason() {
        let fault = error(ErrorKind::Certificate, Written::Never).call_fault();
        assert_eq!(
            (fault.class, fault.reason),
            (FaultClass::NotSent, Reason::CertificateInvalid)
        );
    }
}
