//! Storage Disaster Recovery Service (SDRS) of Huawei Cloud and Open Telekom Cloud, in the words of the provider contract.
//! It must not decide anything: it translates states, permissions, calls and jobs, and says what it does not know.
//!
//! The facts about the API stand in `docs/vendors/sdrs.md`. `docs/providers/sdrs.md` is the page for the people who run it.

mod auth;
mod call;
mod client;
mod config;
mod jobs;
mod keep;
mod list;
mod observe;
mod obstacles;
mod operations;
mod plan;
mod problem;
mod provider;
mod sign;
mod wire;

pub use config::{SdrsAuth, SdrsConfig, SignatureForm};
pub use obstacles::OBSTACLES;
pub use provider::Sdrs;
pub use stationmaster_transport::Clock;
