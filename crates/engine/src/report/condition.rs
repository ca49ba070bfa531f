//! One condition: its type, whether, why, in words.
//! It must not know when it is so.

use crate::{Reason, text};

/// The types, in the order in which they stand in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConditionType {
    /// Present only while work goes on.
    Reconciling,
    /// Present only while a person is needed.
    Stalled,
    /// The summary.
    Ready,
    /// Replication runs.
    Protected,
    /// Production runs where the intent says.
    IntentCurrent,
    /// The provider answers.
    ProviderReachable,
    /// Of an operation: it has ended well.
    Complete,
    /// Of an operation: it has ended otherwise.
    Failed,
}

impl ConditionType {
    /// The API's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            ConditionType::Reconciling => "Reconciling",
            ConditionType::Stalled => "Stalled",
            ConditionType::Ready => "Ready",
            ConditionType::Protected => "Protected",
            ConditionType::IntentCurrent => "IntentCurrent",
            ConditionType::ProviderReachable => "ProviderReachable",
            ConditionType::Complete => "Complete",
            ConditionType::Failed => "Failed",
        }
    }
}

/// `True`, `False` or `Unknown`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionStatus {
    /// It is so.
    True,
    /// It is not so.
    False,
    /// Nobody knows.
    Unknown,
}

impl ConditionStatus {
    /// The API's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            ConditionStatus::True => "True",
            ConditionStatus::False => "False",
            ConditionStatus::Unknown => "Unknown",
        }
    }
}

impl From<bool> for ConditionStatus {
    fn from(yes: bool) -> Self {
        if yes {
            ConditionStatus::True
        } else {
            ConditionStatus::False
        }
    }
}

/// One condition; transition times are the shell's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Which.
    pub kind: ConditionType,
    /// Whether.
    pub status: ConditionStatus,
    /// Why.
    pub reason: Reason,
    /// In words.
    pub message: String,
}

pub(super) fn condition(
    kind: ConditionType,
    status: impl Into<ConditionStatus>,
    reason: Reason,
    message: impl Into<String>,
) -> Condition {
    let mut message = text::plain(message);
    if message.is_empty() {
        message = reason.meaning().to_owned();
    }
    Condition {
        kind,
        status: status.into(),
        reason,
        message,
    }
}
