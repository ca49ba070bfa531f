//! OceanBase Cloud Platform (OCP): sets of OceanBase tenants, moved in one call, in the words of the provider contract.
//! It must not decide anything: it translates roles, permissions, calls and tasks, and says what it does not know.
//!
//! The facts about the API stand in `docs/vendors/ocp.md`.

mod auth;
mod call;
mod client;
mod codes;
mod config;
mod find;
mod list;
mod observe;
mod obstacles;
mod operations;
mod plan;
mod problem;
mod provider;
mod reads;
mod set;
mod sign;
mod sql;
mod tasks;
mod wire;

pub use call::kept::Answered;
pub use config::{OcpAuth, OcpConfig, OcpSql};
pub use obstacles::OBSTACLES;
pub use provider::{Advice, Identity, Ocp};
pub use set::member::Member;
pub use set::{MOST_PAIRS, NoSet, Pair, TenantSet};
pub use stationmaster_transport::Clock;

#[cfg(test)]
mod tests;
