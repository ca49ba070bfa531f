//! The status words of a group, and what each allows (SDRS API reference, group actions; `sdrs.md` §3.1, §3.3).
//! It must not take an unknown word for a known one.

use stationmaster_engine::{OperationType, Phase};

/// A group's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Available,
    Protected,
    FailedOver,
    Creating,
    Deleting,
    Starting,
    Stopping,
    Reversing,
    FailingOver,
    Reprotecting,
    Error,
    ErrorDeleting,
    ErrorStarting,
    ErrorStopping,
    ErrorReversing,
    ErrorFailingOver,
    ErrorReprotecting,
    Unknown,
}

/// Each documented word.
const WORDS: [(&str, Status); 17] = [
    ("available", Status::Available),
    ("protected", Status::Protected),
    ("failed-over", Status::FailedOver),
    ("creating", Status::Creating),
    ("deleting", Status::Deleting),
    ("starting", Status::Starting),
    ("stopping", Status::Stopping),
    ("reversing", Status::Reversing),
    ("failing-over", Status::FailingOver),
    ("reprotecting", Status::Reprotecting),
    ("error", Status::Error),
    ("error-deleting", Status::ErrorDeleting),
    ("error-starting", Status::ErrorStarting),
    ("error-stopping", Status::ErrorStopping),
    ("error-reversing", Status::ErrorReversing),
    ("error-failing-over", Status::ErrorFailingOver),
    ("error-reprotecting", Status::ErrorReprotecting),
];

impl Status {
    pub(crate) fn read(word: &str) -> Status {
        WORDS
            .iter()
            .find(|(text, _)| *text == word)
            .map_or(Status::Unknown, |(_, status)| *status)
    }

    pub(crate) fn phase(self) -> Phase {
        use OperationType::{DisableProtection, EnableProtection, Failover, PlannedFailover, Reprotect};
        match self {
            Status::Available => Phase::Unprotected,
            Status::Protected => Phase::Protected,
            Status::FailedOver => Phase::FailedOver,
            Status::Creating | Status::Deleting => Phase::Changing(None),
            Status::Starting => Phase::Changing(Some(EnableProtection)),
            Status::Stopping => Phase::Changing(Some(DisableProtection)),
            Status::Reversing => Phase::Changing(Some(PlannedFailover)),
            Status::FailingOver => Phase::Changing(Some(Failover)),
            Status::Reprotecting => Phase::Changing(Some(Reprotect)),
            Status::Error | Status::ErrorDeleting => Phase::Faulted(None),
            Status::ErrorStarting => Phase::Faulted(Some(EnableProtection)),
            Status::ErrorStopping => Phase::Faulted(Some(DisableProtection)),
            Status::ErrorReversing => Phase::Faulted(Some(PlannedFailover)),
            Status::ErrorFailingOver => Phase::Faulted(Some(Failover)),
            Status::ErrorReprotecting => Phase::Faulted(Some(Reprotect)),
            Status::Unknown => Phase::Unknown,
        }
    }

    /// Whether the provider is moving production at this moment, so that no one can say where it is.
    pub(crate) fn moving(self) -> bool {
        matches!(self, Status::Reversing | Status::FailingOver)
    }

    /// Whether the documented table lets `operation` begin.
    ///
    /// Enable and reprotect are one call, `start-server-group`; the status at its arrival decides which of the two it is. So each is open
    /// only from its own statuses.
    pub(crate) fn opens(self, operation: OperationType) -> bool {
        match operation {
            OperationType::PlannedFailover => matches!(self, Status::Protected | Status::ErrorReversing),
            OperationType::Failover => {
                matches!(
                    self,
                    Status::Protected | Status::ErrorFailingOver | Status::ErrorReversing
                )
            }
            OperationType::Reprotect => matches!(self, Status::FailedOver | Status::ErrorReprotecting),
            OperationType::EnableProtection => matches!(self, Status::Available | Status::ErrorStarting),
            OperationType::DisableProtection => matches!(self, Status::Protected | Status::ErrorStopping),
        }
    }
}

/// The statuses from which `operation` may begin, for a message.
pub(crate) fn needed(operation: OperationType) -> String {
    let words: Vec<&str> = WORDS
        .iter()
        .filter(|(_, status)| status.opens(operation))
        .map(|(word, _)| *word)
        .collect();
    words.join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_the_api_reference() {
        let allowed = |operation| needed(operation);
        assert_eq!(allowed(OperationType::PlannedFailover), "protected or error-reversing");
        assert_eq!(
            allowed(OperationType::Failover),
            "protected or error-reversing or error-failing-over"
        );
        assert_eq!(allowed(OperationType::Reprotect), "failed-over or error-reprotecting");
        assert_eq!(allowed(OperationType::EnableProtection), "available or error-starting");
        assert_eq!(allowed(OperationType::DisableProtection), "protected or error-stopping");
    }

    #[test]
    fn no_status_opens_both_meanings_of_start() {
        for (word, status) in WORDS {
            let both = status.opens(OperationType::EnableProtection) && status.opens(OperationType::Reprotect);
            assert!(!both, "{word}");
        }
    }

    #[test]
    fn an_unknown_word_opens_nothing() {
        for word in [
            "",
            "Protected",
            "protected ",
            "failed-over-back",
            "error-failing-over-back",
            "invalid",
            "fault",
        ] {
            let status = Status::read(word);
            assert_eq!(status.phase(), Phase::Unknown, "{word}");
            assert!(
                OperationType::ALL.into_iter().all(|operation| !status.opens(operation)),
                "{word}"
            );
        }
    }
}
