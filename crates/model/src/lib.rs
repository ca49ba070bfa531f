//! Explicit-state models over the real decisions: how an intent is read, and how a call is submitted.
//! It must not copy a rule of the engine: what is explored is the engine itself.

pub mod decision;
pub mod explored;
pub mod intent;
pub mod line;
pub mod submission;
