//! One exchange from the whole request to the last byte of the answer, with what a rule does to it.
//! Must not send anything on that no act asks for twice, nor forget to write down what it did.

use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;
use http::{Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};
use tokio::sync::oneshot;

use super::act::{Act, Moment, Which};
use super::body::{AnswerBody, Written};
use super::forward;
use super::matching::Asked;
use super::plan::Rule;
use super::pump::End;
use super::shared::{Gate, Met, Shared};
use super::synthetic;
use super::upstream::Upstream;
use crate::history::{Event, Outcome};

/// The client has the answer in its socket when its body was written; this is for the way through the kernel.
const THROUGH_THE_KERNEL: Duration = Duration::from_millis(20);

/// What the connection does with the exchange.
#[derive(Debug)]
pub(crate) enum Given {
    /// Passes the answer on.
    Answer(Response<AnswerBody>),
    /// Is reset.
    Reset,
}

/// A request, and everything needed to deal with it.
pub(crate) struct Exchange {
    pub shared: Arc<Shared>,
    pub upstream: Arc<Upstream>,
    pub asked: Asked,
    pub head: Parts,
    pub body: Bytes,
    pub number: u64,
    pub rule: Option<Rule>,
}

/// The client's side.
type Client = oneshot::Sender<Given>;

/// The server's whole answer, or why there is none; and what is known of the request.
struct Collected {
    answer: Result<Response<Bytes>, String>,
    outcome: Outcome,
}

impl Exchange {
    /// Deals with it to its end, also when the client has gone.
    pub async fn run(self, client: Client) {
        let Some(rule) = self.rule.clone() else {
            return self.pass(client, None).await;
        };
        match &rule.act {
            Act::Signal { when, .. } | Act::Hook { when, .. } => self.at(client, &rule, *when).await,
            Act::Hold { ms } => self.hold(client, *ms).await,
            Act::Swallow { forward } => self.swallow(client, *forward).await,
            Act::Reset { when } => self.reset(client, *when).await,
            Act::DeliverLate { after_ms, reset } => self.deliver_late(client, *after_ms, *reset).await,
            Act::Duplicate { answer } => self.duplicate(client, *answer).await,
            act @ Act::Answer { forward, .. } => self.answer(client, act, *forward).await,
            Act::Replay { back, silent_ms } => self.replay(client, *back, *silent_ms).await,
            act @ (Act::FreezeWatch { .. }
            | Act::HideEvents { .. }
            | Act::GoneInStream { .. }
            | Act::SlowBody { .. }) => {
                self.pass(client, Some(act)).await;
            }
        }
    }

    /// Sends on and passes the answer on while it comes.
    async fn pass(&self, client: Client, spoil: Option<&Act>) {
        if let Some(written) = self.stream(client, spoil).await {
            written.wait().await;
        }
    }

    /// As [`Exchange::pass`]; what it returns tells when the client has all of it, or a watch's head.
    async fn stream(&self, client: Client, spoil: Option<&Act>) -> Option<Written> {
        let (response, outcome) = match self.send(1).await {
            Ok(response) => (response, Outcome::Refused),
            Err((problem, outcome)) => {
                self.relay(None, outcome, Some(&problem));
                let _ = client.send(Given::Reset);
                return None;
            }
        };
        let status = response.status();
        let outcome = if status.is_success() { Outcome::Applied } else { outcome };
        let (parts, incoming) = response.into_parts();
        let (body, filling, written) = AnswerBody::new();
        let altered = spoil.map(|act| act.kind());
        if self.asked.is_watch() && status.is_success() {
            self.answered(1, Ok((status, None)));
            self.relay(Some(status), outcome, altered);
            let _ = client.send(Given::Answer(Response::from_parts(parts, body)));
            self.pump_watch(incoming, filling, spoil).await;
            return Some(written);
        }
        let slow = match spoil {
            Some(Act::SlowBody { bytes_per_second }) => Some(*bytes_per_second),
            _ => None,
        };
        let _ = client.send(Given::Answer(Response::from_parts(parts, body)));
        self.pump(incoming, filling, slow, |exchange, end, whole| {
            exchange.tape(status, whole.as_ref());
            match end {
                End::BrokenOff => exchange.answered(1, Err((Some(status), "the body broke off".into()))),
                _ => exchange.answered(1, Ok((status, whole))),
            }
            let altered = if end == End::ClientGone {
                Some("the client was gone")
            } else {
                altered
            };
            exchange.relay(Some(status), outcome, altered);
        })
        .await;
        Some(written)
    }

    async fn at(self, client: Client, rule: &Rule, when: Moment) {
        match when {
            Moment::BeforeForward => {
                if self.strike(rule).await {
                    self.relay(None, Outcome::NotForwarded, Some("ended before it was sent on"));
                    let _ = client.send(Given::Reset);
                } else {
                    self.pass(client, None).await;
                }
            }
            Moment::AfterForward if self.asked.is_watch() => {
                // A watch has no end to wait for: it has been answered when it has begun.
                match self.strike(rule).await {
                    true => self.ended(client, Outcome::NotForwarded),
                    false => self.pass(client, None).await,
                }
            }
            Moment::AfterForward => {
                let collected = self.collect(1).await;
                match self.strike(rule).await {
                    true => self.ended(client, collected.outcome),
                    false => self.give(client, collected, None).await,
                }
            }
            Moment::AfterRelay => {
                let gate = self.shared.shut_gate(self.asked.replica.clone());
                if self.asked.is_watch() {
                    let (shared, asked, number) = (self.shared.clone(), self.asked.clone(), self.number);
                    tokio::spawn(async move { self.pass(client, None).await });
                    shared.relayed(number).await;
                    tokio::time::sleep(THROUGH_THE_KERNEL).await;
                    strike(&shared, number, &asked, rule, gate).await;
                    return;
                }
                if let Some(written) = self.stream(client, None).await {
                    written.wait().await;
                }
                tokio::time::sleep(THROUGH_THE_KERNEL).await;
                strike(&self.shared, self.number, &self.asked, rule, gate).await;
            }
        }
    }

    async fn strike(&self, rule: &Rule) -> bool {
        self.shared.note(
            self.number,
            Event::Hook {
                rule: rule.name.clone(),
            },
        );
        self.shared.strike(rule, &Met::new(self.number, &self.asked)).await
    }

    fn ended(&self, client: Client, outcome: Outcome) {
        self.relay(None, outcome, Some("the answer was withheld"));
        let _ = client.send(Given::Reset);
    }

    async fn hold(&self, mut client: Client, ms: Option<u64>) {
        let released = self.shared.released(ms);
        tokio::select! {
            () = released => self.pass(client, None).await,
            () = client.closed() => self.relay(None, Outcome::NotForwarded, Some("the client left while it was held")),
        }
    }

    async fn swallow(&self, mut client: Client, forward: bool) {
        let outcome = match forward {
            true => self.collect(1).await.outcome,
            false => Outcome::NotForwarded,
        };
        self.relay(None, outcome, Some("swallowed"));
        client.closed().await;
    }

    async fn reset(&self, client: Client, when: Moment) {
        let outcome = match when {
            Moment::BeforeForward => Outcome::NotForwarded,
            Moment::AfterForward | Moment::AfterRelay => self.collect(1).await.outcome,
        };
        self.relay(None, outcome, Some("reset"));
        let _ = client.send(Given::Reset);
    }

    async fn deliver_late(&self, mut client: Client, after_ms: u64, reset: bool) {
        if reset {
            let _ = client.send(Given::Reset);
        } else {
            client.closed().await;
        }
        self.relay(
            None,
            Outcome::Unknown,
            Some("it is delivered after the client has gone"),
        );
        tokio::time::sleep(Duration::from_millis(after_ms)).await;
        self.collect(1).await;
    }

    async fn duplicate(&self, client: Client, which: Which) {
        let first = self.collect(1).await;
        let second = self.collect(2).await;
        let given = if which == Which::First { first } else { second };
        self.give(client, given, Some("sent on twice")).await;
    }

    async fn answer(&self, client: Client, act: &Act, forward: bool) {
        let outcome = match forward {
            true => self.collect(1).await.outcome,
            false => Outcome::NotForwarded,
        };
        let answer = synthetic::answer(act, self.asked.source).ok_or_else(|| "no such status".to_owned());
        self.give(client, Collected { answer, outcome }, Some("answered by the proxy"))
            .await;
    }

    async fn replay(&self, client: Client, back: Option<usize>, silent_ms: Option<u64>) {
        if !self.asked.is_watch() {
            let Some(list) = self.shared.tape().list_of(&self.asked, back) else {
                return self.pass(client, Some(&Act::Replay { back, silent_ms })).await;
            };
            let collected = Collected {
                answer: Ok(synthetic::json_response(StatusCode::OK, list.bytes)),
                outcome: Outcome::NotForwarded,
            };
            return self.give(client, collected, Some("an older list was replayed")).await;
        }
        let Some(events) = self.shared.tape().events_of(&self.asked, back) else {
            return self.pass(client, Some(&Act::Replay { back, silent_ms })).await;
        };
        let (body, filling, _) = AnswerBody::new();
        let (parts, _) = synthetic::json_response(StatusCode::OK, Bytes::new()).into_parts();
        self.relay(
            Some(StatusCode::OK),
            Outcome::NotForwarded,
            Some("older events were replayed"),
        );
        let _ = client.send(Given::Answer(Response::from_parts(parts, body)));
        for event in events {
            filling.push(event).await;
        }
        tokio::select! {
            () = self.shared.released(silent_ms) => {}
            () = filling.gone() => {}
        }
    }

    /// Sends a copy on and waits for the head of the answer.
    async fn send(&self, copy: u32) -> Result<Response<Incoming>, (String, Outcome)> {
        let opened = forward::open(&self.upstream).await.map_err(|problem| {
            let problem = format!("the server cannot be reached: {problem}");
            (problem, Outcome::NotForwarded)
        })?;
        self.shared.note(self.number, Event::Forward { copy });
        let sent = opened.send(self.asked.source, &self.head, self.body.clone()).await;
        sent.map_err(|problem| {
            self.answered(copy, Err((None, problem.clone())));
            (format!("the server did not answer: {problem}"), Outcome::Unknown)
        })
    }

    /// Sends a copy on and waits for the whole answer.
    async fn collect(&self, copy: u32) -> Collected {
        let response = match self.send(copy).await {
            Ok(response) => response,
            Err((problem, outcome)) => {
                return Collected {
                    answer: Err(problem),
                    outcome,
                };
            }
        };
        let (parts, body) = response.into_parts();
        let outcome = match parts.status.is_success() {
            true => Outcome::Applied,
            false => Outcome::Refused,
        };
        let answer = match body.collect().await {
            Ok(whole) => {
                let whole = whole.to_bytes();
                self.tape(parts.status, Some(&whole));
                self.answered(copy, Ok((parts.status, Some(whole.clone()))));
                Ok(Response::from_parts(parts, whole))
            }
            Err(error) => {
                self.answered(copy, Err((Some(parts.status), error.to_string())));
                Err(error.to_string())
            }
        };
        Collected { answer, outcome }
    }

    /// Passes a whole answer on.
    async fn give(&self, client: Client, collected: Collected, altered: Option<&str>) {
        match collected.answer {
            Ok(answer) => {
                self.relay(Some(answer.status()), collected.outcome, altered);
                let (response, written) = synthetic::whole(answer);
                let _ = client.send(Given::Answer(response));
                written.wait().await;
            }
            Err(problem) => {
                self.relay(None, collected.outcome, Some(&problem));
                let _ = client.send(Given::Reset);
            }
        }
    }

    fn tape(&self, status: StatusCode, whole: Option<&Bytes>) {
        let is_list = self.asked.api.as_ref().is_some_and(|api| api.verb == "list");
        if let Some(whole) = whole
            && is_list
            && status == StatusCode::OK
        {
            self.shared.tape().list(&self.asked, whole);
        }
    }

    fn answered(&self, copy: u32, answer: Result<(StatusCode, Option<Bytes>), (Option<StatusCode>, String)>) {
        let (status, body, error) = match answer {
            Ok((status, body)) => (Some(status), self.shown(body.as_ref()), None),
            Err((status, error)) => (status, None, Some(error)),
        };
        let status = status.map(|status| status.as_u16());
        let event = Event::Answer {
            copy,
            status,
            body,
            error,
        };
        self.shared.note(self.number, event);
    }

    fn relay(&self, status: Option<StatusCode>, outcome: Outcome, altered: Option<&str>) {
        let event = Event::Relay {
            status: status.map(|status| status.as_u16()),
            outcome,
            altered: altered.map(str::to_owned),
        };
        self.shared.note(self.number, event);
    }
}

/// Runs what comes after the answer, and lets the replica's further requests go on or end.
async fn strike(shared: &Shared, number: u64, asked: &Asked, rule: &Rule, gate: Gate) {
    shared.note(
        number,
        Event::Hook {
            rule: rule.name.clone(),
        },
    );
    let ends = shared.strike(rule, &Met::new(number, asked)).await;
    gate.open(ends);
}
