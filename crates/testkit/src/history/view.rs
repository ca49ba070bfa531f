//! The lines of a history put together again: exchanges, writes of ledgers, calls at the provider.
//! Must not judge.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{ApiCall, Event, History, Outcome, Source, parameter};

/// One exchange.
#[derive(Clone, Debug)]
pub(crate) struct Exchange<'a> {
    pub source: Source,
    pub replica: Option<&'a str>,
    pub method: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    pub api: Option<&'a ApiCall>,
    pub body: &'a Value,
    /// Line of the request.
    pub asked: u64,
    /// Lines on which copies of it were sent on.
    pub forwarded: Vec<u64>,
    /// Status and body of the first answer of the server.
    pub answer: Option<(u16, &'a Value)>,
    /// Line on which the operator was given an answer, or on which it was decided that it gets none.
    pub relayed: Option<u64>,
    /// What the operator was given.
    pub given: Option<u16>,
    /// What is known of the request.
    pub outcome: Outcome,
}

static NOTHING: Value = Value::Null;

impl Exchange<'_> {
    /// Whether the operator knows that it was done.
    pub fn acknowledged(&self) -> bool {
        self.given.is_some_and(|status| (200..300).contains(&status)) && self.outcome == Outcome::Applied
    }

    /// Whether it is this verb on this resource itself, answered with 2xx.
    pub fn read(&self, verb: &str, resource: &str) -> bool {
        self.api.is_some_and(|api| api.is(verb, resource)) && self.given.is_some_and(|status| status / 100 == 2)
    }

    /// The ledger's record that the operator was shown, if this is a reading of one.
    pub fn ledger_shown(&self) -> Option<&Value> {
        let (_, body) = self.answer.filter(|_| self.read("get", "groupledgers"))?;
        body.pointer("/spec/record")
    }

    /// Whether the answer may come from a cache of the API server.
    pub fn may_be_old(&self) -> bool {
        parameter(self.query, "resourceVersion").is_some()
    }

    /// The resourceVersion that the answer shows.
    pub fn version(&self) -> Option<&str> {
        let (_, body) = self.answer?;
        body.pointer("/metadata/resourceVersion")?.as_str()
    }

    /// The id of the provider's object that the path names.
    pub fn object(&self) -> Option<&str> {
        let mut parts = self.path.split('/');
        parts.find(|part| *part == "server-groups")?;
        parts.next().filter(|id| !id.is_empty())
    }

    /// Whether it is a mutating call at the provider.
    pub fn is_call(&self) -> bool {
        self.source == Source::Provider && !matches!(self.method, "GET" | "HEAD") && !self.path.contains("/auth/tokens")
    }

    /// Whether it is an independent reading of that object of the provider, and what it showed.
    pub fn reading(&self, object: &str) -> Option<&Value> {
        let of_object = self.source == Source::Provider && self.method == "GET" && self.path.ends_with(object);
        let (status, body) = self.answer?;
        let group = &body["server_group"];
        (of_object && self.object() == Some(object) && status == 200 && self.given == Some(200) && group.is_object())
            .then_some(group)
    }
}

/// All exchanges, in the order in which they were asked.
pub(crate) fn exchanges(history: &History) -> Vec<Exchange<'_>> {
    let mut all: BTreeMap<u64, Exchange<'_>> = BTreeMap::new();
    for record in &history.records {
        if let Event::Request {
            source,
            replica,
            method,
            path,
            query,
            api,
            body,
            ..
        } = &record.event
        {
            let exchange = Exchange {
                source: *source,
                replica: replica.as_deref(),
                method,
                path,
                query,
                api: api.as_deref(),
                body: body.as_ref().unwrap_or(&NOTHING),
                asked: record.line,
                forwarded: Vec::new(),
                answer: None,
                relayed: None,
                given: None,
                outcome: Outcome::NotForwarded,
            };
            all.insert(record.exchange, exchange);
            continue;
        }
        let Some(exchange) = all.get_mut(&record.exchange) else {
            continue;
        };
        match &record.event {
            Event::Request { .. } | Event::Hook { .. } => {}
            Event::Forward { .. } => {
                exchange.forwarded.push(record.line);
                if exchange.outcome == Outcome::NotForwarded {
                    exchange.outcome = Outcome::Unknown;
                }
            }
            Event::Answer {
                status, body, error, ..
            } => {
                if let (Some(status), None, None) = (status, error, &exchange.answer) {
                    exchange.answer = Some((*status, body.as_ref().unwrap_or(&NOTHING)));
                    exchange.outcome = match status / 100 {
                        2 => Outcome::Applied,
                        _ => Outcome::Refused,
                    };
                }
            }
            Event::Relay { status, .. } => {
                exchange.relayed = Some(record.line);
                exchange.given = *status;
            }
        }
    }
    all.into_values().collect()
}

/// One write of a ledger.
#[derive(Clone, Debug)]
pub(crate) struct LedgerWrite<'a> {
    pub exchange: &'a Exchange<'a>,
    /// Name of the ledger.
    pub name: &'a str,
    /// The provider's id of what it is about.
    pub object: &'a str,
    /// Namespace, name and uid of the group that holds it.
    pub group: [&'a str; 3],
    /// What is remembered.
    pub record: &'a Value,
}

/// A call as a ledger records it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Submission<'a> {
    pub operation: &'a str,
    pub step: &'a str,
    pub action: &'a str,
    pub attempt: u64,
    pub recorded_at: &'a str,
    /// The word for what became of it.
    pub state: &'a str,
}

impl Submission<'_> {
    /// Whether it is the same attempt, whatever became of it.
    pub fn is(&self, other: &Submission<'_>) -> bool {
        (self.operation, self.step, self.attempt, self.recorded_at)
            == (other.operation, other.step, other.attempt, other.recorded_at)
    }
}

impl<'a> LedgerWrite<'a> {
    /// The write that an exchange is, if it is one.
    pub fn of(exchange: &'a Exchange<'a>) -> Option<Self> {
        let api = exchange.api?;
        if !(api.is("create", "groupledgers") || api.is("update", "groupledgers")) {
            return None;
        }
        let text = |pointer: &str| {
            exchange
                .body
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let record = exchange.body.pointer("/spec/record").unwrap_or(&NOTHING);
        Some(Self {
            name: text("/metadata/name"),
            object: text("/spec/objectID"),
            group: ["namespace", "name", "uid"].map(|part| record["group"][part].as_str().unwrap_or_default()),
            record,
            exchange,
        })
    }

    /// The line from which on the operator knows that it is written; none if it never does.
    pub fn written(&self) -> Option<u64> {
        self.exchange.relayed.filter(|_| self.exchange.acknowledged())
    }

    /// The calls of the operation that has not ended, oldest first.
    pub fn submissions(&self) -> Vec<Submission<'a>> {
        submissions(&self.record["operation"])
    }

    /// The operations that ended, oldest first.
    pub fn verdicts(&self) -> impl Iterator<Item = &'a Value> {
        verdicts(self.record)
    }
}

/// The operations that ended as a ledger's record tells them, oldest first.
pub(crate) fn verdicts(record: &Value) -> impl Iterator<Item = &Value> {
    record["verdicts"].as_array().into_iter().flatten()
}

fn submissions(operation: &Value) -> Vec<Submission<'_>> {
    let mut all = Vec::new();
    for step in operation["steps"].as_array().into_iter().flatten() {
        for submission in step["submissions"].as_array().into_iter().flatten() {
            all.push(Submission {
                operation: operation["name"].as_str().unwrap_or_default(),
                step: step["spec"]["name"].as_str().unwrap_or_default(),
                action: step["spec"]["kind"]["Call"]["action"].as_str().unwrap_or_default(),
                attempt: submission["attempt"].as_u64().unwrap_or_default(),
                recorded_at: submission["recordedAt"].as_str().unwrap_or_default(),
                state: submission["state"]["is"].as_str().unwrap_or_default(),
            });
        }
    }
    all
}
