//! What a fault can do.
//! It must not know how the gateway does it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ConsoleAct, TenantAct};
use crate::world::job::RoleFlip;
use crate::world::ocp::fault::SubtaskFault;

/// The clock of a waiting time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FaultClock {
    /// Real seconds.
    Real,
    /// Virtual seconds.
    Virtual,
}

/// Where a delay is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DelayPlace {
    /// Before the call is applied.
    #[default]
    Before,
    /// Between applying the call and answering.
    After,
}

/// How a body is spoilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BodyForm {
    /// Not JSON.
    Malformed,
    /// JSON that ends in the middle.
    Truncated,
    /// No bytes at all.
    Empty,
    /// An HTML page.
    Html,
    /// Valid JSON, padded to `bytes`.
    Oversized,
    /// The true body at `bytesPerSecond`.
    Slow,
}

fn real() -> FaultClock {
    FaultClock::Real
}

fn virtual_time() -> FaultClock {
    FaultClock::Virtual
}

/// What happens to a call that a rule fires on; the JSON has the variant as `kind`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum Act {
    /// Answered with an error code, not applied.
    Refuse {
        /// `SDRS.…` in the service's envelope, `APIG.…` in the gateway's; any code at OCP.
        code: String,
        /// HTTP status; the code's own when absent.
        #[serde(default)]
        status: Option<u16>,
        /// Text; the code's own when absent.
        #[serde(default)]
        message: Option<String>,
    },
    /// Waits before the call is applied, or between that and the answer.
    Delay {
        /// How long.
        seconds: f64,
        /// By which clock; real when absent.
        #[serde(default = "real")]
        clock: FaultClock,
        /// Where; `before` when absent.
        #[serde(default)]
        place: DelayPlace,
    },
    /// Applied, then the connection is closed without an answer.
    DropAnswer {},
    /// The connection is closed; the call is not applied.
    DropRequest {},
    /// The connection is closed at once; the call is applied later, whatever the state is then.
    Hold {
        /// How much later; absent waits for `POST /faults/release`.
        #[serde(default)]
        seconds: Option<f64>,
        /// By which clock; virtual when absent.
        #[serde(default = "virtual_time")]
        clock: FaultClock,
    },
    /// Applied, and applied again as if something on the way had doubled it.
    Duplicate {},
    /// Applied, but never answered; the connection stays open.
    Hang {
        /// Whether the call is applied; true when absent.
        #[serde(default = "yes")]
        apply: bool,
    },
    /// The job that the call starts fails.
    FailJob {
        /// Index of the sub-job that fails, from 0; the last when absent.
        #[serde(default)]
        sub_job: Option<usize>,
        /// `error_code`; the action's own when absent.
        #[serde(default)]
        error_code: Option<String>,
        /// `fail_reason`.
        #[serde(default)]
        fail_reason: Option<String>,
        /// What is flipped all the same.
        #[serde(default)]
        roles: RoleFlip,
    },
    /// The job ends as `SUCCESS`, but status and role are as before.
    JobWithoutEffect {},
    /// The job never ends.
    JobNeverEnds {},
    /// The job takes this long.
    JobSeconds {
        /// Virtual seconds.
        seconds: f64,
    },
    /// Answered with any status, headers and body.
    Respond {
        /// HTTP status.
        status: u16,
        /// Further headers.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// A string is sent as it is, anything else as JSON; absent is the gateway's envelope for that status.
        #[serde(default)]
        body: Option<Value>,
        /// Whether the call is applied first (a gateway that lost the answer).
        #[serde(default)]
        apply: bool,
    },
    /// 429 in the gateway's envelope, not applied.
    Throttle {
        /// `Retry-After`; none when absent.
        #[serde(default)]
        retry_after_seconds: Option<u32>,
    },
    /// All IAM tokens expire right before the call.
    ExpireTokens {},
    /// Somebody acts at the console right before the call.
    Console(ConsoleAct),
    /// Something happens to a tenant or cluster of OCP right before the call.
    Tenant(TenantAct),
    /// A subtask of the task that the call starts, or goes on with, does not end as it should.
    Subtask(SubtaskFault),
    /// Applied, but the body of the answer is spoilt.
    Body {
        /// How.
        form: BodyForm,
        /// Size of an oversized body.
        #[serde(default = "hundred_megabytes")]
        bytes: usize,
        /// Speed of a slow body.
        #[serde(default = "slow")]
        bytes_per_second: u32,
    },
}

fn yes() -> bool {
    true
}

fn hundred_megabytes() -> usize {
    100 * 1024 * 1024
}

fn slow() -> u32 {
    1
}
