//! OCP as a client sees it, with virtual time stopped: the vendor's paths, its tasks, its database.
//! It must not look behind the wire but through the control interfaces.

#[path = "../support/mod.rs"]
mod support;

mod access;
mod bench;
mod console;
mod envelope;
mod failover;
mod faults;
mod golden;
mod lists;
mod makings;
mod orders;
mod published;
mod sql;
mod switchover;
