//! Credentials at work: which headers a request gets, and what is learnt from a refusal.
//! It must not send anything but logins and the look-up of a project.

mod credentials;
mod login;
mod project;
mod session;
mod signing;
mod token;

pub(crate) use credentials::{Credentials, Key};
pub(crate) use session::{Pass, Session};
