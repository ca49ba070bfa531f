//! Credentials at work: which headers a request gets, and what is learnt from a refusal.
//! It must not send anything but logins and the look-up of a project.

mod credentials;
mod gate;
mod hold_off;
mod login;
mod project;
mod secrets;
mod session;
mod signing;
mod token;

pub(crate) use credentials::{Credentials, Key, Urgency};
pub(crate) use gate::Gate;
pub(crate) use secrets::Secrets;
pub(crate) use session::{Pass, Session};
