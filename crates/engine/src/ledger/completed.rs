//! What is remembered of an operation that has ended, and of a decision that was consumed.
//! It must not decide how one ends.

use super::Operation;
use crate::{OperationType, Reason, Token};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Ending {
    /// The outcome was verified.
    Succeeded,
    /// It was tried and did not work.
    Failed,
    /// It was never begun: not allowed.
    Refused,
    /// It was never begun: too late.
    Expired,
    /// It was never begun: taken back.
    Cancelled,
    /// Its outcome is not known, and a person ended it.
    Unknown,
}

impl Ending {
    /// The API's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Ending::Succeeded => "Succeeded",
            Ending::Failed => "Failed",
            Ending::Refused => "Refused",
            Ending::Expired => "Expired",
            Ending::Cancelled => "Cancelled",
            Ending::Unknown => "Unknown",
        }
    }
}

/// An operation that ended or was refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CompletedOperation {
    /// Name of the object.
    pub name: String,
    /// Uid of the object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// What it was to do.
    #[serde(rename = "type")]
    pub kind: OperationType,
    /// The token that it quoted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Token>,
    /// How it ended.
    pub ending: Ending,
    /// Why.
    pub reason: Reason,
    /// Why, in words, at most 512 bytes.
    pub message: String,
    /// Who asked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub requested_by: String,
    /// When its first call was recorded, if it came to that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Timestamp,
    /// Whether it was recorded as the group's operation. What was refused before that is no part of the group's history.
    #[serde(default)]
    pub begun: bool,
    /// The provider's jobs that were its doing, at most [`super::JOBS`]: none of them is ever taken for another call's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<String>,
    /// The whole operation; kept for the newest ended one only, so that its report can be written again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Box<Operation>>,
}

/// A decision that was consumed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsumedDecision {
    /// Uid of the decision.
    pub uid: String,
    /// Whether it was carried out.
    pub accepted: bool,
    /// Why not, or `DecisionAccepted`.
    pub reason: Reason,
    /// In words.
    pub message: String,
}
