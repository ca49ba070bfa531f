//! The server's side of an exchange: sent on, answered, written down, passed on whole.
//! It must not decide whether anything is sent on; the act does.

use http::{Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};

use super::exchange::{Client, Exchange, Given};
use super::{forward, synthetic};
use crate::history::{Event, ForwardResult};

/// The server's whole answer, or why there is none; and what is known of the request.
pub(super) struct Collected {
    pub answer: Result<Response<Bytes>, String>,
    pub result: ForwardResult,
}

impl Exchange {
    /// Sends a copy on and waits for the head of the answer.
    pub(super) async fn send(&self, copy: u32) -> Result<Response<Incoming>, (String, ForwardResult)> {
        let opened = forward::open(&self.upstream).await.map_err(|problem| {
            let problem = format!("the server cannot be reached: {problem}");
            (problem, ForwardResult::NotForwarded)
        })?;
        self.shared.note(self.number, Event::Forward { copy });
        let sent = opened.send(self.asked.source, &self.head, self.body.clone()).await;
        sent.map_err(|problem| {
            self.answered(copy, Err((None, problem.clone())));
            (format!("the server did not answer: {problem}"), ForwardResult::Unknown)
        })
    }

    /// Sends a copy on and waits for the whole answer.
    pub(super) async fn collect(&self, copy: u32) -> Collected {
        let response = match self.send(copy).await {
            Ok(response) => response,
            Err((problem, result)) => {
                return Collected {
                    answer: Err(problem),
                    result,
                };
            }
        };
        let (parts, body) = response.into_parts();
        let result = match parts.status.is_success() {
            true => ForwardResult::Applied,
            false => ForwardResult::Refused,
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
        Collected { answer, result }
    }

    /// Passes a whole answer on.
    pub(super) async fn give(&self, client: Client, collected: Collected, altered: Option<&str>) {
        match collected.answer {
            Ok(answer) => {
                self.relay(Some(answer.status()), collected.result, altered);
                let (response, written) = synthetic::whole(answer);
                let _ = client.send(Given::Answer(response));
                written.wait().await;
            }
            Err(problem) => {
                self.relay(None, collected.result, Some(&problem));
                let _ = client.send(Given::Reset);
            }
        }
    }

    pub(super) fn tape(&self, status: StatusCode, whole: Option<&Bytes>) {
        let is_list = self.asked.api.as_ref().is_some_and(|api| api.verb == "list");
        if let Some(whole) = whole
            && is_list
            && status == StatusCode::OK
        {
            self.shared.tape().list(&self.asked, whole);
        }
    }

    pub(super) fn answered(
        &self,
        copy: u32,
        answer: Result<(StatusCode, Option<Bytes>), (Option<StatusCode>, String)>,
    ) {
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

    pub(super) fn relay(&self, status: Option<StatusCode>, result: ForwardResult, altered: Option<&str>) {
        let event = Event::Relay {
            status: status.map(|status| status.as_u16()),
            result,
            altered: altered.map(str::to_owned),
        };
        self.shared.note(self.number, event);
    }
}
