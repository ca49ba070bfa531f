//! Connections to providers and what they last showed: one bulk list for each connection serves all its groups.
//! It must not read a single group on its own account, nor act.

mod connections;
mod deadline;
mod others;
mod snapshot;

pub use connections::{Connection, Connections, Need, NotReady, time_of};
pub use deadline::{LONGEST_READING, within};
pub use others::{Allowance, Others};
pub use snapshot::{Changed, Snapshot};
