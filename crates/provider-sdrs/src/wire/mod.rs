//! What SDRS, IAM and ECS put on the wire, as far as it is read here.
//! It must not interpret words: an unknown one is kept as it came. Unknown fields are ignored; every field may be null or absent, since the
//! documented examples hold nulls in fields that the schemas require (`docs/vendors/sdrs.md#forms`).

mod bounds;
mod error;
mod group;
mod job;
mod member;
mod server;
mod time;

pub(crate) use bounds::{Entry, WORD, Words};
pub(crate) use error::ErrorBody;
pub(crate) use group::{Group, GroupPage, OneGroup};
pub(crate) use job::{Accepted, FailureJob, FailurePage, Job};
pub(crate) use member::{Instance, InstancePage, Pair, PairPage};
pub(crate) use server::{OneServer, Projects, QuotaEntry, Quotas, Server, TokenResponse, Versions};
pub(crate) use time::moment;

#[cfg(test)]
mod tests;
