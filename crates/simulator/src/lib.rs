//! The provider simulators: SDRS with IAM and the server states of ECS, and OCP, each over one state, with their real wire protocols.
//! It must not be linked into the operator; tests, rehearsals and the demonstration use it.
//!
//! [`Simulator`] is the whole thing: load a [`Scenario`], take a router or [`Simulator::serve`] it, disturb it with
//! [`FaultRule`]s and [`ConsoleAct`]s, and read [`Simulator::journal`], [`Simulator::requests`] and
//! [`Simulator::history`]. `docs/simulator.md` describes the wire and control interfaces.

mod auth;
mod call;
pub mod cli;
mod clock;
mod control;
mod doors;
mod ecs;
mod faults;
mod gateway;
mod iam;
mod journal;
mod ocp;
mod refusal;
mod reply;
mod requests;
mod routes;
pub mod scenario;
mod sdrs;
mod server;
mod simulator;
mod sql;
pub mod switches;
mod throttle;
mod vendor;
mod world;

pub use faults::console::ConsoleError;
pub use faults::{
    Act, BodyForm, ConsoleAct, ConsoleServers, DelayPlace, FaultClock, FaultMatch, FaultRule, TenantAct, TenantAction,
    TenantRole,
};
pub use journal::JournalEntry;
pub use requests::{RequestReport, RouteCount};
pub use routes::{Service, Vendor};
pub use scenario::{Scenario, ScenarioError, Station};
pub use server::{Running, ServeError, ServeOptions};
pub use simulator::Simulator;
pub use switches::{SwitchError, Switches};
pub use vendor::Dropped;
pub use world::endpoints::Endpoints;
pub use world::history::HistoryEntry;
pub use world::job::RoleFlip;
pub use world::ocp::fault::{SubtaskEnd, SubtaskFault};
pub use world::ocp::history::TenantChange;
pub use world::ocp::model::SqlPort;
