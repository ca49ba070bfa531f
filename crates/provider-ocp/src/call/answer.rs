//! What an answer to a call means, by the one table of codes.
//! It must not call an answer a success that names no task, nor a refusal that may have begun.

use super::order::Order;
use crate::codes::{self, Says};
use crate::problem::resets;
use crate::wire::{Many, Meta, Task, WORD, Words, many, meta, one};
use jiff::Timestamp;
use stationmaster_engine::{Reason, text};
use stationmaster_provider::{CallOutcome, Fault, FaultClass};
use stationmaster_transport::{Response, retry_after};
use std::time::Duration;

/// After wrong credentials: logins are blocked after a few of them.
const DENIED_PAUSE: Duration = Duration::from_secs(30);
/// Where something else still runs.
const BUSY_PAUSE: Duration = Duration::from_secs(10);

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) came: Came,
    /// The tasks that were started, with their tenants.
    pub(crate) tasks: Vec<(i64, i64)>,
    /// The tenants that were asked for and for which no task was named.
    pub(crate) left_out: Vec<i64>,
    pub(crate) trace: Trace,
}

/// By what OCP's people find the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trace {
    pub(crate) trace: Option<String>,
    pub(crate) server: Option<String>,
}

/// What came of it, in a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    /// As the contract has it.
    Out(CallOutcome),
    /// OCP says that the primary is alive, and has done nothing. What that means depends on what the database says, and since when.
    PrimaryAlive { code: String, message: String },
}

impl Answer {
    /// What came of a call that has no answer.
    pub(super) fn without_a_word(outcome: CallOutcome) -> Answer {
        Answer {
            came: Came::Out(outcome),
            tasks: Vec::new(),
            left_out: Vec::new(),
            trace: Trace::default(),
        }
    }
}

impl Trace {
    fn of(meta: &Meta) -> Trace {
        let word = |word: &Option<String>| {
            let word = word.as_deref().filter(|word| !word.is_empty());
            word.map(|word| text::word(128, word))
        };
        Trace {
            trace: word(&meta.trace_id),
            server: word(&meta.server),
        }
    }

    fn words(&self) -> String {
        match (&self.trace, &self.server) {
            (None, None) => String::new(),
            (Some(trace), None) => format!(", trace {trace}"),
            (None, Some(server)) => format!(", server {server}"),
            (Some(trace), Some(server)) => format!(", trace {trace}, server {server}"),
        }
    }
}

/// Classes an answer.
pub(super) fn class(order: &Order, response: &Response, now: Timestamp, scrub: impl Fn(&str) -> String) -> Answer {
    let meta = meta(&response.body);
    let trace = Trace::of(&meta);
    let code = meta.error.code();
    if response.status.is_success() && meta.successful != Some(false) && code.is_none() {
        return accepted(order, response, trace);
    }
    let status = response.status.as_u16();
    let words = meta.error.words();
    let told = if words.is_empty() { "without a word" } else { &words };
    let said = if words.is_empty() {
        "OCP gives no reason"
    } else {
        &words
    };
    let (label, by) = (order.label(), trace.words());
    let named = code.as_ref().map(|code| format!(" {code}")).unwrap_or_default();
    let whole = text::cut(
        text::SENTENCE,
        scrub(&format!("{label}: HTTP {status}{named}{by}: {told}")),
    );
    let short = || text::cut(text::SENTENCE, scrub(&format!("{said} (HTTP {status}{by})")));
    let code = code.unwrap_or_else(|| format!("HTTP {status}"));
    let wait = |least| {
        retry_after(&response.headers, now)
            .or_else(|| resets(response))
            .or(least)
    };
    let came = match codes::of_call(order.kind(), status, meta.error.code().as_deref()) {
        Some(Says::Wrong | Says::Absent | Says::Forbidden) => {
            Came::Out(CallOutcome::Refused { code, message: short() })
        }
        Some(Says::PrimaryAlive) => Came::PrimaryAlive { code, message: short() },
        Some(Says::NotNow) => {
            let after = wait((status != 429).then_some(BUSY_PAUSE));
            let class = FaultClass::Throttled { after };
            Came::Out(Fault::new(class, Reason::ProviderThrottled, whole).turned_away(after))
        }
        Some(Says::Unknown) => {
            let fault = Fault::new(FaultClass::Denied, Reason::AuthenticationFailed, whole);
            Came::Out(fault.turned_away(wait(Some(DENIED_PAUSE))))
        }
        Some(Says::Begun) | None => Came::Out(CallOutcome::Ambiguous { message: whole }),
    };
    Answer {
        came,
        tasks: Vec::new(),
        left_out: Vec::new(),
        trace,
    }
}

fn accepted(order: &Order, response: &Response, trace: Trace) -> Answer {
    if let Some(task) = order.task() {
        // Some of these answers name the task or the subtask, some nothing at all: there is nothing new that could be named.
        let jobs = vec![task.to_string()];
        // Without an envelope it is something else that says "good".
        let outcome = match serde_json::from_slice::<serde::de::IgnoredAny>(&response.body) {
            Ok(_) => CallOutcome::Accepted { jobs },
            Err(_) => unnamed(order, response, &trace),
        };
        return Answer {
            came: Came::Out(outcome),
            trace,
            ..Answer::without_a_word(CallOutcome::Accepted { jobs: Vec::new() })
        };
    }
    let (tasks, left_out) = sorted(order, tasks(&response.body));
    let outcome = if tasks.is_empty() {
        unnamed(order, response, &trace)
    } else {
        CallOutcome::Accepted {
            jobs: tasks.iter().map(|(task, _)| task.to_string()).collect(),
        }
    };
    Answer {
        came: Came::Out(outcome),
        tasks,
        left_out,
        trace,
    }
}

fn unnamed(order: &Order, response: &Response, trace: &Trace) -> CallOutcome {
    let (label, status, by) = (order.label(), response.status.as_u16(), trace.words());
    CallOutcome::Ambiguous {
        message: format!("{label}: HTTP {status}{by} without a task of a tenant that was asked for"),
    }
}

/// The tasks of an answer: a list, or one object.
fn tasks(body: &[u8]) -> Vec<Task> {
    match many::<Task>(body) {
        Ok(Some(Many { entries, .. })) => entries.into_iter().flatten().collect(),
        Ok(None) => one::<Task>(body).ok().flatten().into_iter().collect(),
        Err(_) => Vec::new(),
    }
}

/// The tasks of the tenants that were asked for, one for each, and the tenants without one. A task without a tenant belongs to the only one that
/// was asked for, if there is only one.
fn sorted(order: &Order, tasks: Vec<Task>) -> (Vec<(i64, i64)>, Vec<i64>) {
    let wanted = order.tenants();
    let good: Vec<(i64, Option<i64>)> = tasks
        .iter()
        .filter(|task| task.name.as_ref().is_none_or(|name| name.len() <= WORD) && task.too_long().is_none())
        .filter_map(|task| Some((task.id?, task.tenant())))
        .collect();
    let mut found = Vec::new();
    let mut left_out = Vec::new();
    for names in &wanted {
        let task = good.iter().find(|(_, tenant)| match tenant {
            Some(tenant) => names.contains(tenant),
            None => wanted.len() == 1,
        });
        match (task, names.first()) {
            (Some((task, _)), Some(tenant)) => found.push((*task, *tenant)),
            (None, Some(tenant)) => left_out.push(*tenant),
            (_, None) => {}
        }
    }
    (found, left_out)
}
