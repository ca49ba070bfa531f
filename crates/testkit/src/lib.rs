//! A real control plane, and the operator and simulators installed on it, for tests and the demonstration.
//! It must not be linked into the operator or any other program that is shipped; and it must not know what tests put in between.

pub mod cargo;
pub mod control_plane;
pub mod installation;
pub mod process;
pub mod tether;
pub(crate) mod vendors;
