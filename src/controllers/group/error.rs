//! Why a pass failed.
//! It must not be a reason to act: the next pass reads everything afresh.

use super::ledgers;

/// Why a pass failed. Nothing is lost: the next pass reads everything afresh.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The ledger could not be read or written.
    #[error("ledger")]
    Ledger(#[from] ledgers::LedgerError),
    /// The API server did not do what was asked.
    #[error("API server: {doing}")]
    Api {
        /// What was asked.
        doing: &'static str,
        /// What happened.
        source: Box<kube::Error>,
    },
}

impl Error {
    pub(crate) fn api(doing: &'static str) -> impl FnOnce(kube::Error) -> Error {
        move |source| Error::Api {
            doing,
            source: Box::new(source),
        }
    }

    /// Whether someone else wrote first, so that the next pass should follow at once.
    pub(crate) fn conflict(&self) -> bool {
        match self {
            Error::Ledger(ledgers::LedgerError::Conflict(_)) => true,
            Error::Ledger(_) => false,
            Error::Api { source, .. } => matches!(&**source, kube::Error::Api(status) if status.is_conflict()),
        }
    }
}
