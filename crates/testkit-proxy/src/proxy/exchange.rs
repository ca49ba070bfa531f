//! One exchange from the whole request to the last byte of the answer, with what a rule does to it.
//! It must not send anything on that no act asks for twice, nor forget to write down what it did.

use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;
use http::{Response, StatusCode};
use hyper::body::Bytes;
use tokio::sync::oneshot;

use super::act::{Act, Moment, Which};
use super::body::{ResponseBody, Written};
use super::carry::Collected;
use super::matching::Asked;
use super::plan::Rule;
use super::pump::End;
use super::shared::Shared;
use super::synthetic;
use super::upstream::Upstream;
use crate::history::ForwardResult;

/// What the connection does with the exchange.
#[derive(Debug)]
pub(crate) enum Given {
    /// Passes the answer on.
    Answer(Response<ResponseBody>),
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
pub(super) type Client = oneshot::Sender<Given>;

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
    pub(super) async fn pass(&self, client: Client, spoil: Option<&Act>) {
        if let Some(written) = self.stream(client, spoil).await {
            written.wait().await;
        }
    }

    /// As [`Exchange::pass`]; what it returns tells when the client has all of it, or a watch's head.
    pub(super) async fn stream(&self, client: Client, spoil: Option<&Act>) -> Option<Written> {
        let (response, result) = match self.send(1).await {
            Ok(response) => (response, ForwardResult::Refused),
            Err((problem, result)) => {
                self.relay(None, result, Some(&problem));
                let _ = client.send(Given::Reset);
                return None;
            }
        };
        let status = response.status();
        let result = if status.is_success() {
            ForwardResult::Applied
        } else {
            result
        };
        let (parts, incoming) = response.into_parts();
        let (body, filling, written) = ResponseBody::new();
        let altered = spoil.map(|act| act.kind());
        if self.asked.is_watch() && status.is_success() {
            self.answered(1, Ok((status, None)));
            self.relay(Some(status), result, altered);
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
            exchange.relay(Some(status), result, altered);
        })
        .await;
        Some(written)
    }

    async fn hold(&self, mut client: Client, ms: Option<u64>) {
        let released = self.shared.released(ms);
        tokio::select! {
            () = released => self.pass(client, None).await,
            () = client.closed() => self.relay(None, ForwardResult::NotForwarded, Some("the client left while it was held")),
        }
    }

    async fn swallow(&self, mut client: Client, forward: bool) {
        let result = match forward {
            true => self.collect(1).await.result,
            false => ForwardResult::NotForwarded,
        };
        self.relay(None, result, Some("swallowed"));
        client.closed().await;
    }

    async fn reset(&self, client: Client, when: Moment) {
        let result = match when {
            Moment::BeforeForward => ForwardResult::NotForwarded,
            Moment::AfterForward | Moment::AfterRelay => self.collect(1).await.result,
        };
        self.relay(None, result, Some("reset"));
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
            ForwardResult::Unknown,
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
        let result = match forward {
            true => self.collect(1).await.result,
            false => ForwardResult::NotForwarded,
        };
        let answer = synthetic::answer(act, self.asked.source).ok_or_else(|| "no such status".to_owned());
        self.give(client, Collected { answer, result }, Some("answered by the proxy"))
            .await;
    }

    async fn replay(&self, client: Client, back: Option<usize>, silent_ms: Option<u64>) {
        if !self.asked.is_watch() {
            let Some(list) = self.shared.tape().list_of(&self.asked, back) else {
                return self.pass(client, Some(&Act::Replay { back, silent_ms })).await;
            };
            let collected = Collected {
                answer: Ok(synthetic::json_response(StatusCode::OK, list.bytes)),
                result: ForwardResult::NotForwarded,
            };
            return self.give(client, collected, Some("an older list was replayed")).await;
        }
        let Some(events) = self.shared.tape().events_of(&self.asked, back) else {
            return self.pass(client, Some(&Act::Replay { back, silent_ms })).await;
        };
        let (body, filling, _) = ResponseBody::new();
        let (parts, _) = synthetic::json_response(StatusCode::OK, Bytes::new()).into_parts();
        self.relay(
            Some(StatusCode::OK),
            ForwardResult::NotForwarded,
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
}
