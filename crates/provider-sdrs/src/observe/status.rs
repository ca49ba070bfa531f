//! The status words of a group, and what each allows (`docs/vendors/sdrs.md#states`).
//! It must not take an unknown word for a known one.

use crate::operations::{self, Operation};
use stationmaster_engine::{OperationType, Phase};

/// A group's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Available,
    Protected,
    FailedOver,
    Creating,
    Deleting,
    Error,
    ErrorDeleting,
    /// The operation is carried out.
    Working(OperationType),
    /// The operation has failed.
    Failed(OperationType),
    Unknown,
}

/// The documented words that are of no operation.
const WORDS: [(&str, Status); 7] = [
    ("available", Status::Available),
    ("protected", Status::Protected),
    ("failed-over", Status::FailedOver),
    ("creating", Status::Creating),
    ("deleting", Status::Deleting),
    ("error", Status::Error),
    ("error-deleting", Status::ErrorDeleting),
];

/// Each documented word.
fn words() -> impl Iterator<Item = (&'static str, Status)> {
    let of_operation = |operation| {
        let Operation { working, failed, .. } = operations::of(operation);
        [
            (working.0, Status::Working(operation)),
            (failed.0, Status::Failed(operation)),
        ]
    };
    WORDS
        .into_iter()
        .chain(OperationType::ALL.into_iter().flat_map(of_operation))
}

impl Status {
    pub(crate) fn read(word: &str) -> Status {
        words()
            .find(|(text, _)| *text == word)
            .map_or(Status::Unknown, |(_, status)| status)
    }

    pub(crate) fn phase(self) -> Phase {
        match self {
            Status::Available => Phase::Unprotected,
            Status::Protected => Phase::Protected,
            Status::FailedOver => Phase::FailedOver,
            Status::Creating | Status::Deleting => Phase::Changing(None),
            Status::Working(operation) => Phase::Changing(Some(operation)),
            Status::Error | Status::ErrorDeleting => Phase::Faulted(None),
            Status::Failed(operation) => Phase::Faulted(Some(operation)),
            Status::Unknown => Phase::Unknown,
        }
    }

    /// Whether the provider is moving production at this moment, so that no one can say where it is.
    pub(crate) fn moving(self) -> bool {
        matches!(self, Status::Working(operation) if operation.moves_production())
    }

    /// Whether the documented table lets `operation` begin.
    pub(crate) fn opens(self, operation: OperationType) -> bool {
        operations::of(operation).begins.contains(&self)
    }
}

/// The statuses from which `operation` may begin, for a message.
pub(crate) fn needed(operation: OperationType) -> String {
    let words: Vec<&str> = words()
        .filter(|(_, status)| status.opens(operation))
        .map(|(word, _)| word)
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
        for (word, status) in words() {
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
