//! Whatever is filed is answered, at once and in every state of the world: the whole controller in virtual time.
//! It must not open a socket, or read a clock of the machine.

#![allow(clippy::unwrap_used, reason = "a run fails by panicking, also in its own functions")]

mod filed;
mod refused;
mod stage;
