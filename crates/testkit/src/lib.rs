//! What tests share: a real control plane, fixtures, checkers.
//! Must not be linked into the operator or any other program that is shipped.

pub mod api_server;
pub mod cargo;
pub mod control_plane;
pub mod dice;
pub mod history;
pub mod installation;
pub mod process;
pub mod proxy;
mod status;
pub mod tether;
pub mod vendors;
