//! The lines of a history put together again: exchanges, with what each says in the words of the provider.
//! It must not judge.

use std::collections::BTreeMap;

use serde_json::Value;

use super::dialect::{Active, Call, Class, Dialect, Of, Reading, Sent};
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
    /// What of the provider's objects and jobs the server's answer shows.
    readings: Vec<Reading<'a>>,
    /// What the server's answer says, if it is the provider's.
    pub class: Option<Class>,
    /// The same of what the operator was given.
    pub class_given: Option<Class>,
}

pub(super) static NOTHING: Value = Value::Null;

impl<'a> Exchange<'a> {
    /// Whether the operator knows that it was done.
    pub fn acknowledged(&self) -> bool {
        self.given.is_some_and(|status| (200..300).contains(&status)) && self.result == ForwardResult::Applied
    }

    /// Whether it is this verb on this resource itself, answered with 2xx.
    pub fn read(&self, verb: &str, resource: &str) -> bool {
        self.api.is_some_and(|api| api.is(verb, resource)) && self.given.is_some_and(|status| status / 100 == 2)
    }

    /// The records of ledgers that the operator was shown, if this is a reading of them.
    pub fn ledgers_shown(&self) -> impl Iterator<Item = &'a Value> {
        let body = self.answer.map_or(&NOTHING, |(_, body)| body);
        let one = Some(body).filter(|_| self.read("get", "groupledgers"));
        let list = body["items"].as_array().filter(|_| self.read("list", "groupledgers"));
        let all = one.into_iter().chain(list.into_iter().flatten());
        all.filter_map(|ledger| ledger.pointer("/spec/record"))
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

    /// What an independent reading shows of an object of the provider, if it is one and the operator was given it.
    pub fn shows(&self, object: &str) -> Option<Active<'a>> {
        let of = |reading: &&Reading<'_>| matches!(&reading.of, Of::Object(shown) if shown == object);
        self.given_readings().find(of).map(|reading| reading.active)
    }

    /// Whether it is a reading of a job of the provider that the operator was given.
    pub fn shows_job(&self, job: &str) -> bool {
        self.given_readings()
            .any(|reading| matches!(&reading.of, Of::Job(shown) if shown == job))
    }

    fn given_readings(&self) -> impl Iterator<Item = &Reading<'a>> {
        let given = self.answer.is_some_and(|(status, _)| self.given == Some(status));
        self.readings.iter().filter(move |_| given)
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
            self.readings = dialect.readings(sent, status, answer);
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
                readings: Vec::new(),
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
