//! The role, revision and synchronisation of tenants, which OCP does not show, read from the databases (`docs/vendors/ocp.md#sql`).
//! It must not send anything but SELECT, nor believe a database more than was asked of it: every packet, row and wait has a bound.
//!
//! The packets and the arithmetic of passwords are `mysql_common`'s. Its own drivers are not used: they reserve memory for as many columns as a
//! server says that there are, and index into packets that may be empty, so that whoever names a server could end the process.

mod login;
mod packets;
mod reader;
mod session;
mod views;

pub(crate) use reader::{Reader, Who};
pub(crate) use views::Tenants;

#[cfg(test)]
pub(crate) mod fake;
#[cfg(test)]
mod tests;

use stationmaster_engine::{Reason, text};
use stationmaster_provider::{Fault, FaultClass};
use stationmaster_transport::TransportError;

/// Why a database told nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SqlError {
    pub(crate) reason: Reason,
    /// What happened, with the host; no password.
    pub(crate) message: String,
    /// Whether the connection is as it was before the question: the server has said no, and nothing else is wrong.
    pub(super) kept: bool,
}

impl SqlError {
    pub(super) fn new(reason: Reason, message: impl Into<String>) -> SqlError {
        SqlError {
            reason,
            message: text::cut(text::SENTENCE, message),
            kept: false,
        }
    }

    /// Something that is not the protocol.
    pub(super) fn odd(what: impl Into<String>) -> SqlError {
        SqlError::new(Reason::ProviderError, what)
    }

    /// What the server says with an error packet.
    pub(super) fn told(packet: &[u8]) -> SqlError {
        let (code, words) = packets::error(packet);
        let reason = match code {
            // Access denied, for a user, a database, a host; no such tenant.
            1044 | 1045 | 1130 | 1698 | 5160 => Reason::AuthenticationFailed,
            1142 | 1143 | 1227 => Reason::PermissionDenied,
            _ => Reason::ProviderError,
        };
        SqlError {
            kept: true,
            ..SqlError::new(reason, format!("the database says {code}: {words}"))
        }
    }
}

impl From<TransportError> for SqlError {
    fn from(error: TransportError) -> Self {
        let Fault { reason, message, .. } = error.read_fault();
        SqlError::new(reason, message)
    }
}

impl From<std::io::Error> for SqlError {
    fn from(error: std::io::Error) -> Self {
        let why = match error.kind() {
            std::io::ErrorKind::UnexpectedEof => "the database has closed the connection".to_owned(),
            _ => format!("the connection to the database broke: {error}"),
        };
        SqlError::new(Reason::ProviderUnreachable, why)
    }
}

impl From<SqlError> for Fault {
    fn from(error: SqlError) -> Self {
        let class = match error.reason {
            Reason::AuthenticationFailed | Reason::PermissionDenied => FaultClass::Denied,
            _ => FaultClass::Transient,
        };
        Fault::new(class, error.reason, error.message)
    }
}
