//! What a fault does to one subtask.
//! It must not decide which call it is about.

use serde::{Deserialize, Serialize};

/// How a subtask ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SubtaskEnd {
    /// It fails when its time is over.
    #[default]
    Fail,
    /// It runs until its own timeout, and fails then.
    Timeout,
    /// Its server restarts: it fails at the next look.
    Restart,
    /// It ends well, after `seconds`.
    Slow,
}

/// A fault of a subtask of the task that a call starts or goes on with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubtaskFault {
    /// Which one, by its place in the order of execution, from 1.
    pub subtask: usize,
    /// Id or name of the tenant whose task it is; absent is every task of the call.
    #[serde(default)]
    pub tenant: Option<String>,
    /// How it ends.
    #[serde(default)]
    pub end: SubtaskEnd,
    /// Whether the database does its part all the same.
    #[serde(default)]
    pub done: bool,
    /// How long it runs, in virtual seconds.
    #[serde(default)]
    pub seconds: Option<f64>,
    /// Whether it meets the runs of a rollback, instead of the others.
    #[serde(default)]
    pub rollback: bool,
    /// How many of its runs are met; 0 is all.
    #[serde(default = "one")]
    pub runs: u32,
    /// A text for its log.
    #[serde(default)]
    pub message: Option<String>,
}

fn one() -> u32 {
    1
}

impl SubtaskFault {
    /// A fault that fails the first run of a subtask, without effect.
    pub fn fail(subtask: usize) -> Self {
        Self {
            subtask,
            tenant: None,
            end: SubtaskEnd::Fail,
            done: false,
            seconds: None,
            rollback: false,
            runs: 1,
            message: None,
        }
    }
}
