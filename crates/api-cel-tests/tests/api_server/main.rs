//! The API as a real API server sees it: rules, defaults, rights, samples, tables.
//! It must not test the operator; nothing here runs it.
#![allow(clippy::unwrap_used)] // helpers of tests are not seen as tests

mod install;
mod rights;
mod rules;
mod server;
mod tables;
