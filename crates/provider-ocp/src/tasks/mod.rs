//! Tasks in our words: the graph of their subtasks, how they stand, what may be asked of them, and many of them together.
//! It must not go by the order in which subtasks are listed, nor take a word of success for a role.

pub(crate) mod graph;
mod report;
pub(crate) mod standing;
pub(crate) mod worst;

pub(crate) use report::{Work, poll, report};
