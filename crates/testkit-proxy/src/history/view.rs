//! The lines of a history put together again: exchanges, writes of ledgers, calls at the provider.
//! It must not judge.

use std::collections::BTreeMap;

use serde_json::Value;

use super::dialect::{Call, Class, Dialect, Reading, Sent};
use super::{ApiCall, Event, ForwardResult, History, Source, parameter};

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
    pub result: ForwardResult,
    /// The mutating call at the provider that it is, if it is one.
    pub call: Option<Call<'a>>,
    /// The reading of an object of the provider that the server answered, if it is one.
    reading: Option<Reading<'a>>,
    /// What the server's answer says, if it is the provider's.
    pub class: Option<Class>,
    /// The same of what the operator was given.
    pub class_given: Option<Class>,
}

static NOTHING: Value = Value::Null;

impl<'a> Exchange<'a> {
    /// Whether the operator knows that it was done.
    pub fn acknowledged(&self) -> bool {
        self.given.is_some_and(|status| (200..300).contains(&status)) && self.result == ForwardResult::Applied
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

    /// The id of the provider's object that the call is at.
    pub fn object(&self) -> Option<&'a str> {
        self.call?.object
    }

    /// The independent reading of that object of the provider, if it is one and the operator was given it.
    pub fn reading(&self, object: &str) -> Option<Reading<'a>> {
        let (status, _) = self.answer?;
        let given = self.given == Some(status);
        self.reading.filter(|reading| given && reading.object == object)
    }

    /// Reads what speaks with the provider, once all of it is known.
    fn understand(&mut self, dialect: &dyn Dialect) {
        if self.source != Source::Provider {
            return;
        }
        let sent = Sent {
            method: self.method,
            path: self.path,
            body: self.body,
        };
        self.call = dialect.call(sent);
        self.class_given = self.given.map(|status| dialect.class(status, &NOTHING));
        if let Some((status, answer)) = self.answer {
            self.reading = dialect.reading(sent, status, answer);
            self.class = Some(dialect.class(status, answer));
        }
    }
}

/// All exchanges, in the order in which they were asked.
pub(crate) fn exchanges<'a>(history: &'a History, dialect: &dyn Dialect) -> Vec<Exchange<'a>> {
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
                result: ForwardResult::NotForwarded,
                call: None,
                reading: None,
                class: None,
                class_given: None,
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
                if exchange.result == ForwardResult::NotForwarded {
                    exchange.result = ForwardResult::Unknown;
                }
            }
            Event::Answer {
                status, body, error, ..
            } => {
                if let (Some(status), None, None) = (status, error, &exchange.answer) {
                    exchange.answer = Some((*status, body.as_ref().unwrap_or(&NOTHING)));
                    exchange.result = match status / 100 {
                        2 => ForwardResult::Applied,
                        _ => ForwardResult::Refused,
                    };
                }
            }
            Event::Relay { status, .. } => {
                exchange.relayed = Some(record.line);
                exchange.given = *status;
            }
        }
    }
    let mut all: Vec<Exchange<'_>> = all.into_values().collect();
    all.iter_mut().for_each(|exchange| exchange.understand(dialect));
    all
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
    pub fn completed(&self) -> impl Iterator<Item = &'a Value> {
        completed(self.record)
    }
}

/// The operations that ended as a ledger's record tells them, oldest first.
pub(crate) fn completed(record: &Value) -> impl Iterator<Item = &Value> {
    record["completed"].as_array().into_iter().flatten()
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
