//! What OCP puts on the wire, as far as it is read here.
//! It must not interpret words: an unknown one is kept as it came. Unknown fields are ignored; every field may be null, absent or of another
//! shape, since documents, samples and published clients contradict each other (`docs/vendors/ocp.md#envelope`).

mod bounds;
mod cluster;
mod envelope;
mod error;
mod precheck;
mod task;
mod tenant;
mod time;

pub(crate) use bounds::{Entry, WORD, Words};
pub(crate) use cluster::Cluster;
pub(crate) use envelope::{Counted, Many, Meta, many, meta, one};
pub(crate) use precheck::{Precheck, SwitchoverPrecheck};
pub(crate) use task::{Subtask, Task};
pub(crate) use tenant::Tenant;
pub(crate) use time::moment;

use serde::Deserialize;
use stationmaster_transport::lenient::text;

/// `GET info`: no envelope.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Info {
    #[serde(default, deserialize_with = "text")]
    pub(crate) build_version: Option<String>,
}

#[cfg(test)]
mod tests;
