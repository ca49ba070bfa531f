//! The operator as a library: the shell around the engine. The only place that knows Kubernetes clients, signals and HTTP servers.
//! It must not decide anything about a group; the engine does.

pub mod admin;
pub mod chance;
pub mod cli;
pub mod client;
pub mod clock;
pub mod conditions;
pub mod controllers;
pub mod events;
pub mod leader;
pub mod metrics;
pub mod observe;
pub mod panics;
pub mod places;
pub mod run;
pub mod telemetry;
pub mod vendors;
pub mod watch;
pub mod work;
