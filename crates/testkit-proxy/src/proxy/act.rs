//! What a rule does to an exchange.
//! It must not know how it is done.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A moment of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Moment {
    /// The whole request is here and nothing of it was sent on.
    BeforeForward,
    /// The server has answered; the answer was not passed on.
    AfterForward,
    /// The answer was passed on; further requests of the same replica are kept back until the act is done.
    AfterRelay,
}

/// A signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignalName {
    /// SIGKILL.
    #[serde(rename = "KILL")]
    Kill,
    /// SIGTERM.
    #[serde(rename = "TERM")]
    Term,
    /// SIGSTOP.
    #[serde(rename = "STOP")]
    Stop,
    /// SIGCONT.
    #[serde(rename = "CONT")]
    Cont,
}

/// Which of two answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Which {
    /// The answer to the first copy.
    #[default]
    First,
    /// The answer to the second copy.
    Second,
}

/// What happens to an exchange that a rule acts on; the JSON has the variant as `kind`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Act {
    /// Sends a signal to a process. After KILL the exchange ends: what was not sent on yet never is, what was answered is not
    /// passed on. After another signal it goes on.
    Signal {
        /// Which.
        signal: SignalName,
        /// When.
        when: Moment,
        /// The process; either this or `pidFile`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pid: Option<u32>,
        /// A file that holds its pid, read when the act is done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pid_file: Option<PathBuf>,
        /// Sends CONT after so many milliseconds; for STOP only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        continue_after_ms: Option<u64>,
    },
    /// Runs a hook that the program registered under this name. The exchange goes on unless `ends` is set.
    Hook {
        /// Its name.
        name: String,
        /// When.
        when: Moment,
        /// Whether the exchange ends then, as after KILL.
        #[serde(default)]
        ends: bool,
    },
    /// Waits before sending on: so many milliseconds, or until it is released.
    Hold {
        /// How long; absent waits for the release.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ms: Option<u64>,
    },
    /// The answer never comes, and the connection stays open.
    Swallow {
        /// Whether the request is sent on.
        #[serde(default = "yes")]
        forward: bool,
    },
    /// The connection is reset (RST): before anything is sent on, or in place of the answer.
    Reset {
        /// `beforeForward` or `afterForward`.
        when: Moment,
    },
    /// The request is sent on only after the client has gone.
    DeliverLate {
        /// How long after, in milliseconds.
        after_ms: u64,
        /// Resets the connection at once, instead of waiting until the client gives up by itself.
        #[serde(default)]
        reset: bool,
    },
    /// The request is sent on twice.
    Duplicate {
        /// Which answer is passed on.
        #[serde(default)]
        answer: Which,
    },
    /// Another answer takes the place of the server's. Without `body`: a Kubernetes `Status` on the API server's side, nothing on the
    /// provider's.
    Answer {
        /// HTTP status.
        status: u16,
        /// `Retry-After`, in seconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_seconds: Option<u32>,
        /// `reason` of the `Status`, e.g. `Conflict`; what belongs to the HTTP status when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// A string is sent as it is, anything else as JSON.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<Value>,
        /// Whether the request is sent on all the same: then it was applied and the answer says otherwise.
        #[serde(default)]
        forward: bool,
    },
    /// Time travel: a list is answered as it was answered before; a watch yields the events that were recorded, then stays silent.
    /// Needs an earlier list of the same path; without one the request is passed on, and the history says so.
    Replay {
        /// How many lists back, 1 is the newest recorded one; absent is the oldest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        back: Option<usize>,
        /// How long a watch stays silent before it ends, in milliseconds; absent waits for the release.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        silent_ms: Option<u64>,
    },
    /// A watch yields no byte any more, and stays open.
    FreezeWatch {
        /// After so many events.
        #[serde(default)]
        after_events: u64,
    },
    /// Events of a watch are lost.
    HideEvents {
        /// The first one, from 1.
        from: u64,
        /// The last one; absent hides all that follow.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<u64>,
    },
    /// A watch ends with an `ERROR` event, code 410, as after a compaction.
    GoneInStream {
        /// After so many events.
        #[serde(default)]
        after_events: u64,
    },
    /// The body of the answer comes slowly.
    SlowBody {
        /// How slowly.
        bytes_per_second: u32,
    },
}

impl Act {
    /// The start of a watch is answered by HTTP 410.
    pub fn gone_at_start() -> Self {
        Self::answer(410)
    }

    /// Turned away with 429.
    pub fn throttle(retry_after_seconds: u32) -> Self {
        Self::Answer {
            status: 429,
            retry_after_seconds: Some(retry_after_seconds),
            reason: None,
            body: None,
            forward: false,
        }
    }

    /// Answered with this status, not sent on.
    pub fn answer(status: u16) -> Self {
        Self::Answer {
            status,
            retry_after_seconds: None,
            reason: None,
            body: None,
            forward: false,
        }
    }

    /// The `kind` of the JSON.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Signal { .. } => "signal",
            Self::Hook { .. } => "hook",
            Self::Hold { .. } => "hold",
            Self::Swallow { .. } => "swallow",
            Self::Reset { .. } => "reset",
            Self::DeliverLate { .. } => "deliverLate",
            Self::Duplicate { .. } => "duplicate",
            Self::Answer { .. } => "answer",
            Self::Replay { .. } => "replay",
            Self::FreezeWatch { .. } => "freezeWatch",
            Self::HideEvents { .. } => "hideEvents",
            Self::GoneInStream { .. } => "goneInStream",
            Self::SlowBody { .. } => "slowBody",
        }
    }
}

fn yes() -> bool {
    true
}
